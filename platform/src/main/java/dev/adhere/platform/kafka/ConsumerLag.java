package dev.adhere.platform.kafka;

import dev.adhere.platform.telemetry.Faults;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;

/// `adhere.consumer.lag`: for each partition that this instance's listeners own, how many records they have not
/// finished with.
///
/// That is the partition's end less the committed offset, both asked of the broker, in the background and never by a
/// listener. What the Kafka client itself reports is no such figure: it takes a record for consumed once it was
/// fetched, and it stands still while a batch that fails is tried again, which is when lag matters.
final class ConsumerLag implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ConsumerLag.class);
    private static final long EVERY_SECONDS = 5;
    private static final long PATIENCE_SECONDS = 5;

    private final KafkaListenerEndpointRegistry listeners;
    private final Admin admin;
    private final MeterRegistry registry;
    // Of the worker's thread alone.
    private final Map<TopicPartition, Shown> shown = new HashMap<>();
    private volatile @Nullable ScheduledExecutorService worker;

    private record Shown(Gauge gauge, AtomicLong lag) {}

    ConsumerLag(KafkaListenerEndpointRegistry listeners, Admin admin, MeterRegistry registry) {
        this.listeners = listeners;
        this.admin = admin;
        this.registry = registry;
    }

    @Override
    public void start() {
        var started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("consumer-lag").factory());
        worker = started;
        var _ = started.scheduleWithFixedDelay(this::turn, 1, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void stop() {
        var current = worker;
        worker = null;
        if (current != null) {
            var _ = current.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }

    private void turn() {
        try {
            var owned = new HashSet<TopicPartition>();
            for (MessageListenerContainer container : listeners.getListenerContainers()) {
                Collection<TopicPartition> assigned = container.getAssignedPartitions();
                String group = container.getGroupId();
                if (container.isRunning() && assigned != null && group != null && !assigned.isEmpty()) {
                    owned.addAll(assigned);
                    lags(Set.copyOf(assigned), group).forEach(this::show);
                }
            }
            shown.entrySet().removeIf(entry -> {
                boolean gone = !owned.contains(entry.getKey());
                if (gone) {
                    registry.remove(entry.getValue().gauge());
                }
                return gone;
            });
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            // The broker is away: nothing comes in either, so the last figures stay.
            log.debug("lag is not known now: {}", Faults.name(e));
        }
    }

    private Map<TopicPartition, Long> lags(Set<TopicPartition> partitions, String group)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        Set<TopicPartition> untouched = partitions.stream()
                .filter(partition -> committed.get(partition) == null)
                .collect(Collectors.toSet());
        // A group that has committed nothing yet begins at the beginning.
        Map<TopicPartition, Long> starts = untouched.isEmpty() ? Map.of() : offsets(untouched, OffsetSpec.earliest());
        var lags = new HashMap<TopicPartition, Long>();
        ends.forEach((partition, end) -> {
            OffsetAndMetadata commit = committed.get(partition);
            long from = commit == null ? starts.getOrDefault(partition, end) : commit.offset();
            lags.put(partition, Math.max(0, end - from));
        });
        return lags;
    }

    private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException, ExecutionException, TimeoutException {
        var asked = partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> spec));
        var answers = admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return answers.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private void show(TopicPartition partition, long lag) {
        shown.computeIfAbsent(partition, this::register).lag().set(lag);
    }

    private Shown register(TopicPartition partition) {
        var lag = new AtomicLong();
        Gauge gauge = Gauge.builder("adhere.consumer.lag", lag, AtomicLong::doubleValue)
                .description("Records of a partition of this instance that it has not finished with")
                .baseUnit("records")
                .tag("topic", partition.topic())
                .tag("partition", Integer.toString(partition.partition()))
                .register(registry);
        return new Shown(gauge, lag);
    }
}
