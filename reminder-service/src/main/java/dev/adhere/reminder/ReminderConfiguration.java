package dev.adhere.reminder;

import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.Preparation;
import dev.adhere.platform.audit.AuditPlatform;
import dev.adhere.platform.audit.AuditTrail;
import dev.adhere.platform.kafka.BatchContainers;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.KafkaTopicSettings;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.kafka.Tail;
import dev.adhere.platform.kafka.TopicsInUse;
import dev.adhere.platform.mongo.DatabaseName;
import dev.adhere.platform.security.OpenToAll;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import tools.jackson.databind.json.JsonMapper;

/// How the parts are put together; the path of the data is in `EventListener`, `DueTimes` and the
/// controllers.
@Configuration(proxyBeanMethods = false)
@Import(AuditPlatform.class)
@EnableConfigurationProperties({PainRules.class, OutboundSettings.class, PushSettings.class, UnsubscribeSettings.class})
class ReminderConfiguration {

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
    MongoDatabase database(MongoClient client, DatabaseName name) {
        return client.getDatabase(name.value());
    }

    @Bean
    Users users(MongoDatabase database, Partitions partitions) {
        return new Users(database, partitions);
    }

    @Bean
    Preparation collectionsHealthIndicator(
            Users users, DecisionLog log, PushSubscriptions subscriptions, Invitations invitations) {
        return new Preparation("collections", () -> {
            users.prepare();
            log.prepare();
            subscriptions.prepare();
            invitations.prepare();
        });
    }

    @Bean
    DecisionLog decisionLog(MongoDatabase database) {
        var durable = WriteConcern.MAJORITY.withJournal(true);
        return new DecisionLog(
                database.getCollection("nudges").withWriteConcern(durable),
                database.getCollection("alerts").withWriteConcern(durable));
    }

    @Bean
    Keeper keeper(Users users, PainRules rules, Metrics metrics) {
        return new Keeper(users, rules, metrics::written);
    }

    @Bean
    Access access(Users users, Clock clock) {
        return new Access(users, clock);
    }

    @Bean
    Cohort cohort(Users users, AuditTrail trail, Clock clock) {
        return new Cohort(users, trail, clock);
    }

    @Bean
    LiveCohort liveCohort(Cohort cohort, CompactedTable<CareTeam> careTeamsHealthIndicator, Clock clock) {
        return new LiveCohort(cohort, (userId, coachId) -> {
            CareTeam team = careTeamsHealthIndicator.get(userId);
            return team != null && team.assigns(coachId, clock.instant());
        });
    }

    @Bean
    Tail cohortTail(ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics, LiveCohort live) {
        return new Tail(List.of(Topic.ADHERENCE, Topic.ALERTS), consumers, topics, live::on);
    }

    @Bean
    Coaching coaching(
            Cohort cohort,
            LiveCohort live,
            Access access,
            Users users,
            AdherenceController adherence,
            PlanController plans,
            ExcuseController excuses,
            AlertController alerts,
            PainController pain,
            ExplanationController explanations,
            InvitationController invitations,
            Exercises exercises,
            Clock clock) {
        return new Coaching(
                cohort,
                live,
                access,
                users,
                adherence,
                plans,
                excuses,
                alerts,
                pain,
                explanations,
                invitations,
                exercises,
                clock);
    }

    @Bean
    Teller teller(KafkaTemplate<String, byte[]> kafka, DecisionLog log, Keeper keeper, JsonMapper json) {
        return new Teller(kafka, log, keeper, json);
    }

    @Bean
    Ownership ownership(Partitions partitions, Admin admin) {
        return new Ownership(partitions, admin);
    }

    @Bean
    Metrics metrics(MeterRegistry registry, Clock clock) {
        return new Metrics(registry, clock);
    }

    /// Every way out but the inbox, which is there without one.
    @Bean
    Courier courier(
            JavaMailSenderImpl mailServer,
            @Value("${adhere.mail.from}") String from,
            @Value("${adhere.sending.per-second}") int perSecond,
            Unsubscribing unsubscribing,
            Outbound outbound,
            Vapid vapid,
            PushSubscriptions subscriptions,
            Keeper keeper,
            Metrics metrics,
            JsonMapper json,
            Clock clock) {
        return new Courier(
                Map.of(
                        Channel.EMAIL,
                        new Mail(mailServer, from, unsubscribing),
                        Channel.WEBHOOK,
                        new Webhook(outbound, json),
                        Channel.WEB_PUSH,
                        new WebPush(outbound, vapid, subscriptions, json)),
                perSecond,
                keeper,
                metrics,
                clock);
    }

    @Bean
    Unsubscribing unsubscribing(UnsubscribeSettings settings) {
        return new Unsubscribing(settings);
    }

    @Bean
    OpenToAll unsubscribeLinks() {
        return new OpenToAll(List.of(Unsubscribing.PATH + "*"));
    }

    @Bean
    PublicAddresses publicAddresses(OutboundSettings settings) {
        return new PublicAddresses(settings);
    }

    @Bean
    Outbound outbound(PublicAddresses addresses) {
        return new Outbound(addresses);
    }

    @Bean
    Vapid vapid(PushSettings settings, JsonMapper json) {
        return new Vapid(settings, json);
    }

    @Bean
    PushSubscriptions pushSubscriptions(MongoDatabase database) {
        return new PushSubscriptions(
                database.getCollection("pushSubscriptions").withWriteConcern(WriteConcern.MAJORITY.withJournal(true)));
    }

    @Bean
    Invitations invitations(MongoDatabase database) {
        return new Invitations(database.getCollection("invitations")
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY));
    }

    @Bean
    CareTeams careTeams(Users users, Keeper keeper, Relay careTeamRelay, Clock clock) {
        return new CareTeams(users, keeper, careTeamRelay, clock);
    }

    @Bean
    InboxStreams inboxStreams(Metrics metrics) {
        var streams = new InboxStreams();
        metrics.inboxStreams(streams::open);
        return streams;
    }

    @Bean
    Tail nudgesTail(ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics, InboxStreams streams) {
        return new Tail(List.of(Topic.NUDGES), consumers, topics, streams::on);
    }

    @Bean
    EventListener eventListener(
            Keeper keeper, Teller teller, Partitions partitions, Ownership ownership, Metrics metrics, Clock clock) {
        return new EventListener(keeper, teller, partitions, ownership, metrics, clock);
    }

    @Bean
    DueTimes dueTimes(
            Users users,
            Keeper keeper,
            Teller teller,
            Courier courier,
            Partitions partitions,
            Admin admin,
            Metrics metrics,
            Clock clock) {
        return new DueTimes(users, keeper, teller, courier, partitions, admin, metrics, clock);
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<String, byte[]> keeperContainers(
            ConsumerFactory<String, byte[]> consumers, Ownership ownership) {
        return BatchContainers.of(consumers, ownership);
    }

    /// Facts that come again have no part in the barrier before timers.
    @Bean
    ConcurrentKafkaListenerContainerFactory<String, byte[]> replayContainers(
            ConsumerFactory<String, byte[]> consumers) {
        return BatchContainers.of(consumers, new ConsumerAwareRebalanceListener() {});
    }

    @Bean
    CompactedTable<Exercise> exercisesHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics) {
        return new CompactedTable<>(Topic.EXERCISES, Exercise.class, Exercise::revision, consumers, topics)
                .neverEmpty();
    }

    @Bean
    Exercises exercises(CompactedTable<Exercise> exercisesHealthIndicator) {
        return new Exercises() {
            @Override
            public @Nullable Exercise get(String exerciseId) {
                return exercisesHealthIndicator.get(exerciseId);
            }

            @Override
            public Collection<Exercise> all() {
                return exercisesHealthIndicator.values();
            }
        };
    }

    @Bean
    CareTeamOutbox careTeamOutbox(Users users, JsonMapper json) {
        return new CareTeamOutbox(users, json);
    }

    @Bean
    Relay careTeamRelay(CareTeamOutbox outbox, KafkaTemplate<String, byte[]> kafka, DeclaredTopics topics) {
        return new Relay(Topic.CARE_TEAM, outbox, kafka, topics);
    }

    /// This service's own topic, read back to see what arrived.
    @Bean
    CompactedTable<CareTeam> careTeamsHealthIndicator(
            ConsumerFactory<String, byte[]> consumers, DeclaredTopics topics, CareTeamOutbox outbox) {
        return new CompactedTable<>(Topic.CARE_TEAM, CareTeam.class, CareTeam::revision, consumers, topics)
                .telling((userId, team) -> {
                    if (team != null) {
                        outbox.readBack(userId, team.revision());
                    }
                });
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
