package dev.adhere.platform.kafka;

import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.InvalidEvent.Fault;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.contracts.Topic;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/// Between session events and Kafka's records: CloudEvents' binary binding, keyed by the user.
public final class EventRecords {

    private EventRecords() {}

    // Written by hand, since every event that is accepted comes this way; the SDK, by which it is read and tested,
    // makes two more forms of it on the way.
    public static ProducerRecord<String, byte[]> write(Topic topic, SessionEvent event) {
        SessionEvent.Envelope e = event.envelope();
        var headers = new RecordHeaders();
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_id", e.id());
        add(headers, "ce_source", e.source());
        add(headers, "ce_type", e.type());
        add(headers, "content-type", "application/json");
        add(headers, "ce_subject", e.userId());
        add(headers, "ce_time", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(e.time()));
        add(headers, "ce_" + SessionEvents.RECEIVED_AT, e.receivedAt().toString());
        e.extensions().forEach((name, value) -> add(headers, "ce_" + name, value.toString()));
        return new ProducerRecord<>(topic.topicName(), null, null, event.userId(), SessionEvents.data(event), headers);
    }

    private static void add(RecordHeaders headers, String name, String value) {
        headers.add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8)));
    }

    /// @throws InvalidEvent where the record is no event: no CloudEvent, another user's key, data against their rules
    public static SessionEvent read(ConsumerRecord<String, byte[]> record) throws InvalidEvent {
        byte[] value = record.value();
        if (value == null) {
            throw invalid("data", "is required");
        }
        SessionEvent event;
        try {
            event = SessionEvents.fromCloudEvent(
                    KafkaMessageFactory.createReader(record.headers(), value).toEvent());
        } catch (CloudEventRWException | IllegalArgumentException _) {
            throw invalid("ce_specversion", "the record must be a CloudEvent of Kafka's binary binding");
        }
        if (!event.userId().equals(record.key())) {
            throw invalid("subject", "must be the record's key");
        }
        return event;
    }

    private static InvalidEvent invalid(String field, String message) {
        return new InvalidEvent(List.of(new Fault(field, message)));
    }
}
