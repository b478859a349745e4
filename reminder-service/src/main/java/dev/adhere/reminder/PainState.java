package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Alert.Rule;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the rules of section 2 have decided about a user, and what they remember. Decided once, like
/// nudges: a fact that comes late, is corrected or withdrawn changes figures, never these.
///
/// @param restrictions what takes slots out of the measure, as long as figures look back
/// @param findings that a rule applied, of the last weeks, oldest first
/// @param alerts the open ones, and those acknowledged lately, oldest first
/// @param approvals the newest of each exercise and scope
/// @param gatedAt since when each exercise waits for the coach's approval (P14); null where none does
/// @param firstScoreOn the date of the oldest pain score
/// @param firstMedian the first week's median of MORNING scores (P9); null while there is none
/// @param firstMedianOn the date that it is of
/// @param lastScoreAt the `time` of the newest score of pain
/// @param lastAnsweredAt when all red-flag questions that matter at once were answered last
/// @param ask the rule for which the questions are to be asked again; null for none
record PainState(
        List<Restriction> restrictions,
        List<Finding> findings,
        List<Alert> alerts,
        List<Approval> approvals,
        @Nullable Instant gatedAt,
        @Nullable LocalDate firstScoreOn,
        @Nullable Double firstMedian,
        @Nullable LocalDate firstMedianOn,
        @Nullable Instant lastScoreAt,
        @Nullable Instant lastAnsweredAt,
        @Nullable Rule ask) {

    static final PainState NOTHING =
            new PainState(List.of(), List.of(), List.of(), List.of(), null, null, null, null, null, null, null);

    /// Slots that leave the measure because a rule says so.
    ///
    /// @param exerciseId null for all
    /// @param from first local date
    /// @param to last local date; null until a coach ends it
    /// @param at when it was decided
    /// @param endedBy the coach who ended it; null where none did
    record Restriction(
            Rule rule,
            @Nullable String exerciseId,
            LocalDate from,
            @Nullable LocalDate to,
            Instant at,
            String rulesVersion,
            @Nullable String endedBy) {

        boolean holds() {
            return rule == Rule.P0A || rule == Rule.P0B;
        }

        boolean postpones() {
            return rule == Rule.P1 || rule == Rule.P2 || rule == Rule.P3;
        }

        /// Whether it covers a date: one that was ended on the day on which it began covers none.
        boolean isEffective() {
            return to == null || !to.isBefore(from);
        }

        boolean covers(LocalDate date) {
            return !date.isBefore(from) && (to == null || !date.isAfter(to));
        }

        boolean covers(LocalDate date, String exercise) {
            return covers(date) && (exerciseId == null || exerciseId.equals(exercise));
        }

        Restriction endingOn(LocalDate last, @Nullable String by) {
            return new Restriction(rule, exerciseId, from, last, at, rulesVersion, by);
        }

        Excuse excuse() {
            return new Excuse(from, to == null ? LocalDate.MAX : to, exerciseId, reason());
        }

        Excuse.Reason reason() {
            if (holds()) {
                return Excuse.Reason.RED_FLAG_HOLD;
            }
            return postpones() ? Excuse.Reason.PAIN_POSTPONED : Excuse.Reason.COACH_PAUSE;
        }
    }

    /// A rule that applied: once for a user, rule, exercise and local date.
    ///
    /// @param rule of section 2.3; REF_MISSING: there was nothing to compare a morning with
    /// @param exerciseId null where the rule is about the user
    /// @param date the local date that it is about
    /// @param time of what brought it about
    /// @param at when that was received
    /// @param value the score or median that was compared; null where none was
    /// @param reference what it was compared with; null for a fixed threshold
    /// @param rulesVersion of the thresholds that were in force
    record Finding(
            Rule rule,
            @Nullable String exerciseId,
            LocalDate date,
            Instant time,
            Instant at,
            @Nullable Double value,
            @Nullable Double reference,
            String rulesVersion) {}

    /// That a coach allows an exercise.
    record Approval(String exerciseId, Scope scope, Instant at, String by) {

        enum Scope {
            /// In spite of the conditions in the profile (P14).
            CONDITIONS,
            /// More of it (P12).
            PROGRESS
        }
    }

    PainState {
        restrictions = List.copyOf(restrictions);
        findings = List.copyOf(findings);
        alerts = List.copyOf(alerts);
        approvals = List.copyOf(approvals);
    }

    /// What takes slots out, in the order in which it is named: holds before all else.
    static List<Excuse> excuses(List<Restriction> restrictions, List<Excuse> entered) {
        if (restrictions.isEmpty()) {
            return entered;
        }
        var all = new ArrayList<Excuse>(restrictions.size() + entered.size());
        addExcuses(restrictions, true, all);
        addExcuses(restrictions, false, all);
        all.addAll(entered);
        return all;
    }

    private static void addExcuses(List<Restriction> restrictions, boolean holds, List<Excuse> to) {
        for (Restriction restriction : restrictions) {
            if (restriction.holds() == holds && restriction.isEffective()) {
                to.add(restriction.excuse());
            }
        }
    }

    /// The hold in force (P0); null for none.
    @Nullable
    Restriction hold() {
        return hold(restrictions);
    }

    static @Nullable Restriction hold(List<Restriction> restrictions) {
        for (Restriction restriction : restrictions) {
            if (restriction.holds() && restriction.to() == null) {
                return restriction;
            }
        }
        return null;
    }

    /// A state that is being changed by one call of the fold.
    static final class Draft {
        final List<Restriction> restrictions;
        final List<Finding> findings;
        final List<Alert> alerts;
        final List<Approval> approvals;

        @Nullable
        Instant gatedAt;

        @Nullable
        LocalDate firstScoreOn;

        @Nullable
        Double firstMedian;

        @Nullable
        LocalDate firstMedianOn;

        @Nullable
        Instant lastScoreAt;

        @Nullable
        Instant lastAnsweredAt;

        @Nullable
        Rule ask;

        Draft(PainState s) {
            restrictions = new ArrayList<>(s.restrictions);
            findings = new ArrayList<>(s.findings);
            alerts = new ArrayList<>(s.alerts);
            approvals = new ArrayList<>(s.approvals);
            gatedAt = s.gatedAt;
            firstScoreOn = s.firstScoreOn;
            firstMedian = s.firstMedian;
            firstMedianOn = s.firstMedianOn;
            lastScoreAt = s.lastScoreAt;
            lastAnsweredAt = s.lastAnsweredAt;
            ask = s.ask;
        }

        PainState done() {
            return new PainState(
                    restrictions,
                    findings,
                    alerts,
                    approvals,
                    gatedAt,
                    firstScoreOn,
                    firstMedian,
                    firstMedianOn,
                    lastScoreAt,
                    lastAnsweredAt,
                    ask);
        }
    }
}
