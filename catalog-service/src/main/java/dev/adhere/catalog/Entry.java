package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An exercise as the catalogue answers it: what travels (`Exercise`), and where each statement comes from.
///
/// @param id 1-64 of `a-z 0-9 -`
/// @param revision counts up from 1; 0 where it is not stored yet
/// @param status published, not yet, or no longer to be prescribed
/// @param draftReason why it is not published; null where it is
/// @param name as the article has it, or as one would say
/// @param nameInferred whether the article gives no name
/// @param aliases other names that people look for
/// @param aliasOrigins who uses an alias, as far as that is known
/// @param kind what it is for
/// @param kindBasis where the kind is from
/// @param unilateral whether it is done per side; null where no source says
/// @param unilateralBasis where that is from
/// @param position how one starts
/// @param targetMuscles what it works on
/// @param equipment what one needs for it
/// @param postponeOnDiscomfort whether it is put off while the low back is uncomfortable
/// @param variantOf the exercise that this is a form of
/// @param easierForm the exercise to fall back to when this one is too much; null where none is known
/// @param related other exercises, and how this one relates to them
/// @param sources what is claimed of the exercise, and by whom
record Entry(
        @Schema(example = "bridge") String id,
        @Schema(minimum = "0") long revision,
        Exercise.Status status,
        @Nullable String draftReason,
        @Schema(example = "Bridge") String name,
        boolean nameInferred,

        @ArraySchema(schema = @Schema(example = "Glute bridge"))
        List<String> aliases,

        List<AliasOrigin> aliasOrigins,
        Exercise.Kind kind,
        @Nullable String kindBasis,
        @Nullable Boolean unilateral,
        @Nullable String unilateralBasis,

        @Schema(example = "supine, knees bent, feet flat") @Nullable
        String position,

        @ArraySchema(schema = @Schema(example = "gluteus maximus"))
        List<String> targetMuscles,

        @ArraySchema(schema = @Schema(example = "mat")) List<String> equipment,
        boolean postponeOnDiscomfort,
        @Nullable String variantOf,

        @Schema(example = "alternating-superman") @Nullable String easierForm,

        List<Related> related,
        List<Source> sources) {

    /// Who uses an alias.
    ///
    /// @param alias one of `aliases`
    /// @param origin the article that uses the name, or `knowledge`
    record AliasOrigin(
            @Schema(example = "Hip bridge") String alias,
            @Schema(example = "knowledge") String origin) {}

    /// Another exercise.
    ///
    /// @param id the other exercise's id
    /// @param relation how this one relates to that
    record Related(
            @Schema(example = "alternating-superman") String id,
            @Schema(example = "harder two-sided form") String relation) {}

    /// What one article says. A dose that it does not give is null.
    ///
    /// @param file names the article
    /// @param title the article's title
    /// @param namedAs what the article calls the exercise
    /// @param detail DESCRIBED, NAMED_ONLY or MENTIONED_AS_A_GOAL
    /// @param holdSeconds seconds
    /// @param sets sets
    /// @param reps repetitions
    /// @param repsPer what `reps` counts per, such as `side`
    /// @param intensity what else the article says of the effort, as it says it
    /// @param position how one starts
    /// @param targetMuscles what it works on
    /// @param steps how it is done
    /// @param cautions what to look out for
    /// @param contraindications who must not do it
    /// @param notes what else there is to know of the source
    record Source(
            @Schema(example = "004_181cc24313a20b5a.txt") String file,

            @Schema(example = "Strengthening the lower back: exercises and questions")
            String title,

            @Nullable String namedAs,

            @Schema(allowableValues = {"DESCRIBED", "NAMED_ONLY", "MENTIONED_AS_A_GOAL"})
            String detail,

            Exercise.@Nullable Range holdSeconds,
            Exercise.@Nullable Range sets,
            Exercise.@Nullable Range reps,
            @Nullable String repsPer,
            @Schema(types = "object") @Nullable JsonNode intensity,
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
                easierForm,
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
                easierForm,
                related,
                sources);
    }

    boolean isDraft() {
        return status == Exercise.Status.DRAFT;
    }
}
