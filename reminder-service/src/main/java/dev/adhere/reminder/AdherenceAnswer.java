package dev.adhere.reminder;

import dev.adhere.contracts.Adherence;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// Turns integer figures into what people read: the one place that divides (rule 2).
final class AdherenceAnswer {

    private AdherenceAnswer() {}

    static Adherence of(UserState head, Instant asOf) {
        Figures figures = head.figures();
        Figures.Window week = figures.a7();
        DaySums today = today(head, asOf);
        return new Adherence(
                head.userId(),
                asOf,
                head.zone(),
                head.throughDate(),
                share(week),
                share(figures.a28()),
                percent(week.adherentDays(), week.dueDays()),
                percent(week.activeDays(), week.dueDays()),
                percent(week.rawDone(), 1000 * week.prescribed()),
                percent(week.over(), 1000 * week.prescribed()),
                new Adherence.Streak(figures.streak(), figures.bestStreak()),
                new Adherence.Today(today.date(), sets(today.done()), today.due()),
                head.lastReceivedAt());
    }

    private static DaySums today(UserState head, Instant asOf) {
        LocalDate date = head.today(asOf);
        DaySums sums = head.sums().get(date);
        if (sums != null && sums.hasFacts()) {
            return sums;
        }
        Day empty = Day.empty(date);
        return Fold.sums(head, empty);
    }

    private static Adherence.Share share(Figures.Window w) {
        return new Adherence.Share(
                percent(w.done(), 1000 * w.due()), sets(w.done()), w.due(), percent(w.excused(), w.prescribed()));
    }

    /// Per cent with one decimal, HALF_UP; null where there is nothing to divide by.
    static @Nullable BigDecimal percent(long part, long whole) {
        return whole == 0
                ? null
                : BigDecimal.valueOf(part)
                        .multiply(BigDecimal.valueOf(100))
                        .divide(BigDecimal.valueOf(whole), 1, RoundingMode.HALF_UP);
    }

    /// Thousandths of a set as sets, with one to three decimals.
    static BigDecimal sets(long thousandths) {
        BigDecimal sets = BigDecimal.valueOf(thousandths, 3).stripTrailingZeros();
        return sets.scale() < 1 ? sets.setScale(1, RoundingMode.UNNECESSARY) : sets;
    }
}
