package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the cohort shows of a user's pain, and what is open about it.
///
/// @param median med7: of the week's MORNING scores, 0-10; null where there are fewer than three
/// @param trend how far that is above the week before, in points; null where either is missing
/// @param openAlerts nobody has acknowledged them, the most urgent first
record PainGlance(@Nullable BigDecimal median, @Nullable BigDecimal trend, List<Alert> openAlerts) {

    static final PainGlance NONE = new PainGlance(null, null, List.of());

    PainGlance {
        openAlerts = List.copyOf(openAlerts);
    }

    static PainGlance of(UserState head, LocalDate today) {
        PainPolicy.Days days = PainPolicy.Days.of(head.sums());
        BigDecimal median = number(PainPolicy.median(days, today));
        BigDecimal before = number(PainPolicy.median(days, today.minusDays(7)));
        return new PainGlance(
                median,
                median == null || before == null ? null : median.subtract(before),
                head.pain().alerts().stream()
                        .filter(alert -> alert.acknowledgedAt() == null)
                        .sorted(Comparator.comparing(Alert::severity).thenComparing(Alert::raisedAt))
                        .toList());
    }

    private static @Nullable BigDecimal number(@Nullable Double median) {
        return median == null ? null : BigDecimal.valueOf(median).stripTrailingZeros();
    }
}
