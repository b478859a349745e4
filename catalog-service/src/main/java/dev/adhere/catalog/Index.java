package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.web.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// This instance's copy of what can be searched: everything that was ever published. Filled from MongoDB at the
/// start, kept up by topic `exercises`, so that an edit on one instance is found on all.
final class Index {

    private final Map<String, Search.Row> rows = new HashMap<>();
    private volatile @Nullable List<Search.Row> listed;
    private volatile boolean filled;

    /// Takes a revision in, unless it has it or a later one.
    synchronized void put(Exercise exercise) {
        Search.Row known = rows.get(exercise.id());
        if (known == null || known.revision() < exercise.revision()) {
            rows.put(exercise.id(), Search.Row.of(exercise));
            listed = null;
        }
    }

    /// Everything that MongoDB had is in.
    void filled() {
        filled = true;
    }

    /// All rows as they are now, by name: what is nearly in order is quickly sorted for each who asks.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 503 until the index is filled
    List<Search.Row> rows() {
        if (!filled) {
            throw Problem.temporarilyUnavailable().asException();
        }
        List<Search.Row> current = listed;
        return current == null ? list() : current;
    }

    private synchronized List<Search.Row> list() {
        List<Search.Row> current =
                rows.values().stream().sorted(Search.Row.BY_NAME).toList();
        listed = current;
        return current;
    }
}
