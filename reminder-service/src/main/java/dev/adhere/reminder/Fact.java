package dev.adhere.reminder;

import dev.adhere.contracts.Chains;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.contracts.SessionEvent.Side;
import java.time.Instant;
import java.util.Comparator;
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
            case SessionEvent.Withdrawal e -> new Withdrawn(e.id(), e.time().toInstant(), e.receivedAt(), e.replaces());
        };
    }
}
