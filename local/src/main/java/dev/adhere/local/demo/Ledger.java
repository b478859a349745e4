package dev.adhere.local.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the simulated phones remember: what they have made and what became of it. A text file, appended to,
/// so that a second start goes on where the first one ended.
///
/// A line is `began INSTANT SEED`, `made USER KEY JSON` or `done USER KEY OUTCOME`, with tabs between.
final class Ledger {

    private static final String ACCEPTED = "accepted";

    private final Path file;
    private final Instant began;
    private final long seed;
    private final Map<String, Map<String, String>> outcomes = new HashMap<>();
    private final Map<String, Map<String, Letter>> open = new HashMap<>();
    private @Nullable BufferedWriter out;

    private Ledger(Path file, Instant began, long seed) {
        this.file = file;
        this.began = began;
        this.seed = seed;
    }

    /// What was kept in the file, or a new one that begins now.
    ///
    /// @throws Demo.OtherSeed where the file was begun with another seed
    static Ledger open(Path file, long seed, Instant now) throws IOException, Demo.OtherSeed {
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        String[] first = lines.isEmpty() ? new String[0] : lines.getFirst().split("\t", 3);
        if (first.length < 3) {
            return new Ledger(file, now, seed);
        }
        if (seed != Long.parseLong(first[2])) {
            throw new Demo.OtherSeed("This folder's demo was begun with --seed " + first[2]
                    + ". Go on with that one, or begin anew on another folder with --data DIR.");
        }
        var ledger = new Ledger(file, Instant.parse(first[1]), seed);
        lines.forEach(ledger::recall);
        return ledger;
    }

    private void recall(String line) {
        String[] fields = line.split("\t", 4);
        // A kill may have cut the last line.
        if (fields.length == 4 && fields[0].equals("made")) {
            of(open, fields[1]).put(fields[2], Letter.of(fields[2], fields[3]));
        } else if (fields.length == 4 && fields[0].equals("done")) {
            of(outcomes, fields[1]).put(fields[2], fields[3]);
            var _ = of(open, fields[1]).remove(fields[2]);
        }
    }

    /// When the demo was started for the first time.
    Instant began() {
        return began;
    }

    long seed() {
        return seed;
    }

    synchronized boolean isNew() {
        return outcomes.isEmpty();
    }

    /// Whether the phone has made this already, whatever became of it.
    synchronized boolean knows(String userId, String key) {
        return of(outcomes, userId).containsKey(key) || of(open, userId).containsKey(key);
    }

    /// What was made and has no outcome yet.
    synchronized List<Letter> open(String userId) {
        return List.copyOf(of(open, userId).values());
    }

    synchronized boolean accepted(String userId, String key) {
        return ACCEPTED.equals(of(outcomes, userId).get(key));
    }

    /// The ids of a person's events that must be stored.
    synchronized Set<String> stored(String userId) {
        return of(outcomes, userId).entrySet().stream()
                .filter(entry -> entry.getValue().equals(ACCEPTED))
                .map(Map.Entry::getKey)
                .filter(Ledger::isId)
                .collect(Collectors.toSet());
    }

    /// How many lines were refused, by the reason given.
    synchronized Map<String, Integer> refused() {
        var refused = new TreeMap<String, Integer>();
        outcomes.values()
                .forEach(keys -> keys.values().stream()
                        .filter(outcome -> !outcome.equals(ACCEPTED))
                        .forEach(outcome -> refused.merge(outcome, 1, Integer::sum)));
        return refused;
    }

    /// How many times other content was accepted under an id that was taken.
    synchronized long conflicts(String userId) {
        return of(outcomes, userId).keySet().stream()
                .filter(key -> !isId(key) && accepted(userId, key))
                .count();
    }

    // Keys that are no ids are of rubbish or of other content under a taken id.
    private static boolean isId(String key) {
        return key.length() == 36;
    }

    /// Remembers a line before it is sent, so that it is sent again in the same words after a kill.
    synchronized void made(String userId, Letter letter) {
        of(open, userId).put(letter.key(), letter);
        append("made", userId, letter.key(), letter.json());
    }

    synchronized void settled(String userId, Letter letter, @Nullable String problem) {
        String outcome = problem == null ? ACCEPTED : problem;
        if (of(outcomes, userId).putIfAbsent(letter.key(), outcome) == null) {
            append("done", userId, letter.key(), outcome);
        }
        var _ = of(open, userId).remove(letter.key());
    }

    private static <T> Map<String, T> of(Map<String, Map<String, T>> all, String userId) {
        return all.computeIfAbsent(userId, _ -> new LinkedHashMap<>());
    }

    private void append(String... fields) {
        try {
            BufferedWriter writer = out;
            if (writer == null) {
                boolean begins = !Files.exists(file) || Files.size(file) == 0;
                writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                out = writer;
                if (begins) {
                    writer.write("began\t" + began + "\t" + seed + "\n");
                } else {
                    writer.write("\n"); // ends a line that a kill has cut
                }
            }
            writer.write(String.join("\t", fields) + "\n");
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
