package dev.adhere.platform.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/// How many records of each partition a consumer group has not finished with: the partition's end less the
/// committed offset, both asked of the broker.
public final class GroupLag {

    private static final long PATIENCE_SECONDS = 5;

    private GroupLag() {}

    /// @return the lag in records of each of these partitions, 0 or more; what a group has that begins at the
    ///     beginning and has committed nothing yet is all that is there
    /// @throws TimeoutException where the broker does not answer within five seconds
    public static Map<TopicPartition, Long> of(Admin admin, String group, Collection<TopicPartition> partitions)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> ends = offsets(admin, Set.copyOf(partitions), OffsetSpec.latest());
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        Set<TopicPartition> untouched = partitions.stream()
                .filter(partition -> committed.get(partition) == null)
                .collect(Collectors.toSet());
        Map<TopicPartition, Long> starts =
                untouched.isEmpty() ? Map.of() : offsets(admin, untouched, OffsetSpec.earliest());
        var lags = new HashMap<TopicPartition, Long>();
        ends.forEach((partition, end) -> {
            OffsetAndMetadata commit = committed.get(partition);
            long from = commit == null ? starts.getOrDefault(partition, end) : commit.offset();
            lags.put(partition, Math.max(0, end - from));
        });
        return lags;
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, Set<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException, ExecutionException, TimeoutException {
        var asked = partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> spec));
        var answers = admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return answers.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }
}
