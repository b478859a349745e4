package dev.adhere.catalog;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How names compare: without case, accents, hyphens and apostrophes; and how far apart two words are.
final class Names {

    private Names() {}

    /// The words in lower case, letters and digits only. An apostrophe is no end of a word.
    static List<String> words(String text) {
        var words = new ArrayList<String>();
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        var word = new StringBuilder();
        for (int i = 0; i < folded.length(); ) {
            int c = folded.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isLetterOrDigit(c)) {
                word.appendCodePoint(c);
            } else if (c != '\'' && c != '’' && Character.getType(c) != Character.NON_SPACING_MARK && !word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /// The words with one space between them.
    static String plain(String text) {
        return String.join(" ", words(text));
    }

    /// How many letters must be put in, left out, replaced or swapped with their neighbour to make one text
    /// of the other; `most + 1` where it is more than `most`.
    static int distance(String a, String b, int most) {
        int n = a.length();
        int m = b.length();
        int far = most + 1;
        if (Math.abs(n - m) > most) {
            return far;
        }
        int[] before = new int[m + 1];
        int[] above = new int[m + 1];
        int[] row = new int[m + 1];
        for (int j = 0; j <= m; j++) {
            above[j] = Math.min(j, far);
        }
        for (int i = 1; i <= n; i++) {
            // Cells further than `most` from the diagonal can only be too far.
            int from = Math.max(1, i - most);
            int to = Math.min(m, i + most);
            row[from - 1] = from == 1 ? Math.min(i, far) : far;
            int least = row[from - 1];
            for (int j = from; j <= to; j++) {
                int best = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                best = Math.min(best, row[j - 1] + 1);
                best = Math.min(best, j == i + most ? far : above[j] + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, before[j - 2] + 1);
                }
                row[j] = Math.min(best, far);
                least = Math.min(least, row[j]);
            }
            if (least == far) {
                return far;
            }
            int[] spare = before;
            before = above;
            above = row;
            row = spare;
        }
        return above[m];
    }
}
