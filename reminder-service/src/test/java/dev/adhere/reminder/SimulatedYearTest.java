package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.Nudge.Reason;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Invented people in every zone that changes its clocks, from timer to timer through the real fold, before the eyes of
/// a
/// `Witness`: no nudge in the quiet hours, after the work is done, above the caps, twice, or for what is excused; every
/// due day decided once and for a true reason; figures as the oracle has them.
///
/// Here for the weeks around each change; for a year and very many people by `ops/simulate.sh`.
class SimulatedYearTest {

    private static final int PEOPLE = Integer.getInteger("adhere.people", 200);
    private static final long SEED = Long.getLong("adhere.seed", 20_261_121L);

    @ParameterizedTest(name = "clocks go forward: {0}")
    @ValueSource(booleans = {true, false})
    void nobody_has_anything_to_object_around_a_clock_change(boolean forward) {
        long began = System.nanoTime();
        SimulatedYear.Seen seen = SimulatedYear.aroundChange(forward, PEOPLE, 60, SEED);
        System.out.printf(
                Locale.ROOT,
                "seed %d: %d people, %,d days, %,d events in %.0f s%n",
                SEED,
                seen.people(),
                seen.userDays(),
                seen.events(),
                (System.nanoTime() - began) / 1e9);
        if (PEOPLE >= 200) {
            everythingHappened(seen.counts());
        }
    }

    // What does not happen proves nothing.
    private static void everythingHappened(Map<String, Integer> counts) {
        for (Kind kind : Kind.values()) {
            assertThat(counts).containsKey(kind + " SENT");
        }
        var reasons = counts.keySet().stream()
                .map(what -> what.substring(what.lastIndexOf(' ') + 1))
                .collect(Collectors.toSet());
        for (Reason reason : Reason.values()) {
            assertThat(reasons).contains(reason.name());
        }
        assertThat(counts)
                .containsKeys(
                        "goes out again",
                        "goes out by mail",
                        "UNKNOWN",
                        "DISMISSED",
                        "DISMISSED while put off",
                        "SAFETY SENT AGAIN",
                        "stopped for pain",
                        "restricted by P0A",
                        "restricted by P2",
                        "restricted by P3",
                        "restricted by P14");
    }
}
