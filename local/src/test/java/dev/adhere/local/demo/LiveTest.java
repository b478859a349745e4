package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// What happens after READY, hour by hour, on a clock that the test moves.
class LiveTest {

    private static final Instant NOW = Instant.parse("2026-11-21T15:00:00Z");

    /// Stands still until it is moved.
    private static final class Hands extends Clock {
        private Instant now = NOW;

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
    }

    @TempDir
    private Path dir;

    private final Hands clock = new Hands();
    private Ledger ledger;
    private Outbox outbox;

    @BeforeEach
    void bringIn() throws Exception {
        ledger = Ledger.open(dir.resolve("ledger"), Demo.SEED, NOW);
        outbox = new Outbox(ledger);
        for (Person person : Person.COHORT) {
            outbox.of(person, NOW, false).forEach(letter -> settle(person, letter));
        }
    }

    private void settle(Person person, Letter letter) {
        ledger.settled(person.userId(), letter, letter.problem());
    }

    private List<Live.Step> steps(Live live, int count) {
        var steps = new ArrayList<Live.Step>();
        for (int i = 0; i < count; i++) {
            clock.now = clock.now.plus(Live.PACE);
            for (Live.Step step : live.next()) {
                step.letters().forEach(letter -> settle(step.person(), letter));
                steps.add(step);
            }
        }
        return steps;
    }

    @Test
    void aHandfulOfEventsAMinuteAtTheAppsClockByWhoeverIsAwake() {
        var live = new Live(outbox, ledger, clock);
        var json = new JsonMapper();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            for (Live.Step step : steps(live, 1)) {
                Person person = step.person();
                if (step.news() != null) {
                    continue;
                }
                Letter letter = step.letters().getFirst();
                Instant time = OffsetDateTime.parse(
                                json.readTree(letter.json()).path("time").asString())
                        .toInstant();
                assertThat(time).isEqualTo(clock.now.plus(person.habit().clockAhead()));
                assertThat(LocalTime.ofInstant(clock.now, person.zone()))
                        .isBetween(LocalTime.of(6, 0), LocalTime.of(22, 30));
                assertThat(keys.add(letter.key())).as("nothing is done twice").isTrue();
                assertThat(letter.problem()).isEqualTo(person.habit() == Habit.CLOCK_AHEAD ? "event-in-future" : null);
            }
        }
        assertThat(keys).hasSizeGreaterThan(60);
    }

    @Test
    void phonesThatWereOfflineComeBackOneAfterTheOther() {
        var live = new Live(outbox, ledger, clock);
        List<Live.Step> back =
                steps(live, 20).stream().filter(step -> step.news() != null).toList();
        assertThat(back).extracting(step -> step.person().habit()).containsExactly(Habit.OFFLINE, Habit.OFFLINE);
        assertThat(back.getFirst().person()).isNotEqualTo(back.getLast().person());
        assertThat(back.getFirst().news()).contains("user-019 is online again").contains("3 days");
        for (Person person : Person.COHORT) {
            assertThat(outbox.of(person, NOW, true)).as(person.userId()).isEmpty();
        }
    }

    @Test
    void aDayIsDoneOnceAndTheNextOneGoesOn() {
        var live = new Live(outbox, ledger, clock);
        int first = steps(live, 24 * 300).size();
        int second = steps(live, 24 * 300).size();
        // About nine sets and a few scores a day each, of those who train.
        assertThat(first).isBetween(100, 360);
        assertThat(second).isBetween(120, 360);
    }

    @Test
    void whatAKillCutOffIsSentFirstAndInTheSameWords() {
        var live = new Live(outbox, ledger, clock);
        clock.now = clock.now.plus(Live.PACE);
        Live.Step cut = live.next().getLast();

        var afterwards = new Live(outbox, ledger, clock);
        clock.now = clock.now.plus(Duration.ofHours(1));
        Live.Step again = afterwards.next().getFirst();
        assertThat(again.person()).isEqualTo(cut.person());
        assertThat(again.letters().getFirst().json())
                .isEqualTo(cut.letters().getFirst().json());
    }
}
