package dev.adhere.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Envelope;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.RedFlagAnswers;
import dev.adhere.contracts.SessionEvent.Unknown;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.data.BytesCloudEventData;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The files under `golden` are kept for good: a release that cannot read one of them cannot read its own
/// past.
class GoldenJsonTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void a_completed_set_is_read_and_written_as_ever() throws Exception {
        JsonNode golden = golden("completed-set.v1.json");
        var set = (CompletedSet) SessionEvents.fromCloudEvent(cloudEvent(golden));
        assertThat(set.userId()).isEqualTo("user-001");
        assertThat(set.reps()).isEqualTo(10);
        assertThat(set.holdSeconds()).isEqualTo(30);
        assertThat(set.date()).isEqualTo(LocalDate.parse("2026-11-20"));
        assertThat(set.receivedAt()).isEqualTo(Instant.parse("2026-11-20T06:41:06.123456Z"));
        assertThat(set.data().at("/watch/heartRate").doubleValue()).isEqualTo(88.5);
        assertThat(json(SessionEvents.toCloudEvent(set))).isEqualTo(golden);
    }

    @Test
    void a_pain_score_is_read_and_written_as_ever() throws Exception {
        JsonNode golden = golden("pain-score.v1.json");
        var score = (PainScore) SessionEvents.fromCloudEvent(cloudEvent(golden));
        assertThat(score.score()).isEqualTo(3);
        assertThat(score.context()).isEqualTo(Context.DURING);
        assertThat(json(SessionEvents.toCloudEvent(score))).isEqualTo(golden);
    }

    @Test
    void a_withdrawal_is_read_and_written_as_ever() throws Exception {
        JsonNode golden = golden("withdrawal.v1.json");
        var withdrawal = (Withdrawal) SessionEvents.fromCloudEvent(cloudEvent(golden));
        assertThat(withdrawal.replaces()).isEqualTo("0193-set-1");
        assertThat(withdrawal.date()).isEqualTo(LocalDate.parse("2026-11-20"));
        assertThat(json(SessionEvents.toCloudEvent(withdrawal))).isEqualTo(golden);
    }

    @Test
    void red_flag_answers_are_read_and_written_as_ever() throws Exception {
        JsonNode golden = golden("red-flag-answers.v1.json");
        var answers = (RedFlagAnswers) SessionEvents.fromCloudEvent(cloudEvent(golden));
        assertThat(answers.answers())
                .containsExactlyInAnyOrderEntriesOf(Map.of(RedFlag.SADDLE_NUMBNESS, false, RedFlag.FEVER, true));
        assertThat(json(SessionEvents.toCloudEvent(answers))).isEqualTo(golden);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"answers\":null}",
                "{\"answers\":{}}",
                "{\"answers\":[]}",
                "{\"answers\":{\"SADDLE_NUMBNESS\":\"no\"}}",
                "{\"answers\":{\"SADDLE_NUMBNESS\":0}}",
                "{\"answers\":{\"SADDLE_NUMBNESS\":null}}",
                "{\"answers\":{\"TIREDNESS\":true}}",
                "{\"answers\":{\"fever\":true}}"
            })
    void an_answer_is_yes_or_no_to_a_question_that_is_asked(String data) {
        var object = (ObjectNode) JSON.readTree(data);
        object.put("zone", "UTC");
        assertThatExceptionOfType(InvalidEvent.class)
                .isThrownBy(() -> SessionEvents.read(envelope(RedFlagAnswers.TYPE), object))
                .satisfies(e -> assertThat(e.faults())
                        .extracting(InvalidEvent.Fault::field)
                        .singleElement()
                        .asString()
                        .startsWith("data.answers"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"replaces\":null}",
                "{\"replaces\":7}",
                "{\"replaces\":\"e1\"}",
                "{\"replaces\":\"a b\"}"
            })
    void a_withdrawal_names_another_event(String data) {
        assertThatExceptionOfType(InvalidEvent.class)
                .isThrownBy(() -> SessionEvents.read(envelope(Withdrawal.TYPE), (ObjectNode) JSON.readTree(data)))
                .satisfies(e -> assertThat(e.faults())
                        .extracting(InvalidEvent.Fault::field)
                        .containsExactly("data.replaces"));
    }

    @Test
    void messages_are_read_and_written_as_ever() throws Exception {
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("adherence.json"), Adherence.class))))
                .isEqualTo(golden("adherence.json"));
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("nudge.json"), Nudge.class))))
                .isEqualTo(golden("nudge.json"));
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("exercise.json"), Exercise.class))))
                .isEqualTo(golden("exercise.json"));
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("care-team.json"), CareTeam.class))))
                .isEqualTo(golden("care-team.json"));
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("alert.json"), Alert.class))))
                .isEqualTo(golden("alert.json"));
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("alert-said.json"), Alert.class))))
                .isEqualTo(golden("alert-said.json"));
        assertThat(JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(golden("nudge-sent.json"), Nudge.class))))
                .isEqualTo(golden("nudge-sent.json"));
    }

    @Test
    void a_type_of_a_later_release_is_kept_as_unknown() throws Exception {
        var event = SessionEvents.read(envelope("dev.adhere.mood.v1"), JSON.createObjectNode());
        assertThat(event).isInstanceOf(Unknown.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.5", "\"5\"", "-1", "11", "5.0", "1e400", "null", "true", "{\"$gt\":0}"})
    void a_score_is_a_whole_number_from_0_to_10(String score) {
        ObjectNode data =
                (ObjectNode) JSON.readTree("{\"context\":\"AD_HOC\",\"zone\":\"UTC\",\"score\":" + score + "}");
        assertThatExceptionOfType(InvalidEvent.class)
                .isThrownBy(() -> SessionEvents.read(envelope(PainScore.TYPE), data))
                .satisfies(e -> assertThat(e.faults())
                        .extracting(InvalidEvent.Fault::field)
                        .containsExactly("data.score"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+01:00", "CET", "Europe/Atlantis", "utc", "", "SystemV/EST5"})
    void a_zone_is_an_iana_region(String zone) {
        assertThat(SessionEvents.zoneOf(zone)).isNull();
    }

    @Test
    void a_score_during_exercise_names_the_exercise() {
        ObjectNode data = (ObjectNode) JSON.readTree("{\"context\":\"DURING\",\"zone\":\"UTC\",\"score\":3}");
        assertThatExceptionOfType(InvalidEvent.class)
                .isThrownBy(() -> SessionEvents.read(envelope(PainScore.TYPE), data))
                .satisfies(e -> assertThat(e.faults())
                        .extracting(InvalidEvent.Fault::field)
                        .containsExactly("data.exerciseId"));
    }

    private static Envelope envelope(String type) {
        return new Envelope(
                "user-001",
                "e1",
                "app/test",
                type,
                OffsetDateTime.parse("2026-11-20T07:45:00+01:00"),
                Instant.parse("2026-11-20T06:45:01Z"),
                Map.of());
    }

    private static JsonNode golden(String name) throws IOException {
        try (var in = GoldenJsonTest.class.getResourceAsStream("/golden/" + name)) {
            return JSON.readTree(in);
        }
    }

    private static CloudEvent cloudEvent(JsonNode json) {
        var builder =
                CloudEventBuilder.v1().withData(BytesCloudEventData.wrap(JSON.writeValueAsBytes(json.get("data"))));
        for (var field : json.properties()) {
            String text = field.getValue().asString("");
            switch (field.getKey()) {
                case "specversion", "data" -> {}
                case "id" -> builder.withId(text);
                case "source" -> builder.withSource(URI.create(text));
                case "type" -> builder.withType(text);
                case "subject" -> builder.withSubject(text);
                case "time" -> builder.withTime(OffsetDateTime.parse(text));
                case "datacontenttype" -> builder.withDataContentType(text);
                default -> builder.withExtension(field.getKey(), text);
            }
        }
        return builder.build();
    }

    private static JsonNode json(CloudEvent event) {
        ObjectNode node = JSON.createObjectNode().put("specversion", "1.0");
        for (String name : event.getAttributeNames()) {
            node.put(
                    name,
                    event.getAttribute(name) instanceof OffsetDateTime time
                            ? time.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                            : String.valueOf(event.getAttribute(name)));
        }
        for (String name : event.getExtensionNames()) {
            node.put(name, String.valueOf(event.getExtension(name)));
        }
        var data = event.getData();
        if (data != null) {
            node.set("data", JSON.readTree(data.toBytes()));
        }
        return node;
    }
}
