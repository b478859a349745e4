package dev.adhere.platform.security;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.SignedJWT;
import dev.adhere.contracts.SessionEvents;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// Which tokens count: RS256 by a key of the issuer that is at most five minutes old, right issuer, right
/// audience,
/// in time by the application's clock, an access token, and a subject that can be a user id.
final class Tokens {

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Duration REMEMBERED = Duration.ofSeconds(5);
    private static final Set<String> NO_ACCESS_TOKEN = Set.of("ID", "Refresh", "Offline", "Logout");

    private Tokens() {}

    static ReactiveJwtDecoder decoder(SecuritySettings settings, Clock clock) {
        JWKSource<SecurityContext> keys = keys(settings.keys(), settings.keysLive());
        NimbusReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withJwkSource(jwt -> keysFor(jwt, keys))
                .jwsAlgorithm(SignatureAlgorithm.RS256)
                .build();
        var inTime = new JwtTimestampValidator(SKEW);
        inTime.setClock(clock);
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                new JwtIssuerValidator(settings.issuer()),
                inTime,
                rule(
                        "aud",
                        jwt -> jwt.getAudience() != null && jwt.getAudience().contains(settings.audience())),
                rule("exp", jwt -> jwt.getExpiresAt() != null),
                rule("sub", jwt -> SessionEvents.isId(jwt.getSubject())),
                rule("typ", Tokens::isAccessToken)));
        Duration live = settings.keysLive().compareTo(REMEMBERED) < 0 ? settings.keysLive() : REMEMBERED;
        return new VerifiedTokens(decoder, inTime, live, clock);
    }

    // Keycloak tells its tokens apart by the claim `typ`, others by the header's; an ID token has a nonce or
    // hashes.
    private static boolean isAccessToken(Jwt jwt) {
        Object header = jwt.getHeaders().get("typ");
        boolean headerFits =
                header == null || List.of("JWT", "at+jwt", "application/at+jwt").contains(header.toString());
        Object claim = jwt.getClaims().get("typ");
        return headerFits
                && (claim == null || !NO_ACCESS_TOKEN.contains(claim.toString()))
                && !jwt.hasClaim("nonce")
                && !jwt.hasClaim("at_hash");
    }

    private interface Rule {
        boolean holds(Jwt jwt);
    }

    private static OAuth2TokenValidator<Jwt> rule(String claim, Rule rule) {
        var error = new OAuth2Error("invalid_token", "The claim " + claim + " does not fit", null);
        return jwt ->
                rule.holds(jwt) ? OAuth2TokenValidatorResult.success() : OAuth2TokenValidatorResult.failure(error);
    }

    private static JWKSource<SecurityContext> keys(String uri, Duration live) {
        try {
            return JWKSourceBuilder.create(
                            URI.create(uri).toURL(), new DefaultResourceRetriever(1_000, 1_000, 64 * 1024))
                    .cache(live.toMillis(), 2_000)
                    .refreshAheadCache(false)
                    .rateLimited(1_000)
                    .outageTolerant(Duration.ofHours(1).toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("adhere.security.jwks-uri is no URL", e);
        }
    }

    private static Flux<JWK> keysFor(SignedJWT jwt, JWKSource<SecurityContext> keys) {
        var selector = new JWKSelector(JWKMatcher.forJWSHeader(jwt.getHeader()));
        return Mono.fromCallable(() -> keys.get(selector, null))
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(JWKSetUnavailableException.class, KeysUnavailable::new)
                .onErrorResume(KeySourceException.class, _ -> Mono.just(List.of()))
                .flatMapIterable(found -> found);
    }

    /// The caller that a valid token names.
    static Caller caller(Jwt jwt) {
        List<String> claim = jwt.getClaims().get("roles") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
        var roles = new java.util.HashSet<Role>();
        for (Role role : Role.values()) {
            if (claim.contains(role.name().toLowerCase(java.util.Locale.ROOT))) {
                roles.add(role);
            }
        }
        return new Caller(
                String.valueOf(jwt.getClaims().get(JwtClaimNames.SUB)),
                roles,
                Objects.requireNonNull(jwt.getExpiresAt()));
    }
}
