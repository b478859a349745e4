package dev.adhere.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookalikesTest {

    private static boolean alike(String known, String name) {
        var lookalikes = new Lookalikes();
        lookalikes.put("known", List.of("Something else", known));
        return lookalikes.of("new", List.of("Nothing of the kind", name)) != null;
    }

    @ParameterizedTest
    @CsvSource({
        "Glute bridge, glute-bridge",
        "Glute bridge, Glute Bridges",
        "Glute bridge, Bridge (glute)",
        "Glute bridge, Glutebridge",
        "Glute bridge, Glute brigde",
        "Glute bridge, Glute bride",
        "Hamstring stretch, 'Stretches, hamstring'",
        "Abdominal crunch, Abdominal crunches",
        "Child's pose, Childs pose",
        "Cat/cow, Cat cow",
        "Squat, SQUATS",
        "Bridge, Brigde",
    })
    void the_same_name_in_another_dress_is_a_lookalike(String known, String name) {
        assertThat(alike(known, name)).isTrue();
        assertThat(alike(name, known)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "Glute bridge, Glute bridge march",
        "Side plank, Plank",
        "Push up, Pull up",
        "Leg press, Leg raise",
        "Bicep curl, Tricep curl",
        "Hip abduction, Hip adduction",
        "Standing abductors, Standing adductors",
        "Internal rotation, External rotation",
        "Breathing stage 1, Breathing stage 2",
        "Lunge variation A, Lunge variation B",
        "Step up, Step ups 2",
        "Row, Bow",
        "Bridge, Bridle",
        "Flat, Falt",
    })
    void another_name_is_none(String known, String name) {
        assertThat(alike(known, name)).isFalse();
        assertThat(alike(name, known)).isFalse();
    }

    @Test
    void an_exercise_does_not_look_like_itself_or_like_what_it_was_called_before() {
        var lookalikes = new Lookalikes();
        lookalikes.put("bridge", List.of("Glute bridge"));
        assertThat(lookalikes.of("bridge", List.of("Glute bridges"))).isNull();
        assertThat(lookalikes.of("other", List.of("Glute bridges")))
                .isEqualTo(new Lookalikes.Match("bridge", "Glute bridge"));
        lookalikes.put("bridge", List.of("Bridge"));
        assertThat(lookalikes.of("other", List.of("Glute bridges"))).isNull();
        assertThat(lookalikes.of("other", List.of("bridges"))).isEqualTo(new Lookalikes.Match("bridge", "Bridge"));
    }
}
