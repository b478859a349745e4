package dev.adhere.session;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/// Starts a partition a while before its committed offset, for a store that may lose its last writes: what
/// is there
/// already is recognised, what was lost is written again. The while is measured by the records' append
/// times.
final class Rewind implements ConsumerAwareRebalanceListener {

    private final Duration by;
    private final ConsumerFactory<String, byte[]> consumers;

    Rewind(Duration by, ConsumerFactory<String, byte[]> consumers) {
        this.by = by;
        this.consumers = consumers;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> assigned) {
        if (by.isZero() || assigned.isEmpty()) {
            return;
        }
        try (Consumer<String, byte[]> probe = consumers.createConsumer("session-recorder-rewind", "probe")) {
            for (TopicPartition partition : assigned) {
                long position = consumer.position(partition);
                Long appended = appended(probe, partition, position - 1);
                if (appended != null) {
                    var found = probe.offsetsForTimes(Map.of(partition, appended - by.toMillis()))
                            .get(partition);
                    if (found != null && found.offset() < position) {
                        consumer.seek(partition, found.offset());
                    }
                }
            }
        }
    }

    private static @org.jspecify.annotations.Nullable Long appended(
            Consumer<String, byte[]> probe, TopicPartition partition, long offset) {
        if (offset < 0) {
            return null;
        }
        probe.assign(List.of(partition));
        probe.seek(partition, offset);
        for (ConsumerRecord<String, byte[]> record :
                probe.poll(Duration.ofSeconds(2)).records(partition)) {
            return record.timestamp();
        }
        return null;
    }
}
