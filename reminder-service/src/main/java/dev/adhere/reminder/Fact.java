package dev.adhere.reminder;

import dev.adhere.contracts.Chains;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.contracts.SessionEvent.Side;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a day remembers of an event: as much as the rules read.
sealed interface Fact extends Chains.Link {

    Instant receivedAt();

    /// In the order in which the first 300 of a date are kept.
    Comparator<Fact> BY_ARRIVAL = Comparator.comparing(Fact::receivedAt).thenComparing(Fact::id);

    /// In the order in which sets fill slots.
    Comparator<Fact> BY_TIME = Comparator.comparing(Fact::time).thenComparing(Fact::id);

    record DoneSet(
            String id,
            Instant time,
            Instant receivedAt,
            String exerciseId,
            Side side,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            @Nullable String replaces)
            implements Fact {

        @Override
        public String type() {
            return SessionEvent.CompletedSet.TYPE;
        }
    }

    record Score(
            String id,
            Instant time,
            Instant receivedAt,
            int score,
            Context context,
            Sensation sensation,
            Region region,
            @Nullable String exerciseId,
            @Nullable String replaces)
            implements Fact {

        @Override
        public String type() {
            return SessionEvent.PainScore.TYPE;
        }
    }

    /// @param yes what was answered with yes
    /// @param no what was answered with no
    record Answers(
            String id,
            Instant time,
            Instant receivedAt,
            Set<RedFlag> yes,
            Set<RedFlag> no,
            @Nullable String replaces) implements Fact {

        public Answers {
            yes = Set.copyOf(yes);
            no = Set.copyOf(no);
        }

        @Override
        public String type() {
            return SessionEvent.RedFlagAnswers.TYPE;
        }

        /// Whether no question was left out whose yes would need somebody today.
        boolean answersAllThatMatterAtOnce() {
            for (RedFlag flag : RedFlag.values()) {
                if (flag.urgency() != RedFlag.Urgency.COACH_REVIEW && !yes.contains(flag) && !no.contains(flag)) {
                    return false;
                }
            }
            return true;
        }
    }

    record Withdrawn(String id, Instant time, Instant receivedAt, String replaces) implements Fact {

        @Override
        public String type() {
            return SessionEvent.Withdrawal.TYPE;
        }
    }

    static Fact of(SessionEvent.Dated event) {
        return switch (event) {
            case SessionEvent.CompletedSet e ->
                new DoneSet(
                        e.id(),
                        e.time().toInstant(),
                        e.receivedAt(),
                        e.exerciseId(),
                        e.side(),
                        e.reps(),
                        e.holdSeconds(),
                        e.replaces());
            case SessionEvent.PainScore e ->
                new Score(
                        e.id(),
                        e.time().toInstant(),
                        e.receivedAt(),
                        e.score(),
                        e.context(),
                        e.sensation(),
                        e.region(),
                        e.exerciseId(),
                        e.replaces());
            case SessionEvent.RedFlagAnswers e ->
                new Answers(
                        e.id(),
                        e.time().toInstant(),
                        e.receivedAt(),
                        answered(e, true),
                        answered(e, false),
                        e.replaces());
            case SessionEvent.Withdrawal e -> new Withdrawn(e.id(), e.time().toInstant(), e.receivedAt(), e.replaces());
        };
    }

    private static Set<RedFlag> answered(SessionEvent.RedFlagAnswers event, boolean with) {
        Set<RedFlag> flags = EnumSet.noneOf(RedFlag.class);
        event.answers().forEach((flag, answer) -> {
            if (answer == with) {
                flags.add(flag);
            }
        });
        return flags;
    }
}
