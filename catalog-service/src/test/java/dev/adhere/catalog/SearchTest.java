package dev.adhere.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Exercise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SearchTest {

    private static final List<String> HOW = List.of(
            "seated",
            "standing",
            "lying",
            "kneeling",
            "alternate",
            "assisted",
            "banded",
            "barbell",
            "dumbbell",
            "cable",
            "kettlebell",
            "weighted",
            "single leg",
            "single arm",
            "incline",
            "decline",
            "reverse",
            "close grip",
            "wide grip",
            "supine",
            "prone",
            "half kneeling",
            "suspended",
            "isometric",
            "dynamic");
    private static final List<String> WHAT = List.of(
            "hamstring",
            "quadriceps",
            "gluteal",
            "calf",
            "shoulder",
            "chest",
            "triceps",
            "biceps",
            "wrist",
            "neck",
            "lumbar",
            "thoracic",
            "hip flexor",
            "piriformis",
            "adductor",
            "abdominal",
            "oblique",
            "latissimus",
            "ankle",
            "forearm");
    private static final List<String> MOVE = List.of(
            "stretch",
            "raise",
            "press",
            "curl",
            "extension",
            "rotation",
            "bridge",
            "plank",
            "lunge",
            "squat",
            "row",
            "pull",
            "push",
            "crunch",
            "twist",
            "hold",
            "swing",
            "march",
            "kickback",
            "circle");

    static Exercise exercise(String id, String name, String... aliases) {
        return new Exercise(
                id,
                1,
                Exercise.Status.PUBLISHED,
                name,
                List.of(aliases),
                Exercise.Kind.STRENGTHENING,
                null,
                null,
                List.of(),
                false,
                null,
                List.of());
    }

    /// A collection as others have it: 25 x 20 x 20 names.
    static List<Search.Row> collection() {
        var rows = new ArrayList<Search.Row>();
        for (String how : HOW) {
            for (String what : WHAT) {
                for (String move : MOVE) {
                    rows.add(Search.Row.of(exercise(
                            "x-" + rows.size(), how + " " + what + " " + move, what + " " + move + ", " + how)));
                }
            }
        }
        return rows;
    }

    private static List<String> ids(List<Search.Row> rows, String query) {
        return Search.of(rows, query, _ -> true).stream()
                .map(hit -> hit.row().id())
                .toList();
    }

    // The whole table, every cell.
    private static int slowly(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + same, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    @Test
    void a_distance_is_that_of_the_whole_table_up_to_the_limit() {
        long seed = 20261121;
        var random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            String a = word(random);
            String b = random.nextBoolean() ? word(random) : slip(a, random);
            for (int most = 1; most <= 3; most++) {
                assertThat(Names.distance(a, b, most))
                        .as("seed %d: %s, %s, at most %d", seed, a, b, most)
                        .isEqualTo(Math.min(slowly(a, b), most + 1));
            }
        }
    }

    private static String word(Random random) {
        var word = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(3)));
        }
        return word.toString();
    }

    private static String slip(String word, Random random) {
        var slipped = new StringBuilder(word);
        int at = word.isEmpty() ? 0 : random.nextInt(word.length());
        char letter = (char) ('a' + random.nextInt(26));
        switch (random.nextInt(4)) {
            case 0 -> slipped.insert(at, letter);
            case 1 -> slipped.delete(at, Math.min(word.length(), at + 1));
            case 2 -> slipped.replace(at, Math.min(word.length(), at + 1), String.valueOf(letter));
            default -> {
                if (at + 1 < word.length()) {
                    slipped.setCharAt(at, word.charAt(at + 1));
                    slipped.setCharAt(at + 1, word.charAt(at));
                }
            }
        }
        return slipped.toString();
    }

    @Test
    void a_name_is_found_however_it_is_written_and_with_a_slip_in_a_word() {
        long seed = 42;
        var random = new Random(seed);
        List<Search.Row> rows = collection();
        for (int i = 0; i < 150; i++) {
            Search.Row row = rows.get(random.nextInt(rows.size()));
            String[] words = row.key().split(" ");
            String joint = List.of(" ", "-", "  ", " - ").get(random.nextInt(4));
            String written = String.join(joint, words);
            String cased = random.nextBoolean() ? written.toUpperCase(Locale.ROOT) : written;
            assertThat(ids(rows, cased).getFirst())
                    .as("seed %d: %s", seed, cased)
                    .isEqualTo(row.id());
            assertThat(ids(rows, row.key().replace(" ", "")))
                    .as("seed %d: %s", seed, row.key())
                    .contains(row.id());
            int slipped = random.nextInt(words.length);
            if (words[slipped].length() >= 5) {
                words[slipped] = slip(words[slipped], random);
                String query = String.join(" ", words);
                assertThat(ids(rows, query)).as("seed %d: %s", seed, query).contains(row.id());
            }
        }
    }

    @Test
    void the_nearer_match_comes_first() {
        List<Search.Row> rows = List.of(
                Search.Row.of(exercise("slip", "Bridg hold")),
                Search.Row.of(exercise("within", "Footbridge")),
                Search.Row.of(exercise("word", "Long bridge")),
                Search.Row.of(exercise("begins", "Bridge march")),
                Search.Row.of(exercise("exact", "Z", "Bridge")),
                Search.Row.of(exercise("none", "Squat")));
        assertThat(ids(rows, "BRIDGE")).containsExactly("exact", "begins", "word", "within", "slip");
        assertThat(ids(rows, "brigde")).startsWith("exact").doesNotContain("none");
    }

    @Test
    void the_order_depends_on_nothing_but_the_rows() {
        long seed = 7;
        List<Search.Row> rows = new ArrayList<>(collection());
        List<String> searched = ids(rows, "seated calf rase");
        List<String> listed = ids(rows, "");
        assertThat(searched).isNotEmpty();
        assertThat(listed).hasSize(10_000);
        Collections.shuffle(rows, new Random(seed));
        assertThat(ids(rows, "seated calf rase")).isEqualTo(searched);
        assertThat(ids(rows, "")).isEqualTo(listed);
    }

    @Test
    void short_words_and_numbers_are_taken_at_their_word() {
        List<Search.Row> rows =
                List.of(Search.Row.of(exercise("leg", "Leg swing")), Search.Row.of(exercise("v12", "Stage 12")));
        assertThat(ids(rows, "lag")).isEmpty();
        assertThat(ids(rows, "13")).isEmpty();
        assertThat(ids(rows, "stage 1")).containsExactly("v12");
    }

    @Test
    void ten_thousand_are_searched_while_a_letter_is_typed() {
        List<Search.Row> rows = collection();
        var queries = new ArrayList<String>();
        var random = new Random(3);
        for (int i = 0; i < 200; i++) {
            String name = rows.get(random.nextInt(rows.size())).key();
            queries.add(random.nextBoolean() ? name : slip(name, random));
        }
        queries.forEach(query -> ids(rows, query));
        long[] nanos = new long[queries.size()];
        for (int i = 0; i < nanos.length; i++) {
            long begin = System.nanoTime();
            ids(rows, queries.get(i));
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "search of %d exercises: p50 %.1f ms, p99 %.1f ms%n",
                rows.size(),
                nanos[100] / 1e6,
                nanos[198] / 1e6);
        assertThat(nanos[100] / 1e6).isLessThan(100);
    }
}
