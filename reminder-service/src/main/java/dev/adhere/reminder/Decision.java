package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Nudge.Outcome;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.Nudge.State;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// A nudge that was decided, as the user's head remembers it.
///
/// @param moment at which it was to be decided, or at which it came again after a snooze
/// @param snoozed whether the user put it off: that is an answer to it
/// @param outgoing null unless something is still to become of it
record Decision(
        Nudge nudge,
        Instant moment,
        boolean snoozed,
        @Nullable Outgoing outgoing) {

    /// What is still to happen to a nudge.
    ///
    /// @param at when the fold looks at it next: PENDING for the next attempt, SENDING for the end of the
    ///     lease, SNOOZED for the end of the snooze
    /// @param expiresAt it is not sent after that
    /// @param attempts that were begun
    /// @param holder who was told to make the attempt under way
    record Outgoing(
            Instant at,
            Instant expiresAt,
            int attempts,
            @Nullable String holder) {}

    /// One that did not pass the gate.
    static Decision suppressed(String id, Nudge.Kind kind, LocalDate date, Instant moment, Instant now, Reason reason) {
        return new Decision(
                new Nudge(id, kind, date, now, Outcome.SUPPRESSED, reason, null, null, null, null),
                moment,
                false,
                null);
    }

    /// One that did: the inbox has it from now on, and it waits for its first attempt.
    static Decision sent(
            String id, Nudge.Kind kind, LocalDate date, Instant moment, Instant now, Text text, Channel channel) {
        return new Decision(
                new Nudge(id, kind, date, now, Outcome.SENT, null, text.words(), text.id(), channel, State.PENDING),
                moment,
                false,
                new Outgoing(now, now.plus(NudgePolicy.TIME_TO_LIVE), 0, null));
    }

    /// Names this message wherever it goes: the same over all attempts, another one after a snooze.
    String messageId() {
        return nudge.id() + "." + moment.getEpochSecond();
    }

    boolean sent() {
        return nudge.outcome() == Outcome.SENT;
    }

    boolean is(State state) {
        return nudge.state() == state;
    }

    /// Changes state, and what is still to happen to it.
    Decision to(State state, @Nullable Outgoing outgoing) {
        return new Decision(nudge.with(null, nudge.channel(), state), moment, snoozed, outgoing);
    }

    /// Reached the user through a channel.
    Decision delivered(Channel channel) {
        return new Decision(nudge.with(null, channel, State.DELIVERED), moment, snoozed, null);
    }

    Decision snoozed(Outgoing until) {
        return new Decision(nudge.with(null, nudge.channel(), State.SNOOZED), moment, true, until);
    }

    /// Comes again after its snooze, from its first channel on.
    Decision again(Channel first, Instant now) {
        return new Decision(nudge.with(null, first, nudge.state()), now, snoozed, outgoing);
    }

    /// Waits for its next attempt, through this channel.
    Decision waiting(Channel channel, Outgoing until) {
        return new Decision(nudge.with(null, channel, State.PENDING), moment, snoozed, until);
    }

    /// A client has shown it.
    Decision displayed(Instant at) {
        return nudge.displayedAt() == null ? seen(at, nudge.openedAt()) : this;
    }

    /// A client says that the user opened it, which shows it, too.
    Decision opened(Instant at) {
        return nudge.openedAt() == null ? displayed(at).seen(at) : this;
    }

    private Decision seen(Instant openedAt) {
        return seen(nudge.displayedAt(), openedAt);
    }

    private Decision seen(@Nullable Instant displayedAt, @Nullable Instant openedAt) {
        return new Decision(nudge.seen(displayedAt, openedAt), moment, snoozed, outgoing);
    }

    /// Goes out no more.
    Decision givenUp(Reason reason) {
        return new Decision(nudge.with(reason, nudge.channel(), State.EXPIRED), moment, snoozed, null);
    }
}
