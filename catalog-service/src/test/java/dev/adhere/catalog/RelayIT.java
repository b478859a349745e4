package dev.adhere.catalog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.testbed.FreePorts;
import dev.adhere.testbed.LocalKafka;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.SendResult;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.json.JsonMapper;

/// Every exercise's current revision ends on its topic, whoever sends what and when.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"management.server.port=0", "adhere.kafka.user-partitions=6", "adhere.kafka.replication-factor=1"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DirtiesContext
class RelayIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> EDITED = List.of("bridge", "bird-dog", "pelvic-tilt");
    private static final Path FOLDER = folder();
    private static final int KAFKA_PORT = FreePorts.one();
    private static final int CONTROLLER_PORT = FreePorts.one();
    private static LocalKafka broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);

    private final List<Relay.Message> sentLate = new CopyOnWriteArrayList<>();

    @Autowired
    @Nullable
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    @Nullable
    ConsumerFactory<String, byte[]> consumers;

    @Autowired
    @Nullable
    Entries entries;

    @Autowired
    @Nullable
    DeclaredTopics topics;

    private static Path folder() {
        try {
            return Files.createTempDirectory("adhere-relay-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", broker::bootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_relay"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    @BeforeAll
    void content() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(newestOnTopic()).containsKeys(EDITED.toArray(String[]::new)));
        settled();
    }

    /// Another instance's relay, so slow that it sends what it has read only when the first instance is through with
    /// all that came later.
    private Relay slowRelay() {
        Entries mine = requireNonNull(entries);
        var slow = new Relay.Outbox() {
            @Override
            public List<Relay.Message> dirty(int limit) {
                List<Relay.Message> read = mine.dirty(limit);
                if (!read.isEmpty()) {
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> mine.dirty(limit).isEmpty());
                    sentLate.addAll(read);
                }
                return read;
            }

            @Override
            public void topicIs(String topicId) {
                mine.topicIs(topicId);
            }

            @Override
            public void readBack(String key, long revision) {
                throw new AssertionError("only the reader of the topic reads back");
            }
        };
        return new Relay(Topic.EXERCISES, slow, requireNonNull(kafka), requireNonNull(topics));
    }

    private void edit(String id) {
        Entries mine = requireNonNull(entries);
        Stored before = requireNonNull(mine.find(id).block(Duration.ofSeconds(10)));
        assertThat(mine.store(new Entries.Change(before, Stored.next(before, before.entry())))
                        .block(Duration.ofSeconds(10)))
                .isTrue();
    }

    private Map<String, Long> revisions() {
        return requireNonNull(requireNonNull(entries)
                .find(EDITED)
                .map(found -> {
                    var revisions = new HashMap<String, Long>();
                    found.forEach(
                            (id, stored) -> revisions.put(id, stored.entry().revision()));
                    return revisions;
                })
                .block(Duration.ofSeconds(10)));
    }

    /// Waits until nothing is dirty and stays so for longer than a relay's turn.
    private void settled() {
        await().atMost(Duration.ofSeconds(60))
                .during(Duration.ofSeconds(3))
                .until(() -> requireNonNull(entries).dirty(1_000).isEmpty());
    }

    private void theTopicHasWhatIsStored() {
        Map<String, Exercise> newest = newestOnTopic();
        assertThat(revisions())
                .allSatisfy((id, revision) -> assertThat(
                                requireNonNull(newest.get(id)).revision())
                        .as(id)
                        .isEqualTo(revision));
    }

    @Test
    void two_instances_that_race_end_with_every_current_revision_on_the_topic() {
        Map<String, Long> before = revisions();
        edit(EDITED.getFirst());
        var slow = slowRelay();
        slow.start();
        try {
            slow.wake();
            for (int i = 1; i < 60; i++) {
                edit(EDITED.get(i % EDITED.size()));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> !sentLate.isEmpty());
            settled();
        } finally {
            slow.stop();
        }
        assertThat(revisions())
                .allSatisfy((id, revision) -> assertThat(revision).isEqualTo(requireNonNull(before.get(id)) + 20));
        theTopicHasWhatIsStored();
    }

    @Test
    void what_is_on_its_way_is_not_sent_again_however_often_the_relay_is_woken() {
        var asked = new AtomicInteger();
        var neverReadBack = new Relay.Outbox() {
            @Override
            public List<Relay.Message> dirty(int limit) {
                asked.incrementAndGet();
                return List.of(new Relay.Message("nobody", new byte[] {1}));
            }

            @Override
            public void topicIs(String topicId) {}

            @Override
            public void readBack(String key, long revision) {}
        };
        var sent = new AtomicInteger();
        var counting = new KafkaTemplate<String, byte[]>(requireNonNull(kafka).getProducerFactory()) {
            @Override
            public CompletableFuture<SendResult<String, byte[]>> send(
                    String topic, String key, byte @Nullable [] value) {
                sent.incrementAndGet();
                return CompletableFuture.completedFuture(null);
            }
        };
        var relay = new Relay(Topic.EXERCISES, neverReadBack, counting, requireNonNull(topics));
        relay.start();
        try {
            for (int i = 0; i < 1_000; i++) {
                relay.wake();
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> asked.get() >= 3);
        } finally {
            relay.stop();
        }
        assertThat(sent).hasValueLessThanOrEqualTo(1 + asked.get() / 4);
    }

    @Test
    void what_is_edited_while_kafka_is_away_is_on_the_topic_once_it_is_back() {
        broker.close();
        try {
            EDITED.forEach(this::edit);
            // The relay has tried and given up in between.
            await().during(Duration.ofSeconds(12))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> requireNonNull(entries).dirty(1_000).size() == EDITED.size());
            edit(EDITED.getFirst());
        } finally {
            broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);
        }
        settled();
        theTopicHasWhatIsStored();
    }

    private Map<String, Exercise> newestOnTopic() {
        var newest = new HashMap<String, Exercise>();
        try (var reader = requireNonNull(consumers).createConsumer(null, "relay-it")) {
            var partition = List.of(new TopicPartition(Topic.EXERCISES.topicName(), 0));
            reader.assign(partition);
            reader.seekToBeginning(partition);
            long end = requireNonNull(reader.endOffsets(partition).get(partition.getFirst()));
            while (reader.position(partition.getFirst()) < end) {
                reader.poll(Duration.ofMillis(200))
                        .forEach(record -> newest.put(record.key(), JSON.readValue(record.value(), Exercise.class)));
            }
        } catch (org.apache.kafka.common.KafkaException e) {
            // The topic is still being made.
            return Map.of();
        }
        return newest;
    }
}
