package dev.adhere.reminder.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Updates;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.reminder.Coaching;
import dev.adhere.reminder.ReminderApplication;
import dev.adhere.testbed.FreePorts;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.json.JsonMapper;

/// Signing in, sessions and pages over HTTP, as a browser and as what should not get in.
@SpringBootTest(
        classes = ReminderApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT,
        properties = {
            "management.server.port=0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final int PORT = FreePorts.one();
    private static final String URL = "http://localhost:" + PORT;
    private static final String HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{7*7}} ${7*7}"
            + " #{T(java.lang.Runtime).getRuntime()} [[${7*7}]] __${7*7}__ ${jndi:ldap://localhost/a}";

    private final WebTestClient web = WebTestClient.bindToServer()
            .baseUrl(URL)
            .responseTimeout(Duration.ofSeconds(20))
            .build();

    @Autowired
    @Nullable
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    @Nullable
    Coaching coaching;

    @Autowired
    @Nullable
    MongoDatabase database;

    @Autowired
    @Nullable
    Clock clock;

    private @Nullable String signedIn;

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("server.port", () -> PORT);
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_dashboard"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
        registry.add("adhere.dashboard.url", () -> URL);
    }

    private static Exercise exercise(String id, String name, List<String> aliases, @Nullable String easierForm) {
        return new Exercise(
                id,
                1,
                Exercise.Status.PUBLISHED,
                name,
                aliases,
                Exercise.Kind.STRENGTHENING,
                false,
                null,
                List.of(),
                false,
                easierForm,
                List.of(new Exercise.Source("a", "A", null, null, new Exercise.Range(10, 10, true), null, null, null)));
    }

    private void publish(Exercise exercise) {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            assertThat(Objects.requireNonNull(kafka)
                            .send(
                                    Topic.EXERCISES.topicName(),
                                    exercise.id(),
                                    JsonMapper.shared().writeValueAsBytes(exercise))
                            .get(5, TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(Objects.requireNonNull(coaching).exercise(exercise.id())).isNotNull();
        });
    }

    @BeforeAll
    void aClientAndAnExercise() {
        publish(exercise("bridge", "Bridge", List.of("Glute bridge"), "half-bridge"));
        publish(exercise("half-bridge", "Half bridge", List.of(), null));
        for (String user : List.of("sam", "planned", "excused", "gated")) {
            api("admin", "admin", "/v1/users/" + user + "/coaches/coach-anna", null);
        }
        api("admin", "admin", "/v1/users/foreign/coaches/coach-ben", null);
        api(
                "sam",
                "user",
                "/v1/users/sam/profile",
                "{\"pseudonym\":" + JsonMapper.shared().writeValueAsString(HOSTILE.substring(0, 60)) + "}");
        api("gated", "user", "/v1/users/gated/profile", "{\"conditions\":[\"OSTEOPOROSIS\"]}");
    }

    private void api(String who, String role, String path, @Nullable String body) {
        var request = web.put().uri(path).header("Authorization", "Bearer " + ISSUER.token(who, role));
        (body == null
                        ? request
                        : request.contentType(MediaType.APPLICATION_JSON).bodyValue(body))
                .exchange()
                .expectStatus()
                .is2xxSuccessful();
    }

    // ---- signing in

    /// A sign-in on its way to the provider.
    private record Begun(String cookie, String state, String nonce, String challenge) {}

    private Begun begin() {
        var result = web.get()
                .uri(SignIn.START)
                .exchange()
                .expectStatus()
                .is3xxRedirection()
                .returnResult(Void.class);
        ResponseCookie cookie =
                Objects.requireNonNull(result.getResponseCookies().getFirst("adhere-sign-in"));
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getSameSite()).isEqualTo("Lax");
        var query = UriComponentsBuilder.fromUri(
                        Objects.requireNonNull(result.getResponseHeaders().getLocation()))
                .build()
                .getQueryParams();
        assertThat(query.getFirst("code_challenge_method")).isEqualTo("S256");
        assertThat(query.getFirst("prompt")).isEqualTo("login");
        return new Begun(
                cookie.getValue(),
                java.net.URLDecoder.decode(
                        Objects.requireNonNull(query.getFirst("state")), java.nio.charset.StandardCharsets.UTF_8),
                Objects.requireNonNull(query.getFirst("nonce")),
                Objects.requireNonNull(query.getFirst("code_challenge")));
    }

    private WebTestClient.ResponseSpec end(Begun begun, String cookie, Consumer<JWTClaimsSet.Builder> claims) {
        String code = Secrets.random();
        ISSUER.signsIn(code, new TestIssuer.SigningIn("adhere-dashboard", begun.nonce(), begun.challenge(), claims));
        return web.get()
                .uri(SignIn.END + "?code={code}&state={state}", code, begun.state())
                .cookie("adhere-sign-in", cookie)
                .exchange();
    }

    private String signIn() {
        Begun begun = begin();
        var result = end(begun, begun.cookie(), _ -> {})
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location(URL + "/")
                .returnResult(Void.class);
        ResponseCookie cookie =
                Objects.requireNonNull(result.getResponseCookies().getFirst("adhere"));
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getSameSite()).isEqualTo("Lax");
        assertThat(cookie.getPath()).isEqualTo("/");
        return cookie.getValue();
    }

    private String session() {
        if (signedIn == null) {
            signedIn = signIn();
        }
        return signedIn;
    }

    private WebTestClient.ResponseSpec page(@Nullable String session, String path) {
        var request = web.get().uri(URI.create(URL + path)).accept(MediaType.TEXT_HTML);
        return (session == null ? request : request.cookie("adhere", session)).exchange();
    }

    private static String html(WebTestClient.ResponseSpec response) {
        return Objects.requireNonNull(
                response.expectBody(String.class).returnResult().getResponseBody());
    }

    private String ok(String path) {
        return html(page(session(), path).expectStatus().isOk());
    }

    @Test
    void who_is_not_signed_in_is_sent_to_sign_in_and_a_script_is_told() {
        page(null, "/").expectStatus().isSeeOther().expectHeader().location(URL + SignIn.START);
        page("no-session-of-ours", "/clients/sam").expectStatus().isSeeOther();
        web.get()
                .uri("/updates")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .exchange()
                .expectStatus()
                .isUnauthorized()
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:session-expired");
    }

    @Test
    void a_coach_signs_in_and_sees_the_cohort() {
        String html = ok("/");
        assertThat(html).contains("href=\"/clients/planned\"").doesNotContain("foreign");
    }

    @Test
    void what_a_coach_takes_away_is_the_own_clients_and_tells_missing_from_nothing() {
        assertThat(ok("/cohort.csv"))
                .startsWith("userId,name,timeZone,throughDate,a7,")
                .contains("\r\nplanned,")
                .doesNotContain("foreign");
        var sam = JsonMapper.shared()
                .readTree(ok("/cohort.json"))
                .valueStream()
                .filter(row -> row.get("userId").asString().equals("sam"))
                .findFirst()
                .orElseThrow();
        assertThat(sam.get("a7").isNull()).isTrue();
        assertThat(sam.get("lastReceivedAt").isNull()).isTrue();
        assertThat(sam.get("openAlerts").asInt()).isZero();
        page(session(), "/clients/sam/days.csv")
                .expectStatus()
                .isOk()
                .expectHeader()
                .valueEquals("Content-Disposition", "attachment; filename=\"adhere-sam-days.csv\"")
                .expectHeader()
                .contentType("text/csv;charset=UTF-8");
        assertThat(JsonMapper.shared().readTree(ok("/clients/sam/days.json")).isArray())
                .isTrue();
        page(session(), "/clients/foreign/days.csv").expectStatus().isNotFound();
        page(session(), "/clients/foreign/days.json").expectStatus().isNotFound();
        page(null, "/cohort.csv").expectStatus().isSeeOther();
    }

    @Test
    void row45_each_sign_in_has_a_new_key_and_ends_the_one_before() {
        String first = signIn();
        Begun begun = begin();
        String code = Secrets.random();
        ISSUER.signsIn(code, new TestIssuer.SigningIn("adhere-dashboard", begun.nonce(), begun.challenge(), _ -> {}));
        String second = Objects.requireNonNull(web.get()
                        .uri(SignIn.END + "?code={code}&state={state}", code, begun.state())
                        .cookie("adhere-sign-in", begun.cookie())
                        .cookie("adhere", first)
                        .exchange()
                        .returnResult(Void.class)
                        .getResponseCookies()
                        .getFirst("adhere"))
                .getValue();
        assertThat(second).isNotEqualTo(first);
        page(first, "/").expectStatus().isSeeOther();
        page(second, "/").expectStatus().isOk();
    }

    @Test
    void a_sign_in_ends_only_in_the_browser_in_which_it_began() {
        Begun begun = begin();
        end(begun, begin().cookie(), _ -> {})
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location(URL + "/not-signed-in")
                .expectCookie()
                .doesNotExist("adhere");
    }

    @ParameterizedTest
    @CsvSource({"nonce", "audience", "issuer", "expired"})
    void an_id_token_that_does_not_fit_signs_nobody_in(String what) {
        Begun begun = begin();
        end(begun, begun.cookie(), claims -> {
                    switch (what) {
                        case "nonce" -> claims.claim("nonce", "another");
                        case "audience" -> claims.audience("another");
                        case "issuer" -> claims.issuer("http://another");
                        default -> claims.expirationTime(Date.from(now().minusSeconds(3600)));
                    }
                })
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location(URL + "/not-signed-in")
                .expectCookie()
                .doesNotExist("adhere");
    }

    @Test
    void who_is_no_coach_is_told_so() {
        Begun begun = begin();
        end(begun, begun.cookie(), claims -> claims.subject("user-001").claim("roles", List.of("user", "admin")))
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location(URL + "/not-signed-in?why=role")
                .expectCookie()
                .doesNotExist("adhere");
        page(null, "/not-signed-in?why=role").expectStatus().isOk();
    }

    // ---- sessions

    @Test
    void row46_signing_out_ends_the_session_everywhere() {
        String session = signIn();
        String csrf = csrf(html(page(session, "/")));
        post(session, "/logout", form("_csrf", csrf))
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location(URL + "/signed-out");
        page(session, "/").expectStatus().isSeeOther();
        page(null, "/signed-out").expectStatus().isOk();
    }

    @Test
    void row46_an_idle_session_is_over_and_one_never_outlives_its_longest() {
        for (String field : List.of("seenAt", "endsAt")) {
            String session = signIn();
            var sessions = Objects.requireNonNull(database).getCollection("sessions");
            page(session, "/").expectStatus().isOk();
            var _ = sessions.updateOne(
                    new Document("_id", Secrets.hash(session)),
                    Updates.set(field, Date.from(now().minus(Duration.ofMinutes(16)))));
            page(session, "/").expectStatus().isSeeOther();
        }
    }

    @Test
    void the_database_cannot_tell_a_session_key() {
        String session = signIn();
        for (Document doc :
                Objects.requireNonNull(database).getCollection("sessions").find()) {
            assertThat(doc.toJson()).doesNotContain(session);
        }
    }

    // ---- what should not get in

    @Test
    void every_page_has_the_headers_that_hold_a_browser_back() {
        for (String path : List.of("/", "/clients/sam", "/clients/sam/plan", "/clients/nobody")) {
            HttpHeaders headers = page(session(), path).returnResult(Void.class).getResponseHeaders();
            assertThat(headers.getFirst("Content-Security-Policy"))
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(headers.getFirst("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(headers.getFirst("Referrer-Policy")).isEqualTo("same-origin");
            assertThat(headers.getFirst("X-Frame-Options")).isEqualTo("DENY");
            assertThat(headers.getFirst("Cache-Control")).contains("no-store");
        }
    }

    @Test
    void no_page_has_a_script_or_a_style_of_its_own() {
        for (String path : List.of("/", "/clients/sam", "/clients/sam/plan")) {
            assertThat(ok(path))
                    .doesNotContainPattern("<script(?! src=\"/assets/)")
                    .doesNotContain("<style", " style=", "javascript:")
                    .doesNotContainPattern("<[^>]* on[a-z]+=");
        }
    }

    @Test
    void row35_hostile_names_are_text() {
        for (String path : List.of("/", "/clients/sam", "/clients/sam/plan", "/?q=%3Cscript%3E%22x")) {
            String html = ok(path);
            assertThat(html).doesNotContain("<script>", "<img");
        }
        assertThat(ok("/clients/sam")).contains("&lt;script&gt;");
    }

    @Test
    void row23_the_client_of_another_coach_is_not_there_like_one_who_does_not_exist() {
        String foreign = html(page(session(), "/clients/foreign").expectStatus().isNotFound());
        String nobody = html(page(session(), "/clients/nobody").expectStatus().isNotFound());
        assertThat(foreign).isEqualTo(nobody);
        for (String path : List.of("/clients/foreign/plan", "/clients/foreign/days/2026-01-05")) {
            page(session(), path).expectStatus().isNotFound();
        }
        post(session(), "/clients/foreign/excuses", form("_csrf", csrf(ok("/")), "from", "2026-01-05"))
                .expectStatus()
                .isNotFound();
    }

    @Test
    void row41_a_form_without_the_token_of_its_session_changes_nothing() {
        String other = csrf(html(page(signIn(), "/")));
        for (var form : List.of(form("from", "2026-01-05"), form("_csrf", other), form("_csrf", ""))) {
            for (String path : List.of("/clients/excused/excuses", "/clients/excused/plan", "/logout")) {
                post(session(), path, form).expectStatus().isForbidden();
            }
        }
        web.post()
                .uri("/clients/excused/excuses")
                .cookie("adhere", session())
                .body(BodyInserters.fromFormData(form("from", "2026-01-05")))
                .exchange()
                .expectStatus()
                .isForbidden()
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:csrf");
    }

    @ParameterizedTest
    @CsvSource({"null", "https://evil.example", "http://localhost.evil.example", "https://localhost"})
    void row39_another_origin_is_refused_and_never_allowed(String origin) {
        String csrf = csrf(ok("/"));
        web.post()
                .uri("/clients/excused/excuses")
                .cookie("adhere", session())
                .header("Origin", origin)
                .body(BodyInserters.fromFormData(form("_csrf", csrf, "from", "2026-01-05")))
                .exchange()
                .expectStatus()
                .isForbidden()
                .expectHeader()
                .doesNotExist("Access-Control-Allow-Origin")
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:cors-rejected");
        web.options()
                .uri("/clients/excused/excuses")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .exchange()
                .expectStatus()
                .isForbidden()
                .expectHeader()
                .doesNotExist("Access-Control-Allow-Origin");
    }

    @Test
    void a_session_is_no_way_into_the_api_nor_a_token_into_the_pages() {
        web.get()
                .uri("/v1/clients")
                .cookie("adhere", session())
                .exchange()
                .expectStatus()
                .isUnauthorized();
        web.get()
                .uri("/")
                .header("Authorization", "Bearer " + ISSUER.token("coach-anna", "coach"))
                .accept(MediaType.TEXT_HTML)
                .exchange()
                .expectStatus()
                .isSeeOther();
    }

    // ---- pages

    @Test
    void pages_speak_english_and_german() {
        assertThat(html(web.get()
                        .uri("/clients/planned")
                        .cookie("adhere", session())
                        .header("Accept-Language", "de-AT,de;q=0.9,en;q=0.5")
                        .exchange()))
                .contains("lang=\"de\"", "Auf einen Blick")
                .doesNotContain("??");
        assertThat(html(web.get()
                        .uri("/clients/planned")
                        .cookie("adhere", session())
                        .cookie("adhere-language", "en")
                        .header("Accept-Language", "de")
                        .exchange()))
                .contains("lang=\"en\"", "At a glance")
                .doesNotContain("??");
    }

    @Test
    void a_plan_is_made_previewed_and_saved() {
        String editor = ok("/clients/planned/plan");
        String csrf = csrf(editor);
        String today = LocalDate.ofInstant(now(), ZoneId.of("UTC")).toString();
        String found = html(post(
                session(),
                "/clients/planned/plan",
                form("_csrf", csrf, "revision", "0", "from", today, "zone", "UTC", "find", "glute", "do", "find")));
        assertThat(found).contains("value=\"add-bridge\"");
        String added = html(post(
                session(),
                "/clients/planned/plan",
                form("_csrf", csrf, "revision", "0", "from", today, "zone", "UTC", "do", "add-bridge")));
        assertThat(added).contains("name=\"exerciseId0\" value=\"bridge\"", "name=\"reps0\" value=\"10\"");

        var line = form(
                "_csrf",
                csrf,
                "revision",
                "0",
                "from",
                today,
                "zone",
                "UTC",
                "exerciseId0",
                "bridge",
                "name0",
                "Bridge",
                "sets0",
                "3",
                "reps0",
                "99",
                "schedule0",
                "EVERY",
                "n0",
                "2",
                "times0",
                "18:00");
        line.set("do", "easier-0");
        assertThat(html(post(session(), "/clients/planned/plan", line)))
                .contains(
                        "name=\"exerciseId0\" value=\"half-bridge\"",
                        "name=\"sets0\" value=\"2\"",
                        "name=\"reps0\" value=\"10\"")
                .doesNotContain("name=\"exerciseId0\" value=\"bridge\"");

        line.set("do", "preview");
        String preview = html(post(session(), "/clients/planned/plan", line));
        assertThat(preview).contains("Easier: Half bridge instead of Bridge");
        assertThat(preview).contains("The next 14 days", "reps is outside what the sources say: 10");
        assertThat(ok("/clients/planned")).contains("There is no plan yet");

        line.set("do", "save");
        post(session(), "/clients/planned/plan", line)
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location("/clients/planned?saved");
        assertThat(ok("/clients/planned?saved")).contains("It is saved", "every 2 days");
        // The same once more was made over a revision that is not the last any more.
        String stale = html(post(session(), "/clients/planned/plan", line));
        assertThat(stale).contains("This cannot be saved");
    }

    @Test
    void what_is_wrong_with_a_plan_is_said_and_kept() {
        String csrf = csrf(ok("/clients/sam/plan"));
        String html = html(post(
                        session(),
                        "/clients/sam/plan",
                        form(
                                "_csrf",
                                csrf,
                                "revision",
                                "0",
                                "from",
                                "tomorrow",
                                "zone",
                                "UTC",
                                "exerciseId0",
                                "bridge",
                                "name0",
                                HOSTILE,
                                "sets0",
                                "many",
                                "schedule0",
                                "DAYS",
                                "do",
                                "save"))
                .expectStatus()
                .isEqualTo(422));
        assertThat(html)
                .contains("This cannot be saved", "value=\"many\"", "value=\"tomorrow\"")
                .doesNotContain("<script>");
    }

    @Test
    void conditions_hold_exercises_back_until_the_coach_approves() {
        String csrf = csrf(ok("/clients/gated/plan"));
        String today = LocalDate.ofInstant(now(), ZoneId.of("UTC")).toString();
        var line = form(
                "_csrf",
                csrf,
                "revision",
                "0",
                "from",
                today,
                "zone",
                "UTC",
                "exerciseId0",
                "bridge",
                "name0",
                "Bridge",
                "sets0",
                "3",
                "reps0",
                "10",
                "schedule0",
                "WEEKLY",
                "n0",
                "3",
                "do",
                "save");
        post(session(), "/clients/gated/plan", line).expectStatus().isSeeOther();
        assertThat(ok("/clients/gated")).contains("Waits for your approval", "osteoporosis", "Approve Bridge");
        post(
                        session(),
                        "/clients/gated/approvals/bridge",
                        form("_csrf", csrf(ok("/clients/gated")), "scope", "CONDITIONS"))
                .expectStatus()
                .isSeeOther();
        assertThat(ok("/clients/gated")).doesNotContain("Waits for your approval");

        // The alert that said so is acknowledged, with a note that runs nothing.
        String page = ok("/clients/gated");
        Matcher alert =
                Pattern.compile("action=\"(/clients/gated/alerts/[^\"]+)\"").matcher(page);
        assertThat(alert.find()).as("an open alert").isTrue();
        post(session(), alert.group(1), form("_csrf", csrf(page), "note", HOSTILE))
                .expectStatus()
                .isSeeOther();
        // Row 34: what a template language or a logger would take for more is shown as it is.
        assertThat(ok("/clients/gated"))
                .contains("{{7*7}} ${7*7} #{T(java.lang.Runtime).getRuntime()} [[${7*7}]] __${7*7}__ ${jndi:ldap://")
                .contains("&lt;script&gt;alert(1)")
                .doesNotContain("<script>alert", alert.group(1));
    }

    @Test
    void days_are_excused_and_the_day_says_why() {
        String csrf = csrf(ok("/clients/excused"));
        String today = LocalDate.ofInstant(now(), ZoneId.of("UTC")).toString();
        post(session(), "/clients/excused/excuses", form("_csrf", csrf, "from", today, "reason", "COACH_PAUSE"))
                .expectStatus()
                .isSeeOther();
        assertThat(ok("/clients/excused")).contains("pause by the coach");
        assertThat(html(post(
                                session(),
                                "/clients/excused/excuses",
                                form("_csrf", csrf, "from", "yesterday", "reason", "LAZINESS"))
                        .expectStatus()
                        .isEqualTo(422)))
                .contains("This cannot be saved");
        assertThat(ok("/clients/excused/days/" + today)).contains("Nothing was due");
        page(session(), "/clients/excused/days/yesterday").expectStatus().isBadRequest();
    }

    @Test
    void row25_the_pages_of_a_client_are_on_record_for_the_client() {
        assertThat(ok("/")).contains("href=\"/clients/excused\"");
        assertThat(ok("/clients/excused")).contains("excused");
        page(session(), "/clients/foreign/plan").expectStatus().isNotFound();
        post(session(), "/clients/foreign/hold-ended", form("_csrf", csrf(ok("/"))))
                .expectStatus()
                .isNotFound();
        assertThat(onRecord("excused"))
                .contains("coach-anna GET /clients/{userId} 200", "coach-anna GET /v1/clients 200");
        assertThat(onRecord("foreign"))
                .contains(
                        "coach-anna GET /clients/{userId}/plan 404",
                        "coach-anna POST /clients/{userId}/hold-ended 404");
    }

    private List<String> onRecord(String user) {
        return Objects.requireNonNull(database)
                .getCollection("auditEvents")
                .find(new Document("patient", user))
                .map(doc -> doc.getEmbedded(List.of("agent", "who"), String.class) + " " + doc.getString("request")
                        + " " + doc.get("outcome"))
                .into(new ArrayList<>());
    }

    @Test
    void a_client_is_taken_on_by_the_code_that_the_client_gave() {
        String code = JsonMapper.shared()
                .readTree(Objects.requireNonNull(web.post()
                        .uri("/v1/users/newcomer/invitations")
                        .header("Authorization", "Bearer " + ISSUER.token("newcomer", "user"))
                        .exchange()
                        .expectStatus()
                        .isCreated()
                        .expectBody()
                        .returnResult()
                        .getResponseBody()))
                .get("code")
                .asString();
        String csrf = csrf(ok("/"));
        assertThat(ok("/")).contains("Accept an invitation").doesNotContain("autofocus", "aria-invalid");
        post(session(), "/invitations", form("code", code)).expectStatus().isForbidden();
        page(session(), "/clients/newcomer").expectStatus().isNotFound();
        assertThat(html(post(session(), "/invitations", form("_csrf", csrf, "code", "<script>"))
                        .expectStatus()
                        .isNotFound()))
                .contains(
                        "No invitation has this code",
                        "aria-invalid=\"true\"",
                        "autofocus=",
                        "href=\"/clients/planned\"")
                .doesNotContain("<script>");
        post(session(), "/invitations", form("_csrf", csrf, "code", code))
                .expectStatus()
                .isSeeOther()
                .expectHeader()
                .location("/clients/newcomer?saved");
        assertThat(ok("/clients/newcomer?saved")).contains("newcomer", "It is saved");
        assertThat(html(post(session(), "/invitations", form("_csrf", csrf, "code", code))
                        .expectStatus()
                        .isNotFound()))
                .contains("No invitation has this code");
    }

    @Test
    void a_stream_begins_with_ready() {
        var first = web.get()
                .uri("/updates")
                .cookie("adhere", session())
                .accept(MediaType.TEXT_EVENT_STREAM)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(String.class)
                .getResponseBody()
                .take(1)
                .collectList()
                .block(Duration.ofSeconds(20));
        assertThat(first).hasSize(1);
    }

    @Test
    void assets_are_served_and_nothing_else_is() {
        for (String path :
                List.of("/assets/htmx.js", "/assets/dashboard.js", "/assets/dashboard.css", "/assets/icon.svg")) {
            page(null, path).expectStatus().isOk().expectHeader().valueMatches("Cache-Control", "max-age=600");
        }
        for (String path : List.of("/assets/../words.properties", "/assets/%2e%2e/cohort.html", "/assets/none.js")) {
            int status = page(null, path).returnResult(Void.class).getStatus().value();
            assertThat(status).isIn(400, 404);
        }
    }

    // ---- small things

    private java.time.Instant now() {
        return Objects.requireNonNull(clock).instant();
    }

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private static String csrf(String html) {
        Matcher matcher = CSRF.matcher(html);
        assertThat(matcher.find()).as("a form with a token").isTrue();
        return matcher.group(1);
    }

    private static LinkedMultiValueMap<String, String> form(String... pairs) {
        var form = new LinkedMultiValueMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            form.add(pairs[i], pairs[i + 1]);
        }
        return form;
    }

    private WebTestClient.ResponseSpec post(String session, String path, LinkedMultiValueMap<String, String> form) {
        return web.post()
                .uri(path)
                .cookie("adhere", session)
                .accept(MediaType.TEXT_HTML)
                .header("Origin", URL)
                .body(BodyInserters.fromFormData(form))
                .exchange();
    }
}
