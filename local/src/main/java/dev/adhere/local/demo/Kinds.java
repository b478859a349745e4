package dev.adhere.local.demo;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which kinds of nudges people have in their inboxes, and which are about to come.
///
/// @param sent by kind, any order
/// @param due when a kind is about to come to its own person; absent where it has come or will not soon
record Kinds(Map<Cue, List<Sent>> sent, Map<Cue, Instant> due) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Duration FAR = Duration.ofMinutes(2);

    /// A nudge in somebody's inbox.
    record Sent(String userId, Instant at, String text) {}

    Kinds {
        sent = Map.copyOf(sent);
        due = Map.copyOf(due);
    }

    /// @param due what has been laid out; what has come meanwhile leaves it
    static Kinds read(List<Person> people, Answers answers, Map<Cue, Instant> due)
            throws IOException, InterruptedException {
        var sent = new EnumMap<Cue, List<Sent>>(Cue.class);
        for (Person person : people) {
            answers.nudges(person.userId())
                    .forEach((kind, nudges) ->
                            sent.computeIfAbsent(kind, _ -> new ArrayList<>()).addAll(nudges));
        }
        var left = new HashMap<>(due);
        left.keySet()
                .removeIf(kind -> sent.getOrDefault(kind, List.of()).stream()
                        .anyMatch(nudge -> nudge.userId().equals(kind.userId())));
        return new Kinds(sent, left);
    }

    /// What was sent of a kind to the person who is there for it; null while there is nothing.
    @Nullable
    Sent toOwn(Cue kind) {
        return sent.getOrDefault(kind, List.of()).stream()
                .filter(nudge -> nudge.userId().equals(kind.userId()))
                .max(Comparator.comparing(Sent::at))
                .orElse(null);
    }

    /// What is to come before a moment.
    Set<Cue> before(Instant moment) {
        return due.entrySet().stream()
                .filter(entry -> entry.getValue().isBefore(moment))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The same, but for what nobody waits for any more.
    Kinds without(Set<Cue> lost) {
        var left = new HashMap<>(due);
        left.keySet().removeAll(lost);
        return new Kinds(sent, left);
    }

    /// A line a kind.
    ///
    /// @param now by the application's clock
    String table(Instant now) {
        var text = new StringBuilder("  kind             sent  example   at (UTC)               when it is sent\n");
        for (Cue kind : Cue.values()) {
            List<Sent> those = sent.getOrDefault(kind, List.of());
            Instant soon = due.get(kind);
            Sent newest = toOwn(kind);
            if (newest == null) {
                newest = those.stream().max(Comparator.comparing(Sent::at)).orElse(null);
            }
            String to = soon != null || newest == null ? kind.userId() : newest.userId();
            String at = soon == null ? newest == null ? "not so far" : TIME.format(newest.at()) : soon(soon, now);
            text.append(String.format(
                    Locale.ROOT, "  %-15s %5d  %-9s %-22s %s%n", kind, those.size(), to, at, kind.words()));
        }
        return text.toString();
    }

    private static String soon(Instant at, Instant now) {
        Duration left = Duration.between(now, at);
        String in = left.isNegative()
                ? "any moment"
                : left.compareTo(FAR) < 0 ? "in " + left.toSeconds() + " s" : "in " + left.toMinutes() + " min";
        return TIME.format(at) + ", " + in;
    }
}
