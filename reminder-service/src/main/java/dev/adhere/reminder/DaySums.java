package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent.Side;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the head keeps of one date: the sums that windows add up, and enough to find a fact's date again.
///
/// @param due prescribed sets of slots that are not excused
/// @param done their capped credit, thousandths of a set
/// @param excused prescribed sets of excused slots
/// @param rawDone capped credit of all slots, thousandths
/// @param over credit beyond what was prescribed, all slots, thousandths
/// @param active whether a slot that is not excused has credit
/// @param exercises what was done: `exercise` if a set of it named a side, `exercise|` if one named none
/// @param firstSetAt when the first set of the date was done
/// @param lastSetAt when the last set of the date was done
/// @param pain what the date's scores say
/// @param ids hashes of the ids of the date's facts, ascending: an id that is met again is looked up, not
///     believed
record DaySums(
        LocalDate date,
        int due,
        long done,
        int excused,
        long rawDone,
        long over,
        boolean active,
        Set<String> exercises,
        @Nullable Instant firstSetAt,
        @Nullable Instant lastSetAt,
        DayPain pain,
        int[] ids) {

    /// @param sets those of the day that are in force
    /// @param scores those of the day that are in force, in order of time
    /// @param slots of the day, filled with the sets
    static DaySums of(Day day, List<Fact.DoneSet> sets, List<Fact.Score> scores, List<Slot> slots) {
        int due = 0;
        int excused = 0;
        long done = 0;
        long rawDone = 0;
        long over = 0;
        boolean active = false;
        for (Slot slot : slots) {
            rawDone += slot.capped();
            over += slot.over();
            if (slot.excused()) {
                excused += slot.item().sets();
            } else {
                due += slot.item().sets();
                done += slot.capped();
                active |= slot.credit() > 0;
            }
        }
        var exercises = new TreeSet<String>();
        Instant first = null;
        Instant last = null;
        for (Fact.DoneSet set : sets) {
            exercises.add(mark(set.exerciseId(), set.side()));
            first = first == null || set.time().isBefore(first) ? set.time() : first;
            last = last == null || set.time().isAfter(last) ? set.time() : last;
        }
        int[] ids = new int[day.counted().size() + day.notCounted().size()];
        int i = 0;
        for (Fact fact : day.counted()) {
            ids[i++] = fact.id().hashCode();
        }
        for (Day.NotCounted flagged : day.notCounted()) {
            ids[i++] = flagged.fact().id().hashCode();
        }
        Arrays.sort(ids);
        return new DaySums(
                day.date(),
                due,
                done,
                excused,
                rawDone,
                over,
                active,
                exercises,
                first,
                last,
                DayPain.of(scores, slots),
                ids);
    }

    static String mark(String exerciseId, Side side) {
        return side == Side.NONE ? exerciseId + "|" : exerciseId;
    }

    /// Whether the date has a set that can count for the item.
    boolean has(Plan.Item item) {
        return exercises.contains(item.exerciseId())
                || !item.unilateral() && exercises.contains(item.exerciseId() + "|");
    }

    /// A due day has at least one slot that is not excused.
    boolean isDue() {
        return due > 0;
    }

    /// Day dose of at least 0.80, in integers: 5 done >= 4 due.
    boolean adherent() {
        return adherent(done, due * 1000L);
    }

    /// @param done thousandths of a set, capped
    /// @param due thousandths of a set
    static boolean adherent(long done, long due) {
        return 5 * done >= 4 * due;
    }

    boolean mayHold(String id) {
        return Arrays.binarySearch(ids, id.hashCode()) >= 0;
    }

    boolean hasFacts() {
        return ids.length > 0;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof DaySums s
                && date.equals(s.date)
                && due == s.due
                && done == s.done
                && excused == s.excused
                && rawDone == s.rawDone
                && over == s.over
                && active == s.active
                && exercises.equals(s.exercises)
                && Objects.equals(firstSetAt, s.firstSetAt)
                && Objects.equals(lastSetAt, s.lastSetAt)
                && pain.equals(s.pain)
                && Arrays.equals(ids, s.ids);
    }

    @Override
    public int hashCode() {
        return date.hashCode();
    }
}
