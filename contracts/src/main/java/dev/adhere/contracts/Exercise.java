package dev.adhere.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One revision of one exercise, as topic `exercises` carries it and `GET /v1/exercises/{id}` answers it.
///
/// @param id stable key, 1-64 of `a-z 0-9 -`
/// @param revision counts up from 1; readers ignore a lower one
/// @param unilateral whether it is done per side; null where no source says
/// @param postponeOnDiscomfort rule P2: put off while the low back is uncomfortable
/// @param easierForm id of the exercise that rule P4 may suggest instead; absent where none is known
public record Exercise(
        String id,
        long revision,
        Status status,
        String name,
        List<String> aliases,
        Kind kind,
        @Nullable Boolean unilateral,
        @Nullable String position,
        List<String> targetMuscles,
        boolean postponeOnDiscomfort,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String easierForm,
        List<Source> sources) {

    public Exercise {
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        targetMuscles = targetMuscles == null ? List.of() : List.copyOf(targetMuscles);
        sources = sources == null ? List.of() : List.copyOf(sources);
    }

    public enum Status {
        DRAFT,
        PUBLISHED,
        RETIRED
    }

    public enum Kind {
        STRENGTHENING,
        STRETCHING,
        MOBILITY,
        CARDIO;

        /// Whether it makes warm for stretches (R2-WARMUP).
        public boolean warmsUp() {
            return this == MOBILITY || this == CARDIO;
        }
    }

    /// What one article says of the exercise. A null dose means that the article is silent.
    ///
    /// @param holdSeconds seconds
    public record Source(
            String file,
            String title,
            @Nullable Range holdSeconds,
            @Nullable Range sets,
            @Nullable Range reps,
            @Nullable List<String> steps,
            @Nullable List<String> cautions,
            @Nullable List<String> contraindications) {

        public Source {
            steps = steps == null ? null : List.copyOf(steps);
            cautions = cautions == null ? null : List.copyOf(cautions);
            contraindications = contraindications == null ? null : List.copyOf(contraindications);
        }
    }

    /// A dose as an article states it.
    ///
    /// @param min not above `max`
    /// @param max not below `min`
    /// @param approx whether the article says "about"
    public record Range(int min, int max, boolean approx) {

        public Range {
            if (min > max) {
                throw new IllegalArgumentException("a range runs upwards");
            }
        }
    }
}
