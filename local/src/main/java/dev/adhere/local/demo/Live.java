package dev.adhere.local.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What happens next once the demo runs. Days are quickened: whoever is awake and has something left of
/// today does it now, a few people at a time, a set each in turn; but for those who live by the clock.
final class Live {

    /// One event in this time, all people together.
    static final Duration PACE = Duration.ofSeconds(12);

    private static final int AT_A_TIME = 4;
    private static final LocalTime UP = LocalTime.of(6, 0);
    private static final LocalTime TO_BED = LocalTime.of(22, 30);
    private static final LocalTime NOON = LocalTime.of(12, 0);
    private static final int STEPS_OFFLINE = 5;
    private static final int STEPS_A_MINUTE = 5;

    private final Outbox outbox;
    private final Ledger ledger;
    private final Clock clock;
    private final Tally tally;
    private final List<Person> people;
    private final List<Person> busy = new ArrayList<>();
    private final Set<Person> offline = new HashSet<>();
    private int step;
    private int sentBefore;
    private int refusedBefore;

    Live(Outbox outbox, Ledger ledger, Clock clock, Tally tally) {
        this.outbox = outbox;
        this.ledger = ledger;
        this.clock = clock;
        this.tally = tally;
        this.sentBefore = tally.sent();
        this.refusedBefore = tally.refusals();
        this.people = Person.all(ledger.began());
        for (Person person : Person.COHORT) {
            if (person.habit().daysOffline() > 0
                    && !outbox.of(person, clock.instant(), true).isEmpty()) {
                offline.add(person);
            }
        }
    }

    /// @param news for whoever watches; null where it is nothing special
    record Step(
            Person person, List<Letter> letters, @Nullable String news) {}

    /// What is to be sent now.
    List<Step> next() {
        Instant now = clock.instant();
        step++;
        var steps = new ArrayList<Step>();
        for (Person person : people) {
            boolean byTheClock = person.habit().byTheClock();
            List<Letter> letters = byTheClock ? outbox.of(person, now, true) : ledger.open(person.userId());
            if (!letters.isEmpty()) {
                steps.add(new Step(person, letters, null));
            }
        }
        if (!offline.isEmpty() && step % STEPS_OFFLINE == 0) {
            Person back =
                    offline.stream().min((a, b) -> a.number() - b.number()).orElseThrow();
            offline.remove(back);
            List<Letter> letters = outbox.of(back, now, true);
            steps.add(new Step(
                    back,
                    letters,
                    back.userId() + " is online again and flushes " + letters.size() + " events of "
                            + back.habit().daysOffline() + " days"));
            return steps;
        }
        somebody(now).ifPresent(person -> {
            List<Letter> letters = outbox.now(person, left(person, now).getFirst(), now);
            ledger.made(person.userId(), letters.getFirst());
            steps.add(new Step(person, letters, null));
        });
        return steps;
    }

    // In turn, so that a person's sets lie as far apart as real ones.
    private Optional<Person> somebody(Instant now) {
        busy.removeIf(person -> left(person, now).isEmpty());
        for (Person person : Person.COHORT) {
            if (busy.size() < AT_A_TIME
                    && !busy.contains(person)
                    && !left(person, now).isEmpty()) {
                busy.add(person);
            }
        }
        if (busy.isEmpty()) {
            return Optional.empty();
        }
        Person next = busy.removeFirst();
        busy.addLast(next);
        return Optional.of(next);
    }

    private List<Deed> left(Person person, Instant now) {
        LocalTime time = LocalTime.ofInstant(now, person.zone());
        if (offline.contains(person) || time.isBefore(UP) || time.isAfter(TO_BED)) {
            return List.of();
        }
        return outbox.left(person, now).stream()
                .filter(deed -> !(deed instanceof Deed.Felt felt && felt.inTheMorning() && time.isAfter(NOON)))
                .toList();
    }

    /// What happened in the last minute; empty in between and where it was nothing.
    String minute() {
        if (step % STEPS_A_MINUTE != 0 || tally.sent() == sentBefore) {
            return "";
        }
        int sent = tally.sent() - sentBefore;
        int refused = tally.refusals() - refusedBefore;
        sentBefore = tally.sent();
        refusedBefore = tally.refusals();
        return String.format(
                Locale.ROOT,
                "%d events in the last minute%s",
                sent,
                refused == 0 ? "" : ", " + refused + " of them refused (a clock ahead)");
    }
}
