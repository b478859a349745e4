package dev.adhere.reminder;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.telemetry.Faults;
import java.time.Duration;
import java.util.List;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/// Tells of which users something new was told: every instance reads the topics from their ends, with no
/// group.
///
/// What was told while nobody listened is not told again: who listens begins with what is stored.
final class TopicTail implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final List<Topic> topics;
    private final ConsumerFactory<String, byte[]> consumers;
    private final DeclaredTopics declared;
    private final Sinks.Many<String> changed = Sinks.many().multicast().directBestEffort();
    private volatile boolean running;
    private volatile @Nullable Consumer<String, byte[]> consumer;

    TopicTail(List<Topic> topics, ConsumerFactory<String, byte[]> consumers, DeclaredTopics declared) {
        this.topics = List.copyOf(topics);
        this.consumers = consumers;
        this.declared = declared;
    }

    /// User ids, each as often as something of the user is told. A listener that falls far behind is ended.
    Flux<String> changed() {
        return changed.asFlux().onBackpressureBuffer(10_000);
    }

    @Override
    public void start() {
        running = true;
        var _ = Thread.ofPlatform().daemon().name("tail").start(this::run);
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
                if (declared.await(POLL)) {
                    follow();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (WakeupException _) {
                // stopping
            } catch (KafkaException e) {
                log.warn("the tail starts again: {}", Faults.name(e));
            }
        }
    }

    private void follow() {
        try (Consumer<String, byte[]> reader = consumers.createConsumer(null, "tail")) {
            consumer = reader;
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> reader.partitionsFor(topic.topicName()).stream())
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToEnd(partitions);
            while (running) {
                for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                    if (record.key() != null) {
                        var _ = changed.tryEmitNext(record.key());
                    }
                }
            }
        }
    }
}
