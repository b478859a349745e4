package dev.adhere.catalog;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds exercises by name or alias, in any case and with or without hyphens; literally, never as a pattern.
final class Search {

    private static final Comparator<Entry> BY_NAME =
            Comparator.comparing((Entry e) -> e.name().toLowerCase(Locale.ROOT)).thenComparing(Entry::id);

    private Search() {}

    private record Hit(Entry entry, int score) {}

    /// Best match first; without a query by name.
    static List<Entry> of(List<Entry> entries, @Nullable String query) {
        String wanted = query == null ? "" : plain(query);
        if (wanted.isEmpty()) {
            return query == null || query.isBlank()
                    ? entries.stream().sorted(BY_NAME).toList()
                    : List.of();
        }
        return entries.stream()
                .map(entry -> new Hit(entry, score(entry, wanted)))
                .filter(hit -> hit.score() > 0)
                .sorted(Comparator.comparingInt(Hit::score).reversed().thenComparing(Hit::entry, BY_NAME))
                .map(Hit::entry)
                .toList();
    }

    private static int score(Entry entry, String wanted) {
        int best = score(plain(entry.name()), wanted) * 2;
        for (Entry.Alias alias : entry.aliases()) {
            best = Math.max(best, score(plain(alias.alias()), wanted) * 2 - 1);
        }
        return best;
    }

    private static int score(String name, String wanted) {
        if (name.equals(wanted)) {
            return 4;
        }
        if (name.startsWith(wanted)) {
            return 3;
        }
        List<String> words = Arrays.asList(name.split(" "));
        boolean eachBeginsAWord = Arrays.stream(wanted.split(" "))
                .allMatch(part -> words.stream().anyMatch(word -> word.startsWith(part)));
        return eachBeginsAWord ? 2 : name.contains(wanted) ? 1 : 0;
    }

    /// Lower case, letters and digits only, one space between words.
    static String plain(String text) {
        var plain = new ArrayList<String>();
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        var word = new StringBuilder();
        for (int i = 0; i <= folded.length(); i++) {
            char c = i < folded.length() ? folded.charAt(i) : ' ';
            if (Character.isLetterOrDigit(c)) {
                word.append(c);
            } else if (c != '\'' && c != '’' && Character.getType(c) != Character.NON_SPACING_MARK && !word.isEmpty()) {
                plain.add(word.toString());
                word.setLength(0);
            }
        }
        return String.join(" ", plain);
    }
}
