package dev.adhere.catalog;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Names that are too much like another exercise's to be taken for a new one: the same words in whatever
/// order, number and spelling of hyphens, or one slip apart.
///
/// One slip apart does not count in a number or a single letter ("stage 1", "variation b"), and not between
/// abduction and adduction; in a short name only two letters that changed places do ("brigde"), from five
/// letters on. Pure, but for what it was told; not thread-safe.
final class Lookalikes {

    private static final int SHORTEST_WITH_SLIP = 8;
    private static final int SHORTEST_WITH_SWAP = 5;
    private static final Pattern AWAY = Pattern.compile("^abduct");

    /// An exercise that has such a name already.
    ///
    /// @param id that exercise's id
    /// @param name the name that is nearly the same
    record Match(
            @Schema(example = "bridge") String id,
            @Schema(example = "Glute bridge") String name) {}

    private record Known(String id, String name, Key key) {}

    /// @param sorted the words in one order, singular
    /// @param joined the words as they come, singular
    /// @param marks words that must be the same: numbers, single letters, the direction
    private record Key(String sorted, String joined, Set<String> marks) {

        static Key of(String name) {
            List<String> words =
                    Names.words(name).stream().map(Lookalikes::singular).toList();
            return new Key(
                    words.stream().sorted().collect(Collectors.joining(" ")),
                    String.join("", words),
                    words.stream()
                            .filter(w -> w.length() == 1
                                    || w.chars().anyMatch(Character::isDigit)
                                    || AWAY.matcher(w).find())
                            .collect(Collectors.toCollection(TreeSet::new)));
        }

        boolean near(Key other) {
            return joined.equals(other.joined)
                    || sorted.equals(other.sorted)
                    || marks.equals(other.marks) && Names.distance(joined, other.joined, 1) == 1 && slipCounts(other);
        }

        private boolean slipCounts(Key other) {
            return Math.max(joined.length(), other.joined.length()) >= SHORTEST_WITH_SLIP
                    || joined.length() >= SHORTEST_WITH_SWAP && letters().equals(other.letters());
        }

        private String letters() {
            char[] letters = joined.toCharArray();
            Arrays.sort(letters);
            return new String(letters);
        }
    }

    private final Map<String, List<Known>> bySortedWords = new HashMap<>();
    private final Map<Integer, List<Known>> byLength = new HashMap<>();
    private final Map<String, List<Known>> byId = new HashMap<>();

    /// Takes an exercise's names in place of those that it had.
    void put(String id, Collection<String> names) {
        for (Known old : byId.getOrDefault(id, List.of())) {
            bySortedWords.getOrDefault(old.key().sorted(), new ArrayList<>()).remove(old);
            byLength.getOrDefault(old.key().joined().length(), new ArrayList<>())
                    .remove(old);
        }
        var known = new ArrayList<Known>();
        for (String name : new HashSet<>(names)) {
            var next = new Known(id, name, Key.of(name));
            known.add(next);
            bySortedWords
                    .computeIfAbsent(next.key().sorted(), _ -> new ArrayList<>(1))
                    .add(next);
            byLength.computeIfAbsent(next.key().joined().length(), _ -> new ArrayList<>())
                    .add(next);
        }
        byId.put(id, known);
    }

    /// Another exercise that has a name like one of these; null if none has.
    @Nullable
    Match of(String id, Collection<String> names) {
        for (String name : names) {
            Key key = Key.of(name);
            Match match = among(bySortedWords.get(key.sorted()), id, key);
            int length = key.joined().length();
            for (int l = length - 1; match == null && l <= length + 1; l++) {
                match = among(byLength.get(l), id, key);
            }
            if (match != null) {
                return match;
            }
        }
        return null;
    }

    private static @Nullable Match among(@Nullable List<Known> candidates, String id, Key key) {
        if (candidates != null) {
            for (Known known : candidates) {
                if (!known.id().equals(id) && known.key().near(key)) {
                    return new Match(known.id(), known.name());
                }
            }
        }
        return null;
    }

    private static String singular(String word) {
        if (word.length() < 4 || !word.endsWith("s") || word.endsWith("ss")) {
            return word;
        }
        boolean es = word.endsWith("ches") || word.endsWith("shes") || word.endsWith("xes") || word.endsWith("sses");
        return word.substring(0, word.length() - (es ? 2 : 1));
    }
}
