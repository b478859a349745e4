package dev.adhere.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// Something that a coach should look at, as topic `alerts` carries it. Its acknowledgement is told under
/// the same id.
///
/// @param id made of user, rule, exercise and local date, so that it is raised once
/// @param rule that raised it (section 2.3), or LAPSED: seven due days in a row brought nothing
/// @param exerciseId that it is about; null where it is about the user
/// @param date the user's local date
/// @param raisedAt when what raised it was received
/// @param rulesVersion of the thresholds that were in force
/// @param text for the coach
/// @param textId which text in which version that is: key, language, and the CRC-32 of its wording,
///     `alert.P4/en/3f2a90c1`; absent where nothing was said, or by a release before the id was kept
/// @param acknowledgedAt null while nobody said to have seen it
/// @param acknowledgedBy the coach's id
/// @param note what the coach wrote beside it
public record Alert(
        String id,
        Rule rule,
        Severity severity,
        @Nullable String exerciseId,
        LocalDate date,
        Instant raisedAt,
        String rulesVersion,
        String text,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String textId,
        @Nullable Instant acknowledgedAt,
        @Nullable String acknowledgedBy,
        @Nullable String note) {

    public enum Severity {
        CRITICAL,
        URGENT,
        ROUTINE
    }

    /// Section 2.3.
    public enum Rule {
        P0A,
        P0B,
        /// A yes to a question of the kind that a coach reviews.
        P0C,
        P1,
        P2,
        P3,
        P3H,
        P4,
        P5,
        P6,
        P7,
        P8,
        P9,
        P10,
        P11,
        P12,
        P13,
        P14,
        /// Seven due days in a row brought nothing.
        LAPSED,
        /// A morning had nothing to be compared with.
        REF_MISSING
    }
}
