package dev.adhere.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Exercise;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What is shipped, and what a search finds in it.
class ContentTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final Content CONTENT = Content.read(JSON);
    private static final List<Entry> ENTRIES = CONTENT.exercises().stream()
            .map(node ->
                    new EntryDocuments(JSON).read(EntryDocuments.first(node)).entry())
            .toList();
    private static final List<Entry> PUBLISHED =
            ENTRIES.stream().filter(e -> !e.isDraft()).toList();

    private static final List<Search.Row> ROWS =
            PUBLISHED.stream().map(e -> Search.Row.of(e.toExercise())).toList();

    @Test
    void twenty_exercises_are_published_and_two_are_drafts_with_a_reason() {
        assertThat(PUBLISHED).hasSize(20).allMatch(e -> e.draftReason() == null);
        assertThat(ENTRIES.stream().filter(Entry::isDraft))
                .hasSize(2)
                .allMatch(e -> e.draftReason() != null)
                .extracting(Entry::id)
                .containsExactlyInAnyOrder("unidentified-glute-001", "quadruped");
    }

    @Test
    void every_article_has_a_programme_and_every_rule_is_guidance() {
        assertThat(CONTENT.guidance()).hasSize(29);
        assertThat(CONTENT.programmes())
                .hasSize(5)
                .allMatch(Content.Programme::layAdvice)
                .allMatch(p -> p.frequency() == null);
        Set<String> published = PUBLISHED.stream().map(Entry::id).collect(Collectors.toSet());
        assertThat(CONTENT.programmes()).allMatch(p -> published.containsAll(p.exerciseIds()));
        assertThat(CONTENT.programmes().stream()
                        .mapToInt(p -> p.guidanceIds().size())
                        .sum())
                .isEqualTo(29);
    }

    @Test
    void a_dose_that_no_article_gives_stays_unknown() {
        Entry bridge = PUBLISHED.stream()
                .filter(e -> e.id().equals("bridge"))
                .findFirst()
                .orElseThrow();
        assertThat(bridge.sources().get(0).holdSeconds()).isNull();
        assertThat(bridge.sources().get(1).holdSeconds()).isEqualTo(new Exercise.Range(30, 30, true));
        assertThat(bridge.sources()).allMatch(s -> s.sets() == null);
        assertThat(PUBLISHED.stream().filter(Entry::postponeOnDiscomfort))
                .extracting(Entry::id)
                .containsExactly("lower-tummy-strengthening");
    }

    @Test
    void every_source_has_a_title_to_read() {
        assertThat(ENTRIES)
                .allSatisfy(e -> assertThat(e.sources())
                        .isNotEmpty()
                        .allMatch(s -> !s.title().isBlank() && !s.title().endsWith(".txt")));
    }

    @ParameterizedTest
    @CsvSource({
        "glute bridge, bridge",
        "GLUTE-BRIDGE, bridge",
        "superman, superman",
        "alternating, alternating-superman",
        "Childs pose, lower-back-stretch-kneeling",
        "child's pose, lower-back-stretch-kneeling",
        "figure four, piriformis-stretch-supine",
        "figure-four, piriformis-stretch-supine",
        "bird dog, bird-dog",
        "cat cow, cat-cow",
        "pelvic tilt, pelvic-tilt",
        "pelvik tilt, pelvic-tilt",
        "PELVICK-TITL, pelvic-tilt",
        "pelvictilt, pelvic-tilt",
        "super man, superman",
        "suprman, superman",
        "birddog, bird-dog",
        "gluet bridge, bridge",
        "glutebrige, bridge",
        "childspose, lower-back-stretch-kneeling",
        "child pose, lower-back-stretch-kneeling",
        "child’s pose, lower-back-stretch-kneeling",
        "Figure 4, piriformis-stretch-supine",
        "figur four, piriformis-stretch-supine",
        "plank, plank",
        "clam, clamshell",
        "hamstring strech, hamstring-stretch-supine",
    })
    void a_name_or_alias_finds_its_exercise_first(String query, String id) {
        assertThat(found(query).getFirst().id()).isEqualTo(id);
    }

    private static List<Search.Row> found(@Nullable String query) {
        return Search.of(ROWS, query, _ -> true).stream().map(Search.Hit::row).toList();
    }

    @Test
    void what_is_shipped_is_what_an_editor_may_send() {
        var shape = new EntryDocuments(JSON);
        assertThat(ENTRIES)
                .allSatisfy(e -> assertThat(shape.content(
                                EntryBody.read(JSON.writeValueAsBytes(e)).toEntry(null)))
                        .isEqualTo(shape.content(e)));
    }

    @Test
    void nothing_that_is_shipped_looks_like_something_else() {
        var lookalikes = new Lookalikes();
        ENTRIES.forEach(e -> lookalikes.put(e.id(), e.names()));
        assertThat(ENTRIES)
                .allSatisfy(e -> assertThat(lookalikes.of(e.id(), e.names())).isNull());
    }

    @ParameterizedTest
    @CsvSource({"(.*)*$", "'\\Q\\E'", "'.*'", "zzz"})
    void a_pattern_is_only_text(String query) {
        assertThat(found(query)).isEmpty();
    }

    @Test
    void a_thousand_brackets_match_nothing() {
        assertThat(found("(".repeat(1000))).isEmpty();
    }

    @Test
    void without_a_query_they_come_by_name() {
        assertThat(found(null)).hasSize(20).extracting(Search.Row::key).isSorted();
    }
}
