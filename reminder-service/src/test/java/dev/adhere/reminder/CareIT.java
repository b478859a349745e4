package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.mongodb.client.MongoDatabase;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Topic;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Excuses, profile, preferences and nudges over HTTP, and nudges by e-mail, on real backends and a real mail server.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
            "adhere.mail.from=adhere@example.org"
        })
@AutoConfigureWebTestClient(timeout = "60s")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CareIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final GreenMail MAIL = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private static final JsonMapper JSON = JsonMapper.shared();

    /// Where it is about noon now: far from quiet hours and day ends.
    private static final ZoneId NOON = noon();

    @Autowired
    @Nullable
    WebTestClient web;

    @Autowired
    @Nullable
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    @Nullable
    Exercises exercises;

    @Autowired
    @Nullable
    Keeper keeper;

    @Autowired
    @Nullable
    Clock clock;

    @Autowired
    @Nullable
    MongoDatabase database;

    private static ZoneId noon() {
        int hour = Instant.now().atZone(ZoneOffset.UTC).getHour();
        // POSIX signs: Etc/GMT-3 is three hours ahead.
        return ZoneId.of(hour <= 12 ? "Etc/GMT-" + (12 - hour) : "Etc/GMT+" + (hour - 12));
    }

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        MAIL.start();
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_care"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
        registry.add("spring.mail.host", () -> "127.0.0.1");
        registry.add("spring.mail.port", () -> MAIL.getSmtp().getPort());
    }

    @BeforeAll
    void publishAnExercise() {
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
                List.of(new Exercise.Source("a", "A", null, null, new Exercise.Range(10, 10, true), null, null, null)));
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            assertThat(Objects.requireNonNull(kafka)
                            .send(Topic.EXERCISES.topicName(), "bridge", JSON.writeValueAsBytes(bridge))
                            .get(5, TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(Objects.requireNonNull(exercises).get("bridge")).isNotNull();
        });
    }

    @AfterAll
    void stopMail() {
        MAIL.stop();
    }

    private WebTestClient as(String sub, String role) {
        return Objects.requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(20))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + ISSUER.token(sub, role))
                .build();
    }

    private WebTestClient.ResponseSpec send(
            String sub, String role, HttpMethod method, String path, @Nullable String body, String... headers) {
        var request = as(sub, role).method(method).uri(path);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return body == null
                ? request.exchange()
                : request.contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(body)
                        .exchange();
    }

    private static JsonNode json(WebTestClient.ResponseSpec response) {
        return JSON.readTree(Objects.requireNonNull(
                response.expectBody(byte[].class).returnResult().getResponseBody()));
    }

    private static String problem(WebTestClient.ResponseSpec response) {
        var result = response.expectBody(byte[].class).returnResult();
        JsonNode body = JSON.readTree(Objects.requireNonNull(result.getResponseBody()));
        assertThat(result.getResponseHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
        return result.getStatus().value() + " " + body.get("type").asString().replace("urn:adhere:problem:", "");
    }

    private void coach(String user) {
        send("admin", "admin", HttpMethod.PUT, "/v1/users/" + user + "/coaches/coach-anna", null)
                .expectStatus()
                .isCreated();
    }

    private Instant now() {
        return Objects.requireNonNull(clock).instant();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(now(), NOON);
    }

    /// Puts a plan under a user whose first time of day is half an hour and two seconds from now.
    private void planDueAtOnce(String user) {
        LocalTime time = LocalTime.ofInstant(now().plus(Duration.ofMinutes(30)).plusSeconds(2), NOON)
                .truncatedTo(ChronoUnit.SECONDS);
        var _ = Objects.requireNonNull(keeper)
                .edit(
                        user,
                        _ -> new Fold.EditPlan(plan(
                                today(), now(), NOON, List.of(item("bridge", 3, 10, false, daily(time.toString()))))),
                        now());
    }

    private JsonNode nudge(String user) {
        var items = json(send(user, "user", HttpMethod.GET, "/v1/users/" + user + "/nudges", null))
                .get("items");
        return items.isEmpty() ? JSON.createObjectNode() : items.get(0);
    }

    private void awaitNudge(String user, Nudge.State state) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(nudge(user).path("state").asString("")).isEqualTo(state.name()));
    }

    @Test
    void a_nudge_goes_out_by_e_mail_in_the_users_language_and_stands_in_the_inbox() throws Exception {
        send(
                        "mail-1",
                        "user",
                        HttpMethod.PUT,
                        "/v1/users/mail-1/preferences",
                        "{\"channels\":[\"EMAIL\"],\"email\":\"mail-1@example.org\",\"language\":\"DE\"}")
                .expectStatus()
                .isCreated();
        planDueAtOnce("mail-1");
        awaitNudge("mail-1", Nudge.State.DELIVERED);
        assertThat(nudge("mail-1").get("channel").asString()).isEqualTo("EMAIL");
        var mine = java.util.Arrays.stream(MAIL.getReceivedMessages())
                .filter(m -> com.icegreen.greenmail.util.GreenMailUtil.getAddressList(recipients(m))
                        .contains("mail-1@"))
                .toList();
        assertThat(mine).hasSize(1);
        assertThat(mine.getFirst().getSubject()).isEqualTo("Eine Erinnerung");
        assertThat(((jakarta.mail.internet.MimeMultipart) mine.getFirst().getContent())
                        .getBodyPart(0)
                        .getContent()
                        .toString())
                .contains("Deine Übungen für heute stehen bald an.");
        assertThat(Objects.requireNonNull(database)
                        .getCollection("nudges")
                        .countDocuments(new org.bson.Document("userId", "mail-1").append("state", "DELIVERED")))
                .isEqualTo(1);
    }

    private static jakarta.mail.Address[] recipients(jakarta.mail.internet.MimeMessage message) {
        try {
            return message.getAllRecipients();
        } catch (jakarta.mail.MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_address_that_cannot_be_written_to_leaves_the_nudge_in_the_inbox() {
        Preferences d = Preferences.DEFAULT;
        var _ = Objects.requireNonNull(keeper)
                .edit(
                        "mail-2",
                        _ -> new Fold.EditPreferences(new Preferences(
                                null,
                                d.preferredTime(),
                                d.quietHours(),
                                List.of(Nudge.Channel.EMAIL),
                                "from an older release",
                                Set.of(),
                                true,
                                d.language(),
                                1)),
                        now());
        planDueAtOnce("mail-2");
        awaitNudge("mail-2", Nudge.State.DELIVERED);
        assertThat(nudge("mail-2").get("channel").asString()).isEqualTo("INBOX");
    }

    @Test
    void a_nudge_is_snoozed_and_dismissed_by_its_user_alone() {
        coach("nudged");
        planDueAtOnce("nudged");
        awaitNudge("nudged", Nudge.State.DELIVERED);
        String path = "/v1/users/nudged/nudges/" + nudge("nudged").get("id").asString();

        assertThat(problem(send("coach-anna", "coach", HttpMethod.POST, path + "/snooze", null)))
                .isEqualTo("403 forbidden");
        assertThat(problem(send("somebody", "user", HttpMethod.POST, path + "/snooze", null)))
                .isEqualTo("404 not-found");
        for (String wrong : List.of("4", "241", "-30")) {
            assertThat(problem(
                            send("nudged", "user", HttpMethod.POST, path + "/snooze", "{\"minutes\":" + wrong + "}")))
                    .isEqualTo("422 validation-failed");
        }
        for (String wrong : List.of("{\"minutes\":\"30\"}", "{\"minutes\":30.5}", "[]", "{")) {
            assertThat(problem(send("nudged", "user", HttpMethod.POST, path + "/snooze", wrong)))
                    .isEqualTo("400 invalid-body");
        }
        assertThat(problem(send("nudged", "user", HttpMethod.POST, "/v1/users/nudged/nudges/none/snooze", null)))
                .isEqualTo("404 not-found");

        assertThat(json(send("nudged", "user", HttpMethod.POST, path + "/snooze", "{\"minutes\":45}"))
                        .get("state")
                        .asString())
                .isEqualTo("SNOOZED");
        assertThat(json(send("nudged", "user", HttpMethod.POST, path + "/snooze", null))
                        .get("state")
                        .asString())
                .isEqualTo("SNOOZED");
        for (int i = 0; i < 2; i++) {
            assertThat(json(send("nudged", "user", HttpMethod.POST, path + "/dismiss", null))
                            .get("state")
                            .asString())
                    .isEqualTo("DISMISSED");
        }
        assertThat(problem(send("nudged", "user", HttpMethod.POST, path + "/snooze", null)))
                .isEqualTo("409 nudge-closed");
        awaitNudge("nudged", Nudge.State.DISMISSED);
    }

    @Test
    void a_user_excuses_until_48_hours_after_the_day_and_the_coach_afterwards() {
        coach("excused");
        LocalDate from = today().minusDays(10);
        var _ = Objects.requireNonNull(keeper)
                .edit(
                        "excused",
                        _ -> new Fold.EditPlan(plan(from, now(), NOON, List.of(item("bridge", 3, 10, false, daily())))),
                        now());
        String path = "/v1/users/excused/excuses";
        assertThat(figures().get("a7").get("denominator").asInt()).isEqualTo(21);

        String yesterday = excuse(today().minusDays(1), today(), null, "ILLNESS");
        send("excused", "user", HttpMethod.POST, path, yesterday).expectStatus().isCreated();
        send("excused", "user", HttpMethod.POST, path, yesterday).expectStatus().isOk();
        assertThat(figures().get("a7").get("denominator").asInt()).isEqualTo(18);
        assertThat(figures().get("today").get("due").asInt()).isZero();

        String early = excuse(today().minusDays(4), today().minusDays(4), "bridge", "TRAVEL");
        assertThat(problem(send("excused", "user", HttpMethod.POST, path, early)))
                .isEqualTo("422 excuse-too-late");
        send("coach-anna", "coach", HttpMethod.POST, path, early).expectStatus().isCreated();
        assertThat(figures().get("a7").get("denominator").asInt()).isEqualTo(15);
        assertThat(figures().get("a7").get("excusedShare").asDouble()).isEqualTo(28.6);

        assertThat(problem(send(
                        "coach-anna",
                        "coach",
                        HttpMethod.POST,
                        path,
                        excuse(today().minusDays(43), today(), null, "COACH_PAUSE"))))
                .isEqualTo("422 excuse-too-late");
        var items =
                json(send("coach-anna", "coach", HttpMethod.GET, path, null)).get("items");
        assertThat(items).hasSize(2);
        assertThat(items.get(0)).isEqualTo(JSON.readTree(yesterday));
        var first = json(send("excused", "user", HttpMethod.GET, path + "?size=1", null));
        var second = json(send(
                "excused",
                "user",
                HttpMethod.GET,
                path + "?size=1&cursor=" + first.get("next").asString(),
                null));
        assertThat(second.get("items").get(0)).isEqualTo(JSON.readTree(early));
        assertThat(second.get("next").isNull()).isTrue();
    }

    private JsonNode figures() {
        return json(send("excused", "user", HttpMethod.GET, "/v1/users/excused/adherence", null));
    }

    private static String excuse(LocalDate from, LocalDate to, @Nullable String exercise, String reason) {
        return "{\"from\":\"%s\",\"to\":\"%s\",\"exerciseId\":%s,\"reason\":\"%s\"}"
                .formatted(from, to, exercise == null ? "null" : "\"" + exercise + "\"", reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "422 validation-failed | {}",
                "422 validation-failed | {'from':'2026-13-01','reason':'ILLNESS'}",
                "422 validation-failed | {'from':'TODAY','to':'2020-01-01','reason':'ILLNESS'}",
                "422 validation-failed | {'from':'TODAY','to':'nonsense','reason':'ILLNESS'}",
                "422 validation-failed | {'from':'TODAY','to':'2200-01-01','reason':'ILLNESS'}",
                "422 validation-failed | {'from':'TODAY','reason':'LAZINESS'}",
                "422 validation-failed | {'from':'TODAY','reason':'COACH_PAUSE'}",
                "422 validation-failed | {'from':'TODAY','reason':'RED_FLAG_HOLD'}",
                "422 unknown-reference | {'from':'TODAY','exerciseId':'juggling','reason':'ILLNESS'}",
                "400 reserved-field    | {'from':'TODAY','reason':'ILLNESS','userId':'user-002'}",
                "400 invalid-body      | {'from':'TODAY','reason':'ILLNESS','surprise':1}",
                "400 invalid-body      | {'from':20261120,'reason':'ILLNESS'}",
                "400 invalid-body      | []",
            })
    void an_excuse_that_breaks_a_rule_is_refused_and_not_kept(String expected, String body) {
        String text = body.replace('\'', '"').replace("TODAY", today().toString());
        assertThat(problem(send("refused", "user", HttpMethod.POST, "/v1/users/refused/excuses", text)))
                .isEqualTo(expected);
        assertThat(json(send("refused", "user", HttpMethod.GET, "/v1/users/refused/excuses", null))
                        .get("items"))
                .isEmpty();
    }

    @Test
    void a_profile_is_written_by_user_and_coach_over_the_revision_that_was_read() {
        coach("profiled");
        String path = "/v1/users/profiled/profile";
        var absent = send("profiled", "user", HttpMethod.GET, path, null);
        absent.expectStatus().isOk().expectHeader().valueEquals("ETag", "\"0\"");
        assertThat(json(absent))
                .isEqualTo(JSON.readTree(
                        "{\"pseudonym\":null,\"conditions\":[],\"baselinePain\":null,\"onboardedOn\":null}"));
        String body = """
            {"pseudonym":"Grünes Känguru 7","conditions":["SPINAL_STENOSIS"],"baselinePain":4,"onboardedOn":"2025-11-01"}\
            """;
        send("profiled", "user", HttpMethod.PUT, path, body)
                .expectStatus()
                .isCreated()
                .expectHeader()
                .valueEquals("ETag", "\"1\"");
        assertThat(problem(send("coach-anna", "coach", HttpMethod.PUT, path, body)))
                .isEqualTo("428 precondition-required");
        assertThat(problem(send("coach-anna", "coach", HttpMethod.PUT, path, body, "If-Match", "\"7\"")))
                .isEqualTo("412 precondition-failed");
        send("coach-anna", "coach", HttpMethod.PUT, path, body, "If-Match", "\"1\"")
                .expectStatus()
                .isOk();
        assertThat(json(send("profiled", "user", HttpMethod.GET, path, null))).isEqualTo(JSON.readTree(body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pseudonym\":\"\"}",
                "{\"pseudonym\":\"two\\nlines\"}",
                "{\"pseudonym\":\"turned \\u202e around\"}",
                "{\"conditions\":[\"HYPOCHONDRIA\"]}",
                "{\"conditions\":[null]}",
                "{\"baselinePain\":11}",
                "{\"baselinePain\":-1}",
                "{\"onboardedOn\":\"2199-01-01\"}",
                "{\"onboardedOn\":\"soon\"}",
            })
    void a_profile_that_breaks_a_rule_is_refused(String body) {
        assertThat(problem(send("profiled-2", "user", HttpMethod.PUT, "/v1/users/profiled-2/profile", body)))
                .isEqualTo("422 validation-failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"channels\":[\"EMAIL\"]}",
                "{\"channels\":[]}",
                "{\"channels\":[null]}",
                "{\"channels\":[\"PIGEON\"]}",
                "{\"mutedKinds\":[\"SOON\"]}",
                "{\"email\":\"nobody\"}",
                "{\"email\":\"a,b@example.org\"}",
                "{\"email\":\"(a)b@example.org\"}",
                "{\"email\":\"a..b@example.org\"}",
                "{\"email\":\"a@-example.org\"}",
                "{\"email\":\"a@b\\r\\nBcc: c@d\"}",
                "{\"language\":\"FR\"}",
                "{\"timeZone\":\"Middle/Earth\"}",
                "{\"preferredTime\":\"25:00\"}",
                "{\"quietHours\":{\"from\":\"9\",\"to\":\"10:00\"}}",
            })
    void preferences_that_break_a_rule_are_refused(String body) {
        assertThat(problem(send("picky", "user", HttpMethod.PUT, "/v1/users/picky/preferences", body)))
                .isEqualTo("422 validation-failed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET    | /preferences
            PUT    | /preferences
            GET    | /profile
            PUT    | /profile
            POST   | /nudges/none/snooze
            POST   | /nudges/none/dismiss
            """)
    void row15_a_parameter_that_names_somebody_else_is_refused(String method, String path) {
        assertThat(problem(send(
                        "rows",
                        "user",
                        HttpMethod.valueOf(method),
                        "/v1/users/rows" + path + "?userId=other",
                        method.equals("PUT") ? "{}" : null)))
                .isEqualTo("400 invalid-parameter");
        nothingIsKept();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE | /preferences
            PATCH  | /preferences
            POST   | /preferences
            DELETE | /profile
            PATCH  | /profile
            POST   | /profile
            DELETE | /nudges/none/snooze
            PATCH  | /nudges/none/snooze
            PUT    | /nudges/none/snooze
            GET    | /nudges/none/snooze
            """)
    void row17_no_other_method_is_there(String method, String path) {
        assertThat(problem(send("rows", "user", HttpMethod.valueOf(method), "/v1/users/rows" + path, null)))
                .isEqualTo("405 method-not-allowed");
        nothingIsKept();
    }

    @ParameterizedTest
    @ValueSource(strings = {"userId", "receivedAt", "roles", "_id", "_class"})
    void row20_a_reserved_field_in_a_body_is_refused(String field) {
        String extra = "\"" + field + "\":\"other\"}";
        assertThat(problem(send(
                        "rows",
                        "user",
                        HttpMethod.PUT,
                        "/v1/users/rows/preferences",
                        "{\"preferredTime\":\"07:00\"," + extra)))
                .isEqualTo("400 reserved-field");
        assertThat(problem(
                        send("rows", "user", HttpMethod.PUT, "/v1/users/rows/profile", "{\"baselinePain\":4," + extra)))
                .isEqualTo("400 reserved-field");
        assertThat(problem(send(
                        "rows",
                        "user",
                        HttpMethod.POST,
                        "/v1/users/rows/nudges/none/snooze",
                        "{\"minutes\":30," + extra)))
                .isEqualTo("400 reserved-field");
        nothingIsKept();
    }

    private void nothingIsKept() {
        for (String document : List.of("preferences", "profile")) {
            send("rows", "user", HttpMethod.GET, "/v1/users/rows/" + document, null)
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals("ETag", "\"0\"");
        }
    }

    @Test
    void muted_is_muted_at_once() {
        send(
                        "muted",
                        "user",
                        HttpMethod.PUT,
                        "/v1/users/muted/preferences",
                        "{\"mutedKinds\":[\"DUE_SOON\",\"OVERDUE\"]}")
                .expectStatus()
                .isCreated();
        planDueAtOnce("muted");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var items = json(send("muted", "user", HttpMethod.GET, "/v1/users/muted/nudges/decisions", null))
                    .get("items");
            assertThat(items).hasSize(1);
            assertThat(items.get(0).get("reason").asString()).isEqualTo("MUTED");
        });
        assertThat(nudge("muted")).isEmpty();
        assertThat(Set.of(MAIL.getReceivedMessages()).toString()).doesNotContain("muted@");
    }
}
