package dev.adhere.platform.kafka;

import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.InvalidEvent.Fault;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.contracts.Topic;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/// Between session events and Kafka's records: CloudEvents' binary binding, keyed by the user.
public final class EventRecords {

    private EventRecords() {}

    public static ProducerRecord<String, byte[]> write(Topic topic, SessionEvent event) {
        return KafkaMessageFactory.<String>createWriter(topic.topicName(), event.userId())
                .writeBinary(SessionEvents.toCloudEvent(event));
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
