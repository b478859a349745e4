package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.ConsumerFactory;

/// Hands on what is written to a topic from now on, all of it and to every instance: with no group, from the
/// end at the start, and from where it was after a failure.
public final class Tail implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Tail.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /// Told of every record, by one thread. It must not wait.
    public interface Listener {

        void on(ConsumerRecord<String, byte[]> record);
    }

    private final Topic topic;
    private final ConsumerFactory<String, byte[]> consumers;
    private final DeclaredTopics topics;
    private final Listener listener;
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();
    private volatile boolean following;
    private volatile boolean running;
    private volatile @Nullable Consumer<String, byte[]> consumer;

    public Tail(Topic topic, ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics, Listener listener) {
        this.topic = topic;
        this.consumers = consumers;
        this.topics = topics;
        this.listener = listener;
    }

    /// Whether what is written from now on will be handed on, if only after a failure has passed.
    public boolean following() {
        return following;
    }

    @Override
    public void start() {
        running = true;
        var _ = Thread.ofPlatform().daemon().name("tail-" + topic.topicName()).start(this::run);
    }

    @Override
    public void stop() {
        running = false;
        var current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void run() {
        while (running) {
            try {
                if (topics.await(POLL)) {
                    follow();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (WakeupException _) {
                // stopping
            } catch (KafkaException e) {
                log.warn("the tail of {} starts again: {}", topic.topicName(), Faults.name(e));
            }
        }
    }

    private void follow() {
        try (Consumer<String, byte[]> reader = consumers.createConsumer(null, "tail-" + topic.topicName())) {
            consumer = reader;
            List<TopicPartition> partitions = reader.partitionsFor(topic.topicName()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            reader.assign(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            ends.forEach(next::putIfAbsent);
            next.forEach(reader::seek);
            following = true;
            while (running) {
                reader.poll(POLL).forEach(this::take);
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        try {
            listener.on(record);
        } catch (RuntimeException e) {
            log.warn("a record of {} could not be handed on: {}", topic.topicName(), Faults.name(e));
        }
    }
}
