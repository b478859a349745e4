package dev.adhere.session;

import com.mongodb.reactivestreams.client.MongoDatabase;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.Preparation;
import dev.adhere.platform.audit.AuditPlatform;
import dev.adhere.platform.kafka.BatchContainers;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.TopicsInUse;
import dev.adhere.platform.mongo.DatabaseName;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/// How the parts are put together.
@Configuration(proxyBeanMethods = false)
@Import(AuditPlatform.class)
class SessionConfiguration {

    @Bean
    EventSchemas eventSchemas() {
        return new EventSchemas();
    }

    @Bean
    TopicsInUse topicsInUse() {
        return new TopicsInUse(
                Set.of(Topic.EXERCISES, Topic.CARE_TEAM, Topic.SESSION_EVENTS, Topic.SESSION_EVENTS_REPLAY));
    }

    @Bean
    MongoDatabase history(com.mongodb.reactivestreams.client.MongoClient client, DatabaseName name) {
        return client.getDatabase(name.value());
    }

    @Bean
    Records records(com.mongodb.client.MongoClient client, DatabaseName name) {
        return new Records(client.getDatabase(name.value()));
    }

    @Bean
    Preparation collectionsHealthIndicator(Records records) {
        return new Preparation("collections", records::prepare);
    }

    @Bean
    Metrics metrics(MeterRegistry registry) {
        return new Metrics(registry);
    }

    @Bean
    Recorder recorder(Records records, KafkaTemplate<String, byte[]> kafka, Metrics metrics, Clock clock) {
        return new Recorder(records, kafka, metrics, clock);
    }

    @Bean
    Rewind rewind(@Value("${adhere.recorder.rewind:PT0S}") Duration by, ConsumerFactory<String, byte[]> consumers) {
        return new Rewind(by, consumers);
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<String, byte[]> recorderContainers(
            ConsumerFactory<String, byte[]> consumers, Rewind rewind) {
        return BatchContainers.of(consumers, rewind);
    }

    @Bean
    Replay replay(MongoDatabase history, KafkaTemplate<String, byte[]> kafka) {
        return new Replay(history, kafka);
    }

    @Bean
    CompactedTable<Exercise> exercisesHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics) {
        return new CompactedTable<>(Topic.EXERCISES, Exercise.class, Exercise::revision, consumers, topics)
                .neverEmpty();
    }

    @Bean
    CompactedTable<CareTeam> careTeamsHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics) {
        return new CompactedTable<>(Topic.CARE_TEAM, CareTeam.class, CareTeam::revision, consumers, topics);
    }

    /// The first send would wait for metadata longer than a client may.
    @Bean
    Preparation producerHealthIndicator(KafkaTemplate<String, byte[]> kafka) {
        return new Preparation("producer", () -> {
            var _ = kafka.partitionsFor(Topic.SESSION_EVENTS.topicName());
        });
    }

    @Bean
    Sender sender(
            CompactedTable<Exercise> exercisesHealthIndicator,
            KafkaTemplate<String, byte[]> kafka,
            Metrics metrics,
            Clock clock) {
        return new Sender(new EventReader(id -> exercisesHealthIndicator.get(id) != null), kafka, metrics, clock);
    }
}
