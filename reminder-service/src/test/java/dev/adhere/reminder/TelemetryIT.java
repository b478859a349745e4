package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClients;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
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
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
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
    private static final JsonMapper JSON = JsonMapper.shared();

    // The application's clock begins at noon: far from quiet hours and the ends of days.
    private static final Duration OFFSET = Duration.between(
            Clock.systemUTC().instant(),
            LocalDate.now(Clock.systemUTC()).plusDays(1).atTime(12, 0).toInstant(ZoneOffset.UTC));
    private static final Clock CLOCK = Clock.offset(Clock.systemUTC(), OFFSET);
    private static final TestIssuer ISSUER = TestIssuer.start(CLOCK);

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
    Exercises exercises;

    @Value("${local.management.port}")
    int managementPort;

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
        registry.add("adhere.clock-offset", OFFSET::toString);
        registry.add("spring.mail.port", FreePorts::one);
    }

    private static String database() {
        return Objects.requireNonNull(new ConnectionString(MONGO).getDatabase());
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
            send(new ProducerRecord<>(Topic.EXERCISES.topicName(), "bridge", JSON.writeValueAsBytes(bridge)));
            assertThat(Objects.requireNonNull(exercises).get("bridge")).isNotNull();
        });
    }

    private void send(ProducerRecord<String, byte[]> record) throws Exception {
        assertThat(Objects.requireNonNull(kafka).send(record).get(10, TimeUnit.SECONDS))
                .isNotNull();
    }

    private void send(String user, String id, String moreData) throws Exception {
        Instant now = CLOCK.instant().truncatedTo(ChronoUnit.MILLIS);
        var record = new ProducerRecord<>(
                Topic.SESSION_EVENTS.topicName(),
                user,
                ("{\"exerciseId\":\"bridge\",\"zone\":\"UTC\",\"reps\":10" + moreData + "}")
                        .getBytes(StandardCharsets.UTF_8));
        Map.of(
                        "ce_specversion",
                        "1.0",
                        "ce_id",
                        id,
                        "ce_source",
                        "app/it",
                        "ce_type",
                        "dev.adhere.completed-set.v1",
                        "ce_subject",
                        user,
                        "ce_time",
                        now.minusSeconds(60).toString(),
                        "ce_receivedat",
                        now.toString(),
                        "content-type",
                        "application/json")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        send(record);
    }

    private WebTestClient as(String sub, String role) {
        return Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(30))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token(sub, role))
                .build();
    }

    private WebTestClient.ResponseSpec put(WebTestClient caller, String uri, String body) {
        return caller.put()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    private void plan(String user, String coach, LocalTime at) {
        put(as("admin", "admin"), "/v1/users/" + user + "/coaches/" + coach, "{}")
                .expectStatus()
                .isCreated();
        put(
                        as(coach, "coach"),
                        "/v1/users/" + user + "/plan",
                        "{\"timeZone\":\"UTC\",\"versions\":[{\"effectiveFrom\":\"%s\",\"items\":[{\"id\":\"bridge\",\"exerciseId\":\"bridge\",\"sets\":3,\"reps\":10,\"schedule\":{\"everyDays\":1,\"timesOfDay\":[\"%s\"]}}]}]}"
                                .formatted(LocalDate.ofInstant(CLOCK.instant(), ZoneOffset.UTC), at))
                .expectStatus()
                .isCreated();
    }

    private double doneToday(String user) {
        byte[] answer = as(user, "user")
                .get()
                .uri("/v1/users/" + user + "/adherence")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody();
        return JSON.readTree(Objects.requireNonNull(answer)).at("/today/done").doubleValue();
    }

    private Scrape scrape() {
        return Scrape.of(managementPort);
    }

    private void awaitMoved(Scrape before, Map<String, Long> expected) {
        var all = new TreeMap<>(expected);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var moved = new TreeMap<>(scrape().since(before));
            // How often a server that is not there was tried depends on how long this takes.
            moved.keySet().removeIf(series -> series.startsWith("adhere_nudge_attempts_total"));
            assertThat(moved).isEqualTo(all);
        });
    }

    @Test
    @Order(1)
    void every_counter_is_there_before_anything_is_counted() {
        assertThat(scrape().series())
                .containsEntry("adhere_ingest_to_adherence_seconds_count", 0.0)
                .containsEntry("adhere_nudge_lateness_seconds_count", 0.0)
                .containsEntry("adhere_nudges_total{kind=\"OVERDUE\",outcome=\"SENT\",reason=\"UNKNOWN\"}", 0.0)
                .containsEntry("adhere_nudges_total{kind=\"DUE_SOON\",outcome=\"SENT\",reason=\"NONE\"}", 0.0)
                .containsEntry("adhere_nudges_total{kind=\"DUE_SOON\",outcome=\"SUPPRESSED\",reason=\"DONE\"}", 0.0)
                .containsEntry("adhere_timers_due", 0.0);
    }

    @Test
    @Order(2)
    void every_event_that_is_folded_counts_and_what_is_none_does_not() throws Exception {
        plan("counted", "coach-anna", LocalTime.of(20, 0));
        Scrape before = scrape();
        send("counted", "c1", "");
        send("counted", "c2", "");
        send("counted", "c1", "");
        send(new ProducerRecord<>(
                Topic.SESSION_EVENTS.topicName(), "counted", "rubbish".getBytes(StandardCharsets.UTF_8)));
        awaitMoved(before, Map.of("adhere_ingest_to_adherence_seconds_count", 3L));
        assertThat(doneToday("counted")).isEqualTo(2.0);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Scrape seen = scrape();
            assertThat(seen.series().keySet())
                    .filteredOn(series -> series.startsWith("adhere_consumer_lag_records"))
                    .as("six partitions each of session-events and session-events-replay")
                    .hasSize(12);
            assertThat(seen.sum("adhere_consumer_lag_records")).isZero();
        });
    }

    @Test
    @Order(3)
    void decisions_count_once_and_timers_that_must_wait_for_the_broker_show() throws Exception {
        LocalTime now = LocalTime.ofInstant(CLOCK.instant(), ZoneOffset.UTC);
        // Half an hour before it, which is at the next whole minute but one, the nudge is due.
        LocalTime at = now.truncatedTo(ChronoUnit.MINUTES).plusMinutes(now.getSecond() > 30 ? 32 : 31);
        plan("reminded", "coach-anna", at);
        plan("unwilling", "coach-anna", at);
        put(as("unwilling", "user"), "/v1/users/unwilling/preferences", "{\"nudges\":false}")
                .expectStatus()
                .isCreated();
        // Nobody takes its mail, so what becomes of this one is not settled here.
        plan("canary-mailed", "coach-anna", at);
        put(
                        as("canary-mailed", "user"),
                        "/v1/users/canary-mailed/preferences",
                        "{\"channels\":[\"EMAIL\"],\"email\":\"canary@example.org\"}")
                .expectStatus()
                .isCreated();
        Scrape before = scrape();
        broker.close();
        try {
            await().atMost(Duration.ofSeconds(120)).until(() -> scrape().sum("adhere_timers_due") == 3);
            assertThat(scrape().since(before)).isEmpty();
        } finally {
            broker = LocalKafka.start(FOLDER, KAFKA_PORT, CONTROLLER_PORT);
        }
        awaitMoved(
                before,
                Map.of(
                        "adhere_nudges_total{kind=\"DUE_SOON\",outcome=\"SENT\",reason=\"NONE\"}",
                        1L,
                        "adhere_nudges_total{kind=\"DUE_SOON\",outcome=\"SUPPRESSED\",reason=\"NOT_ALLOWED\"}",
                        1L,
                        "adhere_nudge_lateness_seconds_count",
                        1L));
        await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_timers_due") == 0);
        assertThat(scrape().sum("adhere_nudge_lateness_seconds_sum")).isBetween(0.0, 120.0);
    }

    @Test
    @Order(4)
    void every_metric_is_documented_and_every_documented_one_is_there() throws IOException {
        assertThat(scrape().metrics())
                .isNotEmpty()
                .isEqualTo(Scrape.documented(Path.of("../docs/metrics.md"), "reminder"));
    }

    @Test
    @Order(5)
    void nothing_of_a_person_is_in_logs_metrics_or_traces(CapturedOutput output) throws Exception {
        String user = "canary-user";
        plan(user, "canary-coach", LocalTime.of(20, 0));
        var me = as(user, "user");
        // What is well.
        send(user, "canary-1", ",\"note\":\"canary note\"");
        await().atMost(Duration.ofSeconds(30)).until(() -> doneToday(user) == 1);
        put(me, "/v1/users/" + user + "/preferences", "{\"preferredTime\":\"07:00\"}")
                .expectStatus()
                .isCreated();
        for (String path : List.of("plan", "agenda", "adherence", "adherence/days", "nudges", "coaches")) {
            me.get()
                    .uri("/v1/users/" + user + "/" + path)
                    .exchange()
                    .expectStatus()
                    .isOk();
            as("somebody", "user")
                    .get()
                    .uri("/v1/users/" + user + "/" + path)
                    .exchange()
                    .expectStatus()
                    .isNotFound();
        }
        // What is refused.
        put(as("canary-coach", "coach"), "/v1/users/" + user + "/plan", "{\"canary\":\"canary\"}")
                .expectStatus()
                .isBadRequest();
        put(
                        as("canary-coach", "coach"),
                        "/v1/users/" + user + "/plan",
                        "{\"timeZone\":\"Canary/Islands\",\"versions\":[]}")
                .expectStatus()
                .is4xxClientError();
        put(me, "/v1/users/" + user + "/preferences", "{\"preferredTime\":\"canary\"}")
                .expectStatus()
                .is4xxClientError();
        me.get()
                .uri("/v1/users/" + user + "/agenda?date=canary")
                .exchange()
                .expectStatus()
                .isBadRequest();
        // What nobody foresaw.
        JsonNode problem = JSON.readTree(me.get()
                .uri("/v1/broken?with=canary")
                .exchange()
                .expectStatus()
                .isEqualTo(500)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
        // What comes by Kafka and is no event, or must not be stored as MongoDB sees it.
        send(new ProducerRecord<>(
                Topic.SESSION_EVENTS.topicName(), user, "{\"canary\"".getBytes(StandardCharsets.UTF_8)));
        unwilling(true);
        try {
            send(user, "canary-2", ",\"note\":\"canary note\"");
            put(me, "/v1/users/" + user + "/preferences", "{\"preferredTime\":\"08:00\"}")
                    .expectStatus()
                    .is4xxClientError();
            await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_consumer_lag_records") > 0);
        } finally {
            unwilling(false);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> doneToday(user) == 2);
        // What is away.
        CABLE.cut();
        send(user, "canary-3", "");
        me.get().uri("/v1/users/" + user + "/plan").exchange().expectStatus().isEqualTo(503);
        await().atMost(Duration.ofSeconds(30)).until(() -> scrape().sum("adhere_consumer_lag_records") > 0);
        CABLE.mend();
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> doneToday(user) == 3);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Spans.SENT.stream().anyMatch(span -> span.getName().contains("/v1/broken")));

        // That all of it was seen: of each bad path the log says something.
        List<JsonNode> lines = jsonLines(output.getOut());
        String log = String.join("\n", output.getOut(), output.getErr());
        assertThat(log)
                .contains("timers wait: ")
                .contains("failed for the 1. time and comes again", "MongoBulkWriteException")
                .contains("GET failed: ", "java.lang.ArithmeticException");
        String traceId = problem.get("traceId").stringValue();
        assertThat(lines)
                .filteredOn(line -> line.get("message").stringValue().startsWith("GET failed"))
                .singleElement()
                .satisfies(
                        line -> assertThat(line.path("trace.id").asString("")).isEqualTo(traceId));
        assertThat(Spans.SENT).anyMatch(span -> span.getTraceId().equals(traceId));

        var findings = new ArrayList<String>();
        findings.addAll(findings("log", log));
        findings.addAll(findings("metrics", scrape().text()));
        Spans.SENT.forEach(span -> findings.addAll(findings(
                "span",
                span.getName() + span.getAttributes() + span.getStatus() + span.getEvents() + span.getLinks())));
        assertThat(findings).isEmpty();
    }

    private static List<String> findings(String where, String text) {
        return text.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains(CANARY))
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
                    .runCommand(new Document("collMod", "days").append("validator", validator));
        }
    }
}
