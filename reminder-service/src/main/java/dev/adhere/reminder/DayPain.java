package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the head keeps of one date's pain scores: as much as rules read that look back over weeks. Only
/// what was felt as pain is in it.
///
/// @param mornings scores of context MORNING, in order of time, 0-10
/// @param during the highest score during each exercise, by exercise
/// @param regions where it hurt
record DayPain(List<Integer> mornings, List<During> during, Set<Region> regions) {

    static final DayPain NONE = new DayPain(List.of(), List.of(), Set.of());

    /// @param worst 0-10
    /// @param full whether the exercise's slots of the date were all due and all done
    record During(String exerciseId, int worst, boolean full) {}

    DayPain {
        mornings = List.copyOf(mornings);
        during = List.copyOf(during);
        regions = Set.copyOf(regions);
    }

    /// @param scores of the date, in force, in order of time
    /// @param slots of the date, filled
    static DayPain of(List<Fact.Score> scores, List<Slot> slots) {
        var mornings = new ArrayList<Integer>();
        var worst = new TreeMap<String, Integer>();
        Set<Region> regions = EnumSet.noneOf(Region.class);
        for (Fact.Score score : scores) {
            if (score.sensation() != Sensation.PAIN) {
                continue;
            }
            regions.add(score.region());
            if (score.context() == Context.MORNING) {
                mornings.add(score.score());
            }
            if (score.context() == Context.DURING && score.exerciseId() != null) {
                worst.merge(score.exerciseId(), score.score(), Math::max);
            }
        }
        if (regions.isEmpty()) {
            return NONE;
        }
        var during = new ArrayList<During>();
        worst.forEach((exercise, score) -> during.add(new During(exercise, score, full(exercise, slots))));
        return new DayPain(mornings, during, regions);
    }

    private static boolean full(String exercise, List<Slot> slots) {
        boolean any = false;
        for (Slot slot : slots) {
            if (slot.item().exerciseId().equals(exercise)) {
                if (slot.excused() || slot.credit() < slot.prescribed()) {
                    return false;
                }
                any = true;
            }
        }
        return any;
    }

    boolean isEmpty() {
        return regions.isEmpty();
    }

    /// The newest score of the morning; null for none.
    @Nullable
    Integer morning() {
        return mornings.isEmpty() ? null : mornings.getLast();
    }

    /// The highest score during an exercise; null where none was given.
    @Nullable
    During during(String exerciseId) {
        for (During each : during) {
            if (each.exerciseId().equals(exerciseId)) {
                return each;
            }
        }
        return null;
    }
}
