package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds exercises by name or alias as people type them: in any case, with or without hyphens and spaces, the
/// beginning of a word for the word, a slip or two in a longer one. A pattern is only text. Pure.
final class Search {

    // What a match is worth, best first. Within one: fewer slips, then fewer further letters, then the name
    // before an alias.
    private static final int EXACT = 6;
    private static final int BEGINNING = 5;
    private static final int WORDS = 4;
    private static final int WITHIN = 3;
    private static final int WORDS_WITH_SLIPS = 2;
    private static final int WHOLE_WITH_SLIPS = 1;
    private static final int NONE = 0;

    private static final int TIER = 1_000_000;
    private static final int SLIP = 50_000;

    /// What of an exercise a search looks at.
    ///
    /// @param key orders rows by name
    /// @param position plain words, empty where there is none
    /// @param muscles each as plain words
    record Row(
            String id,
            long revision,
            Exercise.Status status,
            Exercise.Kind kind,
            String key,
            String position,
            List<String> muscles,
            List<Name> names) {

        static final Comparator<Row> BY_NAME = Comparator.comparing(Row::key).thenComparing(Row::id);

        static Row of(Exercise exercise) {
            var names = Stream.concat(
                            Stream.of(Name.of(exercise.name(), false)),
                            exercise.aliases().stream().map(alias -> Name.of(alias, true)))
                    .toList();
            String position = exercise.position();
            return new Row(
                    exercise.id(),
                    exercise.revision(),
                    exercise.status(),
                    exercise.kind(),
                    exercise.name().toLowerCase(Locale.ROOT),
                    position == null ? "" : Names.plain(position),
                    exercise.targetMuscles().stream().map(Names::plain).toList(),
                    names);
        }
    }

    /// @param plain words with one space between them
    /// @param joined words with nothing between them
    record Name(String plain, String joined, String[] words, boolean alias) {

        static Name of(String text, boolean alias) {
            List<String> words = Names.words(text);
            return new Name(
                    String.join(" ", words),
                    String.join("", words),
                    words.stream().map(String::intern).toArray(String[]::new),
                    alias);
        }
    }

    /// @param score higher is better; 0 for all where nothing was searched for
    record Hit(int score, Row row) {}

    /// Best match first, then by name, then by id: a row's place depends on nothing but itself.
    static final Comparator<Hit> BEST_FIRST =
            Comparator.comparingInt(Hit::score).reversed().thenComparing(Hit::row, Row.BY_NAME);

    private final String[] wanted;
    private final String plain;
    private final String joined;
    private final List<Map<String, Integer>> slips;

    private Search(List<String> wanted) {
        this.wanted = wanted.toArray(String[]::new);
        this.plain = String.join(" ", wanted);
        this.joined = String.join("", wanted);
        this.slips = Stream.generate(() -> (Map<String, Integer>) new HashMap<String, Integer>())
                .limit(wanted.size())
                .toList();
    }

    /// All that match, in order. A query of blanks matches all, one without a letter or digit none.
    static List<Hit> of(List<Row> rows, @Nullable String query, Predicate<Row> filter) {
        Stream<Row> candidates = rows.stream().filter(filter);
        if (query == null || query.isBlank()) {
            return candidates.map(row -> new Hit(0, row)).sorted(BEST_FIRST).toList();
        }
        List<String> wanted = Names.words(query);
        if (wanted.isEmpty()) {
            return List.of();
        }
        var search = new Search(wanted);
        return candidates
                .map(row -> new Hit(search.score(row), row))
                .filter(hit -> hit.score() > 0)
                .sorted(BEST_FIRST)
                .toList();
    }

    private int score(Row row) {
        int best = 0;
        for (Name name : row.names()) {
            best = Math.max(best, score(name));
        }
        return best;
    }

    private int score(Name name) {
        int further = Math.abs(name.joined().length() - joined.length());
        int rest = Math.min(further, 2_000) * 10 + (name.alias() ? 1 : 0);
        int tier = literally(name);
        if (tier != NONE) {
            return tier * TIER - rest;
        }
        int slips = slipsInWords(name);
        if (slips > 0) {
            return WORDS_WITH_SLIPS * TIER - slips * SLIP - rest;
        }
        slips = slipsInTheWhole(name);
        return slips > 0 ? WHOLE_WITH_SLIPS * TIER - slips * SLIP - rest : 0;
    }

    private int literally(Name name) {
        if (name.joined().equals(joined)) {
            return EXACT;
        }
        if (name.joined().startsWith(joined)) {
            return BEGINNING;
        }
        boolean eachBeginsAWord = Arrays.stream(wanted)
                .allMatch(part -> Arrays.stream(name.words()).anyMatch(word -> word.startsWith(part)));
        return eachBeginsAWord ? WORDS : name.plain().contains(plain) ? WITHIN : NONE;
    }

    // 0 where a word of the query is none of the name's, even with slips.
    private int slipsInWords(Name name) {
        int sum = 0;
        for (int i = 0; i < wanted.length; i++) {
            int least = Integer.MAX_VALUE;
            for (String word : name.words()) {
                least = Math.min(least, slips(i, word));
            }
            if (least == Integer.MAX_VALUE) {
                return 0;
            }
            sum += least;
        }
        return Math.min(sum, 9);
    }

    private int slips(int i, String word) {
        String part = wanted[i];
        if (word.startsWith(part)) {
            return 0;
        }
        int most = tolerated(part.length());
        if (most == 0) {
            return Integer.MAX_VALUE;
        }
        return slips.get(i).computeIfAbsent(word, w -> {
            int distance = Names.distance(part, w, most);
            return distance > most ? Integer.MAX_VALUE : distance;
        });
    }

    // For words run together or cut apart with a slip in them.
    private int slipsInTheWhole(Name name) {
        int most = tolerated(joined.length());
        int distance = most == 0 ? 1 : Names.distance(joined, name.joined(), most);
        return distance > most ? 0 : distance;
    }

    private static int tolerated(int letters) {
        return letters < 4 ? 0 : letters < 8 ? 1 : 2;
    }
}
