package dev.adhere.platform.security;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/// Remembers for a few seconds which tokens were found good: a client that sends one batch after another shows the same
/// one each time, and its signature need not be computed again. Whether it is in time is asked each time all the same;
/// a key that is withdrawn counts those few seconds longer. Only good tokens are remembered, a bounded number of them.
final class VerifiedTokens implements ReactiveJwtDecoder {

    static final int MOST = 10_000;

    // All of a generation is forgotten at once, so nothing has to be tidied up.
    private record Generation(Instant begun, Map<String, Jwt> good) {}

    private final ReactiveJwtDecoder verifier;
    private final OAuth2TokenValidator<Jwt> inTime;
    private final Duration live;
    private final Clock clock;
    private volatile Generation generation = new Generation(Instant.EPOCH, Map.of());

    /// @param verifier finds out whether a token is good, its time too
    /// @param live how long a token is remembered at most
    VerifiedTokens(ReactiveJwtDecoder verifier, OAuth2TokenValidator<Jwt> inTime, Duration live, Clock clock) {
        this.verifier = verifier;
        this.inTime = inTime;
        this.live = live;
        this.clock = clock;
    }

    @Override
    public Mono<Jwt> decode(String token) {
        Map<String, Jwt> good = good();
        Jwt known = good.get(token);
        if (known != null && !inTime.validate(known).hasErrors()) {
            return Mono.just(known);
        }
        return verifier.decode(token).doOnNext(jwt -> {
            if (good.size() < MOST) {
                good.put(token, jwt);
            }
        });
    }

    private Map<String, Jwt> good() {
        Instant now = clock.instant();
        Generation current = generation;
        if (now.isBefore(current.begun()) || !now.isBefore(current.begun().plus(live))) {
            current = new Generation(now, new ConcurrentHashMap<>());
            generation = current;
        }
        return current.good();
    }
}
