package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An exercise as the catalogue answers it: what travels (`Exercise`), and where each statement comes from.
///
/// @param revision counts up from 1; 0 where it is not stored yet
/// @param draftReason why it is not published; null where it is
/// @param nameInferred whether the article gives no name
/// @param aliases other names that people look for
/// @param aliasOrigins who uses an alias, as far as that is known
/// @param variantOf the exercise that this is a form of
record Entry(
        String id,
        long revision,
        Exercise.Status status,
        @Nullable String draftReason,
        String name,
        boolean nameInferred,
        List<String> aliases,
        List<AliasOrigin> aliasOrigins,
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
    record AliasOrigin(String alias, String origin) {}

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
                aliases,
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

    /// Name and aliases.
    List<String> names() {
        var names = new ArrayList<String>(aliases.size() + 1);
        names.add(name);
        names.addAll(aliases);
        return names;
    }

    Entry as(long revision, Exercise.Status status) {
        return new Entry(
                id,
                revision,
                status,
                draftReason,
                name,
                nameInferred,
                aliases,
                aliasOrigins,
                kind,
                kindBasis,
                unilateral,
                unilateralBasis,
                position,
                targetMuscles,
                equipment,
                postponeOnDiscomfort,
                variantOf,
                related,
                sources);
    }

    boolean isDraft() {
        return status == Exercise.Status.DRAFT;
    }
}
