package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClients;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.telemetry.Trace;
import dev.adhere.testbed.Cable;
import dev.adhere.testbed.FreePorts;
import dev.adhere.testbed.LocalKafka;
import dev.adhere.testbed.Scrape;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the service shows of its running: counters that move by exactly what happened, log lines that are JSON, and
/// nothing of any person in either, nor in its traces.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "management.tracing.sampling.probability=1.0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
            "logging.config=classpath:logback-as-shipped.xml"
        })
@AutoConfigureWebTestClient(timeout = "60s")
@AutoConfigureMetrics
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(OutputCaptureExtension.class)
@DirtiesContext
@Import({TelemetryIT.Broken.class, TelemetryIT.Spans.class})
class TelemetryIT {

    /// Fails as nobody foresaw, with what it was given.
    @RestController
    static class Broken {

        @GetMapping("/v1/broken")
        String broken(@RequestParam String with) {
            throw new IllegalStateException("cannot handle " + with, new ArithmeticException(with));
        }

        @GetMapping(path = "/v1/broken-off", produces = MediaType.APPLICATION_NDJSON_VALUE)
        Flux<String> brokenOff(@RequestParam String with) {
            return Flux.just("\"begun\"").concatWith(Flux.error(() -> new IllegalStateException("lost " + with)));
        }
    }

    /// Keeps the spans that would go out.
    static class Spans {

        static final Queue<SpanData> SENT = new ConcurrentLinkedQueue<>();

        @Bean
        SpanExporter keepsSpans() {
            return new SpanExporter() {
                @Override
                public CompletableResultCode export(Collection<SpanData> spans) {
                    SENT.addAll(spans);
                    return CompletableResultCode.ofSuccess();
                }

                @Override
                public CompletableResultCode flush() {
                    return CompletableResultCode.ofSuccess();
                }

                @Override
                public CompletableResultCode shutdown() {
                    return CompletableResultCode.ofSuccess();
                }
            };
        }
    }

    private static final String CANARY = "canary";
    private static final int CANARY_NUMBER = 8_675_309;

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final MediaType SINGLE = MediaType.parseMediaType("application/cloudevents+json");
    private static final MediaType BATCH = MediaType.parseMediaType("application/cloudevents-batch+json");

    private static final Path FOLDER = folder();
    private static final int KAFKA_PORT = FreePorts.one();
    private static final int CONTROLLER_PORT = FreePorts.one();
    private static LocalKafka broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);

    private static final String MONGO = TestBackends.mongoUri("adhere_telemetry");
    private static final Cable CABLE = Cable.to(port(MONGO));

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
    KafkaListenerEndpointRegistry listeners;

    @Autowired
    @Nullable
    Clock clock;

    @Value("${local.server.port}")
    int port;

    @Value("${local.management.port}")
    int managementPort;

    // One for all: what is sent again with the same content must have the same time.
    private Instant moment = Instant.EPOCH;

    private static Path folder() {
        try {
            return Files.createTempDirectory("adhere-telemetry-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int port(String uri) {
        String host = new ConnectionString(uri).getHosts().getFirst();
        return Integer.parseInt(host.substring(host.indexOf(':') + 1));
    }

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", broker::bootstrap);
        registry.add(
                "spring.mongodb.uri",
                () -> "mongodb://127.0.0.1:" + CABLE.port() + "/" + database() + "?directConnection=true");
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    private static String database() {
        return Objects.requireNonNull(new ConnectionString(MONGO).getDatabase());
    }

    @BeforeAll
    void publish() {
        moment = Objects.requireNonNull(clock).instant().truncatedTo(ChronoUnit.SECONDS);
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
            send(new ProducerRecord<>(Topic.EXERCISES.topicName(), "bridge", JSON.writeValueAsBytes(bridge)));
            assertThat(Objects.requireNonNull(exercisesHealthIndicator).get("bridge"))
                    .isNotNull();
        });
    }

    private void send(ProducerRecord<String, byte[]> record) throws Exception {
        assertThat(Objects.requireNonNull(kafka).send(record).get(10, TimeUnit.SECONDS))
                .isNotNull();
    }

    private WebTestClient as(String user) {
        return Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(30))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token(user, "user"))
                .build();
    }

    private WebTestClient.ResponseSpec post(String user, MediaType type, String body) {
        return as(user).post()
                .uri("/v1/events")
                .contentType(type)
                .bodyValue(body.getBytes(StandardCharsets.UTF_8))
                .exchange();
    }

    private String event(String id, String data) {
        return event(id, "dev.adhere.completed-set.v1", 60, data);
    }

    private String event(String id, String type, long secondsAgo, String data) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"app/it\",\"type\":\"%s\",\"time\":\"%s\",\"data\":{\"exerciseId\":\"bridge\",\"zone\":\"Europe/Berlin\"%s}}"
                .formatted(id, type, moment.minusSeconds(secondsAgo), data);
    }

    private long stored(String user) {
        try (var client = MongoClients.create(MONGO)) {
            return client.getDatabase(database()).getCollection("events").countDocuments(new Document("userId", user));
        }
    }

    private Scrape scrape() {
        return Scrape.of(managementPort);
    }

    private void awaitMoved(Scrape before, Map<String, Long> expected) {
        var all = new TreeMap<>(expected);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> scrape().since(before).equals(all) || tooFar(before, all));
        assertThat(scrape().since(before)).isEqualTo(all);
    }

    private boolean tooFar(Scrape before, Map<String, Long> expected) {
        return scrape().since(before).entrySet().stream()
                .anyMatch(moved -> moved.getValue() > expected.getOrDefault(moved.getKey(), 0L));
    }

    @Test
    @Order(1)
    void every_counter_is_there_before_anything_is_counted() {
        Scrape atStart = scrape();
        assertThat(atStart.series())
                .containsEntry("adhere_events_accepted_total", 0.0)
                .containsEntry("adhere_events_rejected_total{problem=\"validation-failed\"}", 0.0)
                .containsEntry("adhere_events_retried_total{reason=\"unacknowledged\"}", 0.0)
                .containsEntry("adhere_events_recorded_total", 0.0)
                .containsEntry("adhere_events_duplicates_total", 0.0)
                .containsEntry("adhere_events_conflicts_total", 0.0)
                .containsEntry("adhere_dead_letters_total{topic=\"session-events\"}", 0.0)
                .containsEntry("adhere_ingest_to_recorded_seconds_count", 0.0);
        assertThat(atStart.text())
                .contains("adhere_ingest_to_recorded_seconds_bucket{service=\"session-service\",le=\"0.005\"}")
                .contains("adhere_ingest_to_recorded_seconds_bucket{service=\"session-service\",le=\"300.0\"}");
        assertThat(atStart.series().keySet()).noneMatch(series -> series.contains("user"));
    }

    @Test
    @Order(2)
    void known_events_move_every_counter_by_exactly_what_they_are() throws Exception {
        Scrape before = scrape();
        post("counted", SINGLE, event("c1", ",\"reps\":10")).expectStatus().isAccepted();
        post(
                        "counted",
                        BATCH,
                        "["
                                + String.join(
                                        ",", event("c2", ",\"reps\":10"), event("c3", ""), event("c4", ",\"reps\":-1"))
                                + "]")
                .expectStatus()
                .isOk();
        // Twice the same, once under an id that is taken, one ahead of time, one without a type, rubbish, too long.
        post(
                        "counted",
                        MediaType.APPLICATION_NDJSON,
                        String.join(
                                "\n",
                                event("c1", ",\"reps\":10"),
                                event("c2", ",\"reps\":9"),
                                event("c5", "dev.adhere.completed-set.v1", -3_600, ""),
                                event("c6", "dev.adhere.unheard-of.v1", 60, ""),
                                event("c7", ",\"userId\":\"x\""),
                                "rubbish",
                                "x".repeat(70_000)))
                .expectStatus()
                .isOk();
        // Whole bodies that are refused count as one each; what is refused before its body is read does not count.
        post("counted", BATCH, "{}").expectStatus().isBadRequest();
        post("counted", SINGLE, "x".repeat(70_000)).expectStatus().isEqualTo(413);
        post("counted", MediaType.TEXT_PLAIN, event("c8", "")).expectStatus().isEqualTo(415);
        post("counted", SINGLE, event("c9", "").replace("bridge", "nothing"))
                .expectStatus()
                .isEqualTo(503);
        send(new ProducerRecord<>(
                Topic.SESSION_EVENTS.topicName(), "counted", "rubbish".getBytes(StandardCharsets.UTF_8)));
        send(new ProducerRecord<>(Topic.SESSION_EVENTS.topicName(), "counted", null));

        awaitMoved(
                before,
                Map.ofEntries(
                        Map.entry("adhere_events_accepted_total", 5L),
                        Map.entry("adhere_events_recorded_total", 3L),
                        Map.entry("adhere_ingest_to_recorded_seconds_count", 3L),
                        Map.entry("adhere_events_duplicates_total", 1L),
                        Map.entry("adhere_events_conflicts_total", 1L),
                        Map.entry("adhere_dead_letters_total{topic=\"session-events\"}", 2L),
                        Map.entry("adhere_events_retried_total{reason=\"exercise-not-known-yet\"}", 1L),
                        Map.entry("adhere_events_rejected_total{problem=\"validation-failed\"}", 1L),
                        Map.entry("adhere_events_rejected_total{problem=\"event-in-future\"}", 1L),
                        Map.entry("adhere_events_rejected_total{problem=\"unknown-event-type\"}", 1L),
                        Map.entry("adhere_events_rejected_total{problem=\"reserved-field\"}", 1L),
                        Map.entry("adhere_events_rejected_total{problem=\"invalid-body\"}", 2L),
                        Map.entry("adhere_events_rejected_total{problem=\"payload-too-large\"}", 2L)));
        assertThat(stored("counted")).isEqualTo(3);
    }

    @Test
    @Order(3)
    void what_kafka_delivers_again_counts_no_event_twice() throws Exception {
        Scrape before = scrape();
        var container = Objects.requireNonNull(Objects.requireNonNull(listeners).getListenerContainer(Recorder.ID));
        container.stop();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            Map<TopicPartition, OffsetAndMetadata> beginning = IntStream.range(0, 6)
                    .boxed()
                    .collect(Collectors.toMap(
                            p -> new TopicPartition(Topic.SESSION_EVENTS.topicName(), p),
                            _ -> new OffsetAndMetadata(0)));
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(admin.alterConsumerGroupOffsets(Recorder.ID, beginning)
                                    .all()
                                    .get(10, TimeUnit.SECONDS))
                            .isNull());
        } finally {
            container.start();
        }
        // The dead letters are the last of all seven, and are written again.
        awaitMoved(before, Map.of("adhere_dead_letters_total{topic=\"session-events\"}", 2L));
    }

    @Test
    @Order(4)
    void while_mongodb_is_away_the_lag_grows_and_then_goes() {
        await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_consumer_lag_records") == 0);
        Scrape before = scrape();
        CABLE.cut();
        for (int i = 1; i <= 7; i++) {
            post("lagging", SINGLE, event("l" + i, "")).expectStatus().isAccepted();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_consumer_lag_records") == 7);
        assertThat(scrape().series().keySet())
                .filteredOn(series -> series.startsWith("adhere_consumer_lag_records"))
                .hasSize(6)
                .contains("adhere_consumer_lag_records{partition=\"0\",topic=\"session-events\"}");
        CABLE.mend();
        await().atMost(Duration.ofSeconds(60)).until(() -> scrape().sum("adhere_consumer_lag_records") == 0);
        awaitMoved(
                before,
                Map.of(
                        "adhere_events_accepted_total",
                        7L,
                        "adhere_events_recorded_total",
                        7L,
                        "adhere_ingest_to_recorded_seconds_count",
                        7L));
    }

    @Test
    @Order(5)
    void a_write_whose_answer_is_lost_counts_as_recorded_once(CapturedOutput output) {
        Scrape before = scrape();
        int failures = failures(output);
        CABLE.loseAnswers();
        post("unheard", SINGLE, event("u1", "")).expectStatus().isAccepted();
        await().atMost(Duration.ofSeconds(30)).until(() -> stored("unheard") == 1);
        // The driver itself asks for a lost answer again for a while.
        await().atMost(Duration.ofSeconds(60)).until(() -> failures(output) > failures);
        post("unheard", SINGLE, event("u1", "")).expectStatus().isAccepted();
        CABLE.mend();
        awaitMoved(
                before,
                Map.of(
                        "adhere_events_accepted_total",
                        2L,
                        "adhere_events_recorded_total",
                        1L,
                        "adhere_events_duplicates_total",
                        1L,
                        "adhere_ingest_to_recorded_seconds_count",
                        1L));
    }

    private static int failures(CapturedOutput output) {
        return output.getOut().split("and comes again", -1).length;
    }

    @Test
    @Order(6)
    void without_kafka_every_event_is_counted_as_one_to_send_again() {
        Scrape before = scrape();
        broker.close();
        try {
            post(
                            "patient",
                            MediaType.APPLICATION_NDJSON,
                            IntStream.range(0, 20)
                                    .mapToObj(i -> event("p" + i, "") + "\n")
                                    .collect(Collectors.joining()))
                    .expectStatus()
                    .isOk();
            assertThat(scrape().since(before).keySet())
                    .isNotEmpty()
                    .allMatch(series -> series.startsWith("adhere_events_retried_total"));
            assertThat(scrape().sum("adhere_events_retried_total") - before.sum("adhere_events_retried_total"))
                    .isEqualTo(20);
        } finally {
            broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> post("patient", SINGLE, event("p0", ""))
                        .returnResult(String.class)
                        .getStatus()
                        .is2xxSuccessful());
    }

    @Test
    @Order(7)
    void every_metric_is_documented_and_every_documented_one_is_there() throws IOException {
        assertThat(scrape().metrics())
                .isNotEmpty()
                .isEqualTo(Scrape.documented(Path.of("../docs/metrics.md"), "session"));
    }

    @Test
    @Order(8)
    void nothing_of_a_person_is_in_logs_metrics_or_traces(CapturedOutput output) throws Exception {
        String user = CANARY + "-user";
        String secret = ",\"note\":\"canary note\",\"load\":" + CANARY_NUMBER + ",\"sessionId\":\"canary-session\"";
        // What is well.
        post(user, SINGLE, event("canary-1", secret)).expectStatus().isAccepted();
        post(user, BATCH, "[" + event("canary-2", secret) + "]").expectStatus().isOk();
        for (String path : List.of("events", "sessions", "pain-scores", "events/conflicts")) {
            as(user).get()
                    .uri("/v1/users/" + user + "/" + path)
                    .exchange()
                    .expectStatus()
                    .isOk();
            as("somebody")
                    .get()
                    .uri("/v1/users/" + user + "/" + path)
                    .exchange()
                    .expectStatus()
                    .isNotFound();
        }
        // What is refused, in every way.
        post(
                        user,
                        MediaType.APPLICATION_NDJSON,
                        String.join(
                                "\n",
                                event("canary 3", secret),
                                event("canary-4", ",\"reps\":\"canary\""),
                                event("canary-5", "dev.canary.v1", 60, secret),
                                event("canary-6", secret + ",\"userId\":\"canary\""),
                                event("canary-7", "dev.adhere.completed-set.v1", -3_600, secret),
                                event("canary-8", secret).replace("bridge", "canary"),
                                event("canary-9", secret).replace("\"source\"", "\"subject\":\"canary\",\"source\""),
                                event("canary-1", ",\"note\":\"another canary note\""),
                                event("canary-2", secret),
                                "{\"canary\":",
                                "canary".repeat(12_000)))
                .expectStatus()
                .isOk();
        post(user, SINGLE, "{\"canary\"").expectStatus().isBadRequest();
        post(user, MediaType.parseMediaType("text/canary"), "canary")
                .expectStatus()
                .isEqualTo(415);
        as(user).get()
                .uri("/v1/users/" + user + "/events?canary=canary")
                .exchange()
                .expectStatus()
                .isBadRequest();
        as(user).get()
                .uri("/v1/users/" + user + "/events?from=canary")
                .exchange()
                .expectStatus()
                .isBadRequest();
        as(user).get().uri("/canary").exchange().expectStatus().isNotFound();
        as(user).delete()
                .uri("/v1/users/" + user + "/events")
                .exchange()
                .expectStatus()
                .isEqualTo(405);
        as(user).get()
                .uri("/v1/users/x/events")
                .headers(headers -> headers.setBearerAuth(ISSUER.signed(_ -> {}, c -> c.subject("canary|bad"))))
                .exchange()
                .expectStatus()
                .isUnauthorized();
        speakNoHttp("GET /v1/users/canary-user/events HTTP/1.1\r\nHost: x\r\nX-Canary\u0000: canary\r\n\r\n");
        // What nobody foresaw.
        JsonNode problem = JSON.readTree(as(user).get()
                .uri("/v1/broken?with=canary")
                .exchange()
                .expectStatus()
                .isEqualTo(500)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
        try {
            var _ = as(user).get()
                    .uri("/v1/broken-off?with=canary")
                    .exchange()
                    .returnResult(String.class)
                    .getResponseBody()
                    .collectList()
                    .block(Duration.ofSeconds(20));
        } catch (RuntimeException _) {
            // The answer broke off, as it was to.
        }
        // What comes by Kafka and is no event, or must not be stored as MongoDB sees it.
        var poison = new ProducerRecord<>(
                Topic.SESSION_EVENTS.topicName(), user, "{\"canary\"".getBytes(StandardCharsets.UTF_8));
        poison.headers().add("canary", "canary".getBytes(StandardCharsets.UTF_8));
        String elsewhere = "0af7651916cd43dd8448eb211c80319c";
        poison.headers()
                .add("traceparent", ("00-" + elsewhere + "-b7ad6b7169203331-01").getBytes(StandardCharsets.US_ASCII));
        send(poison);
        send(new ProducerRecord<>(Topic.SESSION_EVENTS.topicName(), user, null));
        await().atMost(Duration.ofSeconds(30)).until(() -> stored(user) == 2);
        unwilling(true);
        try {
            post(user, SINGLE, event("canary-10", secret)).expectStatus().isAccepted();
            await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_consumer_lag_records") > 0);
        } finally {
            unwilling(false);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> stored(user) == 3);
        // What is away.
        CABLE.cut();
        post(user, SINGLE, event("canary-11", secret)).expectStatus().isAccepted();
        as(user).get()
                .uri("/v1/users/" + user + "/events")
                .exchange()
                .expectStatus()
                .isEqualTo(503);
        await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_consumer_lag_records") > 0);
        CABLE.mend();
        await().atMost(Duration.ofSeconds(60)).until(() -> stored(user) == 4);
        broker.close();
        try {
            post(user, SINGLE, event("canary-12", secret)).expectStatus().isEqualTo(503);
        } finally {
            broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> post(user, SINGLE, event("canary-12", secret))
                        .returnResult(String.class)
                        .getStatus()
                        .is2xxSuccessful());
        await().atMost(Duration.ofSeconds(30)).until(() -> stored(user) == 5);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Spans.SENT.stream().anyMatch(span -> span.getName().contains("/v1/broken")));

        // That all of it was seen: of each bad path the log says something.
        List<JsonNode> lines = jsonLines(output.getOut());
        assertThat(lines)
                .hasSizeGreaterThan(10)
                .allSatisfy(line -> assertThat(line.has("@timestamp")).isTrue());
        String log = String.join("\n", output.getOut(), output.getErr());
        assertThat(log)
                .contains("are dead letters")
                .contains("GET failed: ", "java.lang.ArithmeticException", "an answer to GET broke off")
                .contains("failed for the 1. time and comes again", "MongoBulkWriteException");
        String traceId = problem.get("traceId").stringValue();
        assertThat(lines)
                .filteredOn(line -> line.get("message").stringValue().startsWith("GET failed"))
                .singleElement()
                .satisfies(
                        line -> assertThat(line.path("trace.id").asString("")).isEqualTo(traceId));
        assertThat(Spans.SENT).anyMatch(span -> span.getTraceId().equals(traceId));
        assertThat(lines)
                .filteredOn(line -> line.get("message").stringValue().startsWith("a dead letter"))
                .anyMatch(line -> line.path("trace.id").asString("").equals(elsewhere));
        Set<String> traces = tracesOf(user);
        assertThat(traces).isNotEmpty();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Spans.SENT.stream().map(SpanData::getTraceId))
                        .containsAll(traces));

        var findings = new ArrayList<String>();
        findings.addAll(findings("log", log));
        findings.addAll(findings("metrics", scrape().text()));
        Spans.SENT.forEach(span -> findings.addAll(findings(
                "span",
                span.getName() + span.getAttributes() + span.getStatus() + span.getEvents() + span.getLinks())));
        assertThat(findings).isEmpty();
    }

    // Of what this service sent of a user, read from the topic.
    private Set<String> tracesOf(String user) {
        var traces = new TreeSet<String>();
        try (var reader = Objects.requireNonNull(consumers).createConsumer("telemetry-reader", "it")) {
            var partitions = reader.partitionsFor(Topic.SESSION_EVENTS.topicName()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            var ends = reader.endOffsets(partitions);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                reader.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (user.equals(record.key()) && record.headers().lastHeader("ce_id") != null) {
                        traces.add(Trace.of(record));
                    }
                });
                return ends.entrySet().stream().allMatch(end -> reader.position(end.getKey()) >= end.getValue());
            });
        }
        return traces;
    }

    private static List<String> findings(String where, String text) {
        return text.lines()
                .filter(line ->
                        line.toLowerCase(Locale.ROOT).contains(CANARY) || line.contains(String.valueOf(CANARY_NUMBER)))
                .map(line -> where + ": " + line)
                .toList();
    }

    private static List<JsonNode> jsonLines(String log) {
        return log.lines()
                .filter(line -> line.startsWith("{\"@timestamp\""))
                .<JsonNode>map(JSON::readTree)
                .toList();
    }

    // As another version's validation might: every write fails with a message that quotes ids.
    private static void unwilling(boolean is) {
        try (var client = MongoClients.create(MONGO)) {
            var validator = is ? new Document("never", new Document("$exists", true)) : new Document();
            var _ = client.getDatabase(database())
                    .runCommand(new Document("collMod", "events").append("validator", validator));
        }
    }

    private void speakNoHttp(String words) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 4");
        }
    }
}
