package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An exercise as the catalogue keeps and answers it: what travels (`Exercise`), and where each statement
/// comes from.
///
/// @param draftReason why it is not published; null where it is
/// @param nameInferred whether the article gives no name
/// @param variantOf the exercise that this is a form of
record Entry(
        String id,
        long revision,
        Exercise.Status status,
        @Nullable String draftReason,
        String name,
        boolean nameInferred,
        List<Alias> aliases,
        Exercise.Kind kind,
        @Nullable String kindBasis,
        @Nullable Boolean unilateral,
        @Nullable String unilateralBasis,
        @Nullable String position,
        List<String> targetMuscles,
        List<String> equipment,
        boolean postponeOnDiscomfort,
        @Nullable String variantOf,
        List<Related> related,
        List<Source> sources) {

    /// @param origin the article that uses the name, or `knowledge`
    record Alias(String alias, String origin) {}

    record Related(String id, String relation) {}

    /// What one article says. A dose that it does not give is null.
    ///
    /// @param detail DESCRIBED, NAMED_ONLY or MENTIONED_AS_A_GOAL
    record Source(
            String file,
            String title,
            @Nullable String namedAs,
            String detail,
            Exercise.@Nullable Range holdSeconds,
            Exercise.@Nullable Range sets,
            Exercise.@Nullable Range reps,
            @Nullable String repsPer,
            @Nullable JsonNode intensity,
            @Nullable String position,
            @Nullable List<String> targetMuscles,
            @Nullable List<String> steps,
            @Nullable List<String> cautions,
            @Nullable List<String> contraindications,
            @Nullable List<String> notes) {}

    /// What others need of it.
    Exercise toExercise() {
        return new Exercise(
                id,
                revision,
                status,
                name,
                aliases.stream().map(Alias::alias).toList(),
                kind,
                unilateral,
                position,
                targetMuscles,
                postponeOnDiscomfort,
                sources.stream()
                        .map(s -> new Exercise.Source(
                                s.file(),
                                s.title(),
                                s.holdSeconds(),
                                s.sets(),
                                s.reps(),
                                s.steps(),
                                s.cautions(),
                                s.contraindications()))
                        .toList());
    }

    boolean isDraft() {
        return status == Exercise.Status.DRAFT;
    }
}
