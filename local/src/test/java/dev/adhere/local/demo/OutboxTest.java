package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What phones have to send, and what they remember of it from one start to the next.
class OutboxTest {

    private static final Instant NOW = Instant.parse("2026-11-21T15:00:00Z");

    @TempDir
    private Path dir;

    private Ledger ledger(Instant now) throws Exception {
        return Ledger.open(dir.resolve("ledger"), 7, now);
    }

    private static Person who(Habit habit) {
        return Person.COHORT.stream()
                .filter(person -> person.habit() == habit)
                .findFirst()
                .orElseThrow();
    }

    private static void sendAll(Ledger ledger, Person person, Instant now, boolean all) {
        for (Letter letter : new Outbox(ledger).of(person, now, all)) {
            ledger.settled(person.userId(), letter, letter.problem());
        }
    }

    @Test
    void aSecondStartSendsOnlyWhatHappenedSince() throws Exception {
        Person person = who(Habit.STEADY);
        Ledger first = ledger(NOW);
        sendAll(first, person, NOW, true);
        first.close();

        Instant later = NOW.plus(Duration.ofDays(2));
        Ledger second = ledger(later);
        assertThat(second.began()).isEqualTo(NOW);
        assertThat(new Outbox(second).of(person, NOW, true)).isEmpty();
        List<Letter> news = new Outbox(second).of(person, later, true);
        assertThat(news).hasSizeBetween(1, 60).noneMatch(letter -> first.knows(person.userId(), letter.key()));
    }

    @Test
    void whatWasMadeAndHasNoOutcomeIsSentAgainInTheSameWords() throws Exception {
        Person person = who(Habit.STEADY);
        Ledger first = ledger(NOW);
        Letter made = Letter.of("0193b2a0-0000-7000-8000-000000000001", "{\"a\":1}");
        first.made(person.userId(), made);
        first.close();
        Files.writeString(dir.resolve("ledger"), "done\tuser-0", StandardOpenOption.APPEND); // cut by a kill

        Ledger second = ledger(NOW);
        assertThat(second.open(person.userId())).containsExactly(made);
        second.settled(person.userId(), made, null);
        second.close();
        assertThat(ledger(NOW).stored(person.userId())).containsExactly(made.key());
    }

    @Test
    void anotherSeedIsRefused() throws Exception {
        Ledger first = ledger(NOW);
        sendAll(first, who(Habit.STEADY), NOW, true);
        first.close();
        assertThatThrownBy(() -> Ledger.open(dir.resolve("ledger"), 8, NOW))
                .isInstanceOf(Demo.OtherSeed.class)
                .hasMessageContaining("--seed 7");
    }

    @Test
    void aPhoneThatIsOfflineKeepsItsLastDaysUntilItIsBack() throws Exception {
        Person person = who(Habit.OFFLINE);
        Ledger ledger = ledger(NOW);
        int before = new Outbox(ledger).of(person, NOW, false).size();
        sendAll(ledger, person, NOW, false);
        List<Letter> flushed = new Outbox(ledger).of(person, NOW, true);
        assertThat(before).isGreaterThan(50);
        assertThat(flushed).hasSizeBetween(5, 60);
    }

    @Test
    void theNewestEventsOfAClockThatIsAheadMustBeRefused() throws Exception {
        List<Letter> letters = new Outbox(ledger(NOW)).of(who(Habit.CLOCK_AHEAD), NOW, true);
        assertThat(letters.stream().filter(letter -> letter.problem() != null))
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(letter -> "event-in-future".equals(letter.problem()));
        assertThat(letters.stream().filter(letter -> letter.problem() == null)).hasSizeGreaterThan(50);
    }

    @Test
    void whatMayOrMayNotBeRefusedWhenItArrivesWaits() throws Exception {
        Ledger ledger = ledger(NOW);
        // Told a minute before the beginning by a clock that is 14 minutes ahead: refused until three minutes after it.
        String told = refused(ledger, NOW).getFirst();
        assertThat(refused(ledger, NOW.plusSeconds(119))).contains(told);
        List<Letter> soon = new Outbox(ledger).of(who(Habit.CLOCK_AHEAD), NOW.plusSeconds(121), true);
        assertThat(soon).noneMatch(letter -> letter.key().equals(told));
        List<Letter> then = new Outbox(ledger).of(who(Habit.CLOCK_AHEAD), NOW.plusSeconds(180), true);
        assertThat(then).anyMatch(letter -> letter.key().equals(told) && letter.problem() == null);
    }

    private static List<String> refused(Ledger ledger, Instant now) {
        return new Outbox(ledger)
                .of(who(Habit.CLOCK_AHEAD), now, true).stream()
                        .filter(letter -> letter.problem() != null)
                        .map(Letter::key)
                        .toList();
    }

    @Test
    void onePhoneSendsEachLineTwiceAndThreeWithOtherContent() throws Exception {
        Ledger ledger = ledger(NOW);
        Person person = who(Habit.TWICE);
        List<Letter> letters = new Outbox(ledger).of(person, NOW, true);
        Map<String, Long> times = letters.stream().collect(Collectors.groupingBy(Letter::key, Collectors.counting()));
        assertThat(times.values()).containsOnly(2L);
        sendAll(ledger, person, NOW, true);
        for (Letter altered : new Outbox(ledger).altered(person, NOW)) {
            assertThat(letters).noneMatch(letter -> letter.json().equals(altered.json()));
            ledger.settled(person.userId(), altered, null);
        }
        assertThat(ledger.conflicts(person.userId())).isEqualTo(3);
        assertThat(new Outbox(ledger).altered(person, NOW)).isEmpty();
        assertThat(ledger.stored(person.userId())).hasSize(times.size());
    }

    @Test
    void onePhoneSendsRubbishOnce() throws Exception {
        Ledger ledger = ledger(NOW);
        Person person = who(Habit.RUBBISH);
        sendAll(ledger, person, NOW, true);
        assertThat(ledger.refused())
                .isEqualTo(Map.of(
                        "invalid-body", 3, "validation-failed", 2, "reserved-field", 1, "unknown-event-type", 1));
        assertThat(new Outbox(ledger).of(person, NOW, true)).isEmpty();
    }

    @Test
    void theSimulatorsOwnA7CountsWhatWasAcceptedAndNoMoreThanIsDue() throws Exception {
        Ledger ledger = ledger(NOW);
        Person over = who(Habit.OVERDOING);
        var through = over.date(NOW).minusDays(1);
        Expected nothing = Expected.week(over, through, ledger, (_, _) -> false);
        assertThat(nothing.done()).isZero();
        assertThat(nothing.due()).isEqualTo(7 * 9); // cat-cow 1, bridge 2, pelvic tilt 2, bird dog 2 a side
        sendAll(ledger, over, NOW, true);
        Expected all = Expected.week(over, through, ledger, (_, _) -> false);
        assertThat(all.due()).isEqualTo(nothing.due());
        assertThat(all.done())
                .isPositive()
                .isLessThanOrEqualTo(1000 * all.due())
                .satisfies(done -> assertThat(done % 9000)
                        .as("whole days: who over-does leaves nothing out")
                        .isZero());
    }
}
