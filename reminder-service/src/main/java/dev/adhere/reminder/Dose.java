package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent.Side;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Which slots a date has, and how far its sets fill them.
final class Dose {

    /// Tells of a date whether it has a set of an item's exercise that can count for the item.
    interface Presence extends BiPredicate<LocalDate, Plan.Item> {}

    private Dose() {}

    /// The slots of a date, filled. Empty on a rest day, in a pause and before the plan.
    static List<Slot> slots(
            @Nullable Plan plan, List<Excuse> excuses, LocalDate date, List<Fact.DoneSet> sets, Presence presence) {
        Plan.Version version = plan == null ? null : plan.on(date);
        if (plan == null || version == null) {
            return List.of();
        }
        var slots = new ArrayList<Slot>();
        for (Plan.Item item : version.items()) {
            if (!due(plan, version, item, date, presence)) {
                continue;
            }
            Excuse.Reason excuse = excuse(excuses, date, item);
            if (item.unilateral()) {
                fill(slots, item, Side.LEFT, sets, excuse);
                fill(slots, item, Side.RIGHT, sets, excuse);
            } else {
                fill(slots, item, Side.NONE, sets, excuse);
            }
        }
        return slots;
    }

    /// Whether a set may count for an item: a two-sided item takes no set that names no side.
    static boolean fits(Plan.Item item, Side side) {
        return !item.unilateral() || side != Side.NONE;
    }

    private static boolean takes(Side slot, Side set) {
        return slot == Side.NONE || set == slot || set == Side.BOTH;
    }

    private static void fill(
            List<Slot> slots, Plan.Item item, Side side, List<Fact.DoneSet> sets, Excuse.@Nullable Reason excuse) {
        var mine = new ArrayList<Fact.DoneSet>();
        for (Fact.DoneSet set : sets) {
            if (set.exerciseId().equals(item.exerciseId()) && takes(side, set.side())) {
                mine.add(set);
            }
        }
        List<@Nullable LocalTime> times = new ArrayList<>(item.schedule().timesOfDay());
        if (times.isEmpty()) {
            times.add(null);
        }
        int next = 0;
        for (int i = 0; i < times.size(); i++) {
            int end = i == times.size() - 1 ? mine.size() : Math.min(mine.size(), next + item.sets());
            List<Fact.DoneSet> part = mine.subList(next, end);
            slots.add(new Slot(item, side, times.get(i), credit(item, part), part, excuse));
            next = end;
        }
    }

    /// C in thousandths of a set: rounded HALF_UP once, here and nowhere else.
    static long credit(Plan.Item item, List<Fact.DoneSet> sets) {
        long target = item.target();
        long amount = 0;
        for (Fact.DoneSet set : sets) {
            Integer given = item.reps() != null ? set.reps() : set.holdSeconds();
            amount += given == null ? target : Math.min(given, target);
        }
        return (2000 * amount + target) / (2 * target);
    }

    private static Excuse.@Nullable Reason excuse(List<Excuse> excuses, LocalDate date, Plan.Item item) {
        for (Excuse excuse : excuses) {
            if (excuse.covers(date, item.exerciseId())) {
                return excuse.reason();
            }
        }
        return null;
    }

    private static boolean due(Plan plan, Plan.Version version, Plan.Item item, LocalDate date, Presence presence) {
        return switch (item.schedule()) {
            case Plan.Schedule.DaysOfWeek s -> s.days().contains(date.getDayOfWeek());
            case Plan.Schedule.EveryDays s -> s.falls(version.effectiveFrom(), date);
            case Plan.Schedule.TimesPerWeek s -> quotaFalls(plan, item, s.n(), date, presence);
        };
    }

    // Rule 12: the first n days of the week with a set of the item carry a slot each, the rest stand on the
    // last days
    // of the week without one. So nothing is missed on Tuesday.
    private static boolean quotaFalls(Plan plan, Plan.Item item, int n, LocalDate date, Presence presence) {
        var withSet = new ArrayList<LocalDate>();
        var without = new ArrayList<LocalDate>();
        for (LocalDate day : weekOf(date)) {
            Plan.Version valid = plan.on(day);
            Plan.Item same = valid == null ? null : valid.forExercise(item.exerciseId());
            if (same != null && same.schedule() instanceof Plan.Schedule.TimesPerWeek) {
                (presence.test(day, same) ? withSet : without).add(day);
            }
        }
        int carried = Math.min(n, withSet.size());
        if (withSet.subList(0, carried).contains(date)) {
            return true;
        }
        Collections.reverse(without);
        return without.subList(0, Math.min(n - carried, without.size())).contains(date);
    }

    /// The first date on which a plan has something due; a weekly quota begins with its version. Null where
    /// nothing is.
    static @Nullable LocalDate firstDue(Plan plan) {
        for (Plan.Version version : plan.versions()) {
            LocalDate first = null;
            for (Plan.Item item : version.items()) {
                LocalDate date = version.effectiveFrom();
                if (item.schedule() instanceof Plan.Schedule.DaysOfWeek s) {
                    while (!s.days().contains(date.getDayOfWeek())) {
                        date = date.plusDays(1);
                    }
                }
                first = first == null || date.isBefore(first) ? date : first;
            }
            Plan.Version next = plan.after(version);
            if (first != null && (next == null || first.isBefore(next.effectiveFrom()))) {
                return first;
            }
        }
        return null;
    }

    /// Monday to Sunday of the date's ISO week.
    static List<LocalDate> weekOf(LocalDate date) {
        LocalDate monday = date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        return monday.datesUntil(monday.plusDays(7)).toList();
    }

    /// Whether a week has an item with a weekly quota, so that a set on one of its days can move the
    /// others' slots.
    static boolean hasQuota(@Nullable Plan plan, LocalDate date) {
        if (plan == null) {
            return false;
        }
        for (LocalDate day : weekOf(date)) {
            Plan.Version version = plan.on(day);
            if (version != null
                    && version.items().stream().anyMatch(i -> i.schedule() instanceof Plan.Schedule.TimesPerWeek)) {
                return true;
            }
        }
        return false;
    }
}
