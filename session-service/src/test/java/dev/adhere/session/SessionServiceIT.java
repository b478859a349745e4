package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.testbed.DocumentWalk;
import dev.adhere.testbed.RecordedSpans;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import io.swagger.v3.oas.annotations.Hidden;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The service over HTTP, a real broker and MongoDB, with really signed tokens.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "management.tracing.sampling.probability=1",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1"
        })
@Import(RecordedSpans.class)
@AutoConfigureWebTestClient(timeout = "60s")
@AutoConfigureMetrics
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionServiceIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final MediaType SINGLE = MediaType.parseMediaType("application/cloudevents+json");
    private static final MediaType BATCH = MediaType.parseMediaType("application/cloudevents-batch+json");

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
    CompactedTable<Exercise> exercisesHealthIndicator;

    @Autowired
    @Nullable
    CompactedTable<CareTeam> careTeamsHealthIndicator;

    @Autowired
    @Nullable
    MongoClient mongo;

    @Autowired
    @Nullable
    Clock clock;

    @Value("${spring.mongodb.uri}")
    String uri = "";

    @Value("${local.management.port}")
    int managementPort;

    @Autowired
    org.springframework.web.reactive.result.method.annotation.@org.jspecify.annotations.Nullable
            RequestMappingHandlerMapping
            handlers;

    @Value("${local.server.port}")
    int port;

    @Autowired
    @Nullable
    RecordedSpans spans;

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_session"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    @Test
    void the_api_document_has_every_mapping_and_says_enough_of_it() {
        byte[] document = Objects.requireNonNull(Objects.requireNonNull(web)
                .get()
                .uri("/v3/api-docs")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody());
        var mappings = new TreeSet<String>();
        var silent = new TreeSet<String>();
        Objects.requireNonNull(handlers).getHandlerMethods().forEach((info, handler) -> {
            if (handler.getBeanType().getName().startsWith("dev.adhere.")) {
                for (var method : info.getMethodsCondition().getMethods()) {
                    for (var pattern : info.getPatternsCondition().getPatterns()) {
                        String mapping = method + " " + pattern.getPatternString();
                        mappings.add(mapping);
                        if (!handler.hasMethodAnnotation(Answers.class) && !handler.hasMethodAnnotation(Hidden.class)) {
                            silent.add(mapping);
                        }
                    }
                }
            }
        });
        assertThat(DocumentWalk.findings(JSON.readTree(document), mappings, silent))
                .isEmpty();
    }

    @Test
    void a_reader_is_not_kept_waiting_by_a_mongodb_that_never_answers() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var client = com.mongodb.reactivestreams.client.MongoClients.create(
                        "mongodb://127.0.0.1:" + silent.getLocalPort())) {
            var history = new HistoryController(
                    client.getDatabase("adhere_session"),
                    Objects.requireNonNull(careTeamsHealthIndicator),
                    Objects.requireNonNull(clock));
            var reader = new Caller("reader", Set.of(Role.USER));
            var events = history.events("reader", null, null, null, null, null, reader);
            var sessions = history.sessions("reader", null, null, null, null, reader);
            for (Mono<?> answer : List.of(events, sessions)) {
                assertThatThrownBy(() -> answer.block(Duration.ofSeconds(20)))
                        .hasCauseInstanceOf(TimeoutException.class);
            }
        }
    }

    @BeforeAll
    void fillTheTables() {
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
        var team = new CareTeam("reader", 1, List.of(new CareTeam.Assignment("coach-anna", Instant.EPOCH, null)));
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            send(new ProducerRecord<>(Topic.EXERCISES.topicName(), "bridge", JSON.writeValueAsBytes(bridge)));
            send(new ProducerRecord<>(Topic.CARE_TEAM.topicName(), "reader", JSON.writeValueAsBytes(team)));
            assertThat(Objects.requireNonNull(exercisesHealthIndicator).get("bridge"))
                    .isNotNull();
            assertThat(Objects.requireNonNull(careTeamsHealthIndicator).get("reader"))
                    .isNotNull();
        });
    }

    private void send(ProducerRecord<String, byte[]> record) throws Exception {
        assertThat(Objects.requireNonNull(kafka).send(record).get(10, TimeUnit.SECONDS))
                .isNotNull();
    }

    private WebTestClient as(String sub, String role) {
        return with("Bearer " + ISSUER.token(sub, role));
    }

    private WebTestClient with(@Nullable String authorization) {
        var builder = Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(60))
                .codecs(c -> c.defaultCodecs().maxInMemorySize(16 << 20));
        return authorization == null
                ? builder.build()
                : builder.defaultHeader(HttpHeaders.AUTHORIZATION, authorization)
                        .build();
    }

    private String event(String id, String fields) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"app/ios\",\"type\":\"dev.adhere.completed-set.v1\",\"time\":\"%s\",\"data\":{\"exerciseId\":\"bridge\",\"zone\":\"Europe/Berlin\"%s}}"
                .formatted(
                        id,
                        Objects.requireNonNull(clock)
                                        .instant()
                                        .minusSeconds(60)
                                        .toString()
                                        .substring(0, 16) + ":00Z",
                        fields);
    }

    private WebTestClient.ResponseSpec post(String user, MediaType type, String body) {
        return as(user, "user")
                .post()
                .uri("/v1/events")
                .contentType(type)
                .bodyValue(body.getBytes(StandardCharsets.UTF_8))
                .exchange();
    }

    private List<JsonNode> stream(String user, String body) {
        byte[] answer = Objects.requireNonNull(post(user, MediaType.APPLICATION_NDJSON, body)
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
        return documents("events", user).size();
    }

    private List<Document> documents(String collection, String user) {
        var name = Objects.requireNonNull(new com.mongodb.ConnectionString(uri).getDatabase());
        return Objects.requireNonNull(mongo)
                .getDatabase(name)
                .getCollection(collection)
                .find(new Document("userId", user))
                .into(new ArrayList<>());
    }

    private void awaitStored(String user, long count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> stored(user) >= count);
        assertThat(stored(user)).isEqualTo(count);
    }

    private static void problem(WebTestClient.ResponseSpec response, int status, String slug) {
        response.expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:" + slug);
    }

    @AfterAll
    void nothing_of_all_this_is_in_a_trace() {
        var routes = Objects.requireNonNull(handlers).getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getPatternsCondition().getPatterns().stream())
                .map(PathPattern::getPatternString)
                .collect(Collectors.toSet());
        assertThat(Objects.requireNonNull(spans).names()).contains("http post /v1/events");
        assertThat(spans.findings(routes)).isEmpty();
    }

    @Test
    void row72_every_mapping_answers_every_role_as_the_table_says() {
        var mappings = new java.util.TreeSet<String>();
        Objects.requireNonNull(handlers).getHandlerMethods().forEach((info, handler) -> {
            if (handler.getBeanType().getName().startsWith("dev.adhere.")) {
                info.getMethodsCondition()
                        .getMethods()
                        .forEach(method -> info.getPatternsCondition()
                                .getPatterns()
                                .forEach(pattern -> mappings.add(method + " " + pattern.getPatternString())));
            }
        });
        assertThat(mappings).isNotEmpty();
        assertThat(dev.adhere.testbed.AccessWalk.findings(
                        Objects.requireNonNull(getClass().getResourceAsStream("/access.csv")), mappings, port, ISSUER))
                .isEmpty();
        // Row 25: whoever asked about somebody else is on record for that, exactly once.
        assertThat(dev.adhere.testbed.AccessWalk.auditFindings(
                        Objects.requireNonNull(getClass().getResourceAsStream("/access.csv")),
                        Objects.requireNonNull(mongo)
                                .getDatabase(
                                        Objects.requireNonNull(new com.mongodb.ConnectionString(uri).getDatabase()))
                                .getCollection("auditEvents")
                                .find(new org.bson.Document("patient", dev.adhere.testbed.AccessWalk.WHOM))
                                .map(doc -> doc.getEmbedded(List.of("agent", "who"), String.class) + " "
                                        + doc.getString("request") + " " + doc.get("outcome"))
                                .into(new java.util.ArrayList<>())))
                .isEmpty();
    }

    private int asCoach(String user) {
        return as("coach-anna", "coach")
                .get()
                .uri("/v1/users/" + user + "/events")
                .exchange()
                .expectBody()
                .returnResult()
                .getStatus()
                .value();
    }

    /// The end is told when it comes, or was told beforehand and comes by itself.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void row24_a_coachs_access_ends_within_five_seconds(boolean told) throws Exception {
        String user = told ? "ending-told" : "ending-foretold";
        Instant end = Objects.requireNonNull(clock).instant().plusSeconds(told ? 3_600 : 6);
        tell(user, 1, end);
        await().atMost(Duration.ofSeconds(5)).until(() -> asCoach(user) == 200);
        if (told) {
            tell(user, 2, clock.instant());
            await().atMost(Duration.ofSeconds(5)).until(() -> asCoach(user) == 404);
        } else {
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !Objects.requireNonNull(clock).instant().isBefore(end));
            assertThat(asCoach(user)).isEqualTo(404);
        }
        as(user, "user")
                .get()
                .uri("/v1/users/" + user + "/audit-events?size=1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].request")
                .isEqualTo("GET /v1/users/{userId}/events")
                .jsonPath("$.items[0].outcome")
                .isEqualTo(404)
                .jsonPath("$.items[0].agent.who")
                .isEqualTo("coach-anna");
    }

    private void tell(String user, long revision, Instant until) throws Exception {
        var team = new CareTeam(user, revision, List.of(new CareTeam.Assignment("coach-anna", Instant.EPOCH, until)));
        send(new ProducerRecord<>(Topic.CARE_TEAM.topicName(), user, JSON.writeValueAsBytes(team)));
    }

    @Test
    void a_single_event_is_accepted_and_read_back_as_it_came() {
        post("single", SINGLE, event("e1", ",\"reps\":10,\"load\":2.50"))
                .expectStatus()
                .isAccepted()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("accepted")
                .jsonPath("$.line")
                .isEqualTo(1)
                .jsonPath("$.id")
                .isEqualTo("e1");
        awaitStored("single", 1);
        as("single", "user")
                .get()
                .uri("/v1/users/single/events?type=dev.adhere.completed-set.v1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].data.reps")
                .isEqualTo(10)
                .jsonPath("$.items[0].data.load")
                .isEqualTo(2.5)
                .jsonPath("$.items[0].state")
                .isEqualTo("RECORDED")
                .jsonPath("$.next")
                .isEmpty();
    }

    @Test
    void a_batch_is_answered_in_its_order() {
        String body = "[" + event("b1", "") + "," + event("b2", ",\"reps\":-1") + ",7," + event("b3", "") + "]";
        post("batch", BATCH, body)
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$[0].status")
                .isEqualTo("accepted")
                .jsonPath("$[1].problem.type")
                .isEqualTo("urn:adhere:problem:validation-failed")
                .jsonPath("$[2].id")
                .isEmpty()
                .jsonPath("$[3].line")
                .isEqualTo(4)
                .jsonPath("$[3].status")
                .isEqualTo("accepted");
        awaitStored("batch", 2);
    }

    @Test
    void row21_a_stream_gives_every_line_its_outcome_and_a_bad_one_costs_no_other() {
        String body = event("n1", "") + "\n\nrubbish\n" + event("n2", ",\"userId\":\"x\"") + "\n" + "x".repeat(70_000)
                + "\n" + event("n3", "");
        List<JsonNode> outcomes = stream("stream", body);
        assertThat(outcomes).hasSize(5);
        Map<Long, String> status = new java.util.TreeMap<>();
        outcomes.forEach(o -> status.put(
                o.get("line").longValue(),
                o.has("problem")
                        ? o.at("/problem/type").stringValue().substring(19)
                        : o.get("status").stringValue()));
        assertThat(status)
                .containsExactly(
                        Map.entry(1L, "accepted"),
                        Map.entry(3L, "invalid-body"),
                        Map.entry(4L, "reserved-field"),
                        Map.entry(5L, "payload-too-large"),
                        Map.entry(6L, "accepted"));
        awaitStored("stream", 2);
    }

    @Test
    void row19_the_same_id_counts_once_and_other_content_is_a_conflict() {
        stream("twice", event("t1", ",\"reps\":10") + "\n" + event("t1", ",\"reps\":10") + "\n" + event("t2", ""));
        awaitStored("twice", 2);
        assertThat(stream("twice", event("t1", ",\"reps\":9")))
                .allMatch(o -> o.get("status").stringValue().equals("accepted"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> documents("conflicts", "twice").size() == 1);
        as("twice", "user")
                .get()
                .uri("/v1/users/twice/events/conflicts")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].data.reps")
                .isEqualTo(9);
        as("twice", "user")
                .get()
                .uri("/v1/users/twice/events?size=1")
                .exchange()
                .expectBody()
                .jsonPath("$.next")
                .isNotEmpty();
        assertThat(documents("events", "twice").stream()
                        .filter(d -> d.getString("id").equals("t1"))
                        .findFirst()
                        .orElseThrow()
                        .get("data", Document.class)
                        .getInteger("reps"))
                .isEqualTo(10);
    }

    @Test
    void row18_two_users_may_have_the_same_id() {
        post("left", SINGLE, event("same", "")).expectStatus().isAccepted().expectBody();
        post("right", SINGLE, event("same", "")).expectStatus().isAccepted().expectBody();
        awaitStored("left", 1);
        awaitStored("right", 1);
    }

    @Test
    void ten_thousand_lines_of_one_stream_are_all_stored_once() {
        var body = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            body.append(event("m" + i, "")).append('\n');
            if (i % 10 == 0) {
                body.append(event("m" + i, "")).append('\n');
            }
        }
        List<JsonNode> outcomes = stream("many", body.toString());
        assertThat(outcomes)
                .hasSize(11_000)
                .allMatch(o -> o.get("status").stringValue().equals("accepted"));
        Set<Long> lines = new TreeSet<>();
        outcomes.forEach(o -> lines.add(o.get("line").longValue()));
        assertThat(lines).hasSize(11_000);
        awaitStored("many", 10_000);
        assertThat(documents("conflicts", "many")).isEmpty();
    }

    @Test
    void poison_is_a_dead_letter_with_its_bytes_and_costs_nobody_elses_event() throws Exception {
        byte[] bytes = "{\"not\":\"an event\"".getBytes(StandardCharsets.UTF_8);
        var poison = new ProducerRecord<>(Topic.SESSION_EVENTS.topicName(), "poisoned", bytes);
        poison.headers().add("__TypeId__", "java.lang.Runtime".getBytes(StandardCharsets.UTF_8));
        post("poisoned", SINGLE, event("p1", "")).expectStatus().isAccepted().expectBody();
        send(poison);
        send(new ProducerRecord<>(Topic.SESSION_EVENTS.topicName(), "poisoned", null));
        post("poisoned", SINGLE, event("p2", "")).expectStatus().isAccepted().expectBody();
        awaitStored("poisoned", 2);
        List<ConsumerRecord<String, byte[]>> letters = records(Topic.SESSION_EVENTS.dltName(), "poisoned", 2);
        assertThat(letters.stream().filter(r -> r.value() != null).map(ConsumerRecord::value))
                .anyMatch(value -> java.util.Arrays.equals(value, bytes));
    }

    @Test
    void a_replay_sends_what_is_stored_of_a_user_to_a_topic_of_its_own() {
        post("replayed", BATCH, "[" + event("r1", ",\"reps\":10") + "," + event("r2", "") + "]")
                .expectStatus()
                .isOk();
        post("not-replayed", SINGLE, event("r3", "")).expectStatus().isAccepted();
        awaitStored("replayed", 2);
        awaitStored("not-replayed", 1);

        replay("ops", "{\"user\":\"replayed\"}")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.events")
                .isEqualTo(2);

        var sent = records(Topic.SESSION_EVENTS_REPLAY.topicName(), "replayed", 2);
        assertThat(sent.stream().map(record -> header(record, "ce_id"))).containsExactlyInAnyOrder("r1", "r2");
        assertThat(sent.stream().map(record -> header(record, "ce_receivedat")))
                .as("the moments of their first receipt")
                .containsExactlyInAnyOrderElementsOf(documents("events", "replayed").stream()
                        .map(stored -> stored.getString("receivedAtText"))
                        .toList());
        assertThat(records(Topic.SESSION_EVENTS_REPLAY.topicName(), "not-replayed", 0))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"user\":false}",
                "{\"user\":7}",
                "{\"user\":[]}",
                "{\"users\":\"replayed\"}",
                "[]",
                "{",
                "null"
            })
    void a_replay_of_nobody_that_could_be_is_refused(String body) {
        problem(replay("ops", body), 400, "invalid-body");
    }

    @Test
    void a_replay_is_for_operators_and_names_a_user_as_they_are_named() {
        problem(replay("coach", "{}"), 403, "forbidden");
        problem(replay("ops", "{\"user\":\"not an id\"}"), 422, "validation-failed");
    }

    private WebTestClient.ResponseSpec replay(String role, String body) {
        return as(role, role)
                .post()
                .uri("/v1/replay")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /// What a topic holds under a key, at least so many; read to the topic's end as of now.
    private List<ConsumerRecord<String, byte[]>> records(String topic, String key, int atLeast) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        try (Consumer<String, byte[]> reader = Objects.requireNonNull(consumers).createConsumer("reader", "it")) {
            reader.assign(reader.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList());
            reader.seekToBeginning(reader.assignment());
            Map<TopicPartition, Long> ends = reader.endOffsets(reader.assignment());
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                reader.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (key.equals(record.key())) {
                        found.add(record);
                    }
                });
                return found.size() >= atLeast
                        && ends.entrySet().stream().allMatch(end -> reader.position(end.getKey()) >= end.getValue());
            });
        }
        return found;
    }

    @Test
    void an_event_of_a_later_release_is_parked() throws Exception {
        var record =
                new ProducerRecord<>(Topic.SESSION_EVENTS.topicName(), "parked", "{}".getBytes(StandardCharsets.UTF_8));
        Map.of(
                        "ce_specversion",
                        "1.0",
                        "ce_id",
                        "x1",
                        "ce_source",
                        "app",
                        "ce_type",
                        "dev.adhere.mood.v1",
                        "ce_subject",
                        "parked",
                        "ce_time",
                        "2026-01-01T00:00:00Z",
                        "ce_receivedat",
                        "2026-01-01T00:00:01Z",
                        "content-type",
                        "application/json")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        send(record);
        awaitStored("parked", 1);
        assertThat(documents("events", "parked").getFirst().getString("state")).isEqualTo("PARKED");
    }

    @Test
    void rows_1_to_11_a_token_that_is_not_one_to_take_is_refused() throws Exception {
        Date past = Date.from(Objects.requireNonNull(clock).instant().minusSeconds(61));
        Date ahead = Date.from(Objects.requireNonNull(clock).instant().plusSeconds(3600));
        problem(
                with(null)
                        .get()
                        .uri("/v1/users/u/events")
                        .exchange()
                        .expectHeader()
                        .valueEquals("WWW-Authenticate", "Bearer"),
                401,
                "unauthenticated");
        problem(
                with(null)
                        .get()
                        .uri("/v1/users/u/events?access_token=" + ISSUER.token("u", "user"))
                        .exchange(),
                401,
                "unauthenticated");
        for (String bad : List.of(
                ISSUER.signed(_ -> {}, c -> c.expirationTime(past)),
                ISSUER.signed(_ -> {}, c -> c.notBeforeTime(ahead)),
                ISSUER.signed(_ -> {}, c -> c.issuer("http://localhost:1")),
                ISSUER.signed(_ -> {}, c -> c.audience("sister")),
                ISSUER.signed(_ -> {}, c -> c.audience(List.of())),
                ISSUER.signed(_ -> {}, c -> c.claim("typ", "ID")),
                ISSUER.signed(_ -> {}, c -> c.claim("typ", "Refresh")),
                ISSUER.signed(_ -> {}, c -> c.subject("a|b")),
                ISSUER.signed(h -> h.keyID("../../etc/passwd"), _ -> {}),
                new com.nimbusds.jwt.PlainJWT(ISSUER.claims(_ -> {})).serialize(),
                "nonsense")) {
            problem(with("Bearer " + bad).get().uri("/v1/users/u/events").exchange(), 401, "token-invalid");
        }
        var twice = Objects.requireNonNull(web)
                .mutate()
                .defaultHeader(
                        HttpHeaders.AUTHORIZATION,
                        "Bearer " + ISSUER.token("u", "user"),
                        "Bearer " + ISSUER.token("u", "user"))
                .build();
        problem(twice.get().uri("/v1/users/u/events").exchange(), 401, "token-invalid");
    }

    @Test
    void rows_13_to_17_and_23_who_may_not_see_learns_nothing() {
        post("owner", SINGLE, event("o1", "")).expectStatus().isAccepted().expectBody();
        awaitStored("owner", 1);
        byte[] foreign = as("stranger", "user")
                .get()
                .uri("/v1/users/owner/events")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .returnResult()
                .getResponseBody();
        byte[] missing = as("stranger", "user")
                .get()
                .uri("/v1/users/nobody/events")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .returnResult()
                .getResponseBody();
        assertThat(foreign).isEqualTo(missing);
        for (String path : List.of("events", "sessions", "pain-scores", "events/conflicts")) {
            problem(
                    as("coach-anna", "coach")
                            .get()
                            .uri("/v1/users/owner/" + path)
                            .exchange(),
                    404,
                    "not-found");
            problem(as("admin", "admin").get().uri("/v1/users/owner/" + path).exchange(), 403, "forbidden");
            problem(as("ops", "ops").get().uri("/v1/users/owner/" + path).exchange(), 403, "forbidden");
            as("coach-anna", "coach")
                    .get()
                    .uri("/v1/users/reader/" + path)
                    .exchange()
                    .expectStatus()
                    .isOk();
            problem(
                    as("coach-ben", "coach")
                            .get()
                            .uri("/v1/users/reader/" + path)
                            .exchange(),
                    404,
                    "not-found");
        }
        problem(
                as("coach-anna", "coach")
                        .post()
                        .uri("/v1/events")
                        .contentType(SINGLE)
                        .bodyValue(event("c1", "").getBytes(StandardCharsets.UTF_8))
                        .exchange(),
                403,
                "forbidden");
        problem(as("owner", "user").delete().uri("/v1/users/owner/events").exchange(), 405, "method-not-allowed");
        problem(as("owner", "user").get().uri("/v1/users/owner/events?userId=x").exchange(), 400, "invalid-parameter");
        problem(
                as("owner", "user")
                        .get()
                        .uri("/v1/users/owner/events?type[$ne]=x")
                        .exchange(),
                400,
                "invalid-parameter");
        problem(
                as("owner", "user")
                        .get()
                        .uri("/v1/users/owner/events?from=+999999999-01-01T00:00:00Z")
                        .exchange(),
                400,
                "invalid-parameter");
        problem(as("owner", "user").get().uri("/v1/users/owner/events?size=0").exchange(), 400, "invalid-parameter");
        problem(
                as("owner", "user")
                        .get()
                        .uri("/v1/users/owner/events?cursor=AAAA")
                        .exchange(),
                400,
                "invalid-parameter");
        problem(as("owner", "user").get().uri("/v1/nothing").exchange(), 404, "not-found");
        problem(with(null).get().uri("/actuator/health").exchange(), 404, "not-found");
    }

    @Test
    void row22_nobody_corrects_or_takes_back_what_is_anothers() {
        post("kept", SINGLE, event("k1", ",\"reps\":10")).expectStatus().isAccepted();
        awaitStored("kept", 1);
        String withdrawal =
                "{\"specversion\":\"1.0\",\"id\":\"t1\",\"source\":\"a\",\"type\":\"dev.adhere.withdrawal.v1\","
                        + "\"time\":\"" + Objects.requireNonNull(clock).instant()
                        + "\",\"data\":{\"replaces\":\"k1\"}}";
        post("taker", BATCH, "[" + event("k2", ",\"reps\":1,\"replaces\":\"k1\"") + "," + withdrawal + "]")
                .expectStatus()
                .isOk();
        awaitStored("taker", 2);
        as("kept", "user")
                .get()
                .uri("/v1/users/kept/events")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(1)
                .jsonPath("$.items[0].state")
                .isEqualTo("RECORDED")
                .jsonPath("$.items[0].data.reps")
                .isEqualTo(10);
        as("kept", "user")
                .get()
                .uri("/v1/users/kept/sessions")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(1);
    }

    @Test
    void row36_a_request_id_of_the_callers_making_is_neither_taken_nor_given_back() {
        for (String id : List.of("x".repeat(10 * 1024), "%0d%0aSet-Cookie:a=b", "<script>")) {
            as("owner", "user")
                    .get()
                    .uri("/v1/users/owner/events")
                    .header("X-Request-Id", id)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .doesNotExist("X-Request-Id")
                    .expectHeader()
                    .doesNotExist("Set-Cookie");
        }
    }

    @Test
    void corrections_and_withdrawals_put_what_they_name_out_of_force_and_everything_stays_readable() {
        String score =
                "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"a\",\"type\":\"dev.adhere.pain-score.v1\",\"time\":\"%s\",\"data\":{\"score\":%d,\"context\":\"AD_HOC\",\"zone\":\"UTC\"%s}}\n";
        String withdrawal =
                "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"a\",\"type\":\"dev.adhere.withdrawal.v1\",\"time\":\"%s\",\"data\":{\"replaces\":\"%s\"}}\n";
        Instant at = Objects.requireNonNull(clock).instant().minusSeconds(600);
        List<JsonNode> outcomes = stream(
                "corrector",
                score.formatted("p1", at, 3, "")
                        + score.formatted("p2", at, 5, ",\"replaces\":\"p1\"")
                        + score.formatted("p3", at.plusSeconds(1), 7, "")
                        + withdrawal.formatted("w1", at.plusSeconds(60), "p3")
                        + withdrawal.formatted("w2", at.plusSeconds(60), "s1")
                        + event("s1", ",\"sessionId\":\"one\"")
                                .replaceAll("\"time\":\"[^\"]*\"", "\"time\":\"" + at + "\"")
                        + "\n");
        assertThat(outcomes).allMatch(o -> o.get("status").stringValue().equals("accepted"));
        awaitStored("corrector", 6);

        var me = as("corrector", "user");
        me.get()
                .uri("/v1/users/corrector/pain-scores")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[*].id")
                .isEqualTo("p2");
        me.get()
                .uri("/v1/users/corrector/sessions")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(1)
                .jsonPath("$.items[0].painScores")
                .isEqualTo(1);
        me.get()
                .uri("/v1/users/corrector/events")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(6)
                .jsonPath("$.items[?(@.id=='p1')].state")
                .isEqualTo("CORRECTED")
                .jsonPath("$.items[?(@.id=='p3')].state")
                .isEqualTo("WITHDRAWN")
                .jsonPath("$.items[?(@.id=='s1')].state")
                .isEqualTo("WITHDRAWN")
                .jsonPath("$.items[?(@.id=='p2')].state")
                .isEqualTo("RECORDED");
        // Another user's corrections touch nothing of mine.
        stream("meddler", withdrawal.formatted("w1", at.plusSeconds(90), "p2"));
        awaitStored("meddler", 1);
        me.get()
                .uri("/v1/users/corrector/pain-scores")
                .exchange()
                .expectBody()
                .jsonPath("$.items[*].id")
                .isEqualTo("p2");
        for (String bad : List.of("", "\"replaces\":\"w9\"", "\"replaces\":7")) {
            problem(
                    post(
                            "corrector",
                            SINGLE,
                            withdrawal.formatted("w9", at, "x").replace("\"replaces\":\"x\"", bad)),
                    422,
                    "validation-failed");
        }
    }

    @Test
    void row64_what_a_caller_says_about_users_and_hosts_counts_for_nothing() {
        var forged = as("mallory", "user")
                .mutate()
                .defaultHeader("X-User-Id", "reader")
                .defaultHeader("X-Forwarded-User", "reader")
                .defaultHeader("X-Forwarded-Host", "evil.example")
                .defaultHeader("X-Forwarded-Proto", "gopher")
                .defaultHeader("Forwarded", "for=reader;host=evil.example;proto=gopher")
                .build();
        problem(forged.get().uri("/v1/users/reader/events").exchange(), 404, "not-found");
        forged.get().uri("/v1/users/mallory/events").exchange().expectStatus().isOk();
        forged.get()
                .uri("/v3/api-docs")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .value(docs -> assertThat(docs).doesNotContain("evil.example", "gopher"));
    }

    @Test
    void row50_what_is_too_large_or_of_another_kind_is_refused() {
        problem(
                post("large", SINGLE, event("l1", ",\"note\":\"" + "x".repeat(70_000) + "\"")),
                413,
                "payload-too-large");
        var many = new ArrayList<String>();
        for (int i = 0; i < 1_001; i++) {
            many.add("{}");
        }
        problem(post("large", BATCH, many.toString()), 413, "payload-too-large");
        problem(post("large", BATCH, "{}"), 400, "invalid-body");
        problem(post("large", MediaType.TEXT_PLAIN, event("l2", "")), 415, "unsupported-media-type");
        problem(
                as("large", "user")
                        .post()
                        .uri("/v1/events")
                        .contentType(SINGLE)
                        .header(HttpHeaders.CONTENT_ENCODING, "gzip")
                        .bodyValue(new byte[] {1})
                        .exchange(),
                415,
                "unsupported-encoding");
        assertThat(stored("large")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/env", "/actuator/heapdump", "/actuator/loggers", "/v1/events", "/"})
    void the_management_port_shows_health_and_metrics_and_nothing_else(String path) {
        var management = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + managementPort)
                .build();
        management.get().uri(path).exchange().expectStatus().isUnauthorized();
        management
                .get()
                .uri("/actuator/health/readiness")
                .exchange()
                .expectStatus()
                .isOk();
        management.get().uri("/actuator/prometheus").exchange().expectStatus().isOk();
    }
}
