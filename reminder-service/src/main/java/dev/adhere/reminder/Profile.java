package dev.adhere.reminder;

import java.time.LocalDate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a coach has to know about a user.
///
/// @param pseudonym how the user wants to be called
/// @param baselinePain 0-10 (LOINC 72514-3) when the user began
/// @param revision 0 while nothing was saved
record Profile(
        @Nullable String pseudonym,
        Set<Condition> conditions,
        @Nullable Integer baselinePain,
        @Nullable LocalDate onboardedOn,
        long revision) {

    static final Profile EMPTY = new Profile(null, Set.of(), null, null, 0);

    /// Reasons to ask a provider before exercising (guidance of source 003).
    enum Condition {
        SPINAL_STENOSIS,
        DISC_DEGENERATION,
        BACK_SURGERY,
        OSTEOPOROSIS,
        PREGNANCY,
        CANCER
    }

    Profile {
        conditions = Set.copyOf(conditions);
    }
}
