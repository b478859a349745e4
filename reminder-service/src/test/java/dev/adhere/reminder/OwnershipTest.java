package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyCollection;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class OwnershipTest {

    private static final String TOPIC = "session-events";
    private static final TopicPartition SECOND = new TopicPartition(TOPIC, 1);

    private final Admin admin = mock();
    private final DescribeTopicsResult described = mock();
    private final Partitions partitions = new Partitions(6);
    private final Ownership ownership = new Ownership(partitions, admin);
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");

    OwnershipTest() {
        when(admin.describeTopics(anyCollection())).thenReturn(described);
        consumer.assign(List.of(SECOND));
        consumer.updateBeginningOffsets(Map.of(SECOND, 0L));
    }

    private void isThere(Uuid topicId) {
        when(described.allTopicNames())
                .thenReturn(KafkaFuture.completedFuture(
                        Map.of(TOPIC, new TopicDescription(TOPIC, false, List.of(), Set.of(), topicId))));
    }

    private void isAway() {
        var failed = new KafkaFutureImpl<Map<String, TopicDescription>>();
        var _ = failed.completeExceptionally(new DisconnectException());
        when(described.allTopicNames()).thenReturn(failed);
    }

    @Test
    void partitions_are_ours_though_the_broker_does_not_describe_the_topic_now() {
        isAway();
        ownership.onPartitionsAssigned(consumer, List.of(SECOND));
        assertThat(partitions.owned()).containsExactly(1);
        assertThatThrownBy(ownership::topicId).isInstanceOf(IllegalStateException.class);

        Uuid id = Uuid.randomUuid();
        isThere(id);
        assertThat(ownership.topicId()).isEqualTo(id.toString());
    }

    @Test
    void after_a_rebalance_the_topic_may_be_another() {
        isThere(Uuid.randomUuid());
        ownership.onPartitionsAssigned(consumer, List.of(SECOND));
        String first = ownership.topicId();

        Uuid second = Uuid.randomUuid();
        isThere(second);
        assertThat(ownership.topicId()).isEqualTo(first);
        ownership.onPartitionsAssigned(consumer, List.of());
        assertThat(ownership.topicId()).isEqualTo(second.toString());
    }
}
