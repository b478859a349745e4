package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
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

/// Reads whole topics on a thread of its own, in every instance: with no group, and anew after a failure.
abstract sealed class TopicFollower implements SmartLifecycle permits CompactedTable, Tail {

    private static final Logger log = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final String name;
    private final List<Topic> topics;
    private final ConsumerFactory<String, byte[]> consumers;
    private final DeclaredTopics declared;
    private volatile boolean running;
    private volatile @Nullable Consumer<String, byte[]> consumer;

    TopicFollower(String kind, List<Topic> topics, ConsumerFactory<String, byte[]> consumers, DeclaredTopics declared) {
        this.name = topics.stream().map(Topic::topicName).collect(Collectors.joining("-", kind + "-", ""));
        this.topics = List.copyOf(topics);
        this.consumers = consumers;
        this.declared = declared;
    }

    /// Puts a fresh reader, which has all partitions, where it is to begin.
    abstract void begin(Consumer<String, byte[]> reader, List<TopicPartition> partitions);

    abstract void take(ConsumerRecord<String, byte[]> record);

    /// Told after each round of records, an empty one too.
    void roundTaken(Consumer<String, byte[]> reader) {}

    @Override
    public final void start() {
        running = true;
        var _ = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    @Override
    public final void stop() {
        running = false;
        var current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    @Override
    public final boolean isRunning() {
        return running;
    }

    private void run() {
        while (running) {
            try {
                if (declared.await(POLL)) {
                    follow();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (WakeupException _) {
                // stopping
            } catch (KafkaException e) {
                log.warn("{} starts again: {}", name, Faults.name(e));
            }
        }
    }

    private void follow() {
        try (Consumer<String, byte[]> reader = consumers.createConsumer(null, name)) {
            consumer = reader;
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> reader.partitionsFor(topic.topicName()).stream())
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            reader.assign(partitions);
            begin(reader, partitions);
            while (running) {
                reader.poll(POLL).forEach(this::take);
                roundTaken(reader);
            }
        }
    }
}
