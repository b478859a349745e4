package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.contracts.Topic;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Pain over Kafka and HTTP: what is postponed and held, what coaches are told, what only they may do.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
            "adhere.pain-rules.emergency-number=144"
        })
@AutoConfigureWebTestClient(timeout = "60s")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PainIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final AtomicLong NEXT = new AtomicLong();

    @Autowired
    @Nullable
    WebTestClient web;

    @Autowired
    @Nullable
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    @Nullable
    ConsumerFactory<String, byte[]> consumers;

    @Autowired
    @Nullable
    Exercises exercises;

    @Autowired
    @Nullable
    Clock clock;

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_pain"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    @BeforeAll
    void publishExercises() {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            for (String id : List.of("bridge", "lower-tummy")) {
                var exercise = new Exercise(
                        id,
                        1,
                        Exercise.Status.PUBLISHED,
                        id.equals("bridge") ? "Bridge" : "Lower tummy",
                        List.of(),
                        Exercise.Kind.STRENGTHENING,
                        false,
                        null,
                        List.of(),
                        id.equals("lower-tummy"),
                        null,
                        List.of(new Exercise.Source(
                                "a", "A", null, null, new Exercise.Range(10, 10, true), null, null, null)));
                assertThat(Objects.requireNonNull(kafka)
                                .send(Topic.EXERCISES.topicName(), id, JSON.writeValueAsBytes(exercise))
                                .get(5, TimeUnit.SECONDS))
                        .isNotNull();
            }
            assertThat(Objects.requireNonNull(exercises).get("lower-tummy")).isNotNull();
        });
    }

    private WebTestClient.ResponseSpec send(
            String sub, String role, HttpMethod method, String path, @Nullable String body) {
        var request = Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(20))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token(sub, role))
                .build()
                .method(method)
                .uri(path);
        return body == null
                ? request.exchange()
                : request.contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(body)
                        .exchange();
    }

    private JsonNode get(String user, String what) {
        return JSON.readTree(
                Objects.requireNonNull(send(user, "user", HttpMethod.GET, "/v1/users/" + user + "/" + what, null)
                        .expectStatus()
                        .isOk()
                        .expectBody(byte[].class)
                        .returnResult()
                        .getResponseBody()));
    }

    private WebTestClient.ResponseSpec asAnna(HttpMethod method, String user, String what, @Nullable String body) {
        return send("coach-anna", "coach", method, "/v1/users/" + user + "/" + what, body);
    }

    private LocalDate today() {
        return LocalDate.ofInstant(Objects.requireNonNull(clock).instant(), BERLIN);
    }

    /// A user with a coach and a plan of both exercises, every day.
    private void begin(String user) {
        send("admin", "admin", HttpMethod.PUT, "/v1/users/" + user + "/coaches/coach-anna", null)
                .expectStatus()
                .isCreated();
        asAnna(HttpMethod.PUT, user, "plan", """
                {"timeZone":"Europe/Berlin","versions":[{"effectiveFrom":"%s","items":[
                {"id":"b","exerciseId":"bridge","sets":3,"reps":10,"schedule":{"everyDays":1}},
                {"id":"t","exerciseId":"lower-tummy","sets":1,"reps":6,"schedule":{"everyDays":1},"postponeFrom":2}]}]}
                """.formatted(today()))
                .expectStatus()
                .isCreated();
    }

    private String event(String user, String type, String data) throws Exception {
        String id = "pain-it-" + NEXT.incrementAndGet();
        Instant now = Objects.requireNonNull(clock).instant();
        var event = SessionEvents.read(
                new SessionEvent.Envelope(
                        user, id, "app/test", type, now.atZone(BERLIN).toOffsetDateTime(), now, Map.of()),
                (ObjectNode) JSON.readTree(data));
        ProducerRecord<String, byte[]> record = KafkaMessageFactory.<String>createWriter(
                        Topic.SESSION_EVENTS.topicName(), user)
                .writeBinary(SessionEvents.toCloudEvent(event));
        assertThat(Objects.requireNonNull(kafka).send(record).get(10, TimeUnit.SECONDS))
                .isNotNull();
        return id;
    }

    private void score(String user, int score, String context, String more) throws Exception {
        var _ = event(
                user,
                SessionEvent.PainScore.TYPE,
                "{\"score\":" + score + ",\"context\":\"" + context + "\",\"zone\":\"Europe/Berlin\"" + more + "}");
    }

    private List<String> excused(String user, LocalDate date) {
        var excused = new ArrayList<String>();
        for (JsonNode slot : get(user, "agenda?date=" + date).get("items")) {
            if (!slot.get("excuse").isNull()) {
                assertThat(slot.get("state").asString()).isEqualTo("EXCUSED");
                excused.add(slot.get("exerciseId").asString() + " "
                        + slot.get("excuse").asString());
            }
        }
        return excused;
    }

    /// What stands at the top of the inbox, as soon as something does.
    private JsonNode inbox(String user) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> get(user, "nudges").get("items"), items -> !items.isEmpty())
                .get(0);
    }

    private JsonNode alerts(String user) {
        return get(user, "alerts").get("items");
    }

    @Test
    void what_hurts_is_paused_and_the_coach_acknowledges() throws Exception {
        begin("p-1");
        score("p-1", 6, "DURING", ",\"exerciseId\":\"bridge\"");
        await().atMost(Duration.ofSeconds(20)).until(() -> !alerts("p-1").isEmpty());
        assertThat(excused("p-1", today())).contains("bridge PAIN_POSTPONED");
        assertThat(excused("p-1", today().plusDays(1))).containsExactly("bridge PAIN_POSTPONED");
        assertThat(excused("p-1", today().plusDays(2))).isEmpty();

        JsonNode excuse = get("p-1", "excuses").get("items").get(0);
        assertThat(excuse.get("to").asString()).isEqualTo(today().plusDays(1).toString());
        assertThat(excuse.get("reason").asString()).isEqualTo("PAIN_POSTPONED");

        JsonNode pain = get("p-1", "pain");
        assertThat(pain.get("onHold").booleanValue()).isFalse();
        assertThat(pain.get("askRedFlags").booleanValue()).isTrue();
        assertThat(pain.get("restrictions").toString())
                .contains("You scored 6 or more, so Bridge is paused", "\"rulesVersion\":\"1\"");
        assertThat(pain.get("findings").toString()).contains("\"rule\":\"P1\"");
        assertThat(pain.at("/rules/stopFrom").intValue()).isEqualTo(6);
        assertThat(pain.get("notice").asString()).startsWith("Adhere is not a medical device as delivered.");

        assertThat(inbox("p-1").get("kind").asString()).isEqualTo("SAFETY");

        JsonNode alert = alerts("p-1").get(0);
        assertThat(alert.get("rule").asString()).isEqualTo("P1");
        assertThat(alert.get("acknowledgedAt").isNull()).isTrue();
        String id = alert.get("id").asString();
        send("p-1", "user", HttpMethod.POST, "/v1/users/p-1/alerts/" + id + "/acknowledge", null)
                .expectStatus()
                .isForbidden();
        asAnna(HttpMethod.POST, "p-1", "alerts/" + id + "/acknowledge", "{\"note\":\"called\"}")
                .expectStatus()
                .isOk();
        asAnna(HttpMethod.POST, "p-1", "alerts/" + id + "/acknowledge", null)
                .expectStatus()
                .isOk();
        JsonNode seen = alerts("p-1").get(0);
        assertThat(seen.get("acknowledgedBy").asString()).isEqualTo("coach-anna");
        assertThat(seen.get("note").asString()).isEqualTo("called");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(onTopic("p-1"))
                        .extracting(Alert::rule, a -> a.acknowledgedAt() == null)
                        .contains(
                                org.assertj.core.groups.Tuple.tuple(Alert.Rule.P1, true),
                                org.assertj.core.groups.Tuple.tuple(Alert.Rule.P1, false)));
    }

    private List<Alert> onTopic(String user) {
        var alerts = new ArrayList<Alert>();
        try (Consumer<String, byte[]> consumer =
                Objects.requireNonNull(consumers).createConsumer("pain-it-" + NEXT.incrementAndGet(), "")) {
            var partitions = consumer.partitionsFor(Topic.ALERTS.topicName()).stream()
                    .map(p -> new org.apache.kafka.common.TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<org.apache.kafka.common.TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < Objects.requireNonNull(ends.get(p)))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (user.equals(record.key())) {
                        alerts.add(JSON.readValue(record.value(), Alert.class));
                    }
                });
            }
        }
        return alerts;
    }

    @Test
    void the_low_tummy_waits_from_where_the_coach_says_and_comes_back() throws Exception {
        begin("p-2");
        score("p-2", 1, "BEFORE", "");
        score("p-2", 2, "AD_HOC", "");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(excused("p-2", today())).containsExactly("lower-tummy PAIN_POSTPONED"));
        score("p-2", 1, "AD_HOC", "");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(excused("p-2", today())).isEmpty());
    }

    @Test
    void a_red_flag_holds_everything_until_the_coach_ends_it() throws Exception {
        begin("p-3");
        assertThat(get("p-3", "red-flags").get("questions").size()).isEqualTo(17);
        var _ = event(
                "p-3",
                SessionEvent.RedFlagAnswers.TYPE,
                "{\"answers\":{\"SADDLE_NUMBNESS\":true},\"zone\":\"Europe/Berlin\"}");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> get("p-3", "pain").get("onHold").booleanValue());
        assertThat(excused("p-3", today().plusDays(30)))
                .containsExactlyInAnyOrder("bridge RED_FLAG_HOLD", "lower-tummy RED_FLAG_HOLD");
        assertThat(alerts("p-3").get(0).get("severity").asString()).isEqualTo("CRITICAL");
        JsonNode excuse = get("p-3", "excuses").get("items").get(0);
        assertThat(excuse.get("to").isNull()).isTrue();
        assertThat(inbox("p-3").get("text").asString()).contains("urgent medical assessment now", "Call 144");
        send("p-3", "user", HttpMethod.DELETE, "/v1/users/p-3/hold", null)
                .expectStatus()
                .isForbidden();
        asAnna(HttpMethod.DELETE, "p-3", "hold", null).expectStatus().isEqualTo(409);
        String alert = alerts("p-3").get(0).get("id").asString();
        asAnna(HttpMethod.POST, "p-3", "alerts/" + alert + "/acknowledge", null)
                .expectStatus()
                .isOk();
        asAnna(HttpMethod.DELETE, "p-3", "hold", null).expectStatus().isNoContent();
        asAnna(HttpMethod.DELETE, "p-3", "hold", null).expectStatus().isNoContent();
        assertThat(excused("p-3", today())).isEmpty();
        assertThat(get("p-3", "pain").get("onHold").booleanValue()).isFalse();
    }

    @Test
    void with_a_condition_each_exercise_waits_for_approval() {
        begin("p-4");
        send("p-4", "user", HttpMethod.PUT, "/v1/users/p-4/profile", "{\"conditions\":[\"DISC_DEGENERATION\"]}")
                .expectStatus()
                .isCreated();
        assertThat(excused("p-4", today())).containsExactlyInAnyOrder("bridge COACH_PAUSE", "lower-tummy COACH_PAUSE");
        assertThat(get("p-4", "approvals").get("items").toString())
                .contains("\"exerciseId\":\"bridge\",\"scope\":\"CONDITIONS\",\"state\":\"WAITING\"");
        send("p-4", "user", HttpMethod.PUT, "/v1/users/p-4/approvals/bridge", null)
                .expectStatus()
                .isForbidden();
        asAnna(HttpMethod.PUT, "p-4", "approvals/bridge", null).expectStatus().isOk();
        assertThat(excused("p-4", today())).containsExactly("lower-tummy COACH_PAUSE");
        assertThat(get("p-4", "approvals").get("items").toString())
                .contains("\"exerciseId\":\"bridge\",\"scope\":\"CONDITIONS\",\"state\":\"APPROVED\"");
        send("p-4", "user", HttpMethod.PUT, "/v1/users/p-4/profile", "{\"conditions\":[]}")
                .expectStatus()
                .isEqualTo(428);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT  | approvals/bridge          | {\"scope\":\"ALL\"}    | 422",
                "PUT  | approvals/bridge          | {\"userId\":\"p-5\"}   | 400",
                "PUT  | approvals/juggling        | {}                     | 422",
                "POST | alerts/nothing/acknowledge | {}                     | 404",
                "POST | alerts/nothing/acknowledge | [1]                    | 400",
            })
    void nonsense_is_refused(String method, String what, String body, int status) {
        if (alertsOrNull() == null) {
            begin("p-5");
        }
        asAnna(HttpMethod.valueOf(method), "p-5", what, body).expectStatus().isEqualTo(status);
    }

    private @Nullable JsonNode alertsOrNull() {
        var response = asAnna(HttpMethod.GET, "p-5", "alerts", null)
                .expectBody(byte[].class)
                .returnResult();
        return response.getStatus().is2xxSuccessful()
                ? JSON.readTree(Objects.requireNonNull(response.getResponseBody()))
                : null;
    }

    @Test
    void a_note_is_no_novel() throws Exception {
        begin("p-6");
        score("p-6", 9, "AD_HOC", "");
        await().atMost(Duration.ofSeconds(20)).until(() -> !alerts("p-6").isEmpty());
        String id = alerts("p-6").get(0).get("id").asString();
        asAnna(HttpMethod.POST, "p-6", "alerts/" + id + "/acknowledge", "{\"note\":\"" + "x".repeat(501) + "\"}")
                .expectStatus()
                .isEqualTo(422);
        assertThat(alerts("p-6").get(0).get("acknowledgedAt").isNull()).isTrue();
        assertThat(get("p-6", "red-flags").get("because").asString()).isEqualTo("P5");
    }
}
