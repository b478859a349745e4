package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.local.demo.Retrying;
import dev.adhere.testbed.Processes;
import dev.adhere.testbed.Scrape;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The main job as a client app and a coach see it, on the stack that `./adhere up` starts: two minutes before a day
/// ends
/// in Berlin, so that the end of that day can be watched.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JourneyIT {

    private static final String NOW = "2027-02-16T22:58:00Z";
    private static final String TODAY = "2027-02-16";
    private static final Duration READY_WITHIN = Duration.ofMinutes(11);
    private static final Duration DAY_CLOSED_WITHIN = Duration.ofMinutes(4);
    private static final int OFFSET = 3_000;
    private static final Pattern PERSONAL = Pattern.compile("user-\\d{3}|coach-(anna|ben)|journey-\\d|canary|8675309");

    private static final String PLAN = """
            {"timeZone":"Europe/Berlin","zonePolicy":"FOLLOW_USER","versions":[{"effectiveFrom":"2027-02-16","items":[
              {"id":"bridge","exerciseId":"bridge","sets":3,"reps":10,"schedule":{"everyDays":1}}]}]}""";

    private static String set(String id, String time) {
        return """
                {"specversion":"1.0","id":"%s","source":"app/journey","type":"dev.adhere.completed-set.v1","time":"%s",\
                "data":{"exerciseId":"bridge","zone":"Europe/Berlin","reps":10}}""".formatted(id, time);
    }

    @TempDir
    private static Path dir;

    private static Process launcher;

    private final Retrying http = new Retrying(HttpClient.newHttpClient());
    private final JsonMapper json = JsonMapper.builder().build();

    @BeforeAll
    static void up() throws IOException {
        Path root = Path.of(System.getProperty("adhere.root"));
        Path terminal = dir.resolve("terminal.log");
        launcher = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + root.resolve("local/launcher.options"),
                        "-Dadhere.root=" + root,
                        "-jar",
                        root.resolve("local/target/app/local-0.1.0.jar").toString(),
                        "--port-offset",
                        String.valueOf(OFFSET),
                        "--data",
                        dir.resolve("data").toString(),
                        "--now",
                        NOW)
                .redirectErrorStream(true)
                .redirectOutput(terminal.toFile())
                .start();
        try {
            await().atMost(READY_WITHIN)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() ->
                            !launcher.isAlive() || Files.readString(terminal).contains("\nREADY"));
        } finally {
            System.out.println(Files.readString(terminal));
        }
        assertThat(launcher.isAlive()).as("the stack runs").isTrue();
    }

    @AfterAll
    static void down() {
        Processes.stop(launcher.toHandle(), Duration.ofSeconds(90));
    }

    @Test
    @Order(1)
    void appsStreamEventsInAndAdherenceComesOut() throws Exception {
        String user = token("user-001");
        String coach = token("coach-anna");

        assertThat(get(8081, "/v1/exercises?q=bridge", user)
                        .get("items")
                        .get(0)
                        .get("id")
                        .asString())
                .isEqualTo("bridge");
        assertThat(send("PUT", 8083, "/v1/users/user-001/plan", coach, "application/json", PLAN)
                        .statusCode())
                .isEqualTo(201);

        String first = set("journey-1", "2027-02-16T23:10:00+01:00");
        String stream = String.join("\n", first, "no JSON", first, set("journey-2", "2027-02-16T23:20:00+01:00"));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var answer = send("POST", 8082, "/v1/events", user, "application/x-ndjson", stream);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body().lines().map(json::readTree).toList())
                    .extracting(line ->
                            line.get("line").asInt() + " " + line.get("status").asString())
                    .containsExactlyInAnyOrder("1 accepted", "2 rejected", "3 accepted", "4 accepted");
        });

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(ids(get(8082, "/v1/users/user-001/events", user)))
                    .containsExactlyInAnyOrder("journey-1", "journey-2");
            JsonNode slot = get(8083, "/v1/users/user-001/agenda?date=" + TODAY, coach)
                    .get("items")
                    .get(0);
            assertThat(slot.get("doneSets").asDouble()).isEqualTo(2.0);
        });

        // No set has to come for it: the day ends by the clock.
        await().atMost(DAY_CLOSED_WITHIN).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            JsonNode adherence = get(8083, "/v1/users/user-001/adherence", user);
            assertThat(adherence.get("throughDate").asString()).isEqualTo(TODAY);
            assertThat(adherence.get("a7").get("numerator").asDouble()).isEqualTo(2.0);
            assertThat(adherence.get("a7").get("denominator").asInt()).isEqualTo(3);
            assertThat(adherence.get("a7").get("value").asDouble()).isEqualTo(66.7);
        });
        assertThat(get(8083, "/v1/users/user-001/agenda?date=" + TODAY, user)
                        .get("items")
                        .get(0)
                        .get("state")
                        .asString())
                .isIn("MISSED", "PARTIAL");
        assertThat(get(8083, "/v1/users/user-001/nudges", user).get("items").isArray())
                .isTrue();
    }

    @Test
    @Order(2)
    void aForeignUserAndAMissingOneLookTheSame() throws Exception {
        String stranger = token("user-950");
        for (String path : List.of("/v1/users/user-001/adherence", "/v1/users/nobody-at-all/adherence")) {
            assertThat(send("GET", 8083, path, stranger, "", "").statusCode()).isEqualTo(404);
        }
        assertThat(send("GET", 8082, "/v1/users/user-001/events", stranger, "", "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(send("GET", 8081, "/v1/exercises", "no-token", "", "").statusCode())
                .isEqualTo(401);
    }

    @Test
    @Order(3)
    void nothingOfAPersonIsInLogsOrMetrics() throws Exception {
        String user = token("user-007");
        String canary = set("canary-1", "2027-02-16T23:10:00+01:00")
                .replace("\"reps\":10", "\"reps\":10,\"note\":\"canary\",\"load\":8675309");
        Map<String, Integer> refused = Map.of(
                "{\"canary\"",
                400,
                canary.replace("\"id\"", "\"userId\":\"canary\",\"id\""),
                400,
                canary.replace("bridge", "canary"),
                422,
                canary.replace(":10,", ":\"canary\","),
                422,
                canary,
                202);
        for (var each : refused.entrySet()) {
            // An exercise that is not known is refused only once the service has run for a while.
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(() -> assertThat(send(
                                            "POST",
                                            8082,
                                            "/v1/events",
                                            user,
                                            "application/cloudevents+json",
                                            each.getKey())
                                    .statusCode())
                            .as(each.getKey())
                            .isEqualTo(each.getValue()));
        }
        assertThat(send("PUT", 8083, "/v1/users/user-007/plan", user, "application/json", "{\"canary\":1}")
                        .statusCode())
                .isBetween(400, 499);
        assertThat(send("GET", 8083, "/v1/users/user-007/agenda?date=canary", user, "", "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("PUT", 8081, "/v1/exercises/canary", token("editor"), "application/json", "{\"canary\":1}")
                        .statusCode())
                .isBetween(400, 499);
        var serializer = new ByteArraySerializer();
        try (var kafka = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", "127.0.0.1:" + (9092 + OFFSET)), serializer, serializer)) {
            byte[] key = "user-007".getBytes(StandardCharsets.UTF_8);
            byte[] poison = "{\"canary\"".getBytes(StandardCharsets.UTF_8);
            assertThat(kafka.send(new ProducerRecord<>("session-events", key, poison))
                            .get(20, TimeUnit.SECONDS))
                    .isNotNull();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Scrape.of(9082 + OFFSET).sum("adhere_dead_letters_total") == 1);

        var written = new StringBuilder();
        for (int port : List.of(9081, 9082, 9083)) {
            written.append(Scrape.of(port + OFFSET).text());
        }
        try (var files = Files.walk(dir.resolve("data"))) {
            for (Path log : files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> !file.toString().contains("kafka"))
                    .toList()) {
                written.append(Files.readString(log, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(written).contains("catalog-service", "session-service", "reminder-service", "are dead letters");
        assertThat(written.toString()
                        .lines()
                        .filter(line -> PERSONAL.matcher(line).find()))
                .isEmpty();
        for (var service : ServiceProcess.Kind.ALL) {
            assertThat(Scrape.of(service.managementPort() + OFFSET).metrics())
                    .as("the metrics of " + service.name() + " and docs/metrics.md")
                    .isEqualTo(Scrape.documented(Path.of("../docs/metrics.md"), service.name()));
            assertThat(log(service))
                    .as("the log of " + service.name())
                    .isNotEmpty()
                    .allSatisfy(line ->
                            assertThat(json.readTree(line).has("@timestamp")).isTrue());
        }
    }

    @Test
    @Order(4)
    void theServicesStopBeforeTheBrokerDoes() throws IOException {
        var lines = new HashMap<String, Integer>();
        for (var service : ServiceProcess.Kind.ALL) {
            lines.put(service.name(), log(service).size());
        }

        Processes.stop(launcher.toHandle(), Duration.ofSeconds(90));

        for (var service : ServiceProcess.Kind.ALL) {
            List<String> log = log(service);
            assertThat(log.subList(lines.getOrDefault(service.name(), 0), log.size()))
                    .as("the last words of " + service.name())
                    .anySatisfy(line -> assertThat(line).contains("Graceful shutdown complete"))
                    .noneSatisfy(line -> assertThat(line).contains("org.apache.kafka.clients.NetworkClient"));
        }
    }

    private static List<String> log(ServiceProcess.Kind service) throws IOException {
        return Files.readAllLines(dir.resolve("data/logs/" + service.name() + ".log"));
    }

    private String token(String client) throws Exception {
        String basic = Base64.getEncoder().encodeToString((client + ":demo").getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (9000 + OFFSET) + "/oauth2/token"))
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials"))
                .build();
        var answer = http.send(request);
        assertThat(answer.statusCode()).isEqualTo(200);
        return json.readTree(answer.body()).get("access_token").asString();
    }

    private JsonNode get(int port, String path, String token) throws Exception {
        var answer = send("GET", port, path, token, "", "");
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    private HttpResponse<String> send(
            String method, int port, String path, String token, String contentType, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (port + OFFSET) + path))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(30))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!contentType.isEmpty()) {
            var _ = request.header("Content-Type", contentType);
        }
        return http.send(request.build());
    }

    private static List<String> ids(JsonNode page) {
        return StreamSupport.stream(page.get("items").spliterator(), false)
                .map(event -> event.get("id").asString())
                .toList();
    }
}
