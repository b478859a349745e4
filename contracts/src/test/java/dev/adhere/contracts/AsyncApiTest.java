package dev.adhere.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.adhere.contracts.SessionEvent.Envelope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// `docs/asyncapi.yaml` and the schemas beside the contracts say what the code does.
class AsyncApiTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path DOCUMENT =
            Path.of("..", "docs", "asyncapi.yaml").toAbsolutePath().normalize();
    private static final JsonNode API = read();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, registry -> registry.schemaLoader(l -> l.fetchRemoteResources()));
    private static final Map<String, Class<?>> DOCUMENTS = Map.of(
            "exercise", Exercise.class,
            "care-team", CareTeam.class,
            "adherence", Adherence.class,
            "nudge", Nudge.class,
            "alert", Alert.class);

    private static JsonNode read() {
        try (InputStream in = Files.newInputStream(DOCUMENT)) {
            return YAMLMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void every_topic_is_a_channel_kept_as_declared() {
        var channels = new TreeSet<>(API.get("channels").propertyNames());
        for (Topic topic : Topic.values()) {
            assertThat(channels.remove(topic.topicName())).as(topic.topicName()).isTrue();
            JsonNode kept = kept(topic.topicName());
            Duration retention = topic.retention();
            assertThat(kept.at("/cleanup.policy/0").asString())
                    .as(topic.topicName())
                    .isEqualTo(retention == null ? "compact" : "delete");
            if (retention != null) {
                assertThat(kept.get("retention.ms").longValue()).isEqualTo(retention.toMillis());
            }
        }
        assertThat(channels).containsExactly(Topic.SESSION_EVENTS.dltName());
        assertThat(kept(Topic.SESSION_EVENTS.dltName()).get("retention.ms").longValue())
                .isEqualTo(Topic.DEAD_LETTER_RETENTION.toMillis());
    }

    private static JsonNode kept(String channel) {
        JsonNode is = API.get("channels").get(channel);
        assertThat(is.get("address").asString()).isEqualTo(channel);
        return is.at("/bindings/kafka/topicConfiguration");
    }

    @Test
    void who_sends_to_a_topic_is_its_one_writer() {
        for (Topic topic : Topic.values()) {
            List<String> senders = API.get("operations")
                    .valueStream()
                    .filter(operation -> operation.get("action").asString().equals("send"))
                    .filter(operation ->
                            operation.at("/channel/$ref").asString().equals("#/channels/" + topic.topicName()))
                    .map(operation -> operation.get("title").asString().split(" ")[0])
                    .toList();
            boolean silent =
                    API.get("channels").get(topic.topicName()).get("messages").isEmpty();
            assertThat(senders).as(topic.topicName()).isEqualTo(silent ? List.of() : List.of(topic.writer()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "completed-set.v1.json, completed-set",
        "pain-score.v1.json, pain-score",
        "withdrawal.v1.json, withdrawal"
    })
    void golden_events_fit(String golden, String message) throws IOException {
        ObjectNode event = (ObjectNode) golden(golden);
        JsonNode data = event.remove("data");
        ObjectNode headers = JSON.createObjectNode();
        event.properties()
                .forEach(attribute -> headers.set(
                        attribute.getKey().equals("datacontenttype") ? "content-type" : "ce_" + attribute.getKey(),
                        attribute.getValue()));
        assertThat(faults(message, "payload", data)).isEmpty();
        assertThat(faults(message, "headers", headers)).isEmpty();
        headers.put("ce_type", "dev.adhere.mood.v1");
        assertThat(faults(message, "headers", headers)).isNotEmpty();
        headers.remove("ce_receivedat");
        assertThat(faults(message, "headers", headers)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"exercise", "care-team", "adherence", "nudge"})
    void golden_documents_fit_and_each_field_is_needed(String message) throws IOException {
        ObjectNode document = (ObjectNode) golden(message + ".json");
        assertThat(faults(message, "payload", document)).isEmpty();
        for (String field : List.copyOf(document.propertyNames())) {
            ObjectNode without = document.deepCopy();
            without.remove(field);
            assertThat(faults(message, "payload", without)).as(field).isNotEmpty();
        }
    }

    static Stream<Arguments> documents() {
        return DOCUMENTS.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void a_schema_has_the_fields_and_values_of_its_record(String name, Class<?> record) throws IOException {
        var findings = new ArrayList<String>();
        compare(name, schema(name), record, findings);
        assertThat(findings).isEmpty();
    }

    private static void compare(String at, JsonNode schema, Class<?> record, List<String> findings) {
        var fields = Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        if (!new TreeSet<>(fields).equals(new TreeSet<>(schema.get("properties").propertyNames()))) {
            findings.add(at + ": other fields than " + fields);
            return;
        }
        for (RecordComponent component : record.getRecordComponents()) {
            compareField(
                    at + "." + component.getName(),
                    schema.get("properties").get(component.getName()),
                    component.getGenericType(),
                    findings);
        }
    }

    private static void compareField(String at, JsonNode schema, Type type, List<String> findings) {
        if (type instanceof ParameterizedType list) {
            compareField(at, schema.get("items"), list.getActualTypeArguments()[0], findings);
        } else if (type instanceof Class<?> c && c.isEnum()) {
            List<String> values =
                    Arrays.stream(c.getEnumConstants()).map(Object::toString).toList();
            List<String> listed = schema.get("enum")
                    .valueStream()
                    .filter(JsonNode::isString)
                    .map(JsonNode::stringValue)
                    .toList();
            if (!values.equals(listed)) {
                findings.add(at + ": " + listed + " instead of " + values);
            }
        } else if (type instanceof Class<?> c && c.isRecord()) {
            compare(at, schema, c, findings);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "completed-set | exerciseId | \"bridge\" null 7 \"a+b\" \"\"",
                "completed-set | zone       | \"UTC\" \"Europe/Berlin\" \"+01:00\" \"CET\" null",
                "completed-set | side       | \"LEFT\" \"left\" null 1",
                "completed-set | reps       | 1 1000 0 1001 null 1.5 \"3\" true",
                "completed-set | holdSeconds| 1 14400 14401 0",
                "completed-set | setNumber  | 1 100 101 0",
                "completed-set | exertion   | 0 10 11 -1",
                "completed-set | sessionId  | \"s\" null \"a/b\"",
                "pain-score    | score      | 0 10 11 -1 null 4.5 \"5\"",
                "pain-score    | context    | \"AFTER\" \"DURING\" null \"NOW\"",
                "pain-score    | sensation  | \"EFFORT\" null \"ITCH\"",
                "pain-score    | region     | \"HIP\" null \"EAR\"",
                "pain-score    | exerciseId | null \"bridge\" \"a+b\"",
                "withdrawal    | replaces   | \"e0\" null 7 \"a+b\"",
                "withdrawal    | zone       | null \"UTC\" \"+01:00\" 7",
            })
    void a_schema_takes_what_the_reader_takes(String message, String field, String values) throws IOException {
        for (String value : values.split(" ")) {
            ObjectNode data = (ObjectNode) golden(message + ".v1.json").get("data");
            for (boolean absent : new boolean[] {false, true}) {
                if (absent) {
                    data.remove(field);
                } else {
                    data.set(field, JSON.readTree(value));
                }
                assertThat(faults(message, "payload", data).isEmpty())
                        .as(message + " " + data)
                        .isEqualTo(reads("dev.adhere." + message + ".v1", data));
            }
        }
    }

    private static boolean reads(String type, ObjectNode data) {
        try {
            Instant received = Instant.parse("2026-11-20T06:45:01Z");
            var _ = SessionEvents.read(
                    new Envelope(
                            "user-001",
                            "e1",
                            "app/test",
                            type,
                            OffsetDateTime.parse("2026-11-20T07:45:00+01:00"),
                            received,
                            Map.of()),
                    data);
            return true;
        } catch (InvalidEvent _) {
            return false;
        }
    }

    private static List<com.networknt.schema.Error> faults(String message, String part, JsonNode instance) {
        Schema schema = SCHEMAS.getSchema(
                SchemaLocation.of(DOCUMENT.toUri() + "#/components/messages/" + message + "/" + part));
        return schema.validate(instance, run -> run.executionConfig(config -> config.formatAssertionsEnabled(true)));
    }

    private static JsonNode schema(String name) throws IOException {
        return resource("/schema/" + name + ".json");
    }

    private static JsonNode golden(String name) throws IOException {
        return resource("/golden/" + name);
    }

    private static JsonNode resource(String path) throws IOException {
        try (InputStream in = AsyncApiTest.class.getResourceAsStream(path)) {
            return JSON.readTree(Objects.requireNonNull(in, path));
        }
    }
}
