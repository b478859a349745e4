package dev.adhere.reminder;

import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/// What is to be set and taken away in a stored document; an event changes little of a user and of a day.
final class Difference {

    private final Document set = new Document();
    private final Document unset = new Document();

    /// A field of which only the whole can be told apart.
    ///
    /// @param stored what it is to be; null for nothing. Not called where `was` equals `is`.
    void field(String name, @Nullable Object was, @Nullable Object is, Supplier<@Nullable Object> stored) {
        if (!Objects.equals(was, is)) {
            Object value = stored.get();
            if (value == null) {
                unset.put(name, "");
            } else {
                set.put(name, value);
            }
        }
    }

    /// A list that is stored as an array: only those of its elements that differ or were added.
    <T> Difference elements(String name, Collection<T> was, Collection<T> is, Function<T, ?> stored) {
        if (is.size() < was.size()) {
            set.put(name, is.stream().<Object>map(stored).toList());
            return this;
        }
        Iterator<T> earlier = was.iterator();
        int place = 0;
        for (T now : is) {
            T before = earlier.hasNext() ? earlier.next() : null;
            if (before != now && !now.equals(before)) {
                set.put(name + "." + place, stored.apply(now));
            }
            place++;
        }
        return this;
    }

    Document update(long revision) {
        Document update = new Document("$set", set.append("revision", revision));
        return unset.isEmpty() ? update : update.append("$unset", unset);
    }
}
