package dev.adhere.platform.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import reactor.core.publisher.Mono;

class VerifiedTokensTest {

    private static final Instant START = Instant.parse("2026-11-20T08:00:00Z");
    private static final Duration LIVE = Duration.ofSeconds(5);

    private Instant now = START;
    private boolean keyIsGone;
    private final AtomicInteger verified = new AtomicInteger();

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private VerifiedTokens tokens() {
        var inTime = new JwtTimestampValidator(Duration.ZERO);
        inTime.setClock(clock);
        return new VerifiedTokens(this::verify, inTime, LIVE, clock);
    }

    private Mono<Jwt> verify(String token) {
        verified.incrementAndGet();
        Jwt jwt = Jwt.withTokenValue(token)
                .header("alg", "RS256")
                .subject(token)
                .expiresAt(START.plusSeconds(3))
                .build();
        return keyIsGone || token.startsWith("bad") || !now.isBefore(START.plusSeconds(3))
                ? Mono.error(new BadJwtException("refused"))
                : Mono.just(jwt);
    }

    private static String decoded(VerifiedTokens tokens, String token) {
        return Objects.requireNonNull(tokens.decode(token).block()).getTokenValue();
    }

    @Test
    void a_good_token_is_verified_once_and_is_nobody_elses() {
        var tokens = tokens();
        assertThat(decoded(tokens, "a")).isEqualTo("a");
        assertThat(decoded(tokens, "b")).isEqualTo("b");
        assertThat(decoded(tokens, "a")).isEqualTo("a");
        assertThat(verified).hasValue(2);
    }

    @Test
    void a_token_ends_in_time_though_it_is_remembered() {
        var tokens = tokens();
        assertThat(decoded(tokens, "a")).isEqualTo("a");
        now = START.plusSeconds(4);
        assertThatThrownBy(() -> decoded(tokens, "a")).isInstanceOf(BadJwtException.class);
    }

    @Test
    void a_key_that_is_withdrawn_counts_a_few_seconds_longer_and_no_more() {
        now = START.minusSeconds(10);
        var tokens = tokens();
        assertThat(decoded(tokens, "a")).isEqualTo("a");
        keyIsGone = true;
        now = now.plus(LIVE).minusMillis(1);
        assertThat(decoded(tokens, "a")).isEqualTo("a");
        now = now.plusMillis(1);
        assertThatThrownBy(() -> decoded(tokens, "a")).isInstanceOf(BadJwtException.class);
    }

    @Test
    void a_clock_that_is_set_back_forgets() {
        var tokens = tokens();
        assertThat(decoded(tokens, "a")).isEqualTo("a");
        keyIsGone = true;
        now = START.minusSeconds(1);
        assertThatThrownBy(() -> decoded(tokens, "a")).isInstanceOf(BadJwtException.class);
    }

    @Test
    void what_is_refused_is_not_remembered() {
        var tokens = tokens();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> decoded(tokens, "bad")).isInstanceOf(BadJwtException.class);
        }
        assertThat(verified).hasValue(2);
    }

    @Test
    void there_is_an_end_to_what_is_remembered() {
        var tokens = tokens();
        for (int i = 0; i < VerifiedTokens.MOST + 1; i++) {
            var _ = decoded(tokens, "t" + i);
        }
        assertThat(decoded(tokens, "t0")).isEqualTo("t0");
        assertThat(verified).hasValue(VerifiedTokens.MOST + 1);
        assertThat(decoded(tokens, "t" + VerifiedTokens.MOST)).isEqualTo("t" + VerifiedTokens.MOST);
        assertThat(verified).hasValue(VerifiedTokens.MOST + 2);
    }
}
