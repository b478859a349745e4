package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.adhere.contracts.CareTeam;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.Disposable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Who comes to coach whom, what stays on record of it, and that it is over when it is over.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
        })
@AutoConfigureWebTestClient(timeout = "PT20S")
class CareTeamIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();

    @Autowired
    @Nullable
    WebTestClient web;

    @Autowired
    @Nullable
    Keeper keeper;

    @Autowired
    @Nullable
    Users users;

    @Autowired
    @Nullable
    Teller teller;

    @Autowired
    @Nullable
    CompactedTable<CareTeam> careTeamsHealthIndicator;

    @Autowired
    @Nullable
    Clock clock;

    @Autowired
    @Nullable
    MongoDatabase database;

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_care_team"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    private Instant now() {
        return Objects.requireNonNull(clock).instant();
    }

    private WebTestClient.ResponseSpec send(
            String who, String role, HttpMethod method, String path, @Nullable String body) {
        var request = Objects.requireNonNull(web)
                .method(method)
                .uri(path)
                .header("Authorization", "Bearer " + ISSUER.token(who, role));
        return body == null
                ? request.exchange()
                : request.contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(body)
                        .exchange();
    }

    private WebTestClient.ResponseSpec get(String who, String role, String path) {
        return send(who, role, HttpMethod.GET, path, null);
    }

    private static byte[] bytes(WebTestClient.ResponseSpec response) {
        byte[] body = response.expectBody().returnResult().getResponseBody();
        return body == null ? new byte[0] : body;
    }

    private static JsonNode json(WebTestClient.ResponseSpec response) {
        return JSON.readTree(bytes(response));
    }

    private static String problem(WebTestClient.ResponseSpec response) {
        JsonNode problem = json(response);
        return problem.get("status").asInt() + " "
                + problem.get("type").asString().replace("urn:adhere:problem:", "");
    }

    private void assigned(String user, String coach) {
        send("admin", "admin", HttpMethod.PUT, "/v1/users/" + user + "/coaches/" + coach, null)
                .expectStatus()
                .isCreated();
    }

    private void ended(String user, String coach) {
        send("admin", "admin", HttpMethod.DELETE, "/v1/users/" + user + "/coaches/" + coach, null)
                .expectStatus()
                .isNoContent();
    }

    private void assignedUntil(String user, String coach, Instant until) {
        var team = new CareTeam(user, 1, List.of(new CareTeam.Assignment(coach, now().minusSeconds(60), until)));
        var _ = Objects.requireNonNull(keeper).edit(user, _ -> new Fold.EditCareTeam(team), now());
    }

    private JsonNode records(String user, String query) {
        return json(get(user, "user", "/v1/users/" + user + "/audit-events" + query)
                .expectStatus()
                .isOk());
    }

    /// As `who request outcome`, newest first.
    private List<String> onRecord(String user) {
        var lines = new ArrayList<String>();
        records(user, "?size=1000")
                .get("items")
                .forEach(e -> lines.add(e.get("agent").get("who").asString() + " "
                        + e.get("request").asString() + " " + e.get("outcome").asString()));
        return lines;
    }

    // ---- on record

    @Test
    void row25_what_others_ask_for_is_on_record_once_with_its_outcome_and_what_the_user_asks_for_is_not() {
        assigned("seen", "coach-seen");
        get("seen", "user", "/v1/users/seen/preferences").expectStatus().isOk();
        get("coach-seen", "coach", "/v1/users/seen/agenda").expectStatus().isOk();
        get("coach-seen", "coach", "/v1/users/seen/plan").expectStatus().isNotFound();
        get("coach-other", "coach", "/v1/users/seen/pain").expectStatus().isNotFound();
        get("nosy", "user", "/v1/users/seen/pain").expectStatus().isNotFound();
        get("ops", "ops", "/v1/users/seen/pain").expectStatus().isForbidden();
        send("coach-seen", "coach", HttpMethod.PUT, "/v1/users/seen/profile", "{\"baselinePain\":7}")
                .expectStatus()
                .isCreated();
        send("coach-seen", "coach", HttpMethod.PUT, "/v1/users/seen/profile", "{\"baselinePain\":8}")
                .expectStatus()
                .isEqualTo(428);
        get("coach-seen", "coach", "/v1/users/seen/agenda?date=2026-01-01&date=x")
                .expectStatus()
                .isBadRequest();

        assertThat(onRecord("seen"))
                .containsExactlyInAnyOrder(
                        "admin PUT /v1/users/{userId}/coaches/{coachId} 201",
                        "coach-seen GET /v1/users/{userId}/agenda 200",
                        "coach-seen GET /v1/users/{userId}/plan 404",
                        "coach-other GET /v1/users/{userId}/pain 404",
                        "nosy GET /v1/users/{userId}/pain 404",
                        "ops GET /v1/users/{userId}/pain 403",
                        "coach-seen PUT /v1/users/{userId}/profile 201",
                        "coach-seen PUT /v1/users/{userId}/profile 428",
                        "coach-seen GET /v1/users/{userId}/agenda 400");
        JsonNode latest = records("seen", "?size=1").get("items").get(0);
        assertThat(latest.propertyNames())
                .containsExactlyInAnyOrder("id", "patient", "recorded", "agent", "action", "request", "outcome");
        assertThat(latest.get("agent").toString()).isEqualTo("{\"who\":\"coach-seen\",\"roles\":[\"COACH\"]}");
        assertThat(latest.get("action").asString()).isEqualTo("R");
        assertThat(Instant.parse(latest.get("recorded").asString())).isBetween(now().minusSeconds(60), now());
        for (Document doc :
                Objects.requireNonNull(database).getCollection("auditEvents").find(new Document("patient", "seen"))) {
            assertThat(doc.keySet())
                    .containsExactlyInAnyOrder(
                            "_id", "patient", "recorded", "agent", "action", "request", "outcome", "expiresAt");
            assertThat(doc.toJson()).doesNotContain("2026-01-01", "baseline");
        }
    }

    @Test
    void row14_a_user_who_does_not_exist_is_answered_and_recorded_like_one_who_does() {
        assigned("exists", "coach-else");
        assertThat(bytes(get("coach-a", "coach", "/v1/users/exists/adherence")
                        .expectStatus()
                        .isNotFound()))
                .isEqualTo(bytes(get("coach-a", "coach", "/v1/users/exists-not/adherence")
                        .expectStatus()
                        .isNotFound()));
        assertThat(onRecord("exists-not")).containsExactly("coach-a GET /v1/users/{userId}/adherence 404");
        assertThat(onRecord("exists")).contains("coach-a GET /v1/users/{userId}/adherence 404");
    }

    @Test
    void a_trail_is_paged_newest_first_and_read_by_its_user_alone() {
        for (int i = 0; i < 5; i++) {
            get("coach-paging", "coach", "/v1/users/paged/plan").expectStatus().isNotFound();
        }
        var walked = new ArrayList<String>();
        var times = new ArrayList<Instant>();
        String cursor = "";
        do {
            JsonNode page = records("paged", "?size=2" + cursor);
            page.get("items").forEach(e -> {
                walked.add(e.get("id").asString());
                times.add(Instant.parse(e.get("recorded").asString()));
            });
            cursor = page.get("next").isNull()
                    ? null
                    : "&cursor=" + page.get("next").asString();
        } while (cursor != null);
        assertThat(walked).hasSize(5).doesNotHaveDuplicates();
        assertThat(times).isSortedAccordingTo(java.util.Comparator.reverseOrder());

        assigned("paged", "coach-paging");
        for (String role : List.of("coach", "admin", "ops", "editor")) {
            assertThat(problem(get(role.equals("coach") ? "coach-paging" : role, role, "/v1/users/paged/audit-events")))
                    .isEqualTo("403 forbidden");
        }
        assertThat(problem(get("nosy", "user", "/v1/users/paged/audit-events"))).isEqualTo("404 not-found");
        for (HttpMethod method : List.of(HttpMethod.DELETE, HttpMethod.PUT, HttpMethod.POST)) {
            assertThat(problem(send("paged", "user", method, "/v1/users/paged/audit-events", null)))
                    .isEqualTo("405 method-not-allowed");
        }
        assertThat(problem(get("paged", "user", "/v1/users/paged/audit-events?cursor=eHh4H3l5")))
                .isEqualTo("400 invalid-parameter");
    }

    @Test
    void a_cohort_leaves_one_record_a_day_for_each_user_whom_it_shows() {
        for (String user : List.of("shown-1", "shown-2", "shown-3")) {
            assigned(user, "coach-shows");
        }
        assigned("not-shown", "coach-else");
        assertThat(json(get("coach-shows", "coach", "/v1/clients?sort=NAME&size=2"))
                        .get("items"))
                .hasSize(2);
        String listed = "coach-shows GET /v1/clients 200";
        assertThat(onRecord("shown-1")).contains(listed);
        assertThat(onRecord("shown-3")).doesNotContain(listed);
        for (int i = 0; i < 3; i++) {
            assertThat(json(get("coach-shows", "coach", "/v1/clients")).get("items"))
                    .hasSize(3);
        }
        for (String user : List.of("shown-1", "shown-2", "shown-3")) {
            assertThat(onRecord(user)).containsOnlyOnce(listed);
        }
        assertThat(onRecord("not-shown")).containsExactly("admin PUT /v1/users/{userId}/coaches/{coachId} 201");
    }

    // ---- many at once

    private WebTestClient.ResponseSpec assign(String coach, String body) {
        return send("admin", "admin", HttpMethod.POST, "/v1/coaches/" + coach + "/users", body);
    }

    @Test
    void a_coach_gets_many_users_at_once_and_each_has_it_on_record() {
        assigned("moved-1", "coach-moves");
        assigned("moved-2", "coach-else");
        String all = "{\"users\":[\"moved-1\",\"moved-2\",\"moved-3\",\"moved-4\",\"moved-3\"]}";
        assertThat(json(assign("coach-moves", all).expectStatus().isOk()).toString())
                .isEqualTo("{\"assigned\":3,\"unchanged\":1}");
        for (String user : List.of("moved-1", "moved-2", "moved-3", "moved-4")) {
            get("coach-moves", "coach", "/v1/users/" + user + "/preferences")
                    .expectStatus()
                    .isOk();
            assertThat(onRecord(user)).containsOnlyOnce("admin POST /v1/coaches/{coachId}/users 200");
            assertThat(json(get(user, "user", "/v1/users/" + user + "/coaches")).get("items"))
                    .hasSize(user.equals("moved-2") ? 2 : 1);
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Objects.requireNonNull(database)
                                .getCollection("users")
                                .countDocuments(
                                        Filters.and(Filters.regex("_id", "^moved-"), Filters.eq("careTeamDirty", true)))
                        == 0);

        assertThat(json(assign("coach-moves", all).expectStatus().isOk()).toString())
                .isEqualTo("{\"assigned\":0,\"unchanged\":4}");
        ended("moved-3", "coach-moves");
        assertThat(json(assign("coach-moves", all).expectStatus().isOk()).toString())
                .isEqualTo("{\"assigned\":1,\"unchanged\":3}");
    }

    @Test
    void of_many_nobody_is_assigned_where_one_is_no_id() {
        String tooMany = IntStream.rangeClosed(0, 500)
                .mapToObj(i -> "\"many-" + i + "\"")
                .collect(Collectors.joining(",", "{\"users\":[", "]}"));
        for (String body : List.of(
                "{}",
                "{\"users\":null}",
                "{\"users\":[]}",
                "{\"users\":[\"many-0\",null]}",
                "{\"users\":[\"many-0\",\"no id\"]}",
                "{\"users\":[\"many-0\",\"coach-many\"]}",
                tooMany)) {
            assertThat(problem(assign("coach-many", body))).as(body).isEqualTo("422 validation-failed");
        }
        assertThat(problem(assign("coach-many", "{\"user\":[\"many-0\"]}"))).isEqualTo("400 invalid-body");
        assertThat(problem(assign("coach-many", "{\"users\":[7]}"))).isEqualTo("400 invalid-body");
        assertThat(json(assign("coach-many", "{\"users\":[\"many-1\",\"no id\"]}"))
                        .at("/errors/0/field")
                        .asString())
                .isEqualTo("users[1]");
        assertThat(onRecord("many-0")).isEmpty();
        assertThat(json(get("many-0", "user", "/v1/users/many-0/coaches")).get("items"))
                .isEmpty();
    }

    // ---- invitations

    private JsonNode invited(String user) {
        return json(send(user, "user", HttpMethod.POST, "/v1/users/" + user + "/invitations", null)
                .expectStatus()
                .isCreated());
    }

    private WebTestClient.ResponseSpec accept(String coach, String code) {
        return send(coach, "coach", HttpMethod.POST, "/v1/invitations/accept", "{\"code\":\"" + code + "\"}");
    }

    @Test
    void a_user_takes_on_a_coach_by_a_code_that_works_once() {
        JsonNode invitation = invited("inviting");
        String code = invitation.get("code").asString();
        assertThat(code).matches("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}");
        assertThat(Duration.between(
                        now(), Instant.parse(invitation.get("expiresAt").asString())))
                .isBetween(Duration.ofDays(7).minusMinutes(1), Duration.ofDays(7));
        JsonNode open = json(get("inviting", "user", "/v1/users/inviting/invitations"));
        assertThat(open.get("items")).hasSize(1);
        assertThat(open.toString()).contains(invitation.get("id").asString()).doesNotContain(code);
        for (Document doc :
                Objects.requireNonNull(database).getCollection("invitations").find()) {
            assertThat(doc.toJson()).doesNotContain(code, code.replace("-", ""));
        }

        // As somebody types who has heard it.
        String typed = code.toLowerCase(java.util.Locale.ROOT).replace("-", " ").replace('0', 'o');
        JsonNode assignment = json(accept("coach-invited", typed).expectStatus().isCreated());
        assertThat(assignment.get("userId").asString()).isEqualTo("inviting");
        assertThat(assignment.get("coachId").asString()).isEqualTo("coach-invited");
        get("coach-invited", "coach", "/v1/users/inviting/agenda")
                .expectStatus()
                .isOk();
        assertThat(problem(accept("coach-second", code))).isEqualTo("404 not-found");
        assertThat(problem(accept("coach-invited", code))).isEqualTo("404 not-found");
        assertThat(json(get("inviting", "user", "/v1/users/inviting/invitations"))
                        .get("items"))
                .isEmpty();
        assertThat(onRecord("inviting"))
                .contains("coach-invited POST /v1/invitations/accept 201")
                .noneMatch(record -> record.startsWith("coach-second"));
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            CareTeam told = Objects.requireNonNull(careTeamsHealthIndicator).get("inviting");
            assertThat(told != null && told.assigns("coach-invited", now())).isTrue();
        });

        ended("inviting", "coach-invited");
        assertThat(json(get("inviting", "user", "/v1/users/inviting/coaches")).get("items"))
                .isEmpty();
        JsonNode past = json(get("inviting", "user", "/v1/users/inviting/coaches?ended=true"))
                .get("items")
                .get(0);
        assertThat(past.get("coachId").asString()).isEqualTo("coach-invited");
        assertThat(past.get("until").isNull()).isFalse();
    }

    @Test
    void a_code_that_is_expired_taken_back_wrong_or_the_coachs_own_is_refused_alike() {
        String expired = invited("refusing").get("code").asString();
        var _ = Objects.requireNonNull(database)
                .getCollection("invitations")
                .updateMany(new Document("userId", "refusing"), Updates.set("expiresAt", Date.from(now())));
        assertThat(json(get("refusing", "user", "/v1/users/refusing/invitations"))
                        .get("items"))
                .isEmpty();
        JsonNode back = invited("refusing");
        String path = "/v1/users/refusing/invitations/" + back.get("id").asString();
        assertThat(problem(send("nosy", "user", HttpMethod.DELETE, path, null))).isEqualTo("404 not-found");
        send("refusing", "user", HttpMethod.DELETE, path, null).expectStatus().isNoContent();
        assertThat(problem(send("refusing", "user", HttpMethod.DELETE, path, null)))
                .isEqualTo("404 not-found");
        String own = invited("refusing").get("code").asString();

        byte[] wrong =
                bytes(accept("coach-refused", "00000-00000").expectStatus().isNotFound());
        for (String code : List.of(expired, back.get("code").asString(), "not a code", "U0000-00000", "")) {
            assertThat(bytes(accept("coach-refused", code).expectStatus().isNotFound()))
                    .isEqualTo(wrong);
        }
        assertThat(bytes(accept("refusing", own).expectStatus().isNotFound())).isEqualTo(wrong);
        assertThat(problem(send("coach-refused", "coach", HttpMethod.POST, "/v1/invitations/accept", "{}")))
                .isEqualTo("422 validation-failed");
        assertThat(problem(send("refusing", "user", HttpMethod.POST, "/v1/invitations/accept", "{\"code\":\"x\"}")))
                .isEqualTo("403 forbidden");
        get("coach-refused", "coach", "/v1/users/refusing/agenda")
                .expectStatus()
                .isNotFound();
    }

    @Test
    void a_coach_who_coaches_already_uses_the_code_up_and_keeps_the_assignment() {
        assigned("twice", "coach-twice");
        String from = json(get("twice", "user", "/v1/users/twice/coaches"))
                .get("items")
                .get(0)
                .get("from")
                .asString();
        String code = invited("twice").get("code").asString();
        assertThat(json(accept("coach-twice", code).expectStatus().isOk())
                        .get("from")
                        .asString())
                .isEqualTo(from);
        assertThat(problem(accept("coach-twice", code))).isEqualTo("404 not-found");
    }

    @Test
    void five_invitations_can_be_open() {
        for (int i = 0; i < 5; i++) {
            var _ = invited("many");
        }
        assertThat(problem(send("many", "user", HttpMethod.POST, "/v1/users/many/invitations", null)))
                .isEqualTo("409 too-many");
    }

    @Test
    void row59_who_guesses_is_stopped_after_ten_and_nobody_else_is() {
        for (int i = 0; i < 10; i++) {
            assertThat(problem(accept("coach-guessing", "GUESS-0000" + i))).isEqualTo("404 not-found");
        }
        String code = invited("guessed").get("code").asString();
        accept("coach-guessing", code)
                .expectStatus()
                .isEqualTo(429)
                .expectHeader()
                .valueEquals("Retry-After", "60");
        assertThat(problem(accept("coach-guessing", code))).isEqualTo("429 rate-limited");
        accept("coach-knowing", code).expectStatus().isCreated();
    }

    // ---- the end

    private Disposable follow(String coach, String path, List<ServerSentEvent<String>> events, AtomicBoolean over) {
        return Objects.requireNonNull(web)
                .get()
                .uri(path)
                .header("Authorization", "Bearer " + ISSUER.token(coach, "coach"))
                .accept(MediaType.TEXT_EVENT_STREAM)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<String>>() {})
                .getResponseBody()
                .doOnTerminate(() -> over.set(true))
                .subscribe(events::add);
    }

    private void tell(String user) {
        Objects.requireNonNull(teller)
                .tellAdherence(
                        () -> Objects.requireNonNull(users).heads(List.of(user)).values(), now());
    }

    /// The end comes by an edit, or because its time has come.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void row24_where_access_ends_open_streams_see_no_more_at_once(boolean edited) {
        String coach = edited ? "coach-until-edited" : "coach-until-then";
        String user = edited ? "until-edited" : "until-then";
        String other = user + "-not";
        assignedUntil(other, coach, Instant.parse("2999-01-01T00:00:00Z"));
        Instant until = now().plusSeconds(edited ? 3_600 : 8);
        assignedUntil(user, coach, until);
        var cohort = new CopyOnWriteArrayList<ServerSentEvent<String>>();
        var inbox = new CopyOnWriteArrayList<ServerSentEvent<String>>();
        var inboxOver = new AtomicBoolean();
        var cohortOver = new AtomicBoolean();
        Disposable cohortStream = follow(coach, "/v1/clients/updates", cohort, cohortOver);
        Disposable inboxStream = follow(coach, "/v1/users/" + user + "/nudges/updates", inbox, inboxOver);
        try {
            await().atMost(Duration.ofSeconds(6)).until(() -> !cohort.isEmpty() && !inbox.isEmpty());
            assertThat(cohort.getFirst().data()).contains(user);
            assertThat(inboxOver).isFalse();
            if (edited) {
                ended(user, coach);
            } else {
                await().atMost(Duration.ofSeconds(15)).until(() -> !now().isBefore(until));
            }
            assertThat(problem(get(coach, "coach", "/v1/users/" + user + "/agenda")))
                    .isEqualTo("404 not-found");
            await().atMost(Duration.ofSeconds(4)).untilAsserted(() -> {
                assertThat(cohort.getLast().event()).isEqualTo("gone");
                assertThat(cohort.getLast().data()).isEqualTo("{\"userId\":\"" + user + "\"}");
                assertThat(inboxOver).isTrue();
            });

            // The stream goes on, with the other alone.
            int before = cohort.size();
            tell(user);
            tell(other);
            await().atMost(Duration.ofSeconds(5)).until(() -> cohort.size() > before);
            assertThat(cohort.subList(before, cohort.size()))
                    .allSatisfy(
                            event -> assertThat(String.valueOf(event.data())).doesNotContain("\"" + user + "\""));
            assertThat(cohortOver).isFalse();
            assertThat(onRecord(user))
                    .containsOnlyOnce(
                            coach + " GET /v1/users/{userId}/nudges/updates 200", coach + " GET /v1/clients 200");
        } finally {
            cohortStream.dispose();
            inboxStream.dispose();
        }
    }

    @ParameterizedTest
    @CsvSource({"PUT", "DELETE"})
    void who_coaches_whom_is_not_the_users_or_a_coachs_to_say(HttpMethod method) {
        assigned("steady", "coach-steady");
        for (String role : List.of("user", "coach")) {
            assertThat(problem(send(
                            role.equals("user") ? "steady" : "coach-steady",
                            role,
                            method,
                            "/v1/users/steady/coaches/coach-" + (method == HttpMethod.PUT ? "new" : "steady"),
                            null)))
                    .isEqualTo("403 forbidden");
        }
        send("admin", "admin", HttpMethod.DELETE, "/v1/users/steady/coaches/coach-steady", null)
                .expectStatus()
                .isNoContent();
    }
}
