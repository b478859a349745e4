package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.SessionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is taken and what is refused, and as what.
class EventReaderTest {

    private static final Instant NOW = Instant.parse("2026-11-20T07:00:00Z");
    private final EventReader reader = new EventReader(id -> id.equals("bridge"));

    private EventReader.Verdict read(String json) {
        return reader.read(json.getBytes(StandardCharsets.UTF_8), "user-001", NOW, true);
    }

    private static String set(String fields) {
        return "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"app/ios\",\"type\":\"dev.adhere.completed-set.v1\","
                + "\"time\":\"2026-11-20T07:41:05+01:00\",\"data\":{\"exerciseId\":\"bridge\",\"zone\":\"Europe/Berlin\""
                + fields + "}}";
    }

    private static String slug(EventReader.Verdict verdict) {
        assertThat(verdict).isInstanceOf(EventReader.Refused.class);
        String type = ((EventReader.Refused) verdict).problem().type();
        return type.substring(type.lastIndexOf(':') + 1);
    }

    @Test
    void a_set_is_taken_with_all_its_fields_known_or_not() {
        var verdict = read(set(",\"reps\":10,\"watch\":{\"beats\":[88,90.5]}"));
        assertThat(verdict).isInstanceOf(EventReader.Taken.class);
        SessionEvent event = ((EventReader.Taken) verdict).event();
        assertThat(event.data().at("/watch/beats/1").decimalValue()).isEqualByComparingTo("90.5");
        assertThat(event.receivedAt()).isEqualTo(NOW);
        assertThat(event.userId()).isEqualTo("user-001");
    }

    @Test
    void further_attributes_are_kept() {
        String json = set("").replace("\"source\"", "\"appversion\":\"3.1\",\"deviceModel\":{\"a\":1},\"source\"");
        var extensions = ((EventReader.Taken) read(json)).event().envelope().extensions();
        assertThat(extensions)
                .containsEntry("appversion", "3.1")
                .containsEntry("unmapped", "{\"deviceModel\":{\"a\":1}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"userId", "receivedAt", "roles", "_id", "_class"})
    void row20_a_field_of_the_services_own_is_refused(String field) {
        assertThat(slug(read(set(",\"" + field + "\":\"x\"")))).isEqualTo("reserved-field");
        assertThat(slug(read(set("").replace("\"source\"", "\"" + field + "\":1,\"source\""))))
                .isEqualTo("reserved-field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"reps\":{\"$gt\":0}",
                ",\"$where\":\"1\"",
                ",\"a.b\":1",
                ",\"x\":{\"__proto__\":1}",
                ",\"x\":[{\"$expr\":1}]"
            })
    void row31_names_that_a_database_understands_are_refused_before_anything_else(String fields) {
        assertThat(slug(read(set(fields + ",\"userId\":\"x\"")))).isEqualTo("invalid-body");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "",
                "[]",
                "7",
                "null",
                "{\"id\":\"e1\",\"id\":\"e2\"}",
                "{} {}",
                "{\"x\":NaN}",
                "{\"x\":Infinity}",
                "{\"x\":\"\\u0000\"}",
                "{\"x\":\"\\ud800\"}",
                "{\"\\ud800\":1}",
                "{\"x\":1234567890123456789012345678901}"
            })
    void row52_and_row54_what_is_no_json_of_ours_is_refused(String json) {
        assertThat(slug(read(json))).isEqualTo("invalid-body");
    }

    @Test
    void row52_limits_hold_at_their_edges() {
        assertThat(read(set(",\"x\":" + "[".repeat(30) + "]".repeat(30)))).isInstanceOf(EventReader.Taken.class);
        assertThat(slug(read(set(",\"x\":" + "[".repeat(31) + "]".repeat(31))))).isEqualTo("invalid-body");
        assertThat(slug(read(set(",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000)))))
                .isEqualTo("invalid-body");
        assertThat(read(set(",\"x\":\"" + "a".repeat(2_000) + "\""))).isInstanceOf(EventReader.Taken.class);
        assertThat(slug(read(set(",\"x\":\"" + "a".repeat(20_000) + "\"")))).isEqualTo("invalid-body");
        var keys = new StringBuilder();
        for (int i = 0; i < 98; i++) {
            keys.append(",\"k").append(i).append("\":1");
        }
        assertThat(read(set(keys.toString()))).isInstanceOf(EventReader.Taken.class);
        assertThat(slug(read(set(keys + ",\"more\":1")))).isEqualTo("invalid-body");
    }

    @Test
    void row54_invalid_utf8_is_refused() {
        byte[] json = set(",\"note\":\"x\"").getBytes(StandardCharsets.ISO_8859_1);
        int at = new String(json, StandardCharsets.ISO_8859_1).indexOf("\"x\"") + 1;
        json[at] = (byte) 0xff;
        assertThat(slug(reader.read(json, "user-001", NOW, true))).isEqualTo("invalid-body");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"reps\":0",
                ",\"reps\":1000000000",
                ",\"reps\":1e400",
                ",\"reps\":4.5",
                ",\"reps\":\"5\"",
                ",\"exertion\":11",
                ",\"side\":\"left\"",
                ",\"sessionId\":\"a b\"",
                ",\"holdSeconds\":14401",
                ",\"replaces\":\"\""
            })
    void row53_a_field_out_of_its_range_is_named(String fields) {
        var verdict = read(set(fields));
        assertThat(slug(verdict)).isEqualTo("validation-failed");
        assertThat(((EventReader.Refused) verdict).problem().errors()).hasSize(1);
        assertThat(verdict.id()).isEqualTo("e1");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T07:10:00Z, taken",
        "2026-11-20T07:10:01Z, event-in-future",
        "2026-11-21T07:00:00Z, event-in-future",
        "9999-01-01T00:00:00Z, event-in-future",
        "2025-10-16T07:00:00Z, taken",
        "2025-10-16T06:59:59Z, event-too-old",
        "2026-11-20T07:00:00, validation-failed",
        "yesterday, validation-failed",
    })
    void row65_the_time_lies_neither_ahead_nor_too_far_back(String time, String expected) {
        var verdict = read(set("").replace("2026-11-20T07:41:05+01:00", time));
        assertThat(verdict instanceof EventReader.Taken ? "taken" : slug(verdict))
                .isEqualTo(expected);
    }

    @Test
    void row66_an_unknown_exercise_is_refused_and_just_after_the_start_tried_again() {
        byte[] json = set("").replace("bridge", "nothing").getBytes(StandardCharsets.UTF_8);
        assertThat(slug(reader.read(json, "user-001", NOW, true))).isEqualTo("unknown-reference");
        assertThat(reader.read(json, "user-001", NOW, false)).isEqualTo(new EventReader.NotYet("e1"));
    }

    @Test
    void another_ones_subject_and_an_unknown_type_are_refused() {
        assertThat(slug(read(set("").replace("\"source\"", "\"subject\":\"user-002\",\"source\""))))
                .isEqualTo("invalid-body");
        assertThat(read(set("").replace("\"source\"", "\"subject\":\"user-001\",\"source\"")))
                .isInstanceOf(EventReader.Taken.class);
        assertThat(slug(read(set("").replace("completed-set", "mood")))).isEqualTo("unknown-event-type");
    }
}
