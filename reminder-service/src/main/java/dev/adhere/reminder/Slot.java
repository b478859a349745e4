package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent.Side;
import java.time.LocalTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A dose that one date owes: an item, a side, a time of day (section 1.2).
///
/// @param side NONE, LEFT or RIGHT
/// @param timeOfDay null where any time will do
/// @param credit C, in thousandths of a set, uncapped
/// @param sets the sets that filled it, in order
/// @param excuse null unless excused
record Slot(
        Plan.Item item,
        Side side,
        @Nullable LocalTime timeOfDay,
        long credit,
        List<Fact.DoneSet> sets,
        Excuse.@Nullable Reason excuse) {

    Slot {
        sets = List.copyOf(sets);
    }

    enum State {
        DUE,
        PARTIAL,
        DONE,
        MISSED,
        EXCUSED
    }

    boolean excused() {
        return excuse != null;
    }

    /// P in thousandths of a set.
    long prescribed() {
        return item.sets() * 1000L;
    }

    /// min(C, P): the cap is per slot (rule 1).
    long capped() {
        return Math.min(credit, prescribed());
    }

    long over() {
        return Math.max(0, credit - prescribed());
    }

    State state(boolean closed) {
        if (excused()) {
            return State.EXCUSED;
        }
        if (credit >= prescribed()) {
            return State.DONE;
        }
        if (credit > 0) {
            return State.PARTIAL;
        }
        return closed ? State.MISSED : State.DUE;
    }
}
