package dev.adhere.reminder;

import dev.adhere.contracts.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/// Notes which partitions Kafka gives to this instance and takes away, and which life of the topic they are
/// of.
final class Ownership implements ConsumerAwareRebalanceListener {

    private final Partitions partitions;
    private final Admin admin;
    private volatile @Nullable String topicId;

    Ownership(Partitions partitions, Admin admin) {
        this.partitions = partitions;
        this.admin = admin;
    }

    /// Kafka's id of the topic: another one after the topic was lost and made again.
    ///
    /// @throws IllegalStateException where the broker does not say; who asks is to ask again
    String topicId() {
        String known = topicId;
        if (known == null) {
            known = readTopicId();
            topicId = known;
        }
        return known;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> assigned) {
        // Not asked for here: what fails in here is not called again, and the timers of these partitions would stand
        // still until somebody joins or leaves.
        topicId = null;
        for (TopicPartition partition : assigned) {
            partitions.assigned(partition.partition(), consumer.position(partition));
        }
    }

    @Override
    public void onPartitionsRevokedBeforeCommit(Consumer<?, ?> consumer, Collection<TopicPartition> revoked) {
        revoked.forEach(p -> partitions.revoked(p.partition()));
    }

    @Override
    public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> lost) {
        lost.forEach(p -> partitions.revoked(p.partition()));
    }

    private String readTopicId() {
        String name = Topic.SESSION_EVENTS.topicName();
        try {
            return Objects.requireNonNull(admin.describeTopics(List.of(name))
                            .allTopicNames()
                            .get(10, TimeUnit.SECONDS)
                            .get(name))
                    .topicId()
                    .toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not describe its topic", e);
        }
    }
}
