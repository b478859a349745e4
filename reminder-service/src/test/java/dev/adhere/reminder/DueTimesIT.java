package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.planA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.adhere.contracts.Topic;
import dev.adhere.testbed.TestBackends;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import tools.jackson.databind.json.JsonMapper;

/// Timers against a real broker and MongoDB: they wait for the backlog, and for nothing else.
class DueTimesIT {

    private static final String USER = "due-times-user";
    private static final Duration SEVERAL_TURNS = Duration.ofSeconds(2);

    private final Instant saved = MONDAY.atTime(12, 0).atZone(BERLIN).toInstant();
    // The day has ended, and its end is due.
    private final Instant now = MONDAY.plusDays(1).atTime(0, 1).atZone(BERLIN).toInstant();

    private final MongoClient client = MongoClients.create(TestBackends.mongoUri("adhere_due_times"));
    private final MongoDatabase database = client.getDatabase("adhere_due_times_it");
    private final Admin admin = Admin.create(Map.of("bootstrap.servers", TestBackends.kafkaBootstrap()));
    private final DefaultKafkaProducerFactory<String, byte[]> producers = new DefaultKafkaProducerFactory<>(
            Map.of("bootstrap.servers", TestBackends.kafkaBootstrap()),
            new StringSerializer(),
            new ByteArraySerializer());
    private final KafkaTemplate<String, byte[]> kafka = new KafkaTemplate<>(producers);
    private final Partitions partitions = new Partitions(6);
    private final int partition = partitions.of(USER);
    private final Users users = new Users(database, partitions);
    private final Keeper keeper = new Keeper(users);
    private final Clock clock = Clock.fixed(now, ZoneOffset.UTC);
    private final DueTimes dueTimes = new DueTimes(
            users,
            keeper,
            new Teller(
                    kafka,
                    new DecisionLog(database.getCollection("nudges"), database.getCollection("alerts")),
                    keeper,
                    JsonMapper.shared()),
            new Courier(Map.of(), 1, keeper, new Metrics(new SimpleMeterRegistry(), clock), clock),
            partitions,
            admin,
            new Metrics(new SimpleMeterRegistry(), clock),
            clock);

    @BeforeEach
    void begin() throws Exception {
        for (Topic topic : List.of(Topic.SESSION_EVENTS, Topic.ADHERENCE, Topic.NUDGES)) {
            try {
                var _ = admin.createTopics(List.of(new NewTopic(topic.topicName(), 6, (short) 1)))
                        .all()
                        .get(20, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(TopicExistsException.class);
            }
        }
        database.drop();
        users.prepare();
        var _ = keeper.edit(USER, _ -> new Fold.EditPlan(plan(MONDAY, saved, BERLIN, planA())), saved);
        assertThat(closed()).isEqualTo(MONDAY.minusDays(1));
    }

    @AfterEach
    void end() {
        dueTimes.stop();
        database.drop();
        client.close();
        admin.close();
        producers.destroy();
    }

    private LocalDate closed() {
        return Objects.requireNonNull(users.head(USER)).throughDate();
    }

    /// Puts a record into the user's partition; where it is.
    private long backlog() throws Exception {
        return kafka.send(Topic.SESSION_EVENTS.topicName(), USER, new byte[0])
                .get(20, TimeUnit.SECONDS)
                .getRecordMetadata()
                .offset();
    }

    @Test
    void a_day_stays_open_until_all_that_had_arrived_by_then_is_folded() throws Exception {
        long first = backlog();
        long last = backlog();
        partitions.assigned(partition, first);
        dueTimes.start();
        await().during(SEVERAL_TURNS).until(() -> closed().equals(MONDAY.minusDays(1)));

        partitions.consumed(partition, last);
        await().during(SEVERAL_TURNS).until(() -> closed().equals(MONDAY.minusDays(1)));

        partitions.consumed(partition, last + 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> closed().equals(MONDAY));
    }

    @Test
    void a_partition_that_is_not_ours_is_left_alone() throws Exception {
        partitions.assigned((partition + 1) % 6, 0);
        dueTimes.start();
        await().during(SEVERAL_TURNS).until(() -> closed().equals(MONDAY.minusDays(1)));

        partitions.assigned(partition, backlog() + 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> closed().equals(MONDAY));
    }

    @Test
    void what_arrives_after_the_moment_does_not_hold_a_timer_up() throws Exception {
        long end = backlog() + 1;
        // The broker has been asked; what comes from now on is later than the day's end.
        partitions.assigned(partition, end - 1);
        partitions.asked(partition, now, end);
        var _ = backlog();
        dueTimes.start();
        partitions.consumed(partition, end);
        await().atMost(Duration.ofSeconds(20)).until(() -> closed().equals(MONDAY));
    }
}
