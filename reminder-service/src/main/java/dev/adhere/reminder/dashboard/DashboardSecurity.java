package dev.adhere.reminder.dashboard;

import com.mongodb.client.MongoDatabase;
import dev.adhere.platform.Preparation;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import java.net.URI;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;
import org.springframework.security.web.server.header.CrossOriginOpenerPolicyServerHttpHeadersWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.server.header.ReferrerPolicyServerHttpHeadersWriter.ReferrerPolicy;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/// The chain of the browser's paths: sessions by cookie, where `/v1` has bearer tokens. Everything else is
/// still the
/// other chain's, which knows no cookie.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DashboardSettings.class)
class DashboardSecurity {

    private static final String[] OURS = {
        "/",
        "/updates",
        "/cohort.csv",
        "/cohort.json",
        "/clients/**",
        "/invitations",
        "/assets/**",
        "/language/*",
        SignIn.START,
        SignIn.END,
        "/logout",
        "/signed-out",
        "/not-signed-in"
    };
    private static final String[] FOR_ALL = {
        "/assets/**", "/language/*", SignIn.START, SignIn.END, "/signed-out", "/not-signed-in"
    };
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /// No script and no style but our files, nothing from elsewhere, and nobody frames us.
    private static final String CONTENT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    Sessions sessions(MongoDatabase database, DashboardSettings settings, Clock clock) {
        return new Sessions(database, settings, clock);
    }

    @Bean
    Preparation sessionsHealthIndicator(Sessions sessions) {
        return new Preparation("sessions", sessions::prepare);
    }

    @Bean
    SignIn signIn(
            DashboardSettings settings,
            @Value("${adhere.security.issuer}") String issuer,
            @Value("${adhere.security.jwks-uri:}") String jwksUri,
            Clock clock) {
        return new SignIn(settings, issuer, jwksUri, clock);
    }

    @Bean
    @Order(2)
    SecurityWebFilterChain dashboardChain(
            ServerHttpSecurity http, Sessions sessions, SignIn signIn, DashboardSettings settings, Pages pages) {
        return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers(OURS))
                .addFilterAt(ownOrigin(settings, pages), SecurityWebFiltersOrder.FIRST)
                .securityContextRepository(sessions)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                .csrf(csrf -> csrf.csrfTokenRepository(sessions)
                        // Answers are not compressed, so the token need not be masked anew each time.
                        .csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler())
                        .accessDeniedHandler((exchange, _) -> pages.refuse(exchange, Problem.of(ProblemType.CSRF))))
                .cors(ServerHttpSecurity.CorsSpec::disable)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT))
                        // With no referrer at all browsers would call our own forms' origin null.
                        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                        .permissionsPolicy(policy -> policy.policy("camera=(), geolocation=(), microphone=()"))
                        .crossOriginOpenerPolicy(policy -> policy.policy(CrossOriginOpenerPolicy.SAME_ORIGIN)))
                .authorizeExchange(exchanges -> exchanges
                        .pathMatchers(FOR_ALL)
                        .permitAll()
                        .anyExchange()
                        .authenticated())
                .oauth2Login(login -> login.clientRegistrationRepository(signIn::registration)
                        .authorizedClientRepository(signIn)
                        .authorizationRequestResolver(signIn)
                        .authorizationRequestRepository(signIn)
                        .authenticationMatcher(new PathPatternParserServerWebExchangeMatcher(SignIn.END))
                        .authenticationManager(signIn.judge())
                        .securityContextRepository(sessions)
                        .authenticationSuccessHandler((filter, _) -> goTo(filter.getExchange(), settings.at("/")))
                        .authenticationFailureHandler((filter, fault) -> goTo(
                                filter.getExchange(),
                                settings.at("/not-signed-in" + (isNoCoach(fault) ? "?why=role" : "")))))
                .logout(logout -> logout.logoutUrl("/logout")
                        .logoutHandler((filter, _) -> sessions.end(filter.getExchange()))
                        .logoutSuccessHandler((filter, _) -> goTo(filter.getExchange(), settings.at("/signed-out"))))
                .exceptionHandling(
                        handling -> handling.authenticationEntryPoint((exchange, _) -> entry(exchange, settings, pages))
                                .accessDeniedHandler((exchange, _) -> pages.refuse(exchange, Problem.notFound())))
                .build();
    }

    private static boolean isNoCoach(Throwable fault) {
        return fault instanceof OAuth2AuthenticationException refused
                && refused.getError().getErrorCode().equals(SignIn.NO_COACH);
    }

    // A page sends its reader to sign in; what a script asks for says that the session is over.
    private static Mono<Void> entry(ServerWebExchange exchange, DashboardSettings settings, Pages pages) {
        ServerHttpRequest request = exchange.getRequest();
        return request.getMethod() == HttpMethod.GET && Pages.wantsPage(request)
                ? goTo(exchange, settings.at(SignIn.START))
                : pages.refuse(exchange, Problem.of(ProblemType.SESSION_EXPIRED));
    }

    private static Mono<Void> goTo(ServerWebExchange exchange, String uri) {
        return Mono.fromRunnable(() -> {
            exchange.getResponse().setStatusCode(HttpStatus.SEE_OTHER);
            exchange.getResponse().getHeaders().setLocation(URI.create(uri));
        });
    }

    // Other sites may lead here, and nothing else: neither read nor, with our cookie or without, change
    // anything.
    private static WebFilter ownOrigin(DashboardSettings settings, Pages pages) {
        return (exchange, chain) -> {
            HttpHeaders headers = exchange.getRequest().getHeaders();
            @Nullable String origin = headers.getFirst(HttpHeaders.ORIGIN);
            @Nullable String site = headers.getFirst("Sec-Fetch-Site");
            boolean foreign = origin != null && !origin.equals(settings.origin())
                    || site != null
                            && !site.equals("same-origin")
                            && !site.equals("none")
                            && !SAFE.contains(exchange.getRequest().getMethod());
            return foreign ? pages.refuse(exchange, Problem.of(ProblemType.CORS_REJECTED)) : chain.filter(exchange);
        };
    }
}
