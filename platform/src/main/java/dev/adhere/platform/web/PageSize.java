package dev.adhere.platform.web;

import org.jspecify.annotations.Nullable;

/// How many rows a page has: 1-1000, 50 where the client does not say.
public final class PageSize {

    private PageSize() {}

    /// @throws ProblemException 400 `invalid-parameter`
    public static int of(@Nullable Integer size) {
        if (size == null) {
            return 50;
        }
        if (size < 1 || size > 1000) {
            throw Problem.invalidParameter("size must be 1-1000.").asException();
        }
        return size;
    }
}
