package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Something that a coach should look at; never an error.
///
/// @param code what it is about
/// @param itemId the item; null where it is about the version as a whole
/// @param effectiveFrom the version
/// @param text for people to read
record PlanWarning(
        @Schema(allowableValues = {"OUTSIDE_SOURCES", "NO_WARM_UP", "ONE_KIND_ONLY", "CAUTION", "RETIRED_EXERCISE"})
        String code,

        @Schema(example = "bridge") @Nullable String itemId,
        @Schema(format = "date") String effectiveFrom,

        @Schema(example = "reps is outside what the sources say: 10")
        String text) {

    static List<PlanWarning> of(Plan plan, Function<String, @Nullable Exercise> exercises) {
        var warnings = new ArrayList<PlanWarning>();
        for (Plan.Version version : plan.versions()) {
            String from = version.effectiveFrom().toString();
            var kinds = EnumSet.noneOf(Exercise.Kind.class);
            for (Plan.Item item : version.items()) {
                Exercise exercise = exercises.apply(item.exerciseId());
                if (exercise != null) {
                    kinds.add(exercise.kind());
                    ofItem(item, exercise, from, warnings);
                }
            }
            if (kinds.contains(Exercise.Kind.STRETCHING) && kinds.stream().noneMatch(Exercise.Kind::warmsUp)) {
                warnings.add(new PlanWarning(
                        "NO_WARM_UP", null, from, "Stretches without anything to warm up first (R2-WARMUP)."));
            }
            if (kinds.size() == 1 && version.items().size() > 1) {
                warnings.add(new PlanWarning(
                        "ONE_KIND_ONLY", null, from, "One kind of exercise only; a mix is advised (R1-MIX)."));
            }
        }
        return warnings;
    }

    private static void ofItem(Plan.Item item, Exercise exercise, String from, List<PlanWarning> warnings) {
        if (exercise.status() == Exercise.Status.RETIRED) {
            warnings.add(new PlanWarning("RETIRED_EXERCISE", item.id(), from, "The catalogue has retired it."));
        }
        outside("sets", item.sets(), exercise, Exercise.Source::sets, item, from, warnings);
        outside("reps", item.reps(), exercise, Exercise.Source::reps, item, from, warnings);
        outside("holdSeconds", item.holdSeconds(), exercise, Exercise.Source::holdSeconds, item, from, warnings);
        for (Exercise.Source source : exercise.sources()) {
            for (String caution : source.cautions() == null ? List.<String>of() : source.cautions()) {
                warnings.add(new PlanWarning("CAUTION", item.id(), from, caution));
            }
        }
    }

    private static void outside(
            String field,
            @Nullable Integer value,
            Exercise exercise,
            Function<Exercise.Source, Exercise.@Nullable Range> range,
            Plan.Item item,
            String from,
            List<PlanWarning> warnings) {
        int min = Integer.MAX_VALUE;
        int max = 0;
        for (Exercise.Source source : exercise.sources()) {
            Exercise.Range said = range.apply(source);
            if (said != null) {
                min = Math.min(min, said.min());
                max = Math.max(max, said.max());
            }
        }
        if (value != null && max > 0 && (value < min || value > max)) {
            warnings.add(new PlanWarning(
                    "OUTSIDE_SOURCES",
                    item.id(),
                    from,
                    field + " is outside what the sources say: " + min + (min == max ? "" : "-" + max)));
        }
    }
}
