package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.web.Problem;
import org.jspecify.annotations.Nullable;

/// An exercise in the catalogue, and whether others know of it.
///
/// @param published whether it was ever published: from then on everybody sees it, and it never is a draft
///     again, because events and plans may name it
record Stored(Entry entry, boolean published) {

    /// The revision after `current`. What comes in retired has been published elsewhere; a draft that is
    /// retired here has not.
    ///
    /// @param current null where there is none yet
    /// @throws dev.adhere.platform.web.ProblemException 422 `validation-failed` where a published exercise
    ///     would become a draft
    static Stored next(@Nullable Stored current, Entry wanted) {
        boolean before = current != null && current.published();
        if (before && wanted.isDraft()) {
            throw Problem.validationFailed("status", "must be PUBLISHED or RETIRED, for it has been published")
                    .asException();
        }
        long revision = current == null ? 1 : current.entry().revision() + 1;
        boolean now = wanted.status() == Exercise.Status.PUBLISHED || current == null && !wanted.isDraft();
        return new Stored(wanted.as(revision, wanted.status()), before || now);
    }

    /// Whether a retirement changes anything.
    boolean isRetired() {
        return entry.status() == Exercise.Status.RETIRED;
    }

    Stored retired() {
        return next(this, entry.as(entry.revision(), Exercise.Status.RETIRED));
    }
}
