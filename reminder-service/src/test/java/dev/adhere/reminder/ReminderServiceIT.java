package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.contracts.Adherence;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.api.Answers;
import dev.adhere.testbed.DocumentWalk;
import dev.adhere.testbed.RecordedSpans;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.util.pattern.PathPattern;
import tools.jackson.databind.json.JsonMapper;

/// The service over HTTP and Kafka: plan in, events in, figures, agenda and refusals out.
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
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReminderServiceIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();

    @Autowired
    @org.jspecify.annotations.Nullable
    WebTestClient web;

    @Autowired
    @org.jspecify.annotations.Nullable
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    @org.jspecify.annotations.Nullable
    Exercises exercises;

    @Autowired
    @org.jspecify.annotations.Nullable
    Clock clock;

    @Autowired
    com.mongodb.client.@org.jspecify.annotations.Nullable MongoDatabase database;

    @Autowired
    org.springframework.web.reactive.result.method.annotation.@org.jspecify.annotations.Nullable
            RequestMappingHandlerMapping
            handlers;

    @org.springframework.beans.factory.annotation.Value("${local.server.port}")
    int port;

    @Autowired
    @org.jspecify.annotations.Nullable
    RecordedSpans spans;

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_reminder"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    @BeforeAll
    void publishExercises() throws Exception {
        var template = Objects.requireNonNull(kafka);
        for (String id : List.of("bridge", "bird-dog")) {
            var exercise = new Exercise(
                    id,
                    1,
                    Exercise.Status.PUBLISHED,
                    id,
                    List.of(),
                    Exercise.Kind.STRENGTHENING,
                    id.equals("bird-dog"),
                    null,
                    List.of(),
                    false,
                    null,
                    List.of(new Exercise.Source(
                            "a", "A", null, null, new Exercise.Range(10, 10, true), null, null, null)));
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    template.send(Topic.EXERCISES.topicName(), id, JSON.writeValueAsBytes(exercise))
                                            .get(5, TimeUnit.SECONDS))
                            .isNotNull());
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Objects.requireNonNull(exercises).get("bird-dog") != null);
    }

    private WebTestClient as(String sub, String role) {
        return Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(20))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token(sub, role))
                .build();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(Objects.requireNonNull(clock).instant(), ZoneId.of("Europe/Berlin"));
    }

    private String planFrom(LocalDate from) {
        return """
                {"timeZone":"Europe/Berlin","zonePolicy":"FOLLOW_USER","versions":[{"effectiveFrom":"%s","items":[
                {"id":"bridge","exerciseId":"bridge","sets":3,"reps":12,"schedule":{"everyDays":1}},
                {"id":"bird-dog","exerciseId":"bird-dog","sets":2,"reps":5,"schedule":{"everyDays":1}}]}]}""".formatted(from);
    }

    private void coach(String user, String coach) {
        as("admin", "admin")
                .put()
                .uri("/v1/users/{u}/coaches/{c}", user, coach)
                .exchange()
                .expectStatus()
                .isCreated();
    }

    private WebTestClient.ResponseSpec put(String user, String coach, String plan) {
        return as(coach, "coach")
                .put()
                .uri("/v1/users/{u}/plan", user)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(plan)
                .exchange();
    }

    private void send(String user, String id, String exercise, LocalDate date) throws Exception {
        var event = set(
                id,
                exercise,
                Side.NONE,
                12,
                date.atTime(12, 0).atZone(ZoneId.of("Europe/Berlin")),
                Objects.requireNonNull(clock).instant());
        var data = JSON.createObjectNode()
                .put("exerciseId", exercise)
                .put("zone", "Europe/Berlin")
                .put("reps", 12);
        var e = event.envelope();
        var cloudEvent = SessionEvents.toCloudEvent(SessionEvents.read(
                new dev.adhere.contracts.SessionEvent.Envelope(
                        user, e.id(), e.source(), e.type(), e.time(), e.receivedAt(), e.extensions()),
                data));
        ProducerRecord<String, byte[]> record = KafkaMessageFactory.<String>createWriter(
                        Topic.SESSION_EVENTS.topicName(), user)
                .writeBinary(cloudEvent);
        assertThat(Objects.requireNonNull(kafka).send(record).get(10, TimeUnit.SECONDS))
                .isNotNull();
    }

    private Adherence adherence(String user) {
        return Objects.requireNonNull(as(user, "user")
                .get()
                .uri("/v1/users/{u}/adherence", user)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(Adherence.class)
                .returnResult()
                .getResponseBody());
    }

    @AfterAll
    void nothing_of_all_this_is_in_a_trace() {
        var routes = Objects.requireNonNull(handlers).getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getPatternsCondition().getPatterns().stream())
                .map(PathPattern::getPatternString)
                .collect(Collectors.toSet());
        assertThat(Objects.requireNonNull(spans).names()).contains("http put /v1/users/{userId}/plan");
        assertThat(spans.findings(routes)).isEmpty();
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
                        Objects.requireNonNull(database)
                                .getCollection("auditEvents")
                                .find(new org.bson.Document("patient", dev.adhere.testbed.AccessWalk.WHOM))
                                .map(doc -> doc.getEmbedded(List.of("agent", "who"), String.class) + " "
                                        + doc.getString("request") + " " + doc.get("outcome"))
                                .into(new java.util.ArrayList<>())))
                .isEmpty();
    }

    @Test
    void events_of_the_past_week_become_adherence_once_each() throws Exception {
        coach("journey-1", "coach-anna");
        put("journey-1", "coach-anna", planFrom(today().minusDays(3)))
                .expectStatus()
                .isCreated()
                .expectHeader()
                .valueEquals("ETag", "\"1\"")
                .expectBody()
                .jsonPath("$.warnings[0].code")
                .isEqualTo("OUTSIDE_SOURCES");
        for (int repeat = 0; repeat < 2; repeat++) {
            for (int set = 0; set < 3; set++) {
                send("journey-1", "s" + set, "bridge", today().minusDays(1));
            }
        }
        send("journey-1", "today-1", "bridge", today());
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Adherence a = adherence("journey-1");
            assertThat(a.a7().numerator()).isEqualByComparingTo("3");
            assertThat(a.a7().denominator()).isEqualTo(21);
            assertThat(a.today().done()).isEqualByComparingTo("1");
            assertThat(a.today().due()).isEqualTo(7);
        });
        as("coach-anna", "coach")
                .get()
                .uri("/v1/users/journey-1/agenda")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(3)
                .jsonPath("$.items[0].state")
                .isEqualTo("PARTIAL")
                .jsonPath("$.items[1].side")
                .isEqualTo("LEFT");
        as("journey-1", "user")
                .get()
                .uri("/v1/users/journey-1/adherence/explain?date={d}", today().minusDays(1))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.slots[0].sets.length()")
                .isEqualTo(3);
        as("journey-1", "user")
                .get()
                .uri("/v1/users/journey-1/adherence/days")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.days[0].done")
                .isEqualTo(3.0);
    }

    @Test
    void a_plan_is_written_over_the_revision_that_was_read() throws Exception {
        coach("journey-2", "coach-anna");
        put("journey-2", "coach-anna", planFrom(today())).expectStatus().isCreated();
        problem(put("journey-2", "coach-anna", planFrom(today())), 428, "precondition-required");
        as("coach-anna", "coach")
                .put()
                .uri("/v1/users/journey-2/plan")
                .header(HttpHeaders.IF_MATCH, "\"7\"")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(planFrom(today()))
                .exchange()
                .expectStatus()
                .isEqualTo(412);
        as("coach-anna", "coach")
                .put()
                .uri("/v1/users/journey-2/plan")
                .header(HttpHeaders.IF_MATCH, "\"1\"")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(planFrom(today()))
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .valueEquals("ETag", "\"2\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            duplicate-exercise   | {"timeZone":"UTC","versions":[{"effectiveFrom":"TODAY","items":[{"id":"a","exerciseId":"bridge","sets":1,"reps":1,"schedule":{"everyDays":1}},{"id":"b","exerciseId":"bridge","sets":1,"reps":1,"schedule":{"everyDays":1}}]}]}
            overlapping-versions | {"timeZone":"UTC","versions":[{"effectiveFrom":"TODAY","items":[]},{"effectiveFrom":"TODAY","items":[]}]}
            unknown-reference    | {"timeZone":"UTC","versions":[{"effectiveFrom":"TODAY","items":[{"id":"a","exerciseId":"nothing","sets":1,"reps":1,"schedule":{"everyDays":1}}]}]}
            validation-failed    | {"timeZone":"Mars/Base","versions":[{"effectiveFrom":"TODAY","items":[]}]}
            validation-failed    | {"timeZone":"UTC","versions":[{"effectiveFrom":"TODAY","items":[{"id":"a","exerciseId":"bridge","sets":0,"reps":1,"schedule":{"everyDays":1}}]}]}
            validation-failed    | {"timeZone":"UTC","versions":[{"effectiveFrom":"TODAY","items":[{"id":"a","exerciseId":"bridge","sets":1,"schedule":{"everyDays":1}}]}]}
            validation-failed    | {"timeZone":"UTC","versions":[{"effectiveFrom":"TODAY","items":[{"id":"a","exerciseId":"bridge","sets":1,"reps":1,"schedule":{"everyDays":1,"timesPerWeek":2}}]}]}
            validation-failed    | {"timeZone":"UTC","versions":[{"effectiveFrom":"2020-01-01","items":[]}]}
            """)
    void a_plan_that_breaks_a_rule_says_which(String slug, String body) {
        coach("journey-3", "coach-of-" + System.nanoTime());
        String coach = "coach-three";
        as("admin", "admin")
                .put()
                .uri("/v1/users/journey-3/coaches/{c}", coach)
                .exchange()
                .expectStatus()
                .is2xxSuccessful();
        problem(
                put(
                        "journey-3",
                        coach,
                        body.replace("TODAY", today().plusDays(1).toString())),
                422,
                slug);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            reserved-field | {"timeZone":"UTC","userId":"other","versions":[]}
            invalid-body   | {"timeZone":"UTC","versions":[{"effectiveFrom":"2026-01-01","itemz":[]}]}
            invalid-body   | {"timeZone":"UTC","timeZone":"UTC","versions":[]}
            invalid-body   | {"timeZone":"UTC","versions":[{"effectiveFrom":"2026-01-01","items":[{"sets":1.5}]}]}
            invalid-body   | {"$where":"1"}
            invalid-body   | nonsense
            """)
    void a_body_that_is_no_plan_is_refused(String slug, String body) {
        as("admin", "admin")
                .put()
                .uri("/v1/users/journey-4/coaches/coach-four")
                .exchange()
                .expectStatus()
                .is2xxSuccessful();
        problem(put("journey-4", "coach-four", body), 400, slug);
    }

    @Test
    void a_foreign_user_and_a_missing_one_look_the_same() {
        coach("journey-5", "coach-anna");
        put("journey-5", "coach-anna", planFrom(today())).expectStatus().isCreated();
        byte[] foreign = get("journey-5", "user-666", "user", "/plan")
                .expectStatus()
                .isNotFound()
                .expectBody()
                .returnResult()
                .getResponseBody();
        byte[] missing = get("nobody", "user-666", "user", "/plan")
                .expectStatus()
                .isNotFound()
                .expectBody()
                .returnResult()
                .getResponseBody();
        assertThat(foreign).isEqualTo(missing);
        problem(get("journey-5", "coach-ben", "coach", "/adherence"), 404, "not-found");
        problem(get("journey-5", "admin", "admin", "/adherence"), 403, "forbidden");
        problem(get("journey-5", "ops", "ops", "/nudges"), 403, "forbidden");
        problem(get("journey-5", "journey-5", "user", "/adherence?userId=x"), 400, "invalid-parameter");
        as("admin", "admin")
                .delete()
                .uri("/v1/users/journey-5/coaches/coach-anna")
                .exchange()
                .expectStatus()
                .isNoContent();
        problem(get("journey-5", "coach-anna", "coach", "/plan"), 404, "not-found");
    }

    @Test
    void preferences_are_the_users_own() {
        get("journey-6", "journey-6", "user", "/preferences")
                .expectStatus()
                .isOk()
                .expectBody()
                .json("""
                {"timeZone":null,"preferredTime":"18:00","quietHours":{"from":"21:00","to":"08:00"},"channels":["INBOX"],"email":null,"mutedKinds":[],"nudges":true}""");
        as("journey-6", "user")
                .put()
                .uri("/v1/users/journey-6/preferences")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"preferredTime\":\"7:00\"}")
                .exchange()
                .expectStatus()
                .isEqualTo(422);
        as("journey-6", "user")
                .put()
                .uri("/v1/users/journey-6/preferences")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"preferredTime\":\"07:00\",\"timeZone\":\"Asia/Tokyo\"}")
                .exchange()
                .expectStatus()
                .isCreated();
        assertThat(adherence("journey-6").timeZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"})
    void row42_what_a_form_of_another_site_could_send_is_refused(String type) {
        problem(
                as("journey-7", "user")
                        .put()
                        .uri("/v1/users/journey-7/preferences")
                        .header("Content-Type", type)
                        .bodyValue("{\"preferredTime\":\"07:00\"}".getBytes(StandardCharsets.UTF_8))
                        .exchange(),
                415,
                "unsupported-media-type");
    }

    @Test
    void row43_reading_changes_nothing_and_no_header_makes_it() {
        problem(get("journey-7", "journey-7", "user", "/nudges/some/dismiss"), 405, "method-not-allowed");
        problem(as("ops", "ops").get().uri("/v1/rebuild").exchange(), 405, "method-not-allowed");
        coach("journey-7", "coach-anna");
        for (String header : List.of("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method")) {
            as("admin", "admin")
                    .get()
                    .uri("/v1/users/journey-7/coaches")
                    .header(header, "DELETE")
                    .exchange()
                    .expectStatus()
                    .isOk();
        }
        get("journey-7", "coach-anna", "coach", "/adherence").expectStatus().isOk();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PROPFIND", "CONNECT"})
    void row44_methods_of_other_protocols_are_refused(String method) {
        problem(
                as("journey-7", "user")
                        .method(HttpMethod.valueOf(method))
                        .uri("/v1/users/journey-7/adherence")
                        .exchange(),
                405,
                "method-not-allowed");
    }

    private WebTestClient.ResponseSpec get(String user, String sub, String role, String path) {
        return as(sub, role).get().uri("/v1/users/" + user + path).exchange();
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
}
