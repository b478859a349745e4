package dev.adhere.reminder;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a coach sees of one user at a glance, and why the user needs a look.
///
/// @param planned whether the plan has something to do today
/// @param throughDate the last closed day of the user: the figures but `dueToday` end there
/// @param doneToday thousandths of a set
/// @param missedInRow the latest due days, in a row, that are known to have brought nothing
/// @param firstPlanAt when the first plan was saved; null before it
/// @param risk why the user needs a look
record CohortRow(
        String userId,
        @Nullable String pseudonym,
        ZoneId zone,
        LocalDate throughDate,
        boolean planned,
        Figures figures,
        long doneToday,
        int dueToday,
        int missedInRow,
        @Nullable Instant lastReceivedAt,
        @Nullable Instant firstPlanAt,
        PainGlance pain,
        List<Risk> risk) {

    static CohortRow of(UserState head, Instant now) {
        LocalDate today = head.today(now);
        Plan plan = head.plan();
        Plan.Version version = plan == null ? null : plan.on(today);
        DaySums open = head.sums().get(today);
        var row = new CohortRow(
                head.userId(),
                head.profile().pseudonym(),
                head.zone(),
                head.throughDate(),
                version != null && !version.items().isEmpty(),
                head.figures(),
                open == null ? 0 : open.done(),
                open == null ? Fold.sums(head, Day.empty(today)).due() : open.due(),
                missedInRow(head),
                head.lastReceivedAt(),
                plan == null ? null : plan.firstSavedAt(),
                PainGlance.of(head, today),
                List.of());
        return row.with(Risk.of(row, now));
    }

    private CohortRow with(List<Risk> risk) {
        return new CohortRow(
                userId,
                pseudonym,
                zone,
                throughDate,
                planned,
                figures,
                doneToday,
                dueToday,
                missedInRow,
                lastReceivedAt,
                firstPlanAt,
                pain,
                risk);
    }

    /// A due day without credit is missed once something was received after its end. Before that nobody
    /// knows.
    private static int missedInRow(UserState head) {
        int missed = 0;
        for (DaySums day :
                head.sums().headMap(head.throughDate(), true).descendingMap().values()) {
            if (!day.isDue()) {
                continue;
            }
            if (day.active()) {
                break;
            }
            missed += known(head, day.date()) ? 1 : 0;
        }
        return missed;
    }

    /// Whether something was received after the end of a date: only then what is missing from it was not
    /// done.
    static boolean known(UserState head, LocalDate date) {
        Instant received = head.lastReceivedAt();
        return received != null && !received.isBefore(Fold.dayEnd(date, head.zone()));
    }

    /// A7, null where nothing was due.
    @Nullable
    BigDecimal a7() {
        return percent(figures.a7());
    }

    /// How far A7 is above A28, in points; null where either has nothing due.
    @Nullable
    BigDecimal trend() {
        BigDecimal a7 = a7();
        BigDecimal a28 = percent(figures.a28());
        return a7 == null || a28 == null ? null : a7.subtract(a28);
    }

    private static @Nullable BigDecimal percent(Figures.Window window) {
        return AdherenceAnswer.percent(window.done(), 1000 * window.due());
    }

    /// Rule 6 of section 1.3.
    enum Band {
        ADHERENT,
        PARTIAL,
        LOW;

        /// In integers, as A7 is 100 done / due; null where nothing was due.
        static @Nullable Band of(Figures.Window window) {
            if (window.due() == 0) {
                return null;
            }
            if (window.done() * 100 >= window.due() * 80_000) {
                return ADHERENT;
            }
            return window.done() * 100 >= window.due() * 50_000 ? PARTIAL : LOW;
        }
    }

    @Nullable
    Band band() {
        return Band.of(figures.a7());
    }

    /// How the user is called where people read it.
    String name() {
        return pseudonym == null ? userId : pseudonym;
    }
}
