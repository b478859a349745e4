package dev.adhere.local.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a person's phone has to send at a moment: everything that happened until then and has no outcome
/// yet, and what faulty phones send beside it. Pure but for the ledger that it reads.
final class Outbox {

    private static final Duration AHEAD = Duration.ofMinutes(10);
    private static final Duration UNDER_WAY = Duration.ofMinutes(1);
    private static final int OLDEST_DAYS = 390;
    private static final int ALTERED = 3;

    private final Ledger ledger;

    Outbox(Ledger ledger) {
        this.ledger = ledger;
    }

    /// @param all whether a phone that was offline when the demo began is online now
    List<Letter> of(Person person, Instant now, boolean all) {
        var letters = new ArrayList<Letter>(ledger.open(person.userId()));
        for (Deed deed : past(person, now, all)) {
            if (!ledger.knows(person.userId(), deed.id()) && !isUnsure(person, deed, now)) {
                letters.add(letter(person, deed, deed.at().toInstant(), now));
            }
        }
        return switch (person.habit()) {
            case TWICE -> twice(letters);
            case RUBBISH -> withRubbish(person, letters, now);
            default -> letters;
        };
    }

    /// Other content under ids that are taken, as after a restored backup; to be sent after the first
    /// content.
    List<Letter> altered(Person person, Instant now) {
        var letters = new ArrayList<Letter>();
        if (person.habit() == Habit.TWICE) {
            for (Deed deed : past(person, ledger.began(), true)) {
                String key = "altered-" + (letters.size() + 1);
                if (letters.size() < ALTERED && !ledger.knows(person.userId(), key)) {
                    letters.add(new Letter(
                            key, false, deed.json(person, deed.at().toInstant().plusSeconds(1)), null));
                }
            }
        }
        return letters;
    }

    /// What the phone sends of something that is done at this moment.
    List<Letter> now(Person person, Deed deed, Instant now) {
        List<Letter> letters = List.of(letter(person, deed, now, now));
        return person.habit() == Habit.TWICE ? twice(letters) : letters;
    }

    /// What a person still has to do today, in the order of the day.
    List<Deed> left(Person person, Instant now) {
        return Deed.on(person.date(now), person, ledger.began(), ledger.seed()).stream()
                .filter(deed -> !ledger.knows(person.userId(), deed.id()))
                .toList();
    }

    private List<Deed> past(Person person, Instant now, boolean all) {
        Instant began = ledger.began();
        LocalDate last = person.date(now);
        if (!all && person.habit().daysOffline() > 0) {
            last = person.date(began).minusDays(person.habit().daysOffline());
        }
        var deeds = new ArrayList<Deed>();
        LocalDate first = person.plan(began).getFirst().from();
        LocalDate oldest = person.date(now).minusDays(OLDEST_DAYS);
        for (LocalDate date = first.isBefore(oldest) ? oldest : first; !date.isAfter(last); date = date.plusDays(1)) {
            for (Deed deed : Deed.on(date, person, began, ledger.seed())) {
                if (!deed.at().toInstant().isAfter(now)) {
                    deeds.add(deed);
                }
            }
        }
        if (person.habit() == Habit.CLOCK_AHEAD) {
            deeds.addAll(Deed.justBefore(began, person, ledger.seed()));
        }
        return deeds;
    }

    // Too far ahead now, and perhaps no more when it arrives: it waits for the next start.
    private static boolean isUnsure(Person person, Deed deed, Instant now) {
        Instant taken = takenFrom(person, deed.at().toInstant());
        return taken.isAfter(now) && !taken.isAfter(now.plus(UNDER_WAY));
    }

    // When the time that a phone gives to something is no longer too far ahead.
    private static Instant takenFrom(Person person, Instant at) {
        return at.plus(person.habit().clockAhead()).minus(AHEAD);
    }

    private static Letter letter(Person person, Deed deed, Instant at, Instant now) {
        boolean ahead = takenFrom(person, at).isAfter(now);
        return new Letter(deed.id(), true, deed.json(person, at), ahead ? "event-in-future" : null);
    }

    private static List<Letter> twice(List<Letter> letters) {
        var twice = new ArrayList<Letter>();
        for (Letter letter : letters) {
            twice.add(letter);
            twice.add(letter);
        }
        return twice;
    }

    private List<Letter> withRubbish(Person person, List<Letter> letters, Instant now) {
        var all = new ArrayList<>(letters);
        List<Letter> rubbish = rubbish(person, now);
        for (int i = 0; i < rubbish.size(); i++) {
            if (!ledger.knows(person.userId(), rubbish.get(i).key())) {
                all.add(Math.min(all.size(), 7 * i), rubbish.get(i));
            }
        }
        return all;
    }

    private static List<Letter> rubbish(Person person, Instant now) {
        String head = "{\"specversion\":\"1.0\",\"id\":\"rubbish\",\"source\":\"app/demo\",\"time\":\""
                + Deed.phoneTime(person, now) + "\",\"type\":\"dev.adhere.";
        String zone = "\"zone\":\"" + person.zone() + "\"";
        var lines = new ArrayList<Letter>();
        rubbish(lines, "invalid-body", "no JSON at all");
        rubbish(lines, "invalid-body", head + "pain-score.v1\",\"data\":{\"sco");
        rubbish(lines, "invalid-body", head + "pain-score.v1\",\"data\":{\"$where\":1,\"score\":2}}");
        rubbish(
                lines,
                "validation-failed",
                head + "pain-score.v1\",\"data\":{\"score\":11,\"context\":\"AD_HOC\"," + zone + "}}");
        rubbish(
                lines,
                "validation-failed",
                head + "pain-score.v1\",\"data\":{\"score\":4.5,\"context\":\"AD_HOC\"," + zone + "}}");
        rubbish(lines, "reserved-field", head + "pain-score.v1\",\"data\":{\"score\":3,\"userId\":\"user-001\"}}");
        rubbish(lines, "unknown-event-type", head + "sneeze.v1\",\"data\":{" + zone + "}}");
        return lines;
    }

    private static void rubbish(List<Letter> lines, @Nullable String problem, String json) {
        lines.add(new Letter("rubbish-" + (lines.size() + 1), false, json, problem));
    }
}
