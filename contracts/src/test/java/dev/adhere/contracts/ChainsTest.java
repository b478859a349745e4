package dev.adhere.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainsTest {

    private record Link(
            String id, String type, Instant time, @Nullable String replaces) implements Chains.Link {}

    private static Link set(String id, int second, @Nullable String replaces) {
        return new Link(id, CompletedSet.TYPE, Instant.ofEpochSecond(second), replaces);
    }

    private static Link score(String id, int second, @Nullable String replaces) {
        return new Link(id, PainScore.TYPE, Instant.ofEpochSecond(second), replaces);
    }

    private static Link withdrawal(String id, int second, String replaces) {
        return new Link(id, Withdrawal.TYPE, Instant.ofEpochSecond(second), replaces);
    }

    /// Who counts instead of whom, the same in any order.
    private static Map<String, String> replaced(Link... links) {
        var list = new ArrayList<>(List.of(links));
        Map<String, String> found = ids(list);
        var random = new Random(7);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(list, random);
            assertThat(ids(list)).isEqualTo(found);
        }
        return found;
    }

    private static Map<String, String> ids(List<Link> links) {
        return Chains.replacements(links).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().id()));
    }

    @Test
    void a_correction_of_the_same_moment_counts_by_its_later_id() {
        assertThat(replaced(set("a", 1, null), set("b", 1, "a"))).isEqualTo(Map.of("a", "b"));
    }

    @Test
    void the_newest_of_a_chain_counts_though_it_names_only_the_middle() {
        assertThat(replaced(set("a", 1, null), set("b", 2, "a"), set("c", 3, "b"), set("d", 2, "a")))
                .isEqualTo(Map.of("a", "c", "b", "c", "d", "c"));
    }

    @Test
    void an_older_correction_does_not_count_over_what_it_names() {
        assertThat(replaced(set("a", 5, null), set("b", 2, "a"))).isEqualTo(Map.of("b", "a"));
    }

    @Test
    void a_withdrawal_takes_its_chain_back_and_a_newer_correction_brings_one_in_again() {
        assertThat(replaced(set("a", 1, null), set("b", 2, "a"), withdrawal("w", 3, "a")))
                .isEqualTo(Map.of("a", "w", "b", "w"));
        assertThat(replaced(set("a", 1, null), withdrawal("w", 3, "a"), set("c", 4, "w")))
                .isEqualTo(Map.of("a", "c", "w", "c"));
    }

    @Test
    void an_event_of_another_type_corrects_nothing() {
        assertThat(replaced(set("a", 1, null), score("b", 2, "a"))).isEmpty();
    }

    @Test
    void events_that_name_the_same_unseen_id_are_one_chain() {
        assertThat(replaced(set("b", 2, "never-came"), set("c", 3, "never-came")))
                .isEqualTo(Map.of("b", "c"));
    }

    @Test
    void an_unseen_id_brings_no_events_of_different_types_together() {
        assertThat(replaced(set("b", 2, "never-came"), score("c", 3, "never-came")))
                .isEmpty();
    }

    @Test
    void what_names_itself_or_goes_in_circles_ends() {
        assertThat(replaced(set("a", 1, "a"))).isEmpty();
        assertThat(replaced(set("a", 1, "b"), set("b", 1, "a"))).isEqualTo(Map.of("a", "b"));
    }
}
