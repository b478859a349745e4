package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.testbed.TestBackends;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Many messages at once, over few connections to a real MongoDB.
class CourierIT {

    private static final int HERD = 400;
    private static final LocalDate DAY = LocalDate.parse("2025-03-05");

    private final Instant saved = DAY.minusDays(1).atTime(12, 0).atZone(BERLIN).toInstant();
    private final Instant due = DAY.atTime(LocalTime.of(17, 30)).atZone(BERLIN).toInstant();
    private final MongoClient client = MongoClients.create(MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString(TestBackends.mongoUri("adhere_courier")))
            .applyToConnectionPoolSettings(pool -> pool.maxSize(8).maxWaitTime(500, TimeUnit.MILLISECONDS))
            .build());
    private final MongoDatabase database = client.getDatabase("adhere_courier_it");
    private final Users users = new Users(database, new Partitions(6));
    private final Keeper keeper = new Keeper(users);
    private final Clock clock = Clock.fixed(due, ZoneOffset.UTC);
    private final Courier courier = new Courier(
            Map.of(Channel.EMAIL, _ -> Nudging.Ended.with(Nudging.Result.TAKEN)),
            1,
            keeper,
            new Metrics(new SimpleMeterRegistry(), clock),
            clock);

    @BeforeEach
    void begin() {
        database.drop();
        users.prepare();
        courier.start();
    }

    @AfterEach
    void end() {
        courier.stop();
        database.drop();
        client.close();
    }

    @Test
    void those_of_a_herd_that_have_to_wait_keep_their_attempt_and_come_again_one_by_one() {
        var plan = plan(DAY, saved, BERLIN, List.of(item("bridge", 3, 10, false, daily("18:00"))));
        Preferences d = Preferences.DEFAULT;
        var byMail = new Preferences(
                null,
                d.preferredTime(),
                d.quietHours(),
                List.of(Channel.EMAIL),
                "someone@example.org",
                Set.of(),
                true,
                d.language(),
                1);
        Set<String> herd = IntStream.range(0, HERD).mapToObj(n -> "herd-" + n).collect(Collectors.toSet());
        fold(herd, List.of(new Fold.EditPlan(plan), new Fold.EditPreferences(byMail)), saved);

        courier.take(fold(herd, List.of(new Fold.Due("claim")), due).values(), "claim");

        await().atMost(Duration.ofSeconds(60)).until(() -> states(herd).stream().noneMatch(State.SENDING::equals));
        var waiting = users.heads(herd).values().stream()
                .map(CourierIT::mail)
                .filter(decision -> decision.is(State.PENDING))
                .map(decision -> java.util.Objects.requireNonNull(decision.outgoing()))
                .toList();
        assertThat(waiting).hasSizeGreaterThan(HERD - 10);
        assertThat(waiting).allSatisfy(outgoing -> {
            assertThat(outgoing.attempts()).isZero();
            assertThat(outgoing.holder()).isNull();
            assertThat(outgoing.at()).isAfterOrEqualTo(due.plusSeconds(2));
        });
        assertThat(waiting.stream().map(Decision.Outgoing::at).distinct()).hasSizeGreaterThan(HERD / 2);
        assertThat(states(herd)).containsOnly(State.PENDING, State.DELIVERED);
    }

    private Map<String, UserState> fold(Set<String> herd, List<Fold.Input> inputs, Instant now) {
        var each = new HashMap<String, List<Fold.Input>>();
        herd.forEach(user -> each.put(user, inputs));
        return keeper.fold(each, now);
    }

    private List<State> states(Set<String> herd) {
        return users.heads(herd).values().stream()
                .map(head -> java.util.Objects.requireNonNull(mail(head).nudge().state()))
                .toList();
    }

    private static Decision mail(UserState head) {
        assertThat(head.nudges()).hasSize(1);
        return head.nudges().getFirst();
    }
}
