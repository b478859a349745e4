package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reason why a coach should look at a user, with the figure that it is made of.
///
/// @param figure alerts, points, days or per cent, as the kind says; null for no contact ever
record Risk(Kind kind, @Nullable BigDecimal figure) {

    /// What outranks what: the most urgent first.
    enum Kind {
        /// Open alerts of severity CRITICAL.
        CRITICAL_ALERT,
        /// Open alerts of severity URGENT.
        URGENT_ALERT,
        /// Points by which the week's median pain is above that of the week before.
        PAIN_UP,
        /// Due days in a row that are known to have brought nothing.
        DAYS_MISSED,
        /// A7, per cent.
        LOW_ADHERENCE,
        /// Whole days since anything was received.
        NO_CONTACT
    }

    private static final BigDecimal PAIN_POINTS = BigDecimal.valueOf(2);
    private static final int MISSED_DAYS = 2;
    private static final Duration SILENCE = Duration.ofDays(3);

    /// Every reason of a row, the most urgent first; empty where there is none.
    static List<Risk> of(CohortRow row, Instant now) {
        var reasons = new ArrayList<Risk>();
        alerts(row, Alert.Severity.CRITICAL, Kind.CRITICAL_ALERT, reasons);
        alerts(row, Alert.Severity.URGENT, Kind.URGENT_ALERT, reasons);
        BigDecimal up = row.pain().trend();
        if (up != null && up.compareTo(PAIN_POINTS) >= 0) {
            reasons.add(new Risk(Kind.PAIN_UP, up));
        }
        if (row.missedInRow() >= MISSED_DAYS) {
            reasons.add(new Risk(Kind.DAYS_MISSED, BigDecimal.valueOf(row.missedInRow())));
        }
        if (row.band() == CohortRow.Band.LOW) {
            reasons.add(new Risk(Kind.LOW_ADHERENCE, row.a7()));
        }
        // Nobody expects to hear from a user who has nothing to do.
        Instant last = row.lastReceivedAt() == null ? row.firstPlanAt() : row.lastReceivedAt();
        if (row.planned() && last != null && !last.plus(SILENCE).isAfter(now)) {
            reasons.add(new Risk(
                    Kind.NO_CONTACT,
                    row.lastReceivedAt() == null
                            ? null
                            : BigDecimal.valueOf(Duration.between(last, now).toDays())));
        }
        return List.copyOf(reasons);
    }

    private static void alerts(CohortRow row, Alert.Severity severity, Kind kind, List<Risk> reasons) {
        long open = row.pain().openAlerts().stream()
                .filter(a -> a.severity() == severity)
                .count();
        if (open > 0) {
            reasons.add(new Risk(kind, BigDecimal.valueOf(open)));
        }
    }

    /// Who needs a look first: the one with the most urgent reason; of equals the one with the next; then the
    /// lower A7, those of whom nothing was due last; then by name.
    static final Comparator<CohortRow> MOST_URGENT_FIRST = Comparator.comparingInt(Risk::weight)
            .reversed()
            .thenComparing(CohortRow::a7, Comparator.nullsLast(Comparator.<BigDecimal>naturalOrder()))
            .thenComparing(CohortRow::name, String.CASE_INSENSITIVE_ORDER)
            .thenComparing(CohortRow::userId);

    // A bit a reason: each outweighs all that come after it.
    private static int weight(CohortRow row) {
        int weight = 0;
        for (Risk risk : row.risk()) {
            weight |= 1 << (Kind.values().length - 1 - risk.kind().ordinal());
        }
        return weight;
    }

    /// In words.
    String text() {
        return switch (kind) {
            case CRITICAL_ALERT -> count("critical alert", "critical alerts") + " open";
            case URGENT_ALERT -> count("urgent alert", "urgent alerts") + " open";
            case PAIN_UP -> "Morning pain up " + figure + " on the week before";
            case DAYS_MISSED -> figure + " due days missed in a row";
            case LOW_ADHERENCE -> "A7 at " + figure + " %";
            case NO_CONTACT -> figure == null ? "Nothing received yet" : "Nothing received for " + count("day", "days");
        };
    }

    private String count(String one, String many) {
        return figure + " " + (BigDecimal.ONE.equals(figure) ? one : many);
    }
}
