package dev.adhere.platform.web;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One page of a list.
///
/// @param items in the list's order
/// @param next the cursor of the page after it; null on the last
public record Page<T>(List<T> items, @Nullable String next) {

    public Page {
        items = List.copyOf(items);
    }

    /// Makes a page out of up to `size + 1` rows: the one too many shows that there is a next page.
    ///
    /// @param position what the next page starts after, of the last row that is shown
    public static <R, T> Page<T> of(List<R> rows, int size, Function<R, Cursor> position, Function<R, T> item) {
        boolean more = rows.size() > size;
        List<R> shown = more ? rows.subList(0, size) : rows;
        return new Page<>(
                shown.stream().map(item).toList(),
                more ? position.apply(shown.getLast()).text() : null);
    }
}
