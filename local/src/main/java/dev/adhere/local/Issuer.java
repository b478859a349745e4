package dev.adhere.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
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
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/// A real token issuer for people who try things out: client credentials, the client id is who you are, the secret of
/// everybody is `demo`. It listens on loopback only.
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Issuer {

    static final String SECRET = "demo";
    private static final Duration TOKEN_LIVES = Duration.ofHours(1);
    private static final Pattern USER = Pattern.compile("user-(?!000)\\d{3}");

    static ConfigurableApplicationContext start(int port, Path keyFile, Clock clock) throws IOException {
        RSAKey key = key(keyFile);
        return new SpringApplicationBuilder(Issuer.class)
                .bannerMode(Banner.Mode.OFF)
                .registerShutdownHook(false)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("applicationClock", clock);
                    context.getBeanFactory().registerSingleton("signingKey", key);
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
            default -> USER.matcher(clientId).matches() ? "user" : null;
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
    RegisteredClientRepository clients() {
        return new ClientsByName();
    }

    @Bean
    OAuth2AuthorizationService grants() {
        return new Forgetful();
    }

    // Nobody logs in here; without this bean Boot would make a user and print its password.
    @Bean
    UserDetailsService nobody() {
        return name -> {
            throw new UsernameNotFoundException(name);
        };
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
            String client = context.getRegisteredClient().getClientId();
            Instant now = applicationClock.instant();
            var _ = context.getClaims()
                    .audience(List.of("adhere"))
                    .issuedAt(now)
                    .notBefore(now)
                    .expiresAt(now.plus(TOKEN_LIVES))
                    .claim("roles", List.of(String.valueOf(roleOf(client))));
        };
    }

    private static final class ClientsByName implements RegisteredClientRepository {
        @Override
        public void save(RegisteredClient client) {
            throw new UnsupportedOperationException("the clients are given");
        }

        @Override
        public @Nullable RegisteredClient findById(String id) {
            return findByClientId(id);
        }

        @Override
        public @Nullable RegisteredClient findByClientId(String clientId) {
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
    private static final class Forgetful implements OAuth2AuthorizationService {
        @Override
        public void save(OAuth2Authorization authorization) {}

        @Override
        public void remove(OAuth2Authorization authorization) {}

        @Override
        public @Nullable OAuth2Authorization findById(String id) {
            return null;
        }

        @Override
        public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
            return null;
        }
    }
}
