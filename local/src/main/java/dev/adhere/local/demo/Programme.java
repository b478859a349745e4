package dev.adhere.local.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the coach prescribes, in two stages. Exercises and doses are those of the catalogue's sources;
/// where a source gives no number it is the coach's own.
enum Programme {
    CORE(
            List.of(reps("cat-cow", 1, 8), reps("bridge", 1, 10), reps("pelvic-tilt", 1, 10), held("bird-dog", 1, 5)),
            List.of(reps("cat-cow", 1, 8), reps("bridge", 2, 10), reps("pelvic-tilt", 2, 10), held("bird-dog", 2, 5))),
    STRETCH(
            List.of(
                    seconds("walking", 1, 600),
                    held("hamstring-stretch-supine", 1, 15),
                    seconds("double-knee-to-chest", 2, 20)),
            List.of(
                    seconds("walking", 1, 900),
                    held("hamstring-stretch-supine", 2, 20),
                    seconds("double-knee-to-chest", 3, 20),
                    reps("pelvic-tilt", 1, 10))),
    GENTLE(
            List.of(seconds("walking", 1, 600), reps("deep-abdominal-drawing-in", 1, 5), reps("pelvic-tilt", 1, 3)),
            List.of(
                    seconds("walking", 1, 900),
                    reps("deep-abdominal-drawing-in", 2, 5),
                    reps("pelvic-tilt", 2, 3),
                    twoSided("lower-tummy-strengthening", 1, 6),
                    reps("bridge", 1, 10))),
    STRONG(
            List.of(
                    reps("cat-cow", 1, 8),
                    held("side-plank", 1, 10),
                    reps("bridge", 2, 10),
                    twoSided("alternating-superman", 1, 5)),
            List.of(
                    reps("cat-cow", 1, 10),
                    held("side-plank", 2, 20),
                    reps("bridge", 3, 10),
                    twoSided("alternating-superman", 1, 5))),
    SHORT(
            List.of(reps("pelvic-tilt", 1, 10), twoSided("lower-tummy-strengthening", 1, 6), reps("bridge", 1, 10)),
            List.of(reps("pelvic-tilt", 1, 10), twoSided("lower-tummy-strengthening", 1, 6), reps("bridge", 2, 10)));

    /// One exercise of a plan, dosed by repetitions or by seconds.
    ///
    /// @param sets per side
    /// @param holdSeconds what a set aims at where it has no repetitions
    record Item(
            String exerciseId,
            int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            boolean unilateral) {

        int target() {
            if (reps != null) {
                return reps;
            }
            return holdSeconds == null ? 1 : holdSeconds;
        }

        List<String> sides() {
            return unilateral ? List.of("LEFT", "RIGHT") : List.of("NONE");
        }
    }

    private final List<Item> first;
    private final List<Item> second;

    Programme(List<Item> first, List<Item> second) {
        this.first = first;
        this.second = second;
    }

    List<Item> first() {
        return first;
    }

    List<Item> second() {
        return second;
    }

    private static Item reps(String exerciseId, int sets, int reps) {
        return new Item(exerciseId, sets, reps, null, false);
    }

    private static Item twoSided(String exerciseId, int sets, int reps) {
        return new Item(exerciseId, sets, reps, null, true);
    }

    private static Item seconds(String exerciseId, int sets, int holdSeconds) {
        return new Item(exerciseId, sets, null, holdSeconds, false);
    }

    /// Held on either side.
    private static Item held(String exerciseId, int sets, int holdSeconds) {
        return new Item(exerciseId, sets, null, holdSeconds, true);
    }
}
