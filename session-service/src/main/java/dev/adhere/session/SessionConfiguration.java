package dev.adhere.session;

import com.mongodb.ConnectionString;
import com.mongodb.reactivestreams.client.MongoDatabase;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.TopicsInUse;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How the parts are put together.
@Configuration(proxyBeanMethods = false)
class SessionConfiguration {

    // What other services send may have fields that this release does not know.
    private static final JsonMapper TOLERANT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @Bean
    TopicsInUse topicsInUse() {
        return new TopicsInUse(
                Set.of(Topic.EXERCISES, Topic.CARE_TEAM, Topic.SESSION_EVENTS, Topic.SESSION_EVENTS_REPLAY));
    }

    @Bean
    MongoDatabase history(
            com.mongodb.reactivestreams.client.MongoClient client,
            @Value("${spring.mongodb.uri}") ConnectionString uri) {
        return client.getDatabase(name(uri));
    }

    @Bean
    Records records(com.mongodb.client.MongoClient client, @Value("${spring.mongodb.uri}") ConnectionString uri) {
        var records = new Records(client.getDatabase(name(uri)));
        records.prepare();
        return records;
    }

    private static String name(ConnectionString uri) {
        String name = uri.getDatabase();
        return name == null ? "adhere_session" : name;
    }

    @Bean
    Recorder recorder(Records records, KafkaTemplate<String, byte[]> kafka) {
        return new Recorder(records, kafka);
    }

    @Bean
    Rewind rewind(@Value("${adhere.recorder.rewind:PT0S}") Duration by, ConsumerFactory<String, byte[]> consumers) {
        return new Rewind(by, consumers);
    }

    /// MongoDB or Kafka away means lag: the same batch again, for as long as it takes.
    @Bean
    ConcurrentKafkaListenerContainerFactory<String, byte[]> recorderContainers(
            ConsumerFactory<String, byte[]> consumers, Rewind rewind) {
        var factory = new ConcurrentKafkaListenerContainerFactory<String, byte[]>();
        factory.setConsumerFactory(consumers);
        factory.setBatchListener(true);
        factory.setConcurrency(2);
        var backOff = new ExponentialBackOff(200, 2);
        backOff.setMaxInterval(5_000);
        backOff.setMaxElapsedTime(Long.MAX_VALUE);
        factory.setCommonErrorHandler(new DefaultErrorHandler(backOff));
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        factory.getContainerProperties().setConsumerRebalanceListener(rewind);
        return factory;
    }

    @Bean
    CompactedTable<Exercise> exercisesHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics) {
        return new CompactedTable<>(
                Topic.EXERCISES,
                consumers,
                topics,
                value -> TOLERANT.readValue(value, Exercise.class),
                Exercise::revision,
                (_, _) -> {},
                true);
    }

    @Bean
    CompactedTable<CareTeam> careTeamsHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics) {
        return new CompactedTable<>(
                Topic.CARE_TEAM,
                consumers,
                topics,
                value -> TOLERANT.readValue(value, CareTeam.class),
                CareTeam::revision,
                (_, _) -> {},
                false);
    }

    @Bean
    Sender sender(CompactedTable<Exercise> exercisesHealthIndicator, KafkaTemplate<String, byte[]> kafka, Clock clock) {
        return new Sender(new EventReader(id -> exercisesHealthIndicator.get(id) != null), kafka, clock);
    }
}
