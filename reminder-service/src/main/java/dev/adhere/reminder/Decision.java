package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Nudge.Outcome;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.Nudge.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A nudge that was decided, as the user's head remembers it.
///
/// @param lastSentAt when it last reached the user, or may have; null where it never did
/// @param snoozed whether the user put it off: that is an answer to it
/// @param outgoing null unless something is still to become of it
record Decision(
        Nudge nudge,
        @Nullable Instant lastSentAt,
        boolean snoozed,
        @Nullable Outgoing outgoing) {

    /// What is still to happen to a nudge.
    ///
    /// @param at when the fold looks at it next: PENDING for the next attempt, SENDING for the end of the lease,
    ///     SNOOZED for the end of the snooze
    /// @param expiresAt it is not sent after that
    /// @param attempts that were begun
    /// @param holder who was told to make the attempt under way
    record Outgoing(
            Instant at,
            Instant expiresAt,
            int attempts,
            @Nullable String holder) {}

    /// One that did not pass the gate.
    static Decision suppressed(Nudge nudge) {
        return new Decision(nudge, null, false, null);
    }

    boolean sent() {
        return nudge.outcome() == Outcome.SENT;
    }

    boolean is(State state) {
        return nudge.state() == state;
    }

    /// Changes state, and what is still to happen to it.
    Decision to(State state, @Nullable Outgoing outgoing) {
        return new Decision(
                with(nudge.outcome(), nudge.reason(), nudge.channel(), state), lastSentAt, snoozed, outgoing);
    }

    /// Reached the user through a channel.
    Decision delivered(Channel channel, Instant at) {
        return new Decision(with(Outcome.SENT, null, channel, State.DELIVERED), at, snoozed, null);
    }

    /// Whether it reached the user cannot be known.
    Decision unknown(Instant at) {
        return new Decision(with(Outcome.SENT, null, nudge.channel(), State.UNKNOWN), at, snoozed, null);
    }

    Decision snoozed(Outgoing until) {
        return new Decision(with(Outcome.SENT, null, nudge.channel(), State.SNOOZED), lastSentAt, true, until);
    }

    /// Is no longer wanted: suppressed after all if it never reached the user, else expired.
    Decision givenUp(Reason reason) {
        if (lastSentAt != null) {
            return to(State.EXPIRED, null);
        }
        return suppressed(new Nudge(
                nudge.id(),
                nudge.kind(),
                nudge.date(),
                nudge.decidedAt(),
                Outcome.SUPPRESSED,
                reason,
                null,
                null,
                null));
    }

    private Nudge with(Outcome outcome, @Nullable Reason reason, @Nullable Channel channel, @Nullable State state) {
        return new Nudge(
                nudge.id(),
                nudge.kind(),
                nudge.date(),
                nudge.decidedAt(),
                outcome,
                reason,
                nudge.text(),
                channel,
                state);
    }
}
