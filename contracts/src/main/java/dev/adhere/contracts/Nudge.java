package dev.adhere.contracts;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// One decision to nudge or not to nudge, with its reason, as topic `nudges` carries it.
///
/// @param id made of user, kind and local date, so that a second decision is the same nudge
/// @param date the local date that it is about
/// @param reason why it was not sent; null where it was
/// @param text what the user reads; null where it was not sent
/// @param state of the delivery; null where it was not sent
public record Nudge(
        String id,
        Kind kind,
        LocalDate date,
        Instant decidedAt,
        Outcome outcome,
        @Nullable Reason reason,
        @Nullable String text,
        @Nullable Channel channel,
        @Nullable State state) {

    public enum Kind {
        DUE_SOON
    }

    public enum Outcome {
        SENT,
        SUPPRESSED
    }

    /// The first gate that failed (section 3.3).
    public enum Reason {
        NOT_ALLOWED,
        MUTED,
        NOT_DUE,
        DONE,
        IN_SESSION,
        QUIET_HOURS,
        CAP,
        STALE
    }

    public enum Channel {
        INBOX
    }

    public enum State {
        DELIVERED
    }
}
