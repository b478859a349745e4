package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.EventRecords;
import dev.adhere.platform.web.StrictJson;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/// A record is what the CloudEvents SDK makes of the same event, and reads as that event.
class EventRecordsTest {

    private static SessionEvent event(String id, String source, String time, Map<String, Object> extensions)
            throws InvalidEvent {
        var data = (ObjectNode) StrictJson.MAPPER.readTree("""
                {"exerciseId":"bridge","zone":"Europe/Berlin","reps":10,"note":"übermäßig \\u0001 ✓","more":{"a":[1,2.50]}}
                """);
        return SessionEvents.read(
                new SessionEvent.Envelope(
                        "user-001",
                        id,
                        source,
                        SessionEvent.CompletedSet.TYPE,
                        OffsetDateTime.parse(time),
                        Instant.parse("2026-11-20T06:41:05.120Z"),
                        extensions),
                data);
    }

    private static Map<String, String> texts(Headers headers) {
        var texts = new TreeMap<String, String>();
        headers.forEach(header -> texts.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
        return texts;
    }

    @ParameterizedTest
    @CsvSource({
        "a, app/ios, 2026-11-20T07:41:05+01:00",
        "0193b2c4-5d6e-7f80-91a2-b3c4d5e6f708, urn:app:%C3%A4?x#y, 2026-11-20T07:41:05.123456789Z",
        "A.b_c~d, /, 2026-11-20T07:41:00-09:30"
    })
    void a_record_is_as_the_sdk_makes_it(String id, String source, String time) throws InvalidEvent {
        Map<String, Object> extensions = Map.of("traceparent", "00-ä", "sequence", 7, "sampled", true);
        SessionEvent event = event(id, source, time, extensions);

        ProducerRecord<String, byte[]> ours = EventRecords.write(Topic.SESSION_EVENTS, event);
        ProducerRecord<String, byte[]> theirs = KafkaMessageFactory.<String>createWriter(
                        Topic.SESSION_EVENTS.topicName(), event.userId())
                .writeBinary(SessionEvents.toCloudEvent(event));

        assertThat(ours.topic()).isEqualTo(theirs.topic());
        assertThat(ours.key()).isEqualTo(theirs.key());
        assertThat(ours.partition()).isEqualTo(theirs.partition());
        assertThat(ours.timestamp()).isEqualTo(theirs.timestamp());
        assertThat(ours.value()).isEqualTo(theirs.value());
        assertThat(texts(ours.headers())).isEqualTo(texts(theirs.headers()));
    }

    @ParameterizedTest
    @CsvSource({"2026-11-20T07:41:05+01:00", "2026-11-20T07:41:00Z"})
    void a_record_reads_as_the_event_that_was_written(String time) throws InvalidEvent {
        SessionEvent event = event("a", "app/ios", time, Map.of("traceparent", "00-x"));
        ProducerRecord<String, byte[]> record = EventRecords.write(Topic.SESSION_EVENTS, event);

        var read = new ConsumerRecord<>(record.topic(), 0, 0, record.key(), record.value());
        record.headers().forEach(read.headers()::add);

        assertThat(EventRecords.read(read)).isEqualTo(event);
    }
}
