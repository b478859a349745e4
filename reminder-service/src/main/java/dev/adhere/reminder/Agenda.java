package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import java.time.LocalTime;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// In which order a day's slots are to be done.
final class Agenda {

    private static final Comparator<Slot> BY_TIME =
            Comparator.comparing(Slot::timeOfDay, Comparator.nullsLast(Comparator.naturalOrder()));

    private Agenda() {}

    /// By time of day, those for any time last. Where there are stretches among those of a time, what makes
    /// warm is its first step (R2-WARMUP); otherwise the plan's order stands.
    static List<Slot> inOrder(List<Slot> slots) {
        var timesOfStretches = new HashSet<@Nullable LocalTime>();
        slots.stream()
                .filter(slot -> slot.item().traits().kind() == Exercise.Kind.STRETCHING)
                .forEach(slot -> timesOfStretches.add(slot.timeOfDay()));
        Comparator<Slot> warmUpFirst =
                Comparator.comparing(slot -> !(warmsUp(slot) && timesOfStretches.contains(slot.timeOfDay())));
        return slots.stream().sorted(BY_TIME.thenComparing(warmUpFirst)).toList();
    }

    private static boolean warmsUp(Slot slot) {
        Exercise.Kind kind = slot.item().traits().kind();
        return kind != null && kind.warmsUp();
    }
}
