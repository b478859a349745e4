package dev.adhere.platform.security;

import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.ProblemWriter;
import java.net.InetSocketAddress;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.HandlerMethodArgumentResolver;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Two chains: the management port, where health and metrics are open and all else is closed; and the public
/// port,
/// where everything under `/v1` needs a token and anything else does not exist.
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration",
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.reactive.ReactiveOAuth2ResourceServerAutoConfiguration"
        })
@EnableWebFluxSecurity
@EnableConfigurationProperties(SecuritySettings.class)
class SecurityPlatform {

    @Bean
    ReactiveJwtDecoder jwtDecoder(SecuritySettings settings, Clock clock) {
        return Tokens.decoder(settings, clock);
    }

    @Bean
    @Order(1)
    SecurityWebFilterChain managementChain(ServerHttpSecurity http, Environment environment, ProblemWriter problems) {
        return http.securityMatcher(onManagementPort(environment))
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .authorizeExchange(exchanges -> exchanges
                        .pathMatchers(HttpMethod.GET, "/actuator/health/**", "/actuator/prometheus")
                        .permitAll()
                        .anyExchange()
                        .denyAll())
                .exceptionHandling(handling -> handling.authenticationEntryPoint(
                                (exchange, _) -> unauthenticated(exchange, problems))
                        .accessDeniedHandler((exchange, _) -> unauthenticated(exchange, problems)))
                .build();
    }

    // Whatever no other chain of a service takes.
    @Bean
    @Order(10)
    SecurityWebFilterChain publicChain(
            ServerHttpSecurity http,
            ReactiveJwtDecoder decoder,
            ProblemWriter problems,
            ObjectProvider<OpenToAll> openToAll) {
        String[] open =
                openToAll.stream().flatMap(paths -> paths.patterns().stream()).toArray(String[]::new);
        return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
                .cors(ServerHttpSecurity.CorsSpec::disable)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                .logout(ServerHttpSecurity.LogoutSpec::disable)
                .authorizeExchange(exchanges -> {
                    exchanges
                            .pathMatchers("/v1/**")
                            .authenticated()
                            .pathMatchers(HttpMethod.GET, "/v3/api-docs/**")
                            .permitAll();
                    if (open.length > 0) {
                        exchanges.pathMatchers(open).permitAll();
                    }
                    exchanges.anyExchange().denyAll();
                })
                .oauth2ResourceServer(server -> server.bearerTokenConverter(oneHeaderOnly())
                        .jwt(jwt -> jwt.jwtDecoder(decoder).jwtAuthenticationConverter(SecurityPlatform::authenticated))
                        .authenticationEntryPoint((exchange, fault) -> refuse(exchange, fault, problems)))
                .exceptionHandling(handling -> handling.authenticationEntryPoint(
                                (exchange, fault) -> refuse(exchange, fault, problems))
                        .accessDeniedHandler((exchange, _) -> problems.write(exchange, Problem.notFound())))
                .build();
    }

    /// A method that nothing here has is 405, as HTTP says, and not for the firewall to turn away.
    @Bean
    ServerWebExchangeFirewall firewall() {
        var firewall = new StrictServerWebExchangeFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    /// What the firewall turns away before anything else sees it is a problem like any other.
    @Bean
    ServerExchangeRejectedHandler turnedAway(ProblemWriter problems) {
        return (exchange, _) -> problems.write(
                exchange, Problem.invalidParameter("The path or a header of the request holds what none may hold."));
    }

    private static ServerWebExchangeMatcher onManagementPort(Environment environment) {
        return exchange -> {
            Integer management = environment.getProperty("local.management.port", Integer.class);
            InetSocketAddress local = exchange.getRequest().getLocalAddress();
            return management != null && local != null && local.getPort() == management
                    ? MatchResult.match()
                    : MatchResult.notMatch();
        };
    }

    private static ServerAuthenticationConverter oneHeaderOnly() {
        var bearer = new ServerBearerTokenAuthenticationConverter();
        return exchange -> {
            var headers = exchange.getRequest().getHeaders().get(HttpHeaders.AUTHORIZATION);
            if (headers != null && headers.size() > 1) {
                return Mono.error(new InvalidBearerTokenException("more than one Authorization header"));
            }
            return bearer.convert(exchange);
        };
    }

    private static Mono<AbstractAuthenticationToken> authenticated(Jwt jwt) {
        var token = new JwtAuthenticationToken(jwt, java.util.List.of());
        token.setDetails(Tokens.caller(jwt));
        return Mono.just(token);
    }

    private static Mono<Void> refuse(
            ServerWebExchange exchange, AuthenticationException fault, ProblemWriter problems) {
        if (!exchange.getRequest().getPath().value().startsWith("/v1/")) {
            return problems.write(exchange, Problem.notFound());
        }
        if (fault instanceof InvalidBearerTokenException
                || exchange.getRequest().getHeaders().containsHeader(HttpHeaders.AUTHORIZATION)) {
            exchange.getResponse().getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
            return problems.write(exchange, Problem.of(ProblemType.TOKEN_INVALID));
        }
        return unauthenticated(exchange, problems);
    }

    private static Mono<Void> unauthenticated(ServerWebExchange exchange, ProblemWriter problems) {
        exchange.getResponse().getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return problems.write(exchange, Problem.of(ProblemType.UNAUTHENTICATED));
    }

    @Bean
    WebFluxConfigurer callerArguments() {
        return new WebFluxConfigurer() {
            @Override
            public void configureArgumentResolvers(ArgumentResolverConfigurer configurer) {
                configurer.addCustomResolver(new CallerArgument());
            }
        };
    }

    private static final class CallerArgument implements HandlerMethodArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == Caller.class;
        }

        @Override
        public Mono<Object> resolveArgument(
                MethodParameter parameter, BindingContext bindingContext, ServerWebExchange exchange) {
            return ReactiveSecurityContextHolder.getContext()
                    .mapNotNull(SecurityContext::getAuthentication)
                    .ofType(JwtAuthenticationToken.class)
                    .<Object>map(token -> Tokens.caller(token.getToken()))
                    .switchIfEmpty(Mono.error(
                            () -> Problem.of(ProblemType.UNAUTHENTICATED).asException()));
        }
    }
}
