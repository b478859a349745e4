package dev.adhere.local.demo;

import org.jspecify.annotations.Nullable;

/// One line that an app sends.
///
/// @param key under which the app remembers what became of it: the event's id, or a name for what is no
///     event of its
/// own
/// @param event whether it must be stored under its key once it is accepted; false for rubbish and for
///     other content
/// under
///     an id that is taken
/// @param json the line, without its end
/// @param problem what it must be refused with; null where it must be accepted
record Letter(
        String key, boolean event, String json, @Nullable String problem) {

    /// What must be accepted and stored.
    static Letter of(String id, String json) {
        return new Letter(id, true, json, null);
    }
}
