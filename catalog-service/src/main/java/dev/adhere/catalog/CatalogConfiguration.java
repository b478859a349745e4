package dev.adhere.catalog;

import com.mongodb.reactivestreams.client.MongoClient;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.kafka.TopicsInUse;
import dev.adhere.platform.mongo.DatabaseName;
import dev.adhere.platform.telemetry.Faults;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import reactor.util.retry.Retry;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How the parts are put together: content and edits into MongoDB, from there by the relay to topic
/// `exercises`, and from there into every instance's index.
@Configuration(proxyBeanMethods = false)
class CatalogConfiguration {

    private static final Logger log = LoggerFactory.getLogger(CatalogConfiguration.class);

    // What this service itself wrote earlier may have fields that this release no longer has.
    private static final JsonMapper TOLERANT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @Bean
    TopicsInUse topicsInUse() {
        return new TopicsInUse(Set.of(Topic.EXERCISES));
    }

    @Bean
    Content content() {
        return Content.read(TOLERANT);
    }

    @Bean
    Entries entries(MongoClient client, DatabaseName name) {
        return new Entries(client.getDatabase(name.value()), TOLERANT);
    }

    @Bean
    Index index() {
        return new Index();
    }

    @Bean
    Relay exerciseRelay(Entries entries, KafkaTemplate<String, byte[]> kafka, DeclaredTopics topics) {
        return new Relay(Topic.EXERCISES, entries, kafka, topics);
    }

    /// This service's own topic, read back to see what arrived, and what other instances changed.
    @Bean
    CompactedTable<Exercise> exercisesReadBack(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics, Entries entries, Index index) {
        return new CompactedTable<>(Topic.EXERCISES, Exercise.class, Exercise::revision, consumers, topics)
                .telling((id, exercise) -> {
                    if (exercise != null) {
                        index.put(exercise);
                        entries.readBack(id, exercise.revision());
                    }
                });
    }

    /// Brings the content in and fills the index, for as long as that takes; the service is not ready before.
    @Bean
    Seeding contentHealthIndicator(Entries entries, Content content, Index index) {
        return new Seeding(entries, content, index);
    }

    static final class Seeding implements HealthIndicator {
        private final Entries entries;
        private final Content content;
        private final Index index;
        private final AtomicBoolean done = new AtomicBoolean();

        Seeding(Entries entries, Content content, Index index) {
            this.entries = entries;
            this.content = content;
            this.index = index;
        }

        @EventListener(ApplicationReadyEvent.class)
        void begin() {
            var _ = entries.seed(content.exercises())
                    .thenMany(entries.all())
                    .filter(Stored::published)
                    .doOnNext(stored -> index.put(stored.entry().toExercise()))
                    .then()
                    .doOnError(e -> log.warn("content waits for MongoDB: {}", Faults.name(e)))
                    .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofSeconds(1)))
                    .subscribe(_ -> {}, _ -> {}, () -> {
                        index.filled();
                        done.set(true);
                    });
        }

        @Override
        public Health health() {
            return (done.get() ? Health.up() : Health.down()).build();
        }
    }
}
