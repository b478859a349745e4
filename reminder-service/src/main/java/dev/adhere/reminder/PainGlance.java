package dev.adhere.reminder;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the cohort shows of a user's pain, and what is open about it.
///
/// @param median of the week's MORNING scores, 0-10; null where there are too few
/// @param trend how far that is above the week before, in points; null where either is missing
/// @param openAlerts nobody has acknowledged them, the most urgent first
record PainGlance(@Nullable BigDecimal median, @Nullable BigDecimal trend, List<OpenAlert> openAlerts) {

    static final PainGlance NONE = new PainGlance(null, null, List.of());

    PainGlance {
        openAlerts = List.copyOf(openAlerts);
    }

    enum Severity {
        CRITICAL,
        URGENT,
        ROUTINE
    }

    /// An alert that nobody has acknowledged.
    ///
    /// @param id the alert's
    /// @param rule that raised it
    /// @param severity how soon somebody should look
    /// @param raisedAt when it was raised
    record OpenAlert(String id, String rule, Severity severity, Instant raisedAt) {}

    /// What a head tells of it. Heads hold neither pain nor alerts yet.
    static PainGlance of(UserState head) {
        return NONE;
    }
}
