package dev.adhere.reminder;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.bson.Document;

/// What is to be set and taken away in a stored document; an event changes little of a user and of a day.
final class Difference {

    // Under compare-and-set; the update sets them itself, or they never change.
    private static final Set<String> FIXED = Set.of("_id", "revision", "schema");

    private final Document set = new Document();
    private final Document unset = new Document();

    /// Fields of which only the whole can be told apart.
    Difference fields(Document was, Document is) {
        is.forEach((name, value) -> {
            if (!FIXED.contains(name) && !Objects.equals(was.get(name), value)) {
                set.put(name, value);
            }
        });
        was.keySet().stream().filter(name -> !is.containsKey(name)).forEach(name -> unset.put(name, ""));
        return this;
    }

    /// A list that is stored as an array: only those of its elements that differ or were added.
    <T> Difference elements(String name, List<T> was, List<T> is, Function<T, Document> document) {
        if (is.size() < was.size()) {
            set.put(name, is.stream().map(document).toList());
            return this;
        }
        for (int i = 0; i < is.size(); i++) {
            if (i >= was.size() || was.get(i) != is.get(i) && !was.get(i).equals(is.get(i))) {
                set.put(name + "." + i, document.apply(is.get(i)));
            }
        }
        return this;
    }

    Document update(long revision) {
        Document update = new Document("$set", set.append("revision", revision));
        return unset.isEmpty() ? update : update.append("$unset", unset);
    }
}
