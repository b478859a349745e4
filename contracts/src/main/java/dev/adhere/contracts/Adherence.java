package dev.adhere.contracts;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// A user's current figures (rules 1-12 of section 1), as topic `adherence` carries them.
///
/// Percentages are 0-100 with one decimal, null where nothing was due, never 0 or 100 for it.
///
/// @param throughDate the last closed local day: every figure but `today` ends there
/// @param d7 adherent-day rate
/// @param f7 active-day rate
/// @param r7 raw, without excusals
/// @param o7 over-dose
/// @param lastReceivedAt when the last event of this user reached the service; null before the first
public record Adherence(
        String userId,
        Instant asOf,
        ZoneId timeZone,
        LocalDate throughDate,
        Share a7,
        Share a28,
        @Nullable BigDecimal d7,
        @Nullable BigDecimal f7,
        @Nullable BigDecimal r7,
        @Nullable BigDecimal o7,
        Streak streak,
        Today today,
        @Nullable Instant lastReceivedAt) {

    /// Capped dose adherence over a window.
    ///
    /// @param numerator sets done, capped per slot, in sets
    /// @param denominator sets due
    /// @param excusedShare per cent of the prescribed sets that were excused; null where none was prescribed
    public record Share(
            @Nullable BigDecimal value,
            BigDecimal numerator,
            long denominator,
            @Nullable BigDecimal excusedShare) {}

    /// Consecutive due days with a day dose of at least 0.80.
    public record Streak(int current, int best) {}

    /// The open day, never inside the other figures.
    ///
    /// @param done sets
    /// @param due sets
    public record Today(LocalDate date, BigDecimal done, long due) {}
}
