package dev.adhere.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// One decision to nudge or not to nudge, with its reason, as topic `nudges` carries it. What becomes of a
/// nudge that is sent is told under the same id.
///
/// @param id made of user, kind and local date, so that a second decision is the same nudge
/// @param date the local date that it is about
/// @param reason why it was not sent; null where it was
/// @param text what the user reads; null where it was not sent
/// @param textId which text in which version that is: key, language, and the CRC-32 of its wording,
///     `DUE_SOON/en/3f2a90c1`; absent where nothing was said, or by a release before the id was kept
/// @param channel the one that it took last; whatever that is, the inbox has it, too. Null where it was not
///     sent
/// @param state of the delivery; null where it was not sent
/// @param displayedAt when a client first said that it showed it; absent until one does
/// @param openedAt when a client first said that the user opened it; absent until one does
public record Nudge(
        String id,
        Kind kind,
        LocalDate date,
        Instant decidedAt,
        Outcome outcome,
        @Nullable Reason reason,
        @Nullable String text,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String textId,
        @Nullable Channel channel,
        @Nullable State state,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant displayedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant openedAt) {

    /// One that no client has shown yet.
    public Nudge(
            String id,
            Kind kind,
            LocalDate date,
            Instant decidedAt,
            Outcome outcome,
            @Nullable Reason reason,
            @Nullable String text,
            @Nullable String textId,
            @Nullable Channel channel,
            @Nullable State state) {
        this(id, kind, date, decidedAt, outcome, reason, text, textId, channel, state, null, null);
    }

    /// The same, on this channel and in this state.
    public Nudge with(@Nullable Reason reason, @Nullable Channel channel, @Nullable State state) {
        return new Nudge(
                id, kind, date, decidedAt, outcome, reason, text, textId, channel, state, displayedAt, openedAt);
    }

    /// The same, with these receipts.
    public Nudge seen(@Nullable Instant displayedAt, @Nullable Instant openedAt) {
        return new Nudge(
                id, kind, date, decidedAt, outcome, reason, text, textId, channel, state, displayedAt, openedAt);
    }

    /// Section 3.2, in the order in which they outrank one another.
    public enum Kind {
        /// A rule of section 2 has something to say at once.
        SAFETY,
        /// How it feels after yesterday's session, or after a high score.
        PAIN_CHECK,
        /// The last due day brought nothing, the one before did.
        RECOVERY,
        /// Three, seven or fourteen due days in a row brought nothing.
        RE_ENGAGE,
        /// The day's time has passed, and not enough is done.
        OVERDUE,
        /// The day's time comes.
        DUE_SOON,
        /// The coach has approved more of an exercise.
        PROGRESS_READY,
        /// Something was reached.
        ENCOURAGE
    }

    public enum Outcome {
        SENT,
        SUPPRESSED
    }

    /// The first gate that failed (section 3.3).
    public enum Reason {
        NOT_ALLOWED,
        MUTED,
        HOLD,
        NOT_DUE,
        DONE,
        IN_SESSION,
        QUIET_HOURS,
        OUTRANKED,
        CAP,
        FATIGUE,
        STALE,
        EXPIRED
    }

    public enum Channel {
        INBOX,
        EMAIL,
        /// A signed request to an address of the user's (Standard Webhooks).
        WEBHOOK,
        /// The user's browsers and apps (RFC 8030).
        WEB_PUSH
    }

    public enum State {
        /// Waits for its next attempt.
        PENDING,
        /// An attempt is under way.
        SENDING,
        DELIVERED,
        /// Whether the last attempt reached the user cannot be known; it is not repeated.
        UNKNOWN,
        /// Comes again when the user said.
        SNOOZED,
        DISMISSED,
        /// Had been delivered and snoozed, and was no longer wanted when it would have come again.
        EXPIRED
    }
}
