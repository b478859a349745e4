package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Envelope;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.RedFlagAnswers;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Situations that tests begin with.
final class Situations {

    static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    static final LocalDate MONDAY = LocalDate.parse("2025-03-03");
    private static final AtomicLong NEXT = new AtomicLong();

    private Situations() {}

    static Plan.Schedule daily(String... times) {
        return new Plan.Schedule.DaysOfWeek(
                EnumSet.allOf(DayOfWeek.class),
                java.util.Arrays.stream(times).map(LocalTime::parse).toList());
    }

    static Plan.Item item(String exercise, int sets, int reps, boolean unilateral, Plan.Schedule schedule) {
        return new Plan.Item(exercise, exercise, sets, reps, null, schedule, traits(exercise, unilateral), null);
    }

    /// As the catalogue has them: all but the stretch strengthen, and the low tummy is postponed on discomfort.
    static Plan.Item.Traits traits(String exercise, boolean unilateral) {
        return new Plan.Item.Traits(
                exercise,
                unilateral,
                exercise.equals("stretch") ? Exercise.Kind.STRETCHING : Exercise.Kind.STRENGTHENING,
                exercise.equals("lower-tummy"));
    }

    /// 9 set-units a day: bridge 3x10, tilt 2x10, bird-dog 2x5 per side.
    static List<Plan.Item> planA(String... times) {
        return List.of(
                item("bridge", 3, 10, false, daily(times)),
                item("tilt", 2, 10, false, daily(times)),
                item("bird-dog", 2, 5, true, daily(times)));
    }

    static Plan plan(LocalDate from, Instant savedAt, ZoneId zone, List<Plan.Item> items) {
        return new Plan(zone, Plan.ZonePolicy.FOLLOW_USER, List.of(new Plan.Version(from, items)), 1, savedAt, savedAt);
    }

    static CompletedSet set(String exercise, Side side, @Nullable Integer reps, ZonedDateTime time) {
        return set(
                "e" + NEXT.incrementAndGet(),
                exercise,
                side,
                reps,
                time,
                time.toInstant().plusSeconds(2));
    }

    static CompletedSet set(
            String id, String exercise, Side side, @Nullable Integer reps, ZonedDateTime time, Instant receivedAt) {
        return correction(null, id, exercise, side, reps, null, time, receivedAt);
    }

    static CompletedSet correction(
            @Nullable String replaces,
            String id,
            String exercise,
            Side side,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            ZonedDateTime time,
            Instant receivedAt) {
        return new CompletedSet(
                new Envelope(
                        "user-001", id, "app/test", CompletedSet.TYPE, time.toOffsetDateTime(), receivedAt, Map.of()),
                JsonMapper.shared().createObjectNode(),
                exercise,
                time.getZone(),
                side,
                reps,
                holdSeconds,
                null,
                null,
                null,
                replaces);
    }

    static PainScore score(@Nullable String replaces, String id, int score, ZonedDateTime time, Instant receivedAt) {
        return new PainScore(
                new Envelope("user-001", id, "app/test", PainScore.TYPE, time.toOffsetDateTime(), receivedAt, Map.of()),
                JsonMapper.shared().createObjectNode(),
                score,
                Context.AFTER,
                Sensation.PAIN,
                Region.LOW_BACK,
                null,
                time.getZone(),
                null,
                replaces);
    }

    /// A score with all that rules read of it, received two seconds later.
    static PainScore score(int score, Context context, @Nullable String exercise, ZonedDateTime time) {
        return score(score, context, Sensation.PAIN, Region.LOW_BACK, exercise, time);
    }

    static PainScore score(
            int score,
            Context context,
            Sensation sensation,
            Region region,
            @Nullable String exercise,
            ZonedDateTime time) {
        return new PainScore(
                new Envelope(
                        "user-001",
                        "p" + NEXT.incrementAndGet(),
                        "app/test",
                        PainScore.TYPE,
                        time.toOffsetDateTime(),
                        time.toInstant().plusSeconds(2),
                        Map.of()),
                JsonMapper.shared().createObjectNode(),
                score,
                context,
                sensation,
                region,
                exercise,
                time.getZone(),
                null,
                null);
    }

    static RedFlagAnswers answers(Map<RedFlag, Boolean> answers, ZonedDateTime time) {
        return new RedFlagAnswers(
                new Envelope(
                        "user-001",
                        "f" + NEXT.incrementAndGet(),
                        "app/test",
                        RedFlagAnswers.TYPE,
                        time.toOffsetDateTime(),
                        time.toInstant().plusSeconds(2),
                        Map.of()),
                JsonMapper.shared().createObjectNode(),
                answers,
                time.getZone(),
                null);
    }

    static Withdrawal withdrawal(String replaces, String id, ZonedDateTime time, Instant receivedAt) {
        return new Withdrawal(
                new Envelope(
                        "user-001", id, "app/test", Withdrawal.TYPE, time.toOffsetDateTime(), receivedAt, Map.of()),
                JsonMapper.shared().createObjectNode(),
                replaces,
                time.getZone());
    }

    /// A user whose inputs are folded one after another, each at its time; timers fire in between as they
    /// would.
    static final class Story {
        Fold.User user;
        Instant now;
        private long offset;

        Story(Instant start) {
            now = start;
            user = Fold.User.unknown("user-001", start);
        }

        Story at(Instant moment) {
            runTimersUntil(moment);
            now = moment;
            return this;
        }

        /// Fires what is due, in order, each at its own moment.
        void runTimersUntil(Instant moment) {
            Instant due = user.head().nextDueAt();
            while (due != null && !due.isAfter(moment)) {
                fold(new Fold.Due("test"), due);
                Instant next = user.head().nextDueAt();
                if (next != null && !next.isAfter(due)) {
                    throw new AssertionError("a timer that fired is due again at once: " + next);
                }
                due = next;
            }
        }

        Story plan(Plan plan) {
            return fold(new Fold.EditPlan(plan), now);
        }

        Story preferences(Preferences preferences) {
            return fold(new Fold.EditPreferences(preferences), now);
        }

        Story excuses(List<Excuse> excuses) {
            return fold(new Fold.EditExcuses(excuses), now);
        }

        Story act(Fold.Input input) {
            return fold(input, now);
        }

        /// The event at its time of receipt.
        Story when(SessionEvent event) {
            return at(event.receivedAt()).event(event);
        }

        Story event(SessionEvent event) {
            return fold(new Fold.Happened(event, "topic", offset++), now);
        }

        // As the keeper does it: the fold sees the dates that it says it needs, and no other.
        private Story fold(Fold.Input input, Instant when) {
            var needed = new java.util.HashMap<LocalDate, Day>();
            for (LocalDate date : Fold.needs(user.head(), input)) {
                needed.put(date, user.days().getOrDefault(date, Day.empty(date)));
            }
            Fold.User after = Fold.apply(new Fold.User(user.head(), needed), input, when);
            var days = new java.util.HashMap<>(user.days());
            days.putAll(after.days());
            user = new Fold.User(
                    after.head().equals(user.head())
                            ? user.head()
                            : after.head().stored(),
                    days);
            return this;
        }

        UserState head() {
            return user.head();
        }

        dev.adhere.contracts.Adherence adherence() {
            return AdherenceAnswer.of(user.head(), now);
        }
    }
}
