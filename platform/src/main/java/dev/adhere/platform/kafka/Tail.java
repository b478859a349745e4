package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/// Hands on what is written to topics from now on, all of it and to every instance: from the ends at the start, and
/// from
/// where it was after a failure.
public final class Tail extends TopicFollower {

    private static final Logger log = LoggerFactory.getLogger(Tail.class);

    /// Told of every record, by one thread. It must not wait.
    public interface Listener {

        void on(ConsumerRecord<String, byte[]> record);
    }

    private final Listener listener;
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private volatile boolean following;

    public Tail(
            List<Topic> topics, ConsumerFactory<String, byte[]> consumers, DeclaredTopics declared, Listener listener) {
        super("tail", topics, consumers, declared);
        this.listener = listener;
    }

    /// Whether what is written from now on will be handed on, if only after a failure has passed.
    public boolean following() {
        return following;
    }

    @Override
    void begin(Consumer<String, byte[]> reader, List<TopicPartition> partitions) {
        reader.endOffsets(partitions).forEach(next::putIfAbsent);
        next.forEach(reader::seek);
        following = true;
    }

    @Override
    void take(ConsumerRecord<String, byte[]> record) {
        next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        try {
            listener.on(record);
        } catch (RuntimeException e) {
            log.warn("a record of {} could not be handed on: {}", record.topic(), Faults.name(e));
        }
    }
}
