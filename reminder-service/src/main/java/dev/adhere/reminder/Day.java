package dev.adhere.reminder;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One user's facts of one local date.
///
/// @param counted the first 300 by arrival, in that order
/// @param notCounted facts kept only to say why they do not count, the first 300 by arrival
/// @param revision compare-and-set; 0 where nothing is stored yet
record Day(LocalDate date, List<Fact> counted, List<NotCounted> notCounted, long revision) {

    static final int MOST = 300;
    static final int MOST_NOT_COUNTED = 300;

    enum Flag {
        TOO_LATE,
        OVER_LIMIT
    }

    record NotCounted(Fact fact, Flag flag) {}

    Day {
        counted = List.copyOf(counted);
        notCounted = List.copyOf(notCounted);
    }

    static Day empty(LocalDate date) {
        return new Day(date, List.of(), List.of(), 0);
    }

    boolean holds(String id) {
        if (counted(id) != null) {
            return true;
        }
        for (NotCounted flagged : notCounted) {
            if (flagged.fact().id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    /// The day with one more fact. Which facts count depends on the set of them, never on the order of
    /// calls.
    Day with(Fact fact, boolean tooLate) {
        if (holds(fact.id())) {
            return this;
        }
        List<NotCounted> out = new ArrayList<>(notCounted);
        List<Fact> in = counted;
        if (tooLate) {
            out.add(new NotCounted(fact, Flag.TOO_LATE));
        } else {
            var sorted = new TreeSet<>(Fact.BY_ARRIVAL);
            sorted.addAll(counted);
            sorted.add(fact);
            while (sorted.size() > MOST) {
                out.add(new NotCounted(sorted.removeLast(), Flag.OVER_LIMIT));
            }
            in = new ArrayList<>(sorted);
        }
        out.sort((a, b) -> Fact.BY_ARRIVAL.compare(a.fact(), b.fact()));
        return new Day(date, in, out.subList(0, Math.min(out.size(), MOST_NOT_COUNTED)), revision);
    }

    /// The fact of this id, if it counts.
    @Nullable
    Fact counted(String id) {
        for (Fact fact : counted) {
            if (fact.id().equals(id)) {
                return fact;
            }
        }
        return null;
    }

    /// The scores in order of time.
    ///
    /// @param superseded ids that a correction or a withdrawal has put out of force
    List<Fact.Score> scores(Set<String> superseded) {
        var scores = new ArrayList<Fact.Score>();
        for (Fact fact : counted) {
            if (fact instanceof Fact.Score score && !superseded.contains(score.id())) {
                scores.add(score);
            }
        }
        scores.sort(Fact.BY_TIME);
        return scores;
    }

    /// The sets in the order in which they fill slots.
    ///
    /// @param superseded ids that a correction or a withdrawal has put out of force
    List<Fact.DoneSet> sets(Set<String> superseded) {
        var sets = new ArrayList<Fact.DoneSet>(counted.size());
        for (Fact fact : counted) {
            if (fact instanceof Fact.DoneSet set && !superseded.contains(set.id())) {
                sets.add(set);
            }
        }
        sets.sort(Fact.BY_TIME);
        return sets;
    }
}
