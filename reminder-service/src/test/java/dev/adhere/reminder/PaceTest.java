package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @Test
    void who_would_wait_too_long_is_told_at_once() throws InterruptedException {
        var pace = new Pace(2);
        assertThat(pace.await(Duration.ofMillis(1))).isTrue();
        assertThat(pace.await(Duration.ofMillis(1))).isTrue();
        assertThat(pace.await(Duration.ofMillis(1))).isFalse();
        assertThat(pace.await(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void a_herd_comes_back_as_slowly_as_it_can_be_served() {
        var pace = new Pace(50);
        for (int n = 0; n < 1_000; n++) {
            long millis = pace.comeAgainIn(NOW).toMillis();
            assertThat(millis).isBetween(2_000L + 20 * n, 2_000L + 20 * n + 1_000);
        }
    }

    @Test
    void a_queue_that_has_gone_is_forgotten() {
        var pace = new Pace(1);
        for (int n = 0; n < 10; n++) {
            assertThat(pace.comeAgainIn(NOW)).isPositive();
        }
        assertThat(pace.comeAgainIn(NOW.plusSeconds(60))).isLessThanOrEqualTo(Duration.ofSeconds(3));
    }
}
