package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.platform.kafka.BatchContainers;
import dev.adhere.testbed.TestBackends;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/// Batches that fail while the group changes, against a real broker.
class BatchContainersIT {

    private static final String TOPIC = "batch-containers-it";
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(40);

    private final Map<String, Object> broker = Map.of("bootstrap.servers", TestBackends.kafkaBootstrap());
    private final Admin admin = Admin.create(broker);
    private final KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(broker, new StringSerializer(), new ByteArraySerializer());

    @BeforeEach
    void begin() throws Exception {
        admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void end() {
        producer.close();
        admin.close();
    }

    @Test
    void a_batch_that_fails_over_a_rebalance_takes_back_no_offset_of_another_consumer() throws Exception {
        var away = new AtomicBoolean(true);
        var largest = new AtomicInteger();
        send(0);
        send(1);
        var one = container(batch -> {
            largest.accumulateAndGet(batch.size(), Math::max);
            if (away.get()) {
                throw new IllegalStateException("what it writes to is away");
            }
        });
        var other = container(_ -> {});
        try {
            one.start();
            // It has a record of each partition, and neither is written.
            await().atMost(LONG_ENOUGH).until(() -> largest.get() == 2);
            assertThat(committed(0) + committed(1)).isZero();

            other.start();
            await().atMost(LONG_ENOUGH).until(() -> partitions(other).size() == 1);
            int others = partitions(other).getFirst();
            await().atMost(LONG_ENOUGH).until(() -> committed(others) == 1);
            send(others);
            await().atMost(LONG_ENOUGH).until(() -> committed(others) == 2);

            away.set(false);
            await().atMost(LONG_ENOUGH).until(() -> committed(1 - others) == 1);
            assertThat(committed(others)).isEqualTo(2);
        } finally {
            one.stop();
            other.stop();
        }
    }

    private void send(int partition) throws Exception {
        var _ = producer.send(new ProducerRecord<>(TOPIC, partition, "key", new byte[0]))
                .get(20, TimeUnit.SECONDS);
    }

    /// The group's offset of a partition; 0 before there is one.
    private long committed(int partition) throws Exception {
        var offset = admin.listConsumerGroupOffsets(TOPIC)
                .partitionsToOffsetAndMetadata()
                .get(20, TimeUnit.SECONDS)
                .get(new TopicPartition(TOPIC, partition));
        return offset == null ? 0 : offset.offset();
    }

    private static List<Integer> partitions(ConcurrentMessageListenerContainer<String, byte[]> container) {
        return Objects.requireNonNullElse(container.getAssignedPartitions(), List.<TopicPartition>of()).stream()
                .map(TopicPartition::partition)
                .toList();
    }

    private ConcurrentMessageListenerContainer<String, byte[]> container(
            BatchMessageListener<String, byte[]> listener) {
        var consumers = new DefaultKafkaConsumerFactory<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestBackends.kafkaBootstrap(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        TOPIC,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                        200,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        500),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        var container = BatchContainers.of(consumers, new ConsumerAwareRebalanceListener() {})
                .createContainer(TOPIC);
        container.setConcurrency(1);
        container.setupMessageListener(listener);
        return container;
    }
}
