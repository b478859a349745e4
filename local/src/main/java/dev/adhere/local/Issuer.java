package dev.adhere.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.adhere.page.UserPage;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.web.filter.OncePerRequestFilter;

/// A real token issuer for people who try things out: client credentials, the client id is who you are, the secret of
/// everybody is `demo`; and a form where the same people sign in to the dashboard and
/// to the user's page. It listens on loopback only.
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Issuer {

    static final String SECRET = "demo";
    private static final String DASHBOARD = "adhere-dashboard";
    private static final Duration TOKEN_LIVES = Duration.ofHours(1);
    private static final Pattern USER_ID = Pattern.compile("user-(?!000)\\d{3}");

    /// @param dashboardPort where the dashboard is, to which browsers are sent back
    /// @param pagePort where the user's page is, likewise
    static ConfigurableApplicationContext start(int port, int dashboardPort, int pagePort, Path keyFile, Clock clock)
            throws IOException {
        RSAKey key = key(keyFile);
        return new SpringApplicationBuilder(Issuer.class)
                .bannerMode(Banner.Mode.OFF)
                .registerShutdownHook(false)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("applicationClock", clock);
                    context.getBeanFactory().registerSingleton("signingKey", key);
                    context.getBeanFactory().registerSingleton("clients", new ClientsByName(dashboardPort, pagePort));
                    context.getBeanFactory()
                            .registerSingleton(
                                    "authorizationServerSettings",
                                    AuthorizationServerSettings.builder()
                                            .issuer(uri(port))
                                            .build());
                })
                .properties(Map.of(
                        "server.port", String.valueOf(port),
                        "server.address", "127.0.0.1",
                        "server.tomcat.threads.max", "16",
                        "server.tomcat.threads.min-spare", "2",
                        "spring.main.log-startup-info", "false",
                        "spring.jmx.enabled", "false"))
                .run();
    }

    static String uri(int port) {
        return "http://localhost:" + port;
    }

    /// The one role of a client id; null if there is no such client.
    static @Nullable String roleOf(String clientId) {
        return switch (clientId) {
            case "coach-anna", "coach-ben" -> "coach";
            case "editor", "admin", "ops" -> clientId;
            default -> USER_ID.matcher(clientId).matches() ? "user" : null;
        };
    }

    // Kept, so that a token of before a restart is good after it.
    private static RSAKey key(Path file) throws IOException {
        try {
            if (Files.exists(file)) {
                return RSAKey.parse(Files.readString(file));
            }
            RSAKey key = new RSAKeyGenerator(2048)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                var _ = Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            var _ = Files.writeString(file, key.toJSONString(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return key;
        } catch (ParseException | JOSEException e) {
            throw new IOException("The issuer's key " + file + " cannot be used", e);
        }
    }

    @Bean
    JWKSource<SecurityContext> keys(RSAKey signingKey) {
        return new ImmutableJWKSet<>(new JWKSet(signingKey));
    }

    @Bean
    OAuth2AuthorizationService grants() {
        return new Forgetful();
    }

    @Bean
    UserDetailsService people() {
        return name -> {
            if (roleOf(name) == null) {
                throw new UsernameNotFoundException("nobody of that name");
            }
            return User.withUsername(name)
                    .password(SECRET)
                    .authorities(List.of())
                    .build();
        };
    }

    /// Who is asked to sign in does, though the browser may remember another time: `prompt=login` of OpenID Connect,
    /// which Spring Authorization Server takes and does not act on. `continue` is how it comes back from the form.
    @Bean
    FilterRegistrationBean<OncePerRequestFilter> askedAgain() {
        var filter = new FilterRegistrationBean<OncePerRequestFilter>(new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws IOException, ServletException {
                HttpSession session = request.getSession(false);
                if (session != null
                        && "login".equals(request.getParameter("prompt"))
                        && request.getParameter("continue") == null) {
                    session.invalidate();
                }
                chain.doFilter(request, response);
            }
        });
        filter.addUrlPatterns("/oauth2/authorize");
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    // The secret is printed at every start: nothing to hash, and a hash would cost more than all else of a token.
    @Bean
    PasswordEncoder plain() {
        return new PasswordEncoder() {
            @Override
            public String encode(@Nullable CharSequence secret) {
                return String.valueOf(secret);
            }

            @Override
            public boolean matches(@Nullable CharSequence secret, @Nullable String expected) {
                return expected != null && expected.contentEquals(String.valueOf(secret));
            }
        };
    }

    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> claims(Clock applicationClock) {
        return context -> {
            String who = Objects.requireNonNull(context.<Authentication>getPrincipal())
                    .getName();
            Instant now = applicationClock.instant();
            if (!context.getTokenType().getValue().equals(OidcParameterNames.ID_TOKEN)) {
                var _ = context.getClaims().audience(List.of("adhere"));
            }
            var _ = context.getClaims()
                    .issuedAt(now)
                    .notBefore(now)
                    .expiresAt(now.plus(TOKEN_LIVES))
                    .claim("roles", List.of(String.valueOf(roleOf(who))));
        };
    }

    private record ClientsByName(int dashboardPort, int pagePort) implements RegisteredClientRepository {
        @Override
        public void save(RegisteredClient client) {
            throw new UnsupportedOperationException("the clients are given");
        }

        @Override
        public @Nullable RegisteredClient findById(String id) {
            return findByClientId(id);
        }

        // A public client: it has no secret, PKCE protects its codes.
        private static RegisteredClient inBrowsers(String client, String back) {
            return RegisteredClient.withId(client)
                    .clientId(client)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .redirectUri(back)
                    .scope(OidcScopes.OPENID)
                    .clientSettings(ClientSettings.builder()
                            .requireProofKey(true)
                            .requireAuthorizationConsent(false)
                            .build())
                    .build();
        }

        @Override
        public @Nullable RegisteredClient findByClientId(String clientId) {
            if (clientId.equals(DASHBOARD)) {
                return inBrowsers(clientId, "http://localhost:" + dashboardPort + "/login/oauth2/code/adhere");
            }
            if (clientId.equals(UserPage.CLIENT)) {
                return inBrowsers(clientId, "http://localhost:" + pagePort + "/");
            }
            if (roleOf(clientId) == null) {
                return null;
            }
            return RegisteredClient.withId(clientId)
                    .clientId(clientId)
                    .clientSecret(SECRET)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                    .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                    .tokenSettings(TokenSettings.builder()
                            .accessTokenTimeToLive(TOKEN_LIVES)
                            .build())
                    .build();
        }
    }

    /// Tokens here are signed and short-lived, nobody asks for them again; remembering them would only fill the heap.
    /// What leads to a code is kept until the code was exchanged.
    private static final class Forgetful implements OAuth2AuthorizationService {

        private final InMemoryOAuth2AuthorizationService underWay = new InMemoryOAuth2AuthorizationService();

        @Override
        public void save(OAuth2Authorization authorization) {
            if (authorization.getAccessToken() == null) {
                underWay.save(authorization);
            } else {
                remove(authorization);
            }
        }

        // As it was kept: with the tokens in it, it is not the same any more.
        @Override
        public void remove(OAuth2Authorization authorization) {
            OAuth2Authorization kept = underWay.findById(authorization.getId());
            if (kept != null) {
                underWay.remove(kept);
            }
        }

        @Override
        public @Nullable OAuth2Authorization findById(String id) {
            return underWay.findById(id);
        }

        @Override
        public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
            return underWay.findByToken(token, tokenType);
        }
    }
}
