package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/// Makes the topics that a service uses, then starts its listeners.
///
/// Off the start-up path and for as long as it takes: a service that starts while Kafka is away becomes ready when
/// Kafka is back. A topic that has another number of partitions than declared would break the order of users' records:
/// then nothing starts.
public final class DeclaredTopics implements SmartLifecycle, HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(DeclaredTopics.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final TopicsInUse use;
    private final KafkaTopicSettings settings;
    private final Admin admin;
    private final @Nullable KafkaListenerEndpointRegistry listeners;
    private final CountDownLatch exist = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Map<String, String> ids = Map.of();
    private volatile boolean running;

    DeclaredTopics(
            TopicsInUse use,
            KafkaTopicSettings settings,
            Admin admin,
            @Nullable KafkaListenerEndpointRegistry listeners) {
        this.use = use;
        this.settings = settings;
        this.admin = admin;
        this.listeners = listeners;
    }

    /// Waits until all topics exist; false if that took longer.
    public boolean await(Duration atMost) throws InterruptedException {
        return exist.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Kafka's id of a topic that exists: another one after the topic was lost and made again.
    ///
    /// @throws NullPointerException where [#await] has not said yet that it exists, or nobody declared it
    public String id(Topic topic) {
        return Objects.requireNonNull(ids.get(topic.topicName()));
    }

    @Override
    public Health health() {
        return (exist.getCount() == 0 ? Health.up() : Health.down()).build();
    }

    @Override
    public void start() {
        running = true;
        var _ = Thread.ofVirtual().name("declared-topics").start(this::declare);
    }

    @Override
    public void stop() {
        running = false;
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void declare() {
        try {
            while (running && !declared()) {
                if (stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            exist.countDown();
            if (running && listeners != null) {
                listeners.getListenerContainers().forEach(container -> {
                    if (running && !container.isRunning()) {
                        container.start();
                    }
                });
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean declared() throws InterruptedException {
        try {
            List<NewTopic> wanted = wanted();
            List<String> names = wanted.stream().map(NewTopic::name).toList();
            var existing = admin.listTopics().names().get(10, TimeUnit.SECONDS);
            var missing =
                    wanted.stream().filter(t -> !existing.contains(t.name())).toList();
            for (var creation : admin.createTopics(missing).values().values()) {
                try {
                    var _ = creation.get(10, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw e;
                    }
                }
            }
            var described = admin.describeTopics(names).allTopicNames().get(10, TimeUnit.SECONDS);
            for (NewTopic topic : wanted) {
                var is = described.get(topic.name());
                if (is == null || is.partitions().size() != topic.numPartitions()) {
                    log.error(
                            "topic {} must have {} partitions: set adhere.kafka.user-partitions to what it has",
                            topic.name(),
                            topic.numPartitions());
                    return false;
                }
            }
            ids = described.values().stream()
                    .collect(Collectors.toMap(
                            TopicDescription::name, topic -> topic.topicId().toString()));
            return true;
        } catch (ExecutionException | TimeoutException e) {
            log.warn("topics are not there yet: {}", Faults.name(e));
            return false;
        }
    }

    private List<NewTopic> wanted() {
        var topics = new ArrayList<NewTopic>();
        for (Topic topic : use.topics()) {
            int partitions = topic.userKeyed() ? settings.userPartitions() : 1;
            Map<String, String> config = new HashMap<>();
            config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
            Duration retention = topic.retention();
            if (retention == null) {
                config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
            } else {
                config.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
            }
            topics.add(new NewTopic(topic.topicName(), partitions, settings.replicationFactor()).configs(config));
            if (!topic.compacted()) {
                topics.add(new NewTopic(topic.dltName(), partitions, settings.replicationFactor())
                        .configs(Map.of(
                                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                                "LogAppendTime",
                                TopicConfig.RETENTION_MS_CONFIG,
                                Long.toString(Topic.DEAD_LETTER_RETENTION.toMillis()))));
            }
        }
        return topics;
    }
}
