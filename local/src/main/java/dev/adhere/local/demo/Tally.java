package dev.adhere.local.demo;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How many lines of this start had which outcome, and how many should have had it.
final class Tally {

    private int sent;
    private int accepted;
    private int repeats;
    private int altered;
    private int again;
    private int surprises;
    private final Map<String, Integer> refused = new TreeMap<>();

    /// @param repeat whether the same id had been accepted before
    synchronized void count(Letter letter, @Nullable String problem, boolean repeat) {
        sent++;
        if (problem != null) {
            refused.merge(problem, 1, Integer::sum);
        } else {
            accepted++;
            repeats += repeat ? 1 : 0;
            altered += letter.event() ? 0 : 1;
        }
        surprises += java.util.Objects.equals(problem, letter.problem()) ? 0 : 1;
    }

    synchronized void again() {
        again++;
    }

    synchronized int sent() {
        return sent;
    }

    synchronized int accepted() {
        return accepted;
    }

    /// Accepted under an id that had been accepted before, with the same content.
    synchronized int repeats() {
        return repeats;
    }

    /// Accepted under an id that had been accepted before, with other content.
    synchronized int altered() {
        return altered;
    }

    synchronized int resent() {
        return again;
    }

    /// Outcomes that were others than the simulator says they must be.
    synchronized int surprises() {
        return surprises;
    }

    synchronized Map<String, Integer> refused() {
        return new TreeMap<>(refused);
    }

    synchronized int refusals() {
        return refused.values().stream().mapToInt(Integer::intValue).sum();
    }
}
