package dev.adhere.reminder;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// Takes slots out of the measure (rules 4 and 5).
///
/// @param to inclusive
/// @param exerciseId null for all exercises
record Excuse(LocalDate from, LocalDate to, @Nullable String exerciseId, Reason reason) {

    enum Reason {
        PAIN_POSTPONED,
        ILLNESS,
        OVEREXERTION,
        TRAVEL,
        COACH_PAUSE,
        RED_FLAG_HOLD
    }

    boolean covers(LocalDate date, String exerciseId) {
        return !date.isBefore(from)
                && !date.isAfter(to)
                && (this.exerciseId == null || this.exerciseId.equals(exerciseId));
    }
}
