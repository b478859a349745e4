package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProgrammeTest {

    private static final Path CATALOGUE = Path.of("../catalog-service/src/main/resources/catalogue.json");

    private static Map<String, JsonNode> exercises() throws IOException {
        var exercises = new HashMap<String, JsonNode>();
        new JsonMapper()
                .readTree(Files.readString(CATALOGUE))
                .path("exercises")
                .forEach(exercise -> exercises.put(exercise.path("id").asString(), exercise));
        return exercises;
    }

    @Test
    void everyExerciseIsPublishedWithTheSameSidesAndDosedAsItsSourcesSay() throws IOException {
        Map<String, JsonNode> exercises = exercises();
        for (Programme programme : Programme.values()) {
            for (var item : Stream.concat(programme.first().stream(), programme.second().stream())
                    .toList()) {
                JsonNode exercise = exercises.get(item.exerciseId());
                assertThat(exercise).as(item.exerciseId()).isNotNull();
                assertThat(exercise.path("status").asString()).isEqualTo("PUBLISHED");
                assertThat(exercise.path("unilateral").asBoolean(false))
                        .as(item.exerciseId() + " has sides")
                        .isEqualTo(item.unilateral());
                within(exercise, "sets", item.sets());
                within(exercise, "reps", item.reps());
                within(exercise, "holdSeconds", item.holdSeconds());
            }
        }
    }

    // The envelope over the sources: the least and the most that any of them says.
    private static void within(JsonNode exercise, String field, @Nullable Integer dose) {
        int min = Integer.MAX_VALUE;
        int max = 0;
        for (JsonNode source : exercise.path("sources")) {
            if (source.path(field).isObject()) {
                min = Math.min(min, source.path(field).path("min").asInt());
                max = Math.max(max, source.path(field).path("max").asInt());
            }
        }
        if (dose != null && max > 0) {
            assertThat(dose).as(exercise.path("id").asString() + " " + field).isBetween(min, max);
        }
    }

    @Test
    void everyPlanBeginsWithinWhatAFirstPlanMayTell() {
        Instant began = Instant.parse("2026-11-21T23:59:00Z");
        for (Person person : Person.all(began)) {
            // A user without a plan lives in UTC.
            assertThat(person.plan(began).getFirst().from())
                    .isAfterOrEqualTo(java.time.LocalDate.parse("2026-11-21").minusDays(42));
            assertThat(new JsonMapper()
                            .readTree(person.planJson(began))
                            .path("timeZone")
                            .asString())
                    .isEqualTo(person.zone().getId());
        }
    }
}
