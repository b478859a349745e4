package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
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

    @TempDir
    private Path dir;

    private final Hands clock = new Hands(NOW);
    private Ledger ledger;
    private Outbox outbox;

    @BeforeEach
    void bringIn() throws Exception {
        ledger = Ledger.open(dir.resolve("ledger"), Demo.SEED, NOW);
        outbox = new Outbox(ledger);
        for (Person person : Person.all(NOW)) {
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
        var live = new Live(outbox, ledger, clock, new Tally());
        var json = new JsonMapper();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            for (Live.Step step : steps(live, 1)) {
                Person person = step.person();
                if (step.news() != null || person.habit().byTheClock()) {
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
    void whoLivesByTheClockTellsWhatIsDoneWithinAPaceAndNothingEarlier() {
        var live = new Live(outbox, ledger, clock, new Tally());
        var json = new JsonMapper();
        Set<Person> seen = new HashSet<>();
        for (int i = 0; i < 5 * 60; i++) {
            for (Live.Step step : steps(live, 1)) {
                if (step.person().habit().byTheClock()) {
                    seen.add(step.person());
                    for (Letter letter : step.letters()) {
                        Instant time = OffsetDateTime.parse(json.readTree(letter.json())
                                        .path("time")
                                        .asString())
                                .toInstant();
                        assertThat(time).isBetween(clock.now.minus(Live.PACE), clock.now);
                    }
                }
            }
        }
        // Within the first hour: all but those whose session is later, or not today.
        assertThat(seen)
                .extracting(Person::habit)
                .containsExactlyInAnyOrder(Habit.FLARING, Habit.SKIPPED, Habit.AWAY, Habit.PUNCTUAL, Habit.ON_A_ROLL);
    }

    @Test
    void theFirstMinuteIsNotThatOfWhatWasBroughtIn() {
        var tally = new Tally();
        var live = new Live(outbox, ledger, clock, tally);
        assertThat(steps(live, 5)).isNotEmpty();
        assertThat(live.minute()).isEmpty();
        tally.count(Letter.of("key", "{}"), null, false);
        assertThat(live.minute()).isEqualTo("1 events in the last minute");
    }

    @Test
    void phonesThatWereOfflineComeBackOneAfterTheOther() {
        var live = new Live(outbox, ledger, clock, new Tally());
        List<Live.Step> back =
                steps(live, 20).stream().filter(step -> step.news() != null).toList();
        assertThat(back).extracting(step -> step.person().habit()).containsExactly(Habit.OFFLINE, Habit.OFFLINE);
        assertThat(back.getFirst().person()).isNotEqualTo(back.getLast().person());
        assertThat(back.getFirst().news()).contains("user-019 is online again").contains("3 days");
        for (Person person : Person.all(NOW)) {
            assertThat(outbox.of(person, NOW, true)).as(person.userId()).isEmpty();
        }
    }

    @Test
    void aDayIsDoneOnceAndTheNextOneGoesOn() {
        var live = new Live(outbox, ledger, clock, new Tally());
        int first = steps(live, 24 * 300).size();
        int second = steps(live, 24 * 300).size();
        // About nine sets and a few scores a day each, of those who train.
        assertThat(first).isBetween(100, 420);
        assertThat(second).isBetween(120, 420);
    }

    @Test
    void whatAKillCutOffIsSentFirstAndInTheSameWords() {
        var live = new Live(outbox, ledger, clock, new Tally());
        clock.now = clock.now.plus(Live.PACE);
        Live.Step cut = live.next().getLast();

        var afterwards = new Live(outbox, ledger, clock, new Tally());
        clock.now = clock.now.plus(Duration.ofHours(1));
        Live.Step again = afterwards.next().getFirst();
        assertThat(again.person()).isEqualTo(cut.person());
        assertThat(again.letters().getFirst().json())
                .isEqualTo(cut.letters().getFirst().json());
    }
}
