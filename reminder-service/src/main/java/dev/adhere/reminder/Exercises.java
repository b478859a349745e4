package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// What was ever published, as this service's own copy of topic `exercises` has it.
interface Exercises {

    @Nullable
    Exercise get(String exerciseId);

    /// Its name for people; the id where nothing is known of it.
    default String name(String exerciseId) {
        Exercise exercise = get(exerciseId);
        return exercise == null ? exerciseId : exercise.name();
    }

    /// All of them, retired ones too.
    Collection<Exercise> all();
}
