package dev.adhere.catalog;

import com.mongodb.reactivestreams.client.MongoClient;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.Preparation;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.kafka.TopicsInUse;
import dev.adhere.platform.mongo.DatabaseName;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How the parts are put together: content and edits into MongoDB, from there by the relay to topic
/// `exercises`, and from there into every instance's index.
@Configuration(proxyBeanMethods = false)
class CatalogConfiguration {

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
    Preparation contentHealthIndicator(Entries entries, Content content, Index index) {
        return new Preparation("content", () -> {
            var _ = entries.seed(content.exercises())
                    .thenMany(entries.all())
                    .filter(Stored::published)
                    .doOnNext(stored -> index.put(stored.entry().toExercise()))
                    .then()
                    .toFuture()
                    .join();
            index.filled();
        });
    }
}
