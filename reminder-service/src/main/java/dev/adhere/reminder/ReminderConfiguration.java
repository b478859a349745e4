package dev.adhere.reminder;

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.KafkaTopicSettings;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.kafka.TopicsInUse;
import java.time.Clock;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How the parts are put together; the path of the data is in `EventListener`, `DueTimes` and the controllers.
@Configuration(proxyBeanMethods = false)
class ReminderConfiguration {

    // What other services send may have fields that this release does not know.
    private static final JsonMapper TOLERANT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @Bean
    TopicsInUse topicsInUse() {
        return new TopicsInUse(Set.of(
                Topic.EXERCISES,
                Topic.SESSION_EVENTS,
                Topic.SESSION_EVENTS_REPLAY,
                Topic.CARE_TEAM,
                Topic.ADHERENCE,
                Topic.NUDGES,
                Topic.ALERTS));
    }

    @Bean
    Partitions partitions(KafkaTopicSettings settings) {
        return new Partitions(settings.userPartitions());
    }

    @Bean
    MongoDatabase database(MongoClient client, @Value("${spring.mongodb.uri}") com.mongodb.ConnectionString uri) {
        String name = uri.getDatabase();
        return client.getDatabase(name == null ? "adhere_reminder" : name);
    }

    @Bean
    Users users(MongoDatabase database, Partitions partitions) {
        var users = new Users(database, partitions);
        users.prepare();
        return users;
    }

    @Bean
    DecisionLog decisionLog(MongoDatabase database) {
        var nudges = database.getCollection("nudges").withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
        var _ = nudges.createIndex(Indexes.descending("userId", "date", "_id"));
        return new DecisionLog(nudges);
    }

    @Bean
    Keeper keeper(Users users) {
        return new Keeper(users);
    }

    @Bean
    Access access(Users users, Clock clock) {
        return new Access(users, clock);
    }

    @Bean
    Teller teller(KafkaTemplate<String, byte[]> kafka, DecisionLog log, Keeper keeper, JsonMapper json) {
        return new Teller(kafka, log.collection(), keeper, json);
    }

    @Bean
    Ownership ownership(Partitions partitions, Admin admin) {
        return new Ownership(partitions, admin);
    }

    @Bean
    EventListener eventListener(Keeper keeper, Teller teller, Partitions partitions, Ownership ownership, Clock clock) {
        return new EventListener(keeper, teller, partitions, ownership, clock);
    }

    @Bean
    DueTimes dueTimes(Users users, Keeper keeper, Teller teller, Partitions partitions, Admin admin, Clock clock) {
        return new DueTimes(users, keeper, teller, partitions, admin, clock);
    }

    /// MongoDB or Kafka away means lag: the same batch again, for as long as it takes.
    @Bean
    ConcurrentKafkaListenerContainerFactory<String, byte[]> keeperContainers(
            ConsumerFactory<String, byte[]> consumers, Ownership ownership) {
        var factory = new ConcurrentKafkaListenerContainerFactory<String, byte[]>();
        factory.setConsumerFactory(consumers);
        factory.setBatchListener(true);
        factory.setConcurrency(2);
        var backOff = new ExponentialBackOff(200, 2);
        backOff.setMaxInterval(5_000);
        backOff.setMaxElapsedTime(Long.MAX_VALUE);
        factory.setCommonErrorHandler(new DefaultErrorHandler(backOff));
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        factory.getContainerProperties().setConsumerRebalanceListener(ownership);
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
    Exercises exercises(CompactedTable<Exercise> exercisesHealthIndicator) {
        return exercisesHealthIndicator::get;
    }

    @Bean
    CareTeamOutbox careTeamOutbox(Users users) {
        return new CareTeamOutbox(users, TOLERANT);
    }

    @Bean
    Relay careTeamRelay(CareTeamOutbox outbox, KafkaTemplate<String, byte[]> kafka, DeclaredTopics topics) {
        return new Relay(Topic.CARE_TEAM, outbox, kafka, topics);
    }

    /// This service's own topic, read back to see what arrived.
    @Bean
    CompactedTable<CareTeam> careTeamsHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics, CareTeamOutbox outbox) {
        return new CompactedTable<>(
                Topic.CARE_TEAM,
                consumers,
                topics,
                outbox::read,
                CareTeam::revision,
                (userId, team) -> {
                    if (team != null) {
                        outbox.readBack(userId, team.revision());
                    }
                },
                false);
    }

    /// Ready when the listener runs: then events are folded and timers fire.
    @Bean
    HealthIndicator keeperHealthIndicator(KafkaListenerEndpointRegistry listeners) {
        return () -> {
            var container = listeners.getListenerContainer(EventListener.ID);
            return (container != null && container.isRunning() ? Health.up() : Health.down()).build();
        };
    }
}
