package dev.adhere.reminder;

import java.time.LocalDate;
import java.util.List;
import java.util.NavigableMap;

/// Everything that section 1 of the rules computes for a user, in integers; nothing is divided here.
///
/// @param a7 the last 7 closed days
/// @param a28 the last 28 closed days
record Figures(Window a7, Window a28, int streak, int bestStreak) {

    /// Additive sums over a window of dates.
    ///
    /// @param done thousandths of a set
    /// @param due sets
    /// @param dueDays days with a slot that is not excused
    record Window(
            long done, long due, long excused, long rawDone, long over, int dueDays, int adherentDays, int activeDays) {

        static Window of(Iterable<DaySums> days) {
            long done = 0;
            long due = 0;
            long excused = 0;
            long rawDone = 0;
            long over = 0;
            int dueDays = 0;
            int adherent = 0;
            int active = 0;
            for (DaySums day : days) {
                done += day.done();
                due += day.due();
                excused += day.excused();
                rawDone += day.rawDone();
                over += day.over();
                if (day.isDue()) {
                    dueDays++;
                    adherent += day.adherent() ? 1 : 0;
                    active += day.active() ? 1 : 0;
                }
            }
            return new Window(done, due, excused, rawDone, over, dueDays, adherent, active);
        }

        /// Sets of all slots, excused or not.
        long prescribed() {
            return due + excused;
        }
    }

    /// What was before the horizon: days that no fact can change any more.
    ///
    /// @param run consecutive adherent due days that end at the horizon
    /// @param missed consecutive due days without credit that end at the horizon
    /// @param active whether any due day before the horizon had credit
    record Frozen(int run, int best, int missed, boolean active) {

        static final Frozen NONE = new Frozen(0, 0, 0, false);

        Frozen then(DaySums day) {
            if (!day.isDue()) {
                return this;
            }
            int run = day.adherent() ? this.run + 1 : 0;
            return new Frozen(run, Math.max(best, run), day.active() ? 0 : missed + 1, active || day.active());
        }
    }

    static Figures of(NavigableMap<LocalDate, DaySums> sums, LocalDate throughDate, Frozen frozen) {
        Frozen streak = frozen;
        for (DaySums day : sums.headMap(throughDate, true).values()) {
            streak = streak.then(day);
        }
        return new Figures(
                Window.of(last(sums, throughDate, 7)),
                Window.of(last(sums, throughDate, 28)),
                streak.run(),
                streak.best());
    }

    static List<DaySums> last(NavigableMap<LocalDate, DaySums> sums, LocalDate throughDate, int days) {
        return List.copyOf(sums.subMap(throughDate.minusDays(days - 1L), true, throughDate, true)
                .values());
    }
}
