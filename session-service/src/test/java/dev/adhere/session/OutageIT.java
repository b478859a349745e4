package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClients;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.testbed.Cable;
import dev.adhere.testbed.FreePorts;
import dev.adhere.testbed.LocalKafka;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What clients see, and what becomes of their events, while Kafka, MongoDB or the issuer's key is away.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
            "adhere.events.silence=PT1S",
            "adhere.security.keys-live=PT3S"
        })
@AutoConfigureWebTestClient(timeout = "60s")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DirtiesContext
@Import({OutageIT.Broken.class, OutageIT.Remembered.class})
class OutageIT {

    /// Fails as nobody foresaw.
    @RestController
    static class Broken {

        @GetMapping("/v1/broken")
        String broken() {
            throw new IllegalStateException("pain of 7 of user-001 in collection events");
        }
    }

    /// A user's data that needs no MongoDB.
    @RestController
    static class Remembered {

        private static final AtomicInteger CHANGES = new AtomicInteger();

        @GetMapping("/v1/users/{userId}/remembered")
        String read() {
            return "\"pain of 7\"";
        }

        @PutMapping("/v1/users/{userId}/remembered")
        String change() {
            return "\"" + CHANGES.incrementAndGet() + " times\"";
        }
    }

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final MediaType SINGLE = MediaType.parseMediaType("application/cloudevents+json");

    private static final Path FOLDER = folder();
    private static final int KAFKA_PORT = FreePorts.one();
    private static final int CONTROLLER_PORT = FreePorts.one();
    private static LocalKafka broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);

    private static final String MONGO = TestBackends.mongoUri("adhere_outage");
    private static final Cable CABLE = Cable.to(port(MONGO));

    @Autowired
    @Nullable
    WebTestClient web;

    @Autowired
    @Nullable
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    @Nullable
    CompactedTable<Exercise> exercisesHealthIndicator;

    @Autowired
    @Nullable
    Clock clock;

    @Value("${local.management.port}")
    int managementPort;

    private static Path folder() {
        try {
            return Files.createTempDirectory("adhere-outage-");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int port(String uri) {
        String host = new ConnectionString(uri).getHosts().getFirst();
        return Integer.parseInt(host.substring(host.indexOf(':') + 1));
    }

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", broker::bootstrap);
        // Straight through the cable: a client of the replica set would go around it.
        registry.add(
                "spring.mongodb.uri",
                () -> "mongodb://127.0.0.1:" + CABLE.port() + "/" + new ConnectionString(MONGO).getDatabase()
                        + "?directConnection=true");
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    @BeforeAll
    void publish() {
        var bridge = new Exercise(
                "bridge",
                1,
                Exercise.Status.PUBLISHED,
                "Bridge",
                List.of(),
                Exercise.Kind.STRENGTHENING,
                false,
                null,
                List.of(),
                false,
                null,
                List.of());
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            assertThat(Objects.requireNonNull(kafka)
                            .send(Topic.EXERCISES.topicName(), "bridge", JSON.writeValueAsBytes(bridge))
                            .get(10, TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(Objects.requireNonNull(exercisesHealthIndicator).get("bridge"))
                    .isNotNull();
        });
    }

    @BeforeEach
    void whole() {
        CABLE.mend();
        ISSUER.publish(ISSUER.key());
        await().atMost(Duration.ofSeconds(20)).until(() -> history("anybody") == 200);
    }

    @AfterAll
    void stop() {
        CABLE.mend();
    }

    private WebTestClient as(String user) {
        return Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(30))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token(user, "user"))
                .build();
    }

    private String event(String id) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"app/ios\",\"type\":\"dev.adhere.completed-set.v1\",\"time\":\"%s\",\"data\":{\"exerciseId\":\"bridge\",\"zone\":\"Europe/Berlin\"}}"
                .formatted(id, Objects.requireNonNull(clock).instant().minusSeconds(60));
    }

    private WebTestClient.ResponseSpec post(String user, String id) {
        return as(user).post()
                .uri("/v1/events")
                .contentType(SINGLE)
                .bodyValue(event(id))
                .exchange();
    }

    /// Every answer is read to its end: what is left unread, Netty reports as a leak.
    private void accepted(String user, String id) {
        post(user, id).expectStatus().isAccepted().expectBody();
    }

    private int history(String user) {
        return as(user).get()
                .uri("/v1/users/" + user + "/events")
                .exchange()
                .expectBody()
                .returnResult()
                .getStatus()
                .value();
    }

    private List<JsonNode> outcomes(String user, Flux<String> lines) {
        var buffers = DefaultDataBufferFactory.sharedInstance;
        byte[] answer = Objects.requireNonNull(as(user).post()
                .uri("/v1/events")
                .contentType(MediaType.APPLICATION_NDJSON)
                .body(
                        lines.map(line -> buffers.wrap(line.getBytes(StandardCharsets.UTF_8))),
                        org.springframework.core.io.buffer.DataBuffer.class)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody());
        return new String(answer, StandardCharsets.UTF_8)
                .lines()
                .<JsonNode>map(JSON::readTree)
                .toList();
    }

    private long stored(String user) {
        try (var client = MongoClients.create(MONGO)) {
            return client.getDatabase(Objects.requireNonNull(new ConnectionString(MONGO).getDatabase()))
                    .getCollection("events")
                    .countDocuments(new Document("userId", user));
        }
    }

    private long deadLetters() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            long sum = 0;
            for (int partition = 0; partition < 6; partition++) {
                var at = new TopicPartition(Topic.SESSION_EVENTS.dltName(), partition);
                sum += admin.listOffsets(Map.of(at, OffsetSpec.latest()))
                        .partitionResult(at)
                        .get(10, TimeUnit.SECONDS)
                        .offset();
            }
            return sum;
        }
    }

    private int readiness() {
        return WebTestClient.bindToServer()
                .baseUrl("http://127.0.0.1:" + managementPort)
                .responseTimeout(Duration.ofSeconds(30))
                .build()
                .get()
                .uri("/actuator/health/readiness")
                .exchange()
                .expectBody()
                .returnResult()
                .getStatus()
                .value();
    }

    @Test
    void row68_without_kafka_clients_are_told_to_come_back_and_nothing_counts_twice() {
        accepted("kafka-away", "e1");
        broker.close();
        try {
            long began = System.nanoTime();
            post("kafka-away", "e2")
                    .expectStatus()
                    .isEqualTo(503)
                    .expectHeader()
                    .exists(HttpHeaders.RETRY_AFTER)
                    .expectBody()
                    .jsonPath("$.type")
                    .isEqualTo("urn:adhere:problem:temporarily-unavailable");
            // The contract's two seconds, and half a one for the way there and back.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(2_500));

            List<JsonNode> outcomes = outcomes(
                    "kafka-away",
                    Flux.range(3, 50).map(i -> event("e" + i) + "\n").concatWithValues("rubbish\n"));
            assertThat(outcomes).hasSize(51);
            assertThat(outcomes)
                    .filteredOn(o -> o.get("status").stringValue().equals("retry"))
                    .hasSize(50);
            // What is stored can be read all the while.
            as("kafka-away")
                    .get()
                    .uri("/v1/users/kafka-away/events")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.items.length()")
                    .isEqualTo(1);
        } finally {
            broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);
        }
        // The same ids again, as the client was told: what was in doubt is stored once.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> post("kafka-away", "e2")
                        .expectBody()
                        .returnResult()
                        .getStatus()
                        .is2xxSuccessful());
        assertThat(outcomes("kafka-away", Flux.range(1, 52).map(i -> event("e" + i) + "\n")))
                .allMatch(o -> o.get("status").stringValue().equals("accepted"));
        await().atMost(Duration.ofSeconds(60)).until(() -> stored("kafka-away") >= 52);
        assertThat(stored("kafka-away")).isEqualTo(52);
    }

    @Test
    void mongodb_away_means_lag_and_no_dead_letters() throws Exception {
        accepted("mongo-away", "e1");
        await().atMost(Duration.ofSeconds(30)).until(() -> stored("mongo-away") == 1);
        long before = deadLetters();
        CABLE.cut();
        for (int i = 2; i <= 20; i++) {
            accepted("mongo-away", "e" + i);
        }
        as("mongo-away")
                .get()
                .uri("/v1/users/mongo-away/events")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:temporarily-unavailable");
        assertThat(readiness()).isEqualTo(503);
        assertThat(stored("mongo-away")).isEqualTo(1);
        CABLE.mend();
        await().atMost(Duration.ofSeconds(60)).until(() -> stored("mongo-away") >= 20);
        assertThat(stored("mongo-away")).isEqualTo(20);
        assertThat(deadLetters()).isEqualTo(before);
        await().atMost(Duration.ofSeconds(30)).until(() -> readiness() == 200);
    }

    @Test
    void a_frozen_mongodb_holds_up_no_client_for_long() {
        accepted("mongo-frozen", "e1");
        await().atMost(Duration.ofSeconds(30)).until(() -> stored("mongo-frozen") == 1);
        CABLE.freeze();
        accepted("mongo-frozen", "e2");
        as("mongo-frozen")
                .get()
                .uri("/v1/users/mongo-frozen/events")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectBody();
        assertThat(readiness()).isEqualTo(503);
        CABLE.mend();
        await().atMost(Duration.ofSeconds(60)).until(() -> stored("mongo-frozen") == 2);
    }

    @Test
    void row51_a_silent_stream_is_ended_with_a_last_entry_and_keeps_what_came_before() {
        List<JsonNode> outcomes =
                outcomes("silent", Flux.just(event("e1") + "\n").concatWith(Flux.never()));
        assertThat(outcomes).hasSize(2);
        assertThat(outcomes.get(0).get("status").stringValue()).isEqualTo("accepted");
        JsonNode last = outcomes.get(1);
        assertThat(last.get("line").longValue()).isEqualTo(2);
        assertThat(last.get("id").isNull()).isTrue();
        assertThat(last.get("status").stringValue()).isEqualTo("rejected");
        assertThat(last.get("problem").get("type").stringValue()).isEqualTo("urn:adhere:problem:request-timeout");
    }

    private int asCoach(HttpMethod method, String user) {
        var result = Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(30))
                .build()
                .method(method)
                .uri("/v1/users/" + user + "/remembered")
                .header(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token("coach-anna", "coach"))
                .exchange()
                .expectBody(String.class)
                .returnResult();
        int status = result.getStatus().value();
        if (status != 200) {
            assertThat(result.getResponseBody())
                    .contains("urn:adhere:problem:temporarily-unavailable")
                    .doesNotContain("pain of 7", "times");
        }
        return status;
    }

    private List<String> outcomesOnRecord(String user) {
        try (var client = MongoClients.create(MONGO)) {
            return client.getDatabase(Objects.requireNonNull(new ConnectionString(MONGO).getDatabase()))
                    .getCollection("auditEvents")
                    .find(new Document("patient", user))
                    .map(doc -> doc.getString("request") + " " + doc.get("outcome"))
                    .into(new ArrayList<>());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void row25_what_cannot_be_put_on_record_is_neither_shown_nor_changed(boolean cut) {
        String user = cut ? "unheard" : "unanswered";
        int before = Remembered.CHANGES.get();
        if (cut) {
            CABLE.cut();
        } else {
            CABLE.freeze();
        }
        assertThat(asCoach(HttpMethod.GET, user)).isEqualTo(503);
        assertThat(asCoach(HttpMethod.PUT, user)).isEqualTo(503);
        assertThat(Remembered.CHANGES.get()).isEqualTo(before);
        as(user).get()
                .uri("/v1/users/" + user + "/remembered")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody();
        CABLE.mend();
        await().atMost(Duration.ofSeconds(30)).until(() -> asCoach(HttpMethod.PUT, user) == 200);
        assertThat(Remembered.CHANGES.get()).isEqualTo(before + 1);
        assertThat(asCoach(HttpMethod.GET, user)).isEqualTo(200);
        // What was refused may be on record all the same: it was asked for.
        assertThat(outcomesOnRecord(user))
                .contains("GET /v1/users/{userId}/remembered 200", "PUT /v1/users/{userId}/remembered 200");
    }

    @Test
    void row69_an_unforeseen_fault_shows_a_trace_id_and_nothing_else() {
        String body = Objects.requireNonNull(as("anybody")
                .get()
                .uri("/v1/broken")
                .exchange()
                .expectStatus()
                .isEqualTo(500)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
        JsonNode problem = JSON.readTree(body);
        assertThat(problem.get("type").stringValue()).isEqualTo("urn:adhere:problem:internal");
        assertThat(problem.get("traceId").stringValue()).isNotEmpty();
        assertThat(body).doesNotContain("pain", "user-001", "events", "Exception");
    }

    @Test
    void row12_a_token_by_a_key_that_was_rotated_out_is_refused_once_the_keys_are_fetched_again() {
        assertThat(history("rotated")).isEqualTo(200);
        ISSUER.publish(TestIssuer.newKey());
        await().atMost(Duration.ofSeconds(20)).until(() -> history("rotated") == 401);
    }
}
