package dev.adhere.catalog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.testbed.FreePorts;
import dev.adhere.testbed.LocalKafka;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.kafka.core.ConsumerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Editing, searching and exchanging the catalogue over HTTP: two instances on one MongoDB and one broker of
/// their own, and a third with another MongoDB and no broker.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EditingIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable LocalKafka kafka;
    private @Nullable ConfigurableApplicationContext here;
    private @Nullable ConfigurableApplicationContext there;
    private @Nullable ConfigurableApplicationContext elsewhere;

    @BeforeAll
    void start() throws IOException {
        var broker = LocalKafka.start(Files.createTempDirectory("editing-it-"), FreePorts.one(), FreePorts.one());
        kafka = broker;
        here = instance(broker.bootstrap(), "adhere_editing");
        there = instance(broker.bootstrap(), "adhere_editing");
        elsewhere = instance("localhost:1", "adhere_elsewhere");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            for (var instance : List.of(requireNonNull(here), requireNonNull(there), requireNonNull(elsewhere))) {
                assertThat(get(instance, "user", "/v1/exercises").statusCode()).isEqualTo(200);
            }
            assertThat(newestOnTopic()).hasSizeGreaterThanOrEqualTo(20);
        });
    }

    @AfterAll
    void stop() {
        Stream.of(here, there, elsewhere)
                .forEach(instance -> requireNonNull(instance).close());
        requireNonNull(kafka).close();
    }

    // Netty's threads are by default one set for the whole JVM, and the first instance that ends takes them along.
    @TestConfiguration
    static class OwnThreads {
        @Bean
        ReactorResourceFactory reactorResourceFactory() {
            var factory = new ReactorResourceFactory();
            factory.setUseGlobalResources(false);
            return factory;
        }
    }

    private static ConfigurableApplicationContext instance(String bootstrap, String database) {
        return new SpringApplicationBuilder(CatalogApplication.class, OwnThreads.class)
                .run(
                        "--server.port=0",
                        "--management.server.port=0",
                        "--adhere.kafka.replication-factor=1",
                        "--spring.jmx.enabled=false",
                        "--spring.kafka.bootstrap-servers=" + bootstrap,
                        "--spring.mongodb.uri=" + TestBackends.mongoUri(database),
                        "--adhere.security.issuer=" + ISSUER.issuerUri(),
                        "--adhere.security.jwks-uri=" + ISSUER.jwksUri());
    }

    @Test
    void an_exercise_is_made_then_changed_by_who_names_its_revision() {
        assertThat(put("wall-sit", null, named("Wall sit")))
                .satisfies(r -> assertThat(r.statusCode()).isEqualTo(201))
                .satisfies(r -> assertThat(etag(r)).isEqualTo("\"1\""));
        assertThat(slug(put("wall-sit", null, named("Wall sit")))).isEqualTo("428 precondition-required");
        assertThat(slug(put("wall-sit", "\"2\"", named("Wall sit")))).isEqualTo("412 precondition-failed");
        assertThat(slug(put("wall-sit", "1", named("Wall sit")))).isEqualTo("412 precondition-failed");
        assertThat(slug(put("never-made", "\"1\"", named("Never made")))).isEqualTo("412 precondition-failed");
        assertThat(get("editor", "/v1/exercises/never-made").statusCode()).isEqualTo(404);

        var changed = put("wall-sit", "\"1\"", named("Wall squat hold").put("position", "back against a wall"));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(etag(changed)).isEqualTo("\"2\"");
        var seen = get("user", "/v1/exercises/wall-sit");
        assertThat(etag(seen)).isEqualTo("\"2\"");
        assertThat(json(seen).get("name").asString()).isEqualTo("Wall squat hold");
        assertThat(json(seen).get("position").asString()).isEqualTo("back against a wall");
    }

    @Test
    void what_was_answered_can_be_sent_back() {
        for (JsonNode item : json(get("editor", "/v1/exercises?size=1000")).get("items")) {
            String id = item.get("id").asString();
            if (id.equals("clamshell")) {
                String etag = etag(get("editor", "/v1/exercises/" + id));
                var answer = put(id, etag, (ObjectNode) item);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(without(json(answer), "revision")).isEqualTo(without(item, "revision"));
            }
        }
    }

    @Test
    void every_revision_is_kept_newest_first() {
        String etag = null;
        for (int i = 1; i <= 5; i++) {
            etag = etag(put("heel-slide", etag, named("Heel slide " + i)));
        }
        var names = new ArrayList<String>();
        String cursor = "";
        while (cursor != null) {
            var page = json(get("user", "/v1/exercises/heel-slide/revisions?size=2" + cursor));
            assertThat(page.get("items").size()).isBetween(1, 2);
            page.get("items")
                    .forEach(r -> names.add(
                            r.get("revision").asInt() + " " + r.get("name").asString()));
            cursor = page.get("next").isNull()
                    ? null
                    : "&cursor=" + page.get("next").asString();
        }
        assertThat(names)
                .containsExactly(
                        "5 Heel slide 5", "4 Heel slide 4", "3 Heel slide 3", "2 Heel slide 2", "1 Heel slide 1");
        assertThat(slug(get("user", "/v1/exercises/none/revisions"))).isEqualTo("404 not-found");
        assertThat(slug(get("user", "/v1/exercises/heel-slide/revisions?cursor=eA")))
                .isEqualTo("400 invalid-parameter");
    }

    @Test
    void a_retired_exercise_leaves_the_list_and_stays_on_the_topic() {
        put("leg-lock", null, named("Leg lock"));
        assertThat(slug(delete("leg-lock", null))).isEqualTo("428 precondition-required");
        assertThat(slug(delete("leg-lock", "\"9\""))).isEqualTo("412 precondition-failed");
        assertThat(slug(delete("no-such-thing", "\"1\""))).isEqualTo("404 not-found");
        var retired = delete("leg-lock", "\"1\"");
        assertThat(retired.statusCode()).isEqualTo(204);
        assertThat(etag(retired)).isEqualTo("\"2\"");
        assertThat(etag(delete("leg-lock", "\"2\""))).as("retired already").isEqualTo("\"2\"");

        assertThat(found("user", "leg lock", "")).isEmpty();
        assertThat(found("user", "leg lock", "&status=RETIRED")).containsExactly("leg-lock");
        assertThat(json(get("user", "/v1/exercises/leg-lock")).get("status").asString())
                .isEqualTo("RETIRED");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(newestOnTopic().get("leg-lock"))
                        .isNotNull()
                        .satisfies(e -> assertThat(e.status()).isEqualTo(Exercise.Status.RETIRED))
                        .satisfies(e -> assertThat(e.revision()).isEqualTo(2)));
        assertThat(put("leg-lock", "\"2\"", named("Leg lock")).statusCode()).isEqualTo(200);
        assertThat(found("user", "leg lock", "")).containsExactly("leg-lock");
    }

    @Test
    void a_draft_is_seen_by_editors_alone_until_it_is_published_and_never_again_is_one() {
        var draft = named("Secret move").put("status", "DRAFT").put("draftReason", "not yet looked at");
        assertThat(put("secret-move", null, draft).statusCode()).isEqualTo(201);
        assertThat(put("secret-move", "\"1\"", draft).statusCode()).isEqualTo(200);
        assertThat(put("given-up", null, named("Given up").put("status", "DRAFT"))
                        .statusCode())
                .isEqualTo(201);
        assertThat(delete("given-up", "\"1\"").statusCode()).isEqualTo(204);
        for (String role : List.of("user", "coach", "admin", "ops")) {
            for (String id : List.of("secret-move", "given-up")) {
                assertThat(slug(get(role, "/v1/exercises/" + id))).isEqualTo("404 not-found");
                assertThat(slug(get(role, "/v1/exercises/" + id + "/revisions")))
                        .isEqualTo("404 not-found");
                assertThat(get(role, "/v1/exercises/export").body()).doesNotContain(id);
            }
            assertThat(found(role, "secret move", "&status=DRAFT")).isEmpty();
            assertThat(found(role, "given up", "&status=RETIRED")).isEmpty();
        }
        assertThat(found("editor", "secret move", "&status=DRAFT")).containsExactly("secret-move");
        assertThat(found("editor", "given up", "&status=RETIRED")).containsExactly("given-up");
        assertThat(found("editor", "secret move", "")).isEmpty();
        assertThat(get("editor", "/v1/exercises/export").body())
                .contains("secret-move")
                .doesNotContain("given-up");

        put("after-the-drafts", null, named("After the drafts"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(newestOnTopic()).containsKey("after-the-drafts"));
        assertThat(newestOnTopic()).doesNotContainKeys("secret-move", "given-up");

        assertThat(put("secret-move", "\"2\"", named("Secret move")).statusCode())
                .isEqualTo(200);
        assertThat(found("user", "secret move", "")).containsExactly("secret-move");
        assertThat(json(get("user", "/v1/exercises/secret-move/revisions")).get("items"))
                .as("what it was as a draft stays with the editors")
                .hasSize(1);
        assertThat(json(get("editor", "/v1/exercises/secret-move/revisions")).get("items"))
                .hasSize(3);
        var back = put("secret-move", "\"3\"", named("Secret move").put("status", "DRAFT"));
        assertThat(slug(back)).isEqualTo("422 validation-failed");
        assertThat(json(back).get("errors").get(0).get("field").asString()).isEqualTo("status");
    }

    @Test
    void of_two_editors_of_one_revision_one_wins() throws Exception {
        put("contested", null, named("Contested"));
        int rounds = 30;
        try (var editors = Executors.newFixedThreadPool(2)) {
            for (int i = 1; i <= rounds; i++) {
                String etag = "\"" + i + "\"";
                String name = "Contested " + i;
                Callable<Integer> a =
                        () -> send(requireNonNull(here), "PUT", "/v1/exercises/contested", etag, named(name + " a"))
                                .statusCode();
                Callable<Integer> b =
                        () -> send(requireNonNull(there), "PUT", "/v1/exercises/contested", etag, named(name + " b"))
                                .statusCode();
                var statuses = new ArrayList<Integer>();
                for (var done : editors.invokeAll(List.of(a, b))) {
                    statuses.add(done.get(20, TimeUnit.SECONDS));
                }
                assertThat(statuses).as("round %d", i).containsExactlyInAnyOrder(200, 412);
            }
        }
        var revisions = json(get("user", "/v1/exercises/contested/revisions")).get("items");
        assertThat(revisions)
                .extracting(r -> r.get("revision").asInt())
                .containsExactlyElementsOf(IntStream.iterate(rounds + 1, r -> r > 0, r -> r - 1)
                        .boxed()
                        .toList());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(newestOnTopic().get("contested"))
                        .satisfies(e -> assertThat(requireNonNull(e).revision()).isEqualTo(rounds + 1)));
    }

    @Test
    void an_edit_on_one_instance_is_found_on_the_other() {
        put("towel-slide", null, named("Towel slide"));
        assertThat(found("user", "towel slide", ""))
                .as("where it was made, at once")
                .containsExactly("towel-slide");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(found(there, "user", "towel slide", "")).containsExactly("towel-slide"));
        put("towel-slide", "\"1\"", named("Napkin glide"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(found(there, "user", "napkin glide", "")).containsExactly("towel-slide"));
        assertThat(found(there, "user", "towel slide", "")).isEmpty();
    }

    @Test
    void a_restart_brings_no_content_over_an_editor_s_change() {
        var squat = (ObjectNode) json(get("editor", "/v1/exercises/squat"));
        assertThat(put("squat", "\"1\"", squat.put("name", "Squat, as we do it"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(delete("walking", "\"1\"").statusCode()).isEqualTo(204);
        try (var restarted = instance(requireNonNull(kafka).bootstrap(), "adhere_editing")) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    get(restarted, "user", "/v1/exercises").statusCode())
                            .isEqualTo(200));
            var after = get(restarted, "user", "/v1/exercises/squat");
            assertThat(etag(after)).isEqualTo("\"2\"");
            assertThat(json(after).get("name").asString()).isEqualTo("Squat, as we do it");
            assertThat(json(get(restarted, "user", "/v1/exercises/walking"))
                            .get("status")
                            .asString())
                    .isEqualTo("RETIRED");
            assertThat(found(restarted, "user", "walking", "")).isEmpty();
        }
    }

    @Test
    void what_breaks_a_rule_is_refused_and_nothing_is_stored() {
        assertThat(slug(put("bad-one", null, named("Bad one").put("kind", "YOGA"))))
                .isEqualTo("422 validation-failed");
        assertThat(slug(put("Bad_one", null, named("Bad one")))).isEqualTo("422 validation-failed");
        assertThat(slug(put("bad-one", null, named("Bad one").put("userId", "user-001"))))
                .isEqualTo("400 reserved-field");
        assertThat(slug(put("bad-one", null, named("Bad one").put("published", true))))
                .isEqualTo("400 invalid-body");
        assertThat(slug(put("bad-one", null, named("Bad one").put("kindBasis", "x".repeat(1_001)))))
                .isEqualTo("422 validation-failed");
        var large = named("Bad one");
        var notes = large.putArray("targetMuscles");
        IntStream.range(0, 70).forEach(_ -> notes.add("x".repeat(1_000)));
        assertThat(slug(put("bad-one", null, large))).isEqualTo("413 payload-too-large");
        assertThat(slug(raw("PUT", "/v1/exercises/bad-one", "text/plain", "{}", null)))
                .isEqualTo("415 unsupported-media-type");
        assertThat(slug(raw("PUT", "/v1/exercises/bad-one", "application/json", "{}", "gzip")))
                .isEqualTo("415 unsupported-encoding");
        assertThat(slug(raw("PUT", "/v1/exercises/bad-one", "application/json", "", null)))
                .isEqualTo("400 invalid-body");
        assertThat(get("editor", "/v1/exercises/bad-one").statusCode()).isEqualTo(404);
    }

    @Test
    void an_import_says_of_each_line_what_became_of_it() {
        String id = "import-";
        List<JsonNode> results = load(
                here,
                "",
                line(id + "new", "Donkey kick"),
                "no json",
                line(id + "new", "Donkey kick"),
                line(id + "like", "Donkey-Kicks"),
                line("copy-of-bridge", "Hip thrust").replace("[]", "[\"glutebridge\"]"),
                "{\"name\":\"Without id\"}",
                line(id + "reserved", "Reserved").replace("{", "{\"userId\":\"u\","),
                line("x".repeat(70_000), "Too long"),
                "",
                line(id + "new", "Donkey kick, slow"),
                line("bird-dog", "Bird dog").replace("PUBLISHED", "DRAFT"),
                line(id + "last", "Fire hydrant"));
        assertThat(results)
                .extracting(r -> r.get("line").asInt() + " " + r.get("result").asString()
                        + (r.has("problem")
                                ? " " + r.get("problem").get("type").asString().replace("urn:adhere:problem:", "")
                                : "")
                        + (r.has("similarTo")
                                ? " " + r.get("similarTo").get("id").asString()
                                : ""))
                .containsExactlyInAnyOrder(
                        "1 created",
                        "2 rejected invalid-body",
                        "3 unchanged",
                        "4 duplicate-suspect import-new",
                        "5 duplicate-suspect bridge",
                        "6 rejected validation-failed",
                        "7 rejected reserved-field",
                        "8 rejected payload-too-large",
                        "10 changed",
                        "11 rejected validation-failed",
                        "12 created");
        assertThat(get("editor", "/v1/exercises/" + id + "like").statusCode()).isEqualTo(404);
        assertThat(etag(get("user", "/v1/exercises/" + id + "new"))).isEqualTo("\"2\"");
        assertThat(found("user", "fire hydrant", "")).containsExactly(id + "last");

        assertThat(load(here, "?allowSimilar=true", line(id + "like", "Donkey-Kicks"))
                        .getFirst()
                        .get("result")
                        .asString())
                .isEqualTo("created");
        assertThat(load(here, "", line(id + "like", "Donkey-Kicks"))
                        .getFirst()
                        .get("result")
                        .asString())
                .isEqualTo("unchanged");
    }

    @Test
    void an_export_imports_unchanged_into_another_instance_and_twice_changes_nothing() {
        put("export-me", null, named("Exported on purpose").put("kindBasis", "as \"quoted\" <b> ${x} ä 💪"));
        var edited = (ObjectNode) json(get("editor", "/v1/exercises/plank"));
        put("plank", etag(get("editor", "/v1/exercises/plank")), edited.put("equipment", (String) null));
        String[] export = get("editor", "/v1/exercises/export").body().split("\n");
        assertThat(export)
                .hasSizeGreaterThan(22)
                .allSatisfy(line -> assertThat(line).doesNotContain("\"revision\""));
        var first = load(elsewhere, "?allowSimilar=true", export);
        assertThat(first)
                .hasSize(export.length)
                .allSatisfy(r -> assertThat(r.get("result").asString()).isIn("created", "changed", "unchanged"));
        assertThat(first).anySatisfy(r -> assertThat(r.get("result").asString()).isEqualTo("created"));
        String again = get(elsewhere, "editor", "/v1/exercises/export").body();
        assertThat(again.split("\n")).contains(export);
        assertThat(load(elsewhere, "", export))
                .allSatisfy(r -> assertThat(r.get("result").asString()).isEqualTo("unchanged"));
        assertThat(get(elsewhere, "editor", "/v1/exercises/export").body()).isEqualTo(again);
    }

    // Over a bare socket: a client library may hold back what is to go out while it reads ahead.
    @Test
    void a_line_is_answered_before_the_next_is_sent() throws IOException {
        int port = requireNonNull(here).getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            var out = socket.getOutputStream();
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out.write(("POST /v1/exercises/import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "Authorization: Bearer " + ISSUER.token("somebody-editor", "editor") + "\r\n"
                            + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(chunk(line("stream-1", "Streamed one thing") + "\n"));
            assertThat(lineWith("stream-", answer)).contains("\"stream-1\"", "\"created\"");
            out.write(chunk(line("stream-2", "Streamed another matter") + "\n"));
            assertThat(lineWith("stream-", answer)).contains("\"stream-2\"", "\"created\"");
            out.write(chunk(""));
            assertThat(lineWith("stream-", answer)).isNull();
        }
    }

    private static byte[] chunk(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String lineWith(String text, BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.contains(text)) {
            line = lines.readLine();
        }
        return line;
    }

    @Test
    void ten_thousand_foreign_exercises_stay_quick_to_search_and_filter() {
        var rows = SearchTest.collection();
        String[] lines = rows.stream()
                .map(row ->
                        line("foreign-" + row.id(), row.key()).replace("[]", "[],\"position\":\"standing upright\""))
                .toArray(String[]::new);
        long begin = System.nanoTime();
        var results = load(elsewhere, "?allowSimilar=true", lines);
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertThat(results)
                .hasSize(lines.length)
                .allSatisfy(r -> assertThat(r.get("result").asString()).isEqualTo("created"));
        begin = System.nanoTime();
        assertThat(load(elsewhere, "", lines))
                .allSatisfy(r -> assertThat(r.get("result").asString()).isEqualTo("unchanged"));
        double again = (System.nanoTime() - begin) / 1e9;
        long[] nanos = new long[200];
        for (int i = 0; i < nanos.length; i++) {
            String query = i % 2 == 0 ? "pelvik+tilt" : rows.get(i * 37).key().replace(' ', '+');
            String filter = i % 4 < 2 ? "" : "&kind=STRENGTHENING&position=standing";
            long from = System.nanoTime();
            var answer = get(elsewhere, "user", "/v1/exercises?q=" + query + filter);
            nanos[i] = System.nanoTime() - from;
            assertThat(answer.statusCode()).isEqualTo(200);
        }
        java.util.Arrays.sort(nanos);
        System.out.printf(
                java.util.Locale.ROOT,
                "10,000 exercises: import %.1f s, again %.1f s; search over HTTP p50 %.1f ms, p99 %.1f ms%n",
                seconds,
                again,
                nanos[100] / 1e6,
                nanos[198] / 1e6);
        assertThat(found(elsewhere, "user", "pelvik tilt", "").getFirst()).isEqualTo("pelvic-tilt");
        assertThat(nanos[100] / 1e6).isLessThan(250);

        // Page by page, by name and by match, nothing is left out or comes twice.
        for (String query : List.of("", "&q=seated")) {
            var seen = new ArrayList<String>();
            String cursor = "";
            while (cursor != null) {
                var page = json(get(elsewhere, "user", "/v1/exercises?size=333" + query + cursor));
                page.get("items").forEach(item -> seen.add(item.get("id").asString()));
                cursor = page.get("next").isNull()
                        ? null
                        : "&cursor=" + page.get("next").asString();
            }
            assertThat(seen).doesNotHaveDuplicates();
            assertThat(seen).hasSizeGreaterThanOrEqualTo(query.isEmpty() ? 10_020 : 400);
        }
    }

    private static ObjectNode named(String name) {
        return JSON.createObjectNode()
                .put("name", name)
                .put("kind", "STRENGTHENING")
                .put("status", "PUBLISHED");
    }

    private static String line(String id, String name) {
        return "{\"id\":\"" + id + "\",\"name\":\"" + name
                + "\",\"kind\":\"STRENGTHENING\",\"status\":\"PUBLISHED\",\"aliases\":[]}";
    }

    private static ObjectNode without(JsonNode node, String field) {
        var copy = (ObjectNode) node.deepCopy();
        var _ = copy.remove(field);
        return copy;
    }

    private List<JsonNode> load(@Nullable ConfigurableApplicationContext instance, String query, String... lines) {
        String answer = text(request(requireNonNull(instance), "editor", "/v1/exercises/import" + query)
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString(String.join("\n", lines)))
                        .build())
                .body();
        return answer.lines().<JsonNode>map(JSON::readTree).toList();
    }

    private List<String> found(String role, String query, String more) {
        return found(here, role, query, more);
    }

    private List<String> found(
            @Nullable ConfigurableApplicationContext instance, String role, String query, String more) {
        var ids = new ArrayList<String>();
        json(get(instance, role, "/v1/exercises?q=" + query.replace(" ", "%20") + more))
                .get("items")
                .forEach(item -> ids.add(item.get("id").asString()));
        return ids;
    }

    private HttpResponse<String> put(String id, @Nullable String ifMatch, ObjectNode body) {
        return send(requireNonNull(here), "PUT", "/v1/exercises/" + id, ifMatch, body);
    }

    private HttpResponse<String> delete(String id, @Nullable String ifMatch) {
        return send(requireNonNull(here), "DELETE", "/v1/exercises/" + id, ifMatch, null);
    }

    private HttpResponse<String> send(
            ConfigurableApplicationContext instance,
            String method,
            String path,
            @Nullable String ifMatch,
            @Nullable ObjectNode body) {
        var request = request(instance, "editor", path);
        if (ifMatch != null) {
            request.header("If-Match", ifMatch);
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return text(request.method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()))
                .build());
    }

    private HttpResponse<String> raw(String method, String path, String type, String body, @Nullable String encoding) {
        var request = request(requireNonNull(here), "editor", path).header("Content-Type", type);
        if (encoding != null) {
            request.header("Content-Encoding", encoding);
        }
        return text(request.method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> get(String role, String path) {
        return get(here, role, path);
    }

    private HttpResponse<String> get(@Nullable ConfigurableApplicationContext instance, String role, String path) {
        return text(request(requireNonNull(instance), role, path).GET().build());
    }

    private HttpResponse<String> text(HttpRequest request) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .orTimeout(120, TimeUnit.SECONDS)
                .join();
    }

    private static HttpRequest.Builder request(ConfigurableApplicationContext instance, String role, String path) {
        String port = instance.getEnvironment().getProperty("local.server.port");
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Authorization", "Bearer " + ISSUER.token("somebody-" + role, role));
    }

    private static String etag(HttpResponse<?> response) {
        return response.headers().firstValue("ETag").orElse("none");
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    private static String slug(HttpResponse<String> response) {
        return response.statusCode() + " "
                + json(response).get("type").asString().replace("urn:adhere:problem:", "");
    }

    private Map<String, Exercise> newestOnTopic() {
        var newest = new HashMap<String, Exercise>();
        @SuppressWarnings("unchecked")
        ConsumerFactory<String, byte[]> consumers = requireNonNull(here).getBean(ConsumerFactory.class);
        try (var reader = consumers.createConsumer(null, "editing-it")) {
            var partition = List.of(new TopicPartition(Topic.EXERCISES.topicName(), 0));
            reader.assign(partition);
            reader.seekToBeginning(partition);
            long end = requireNonNull(reader.endOffsets(partition).get(partition.getFirst()));
            while (reader.position(partition.getFirst()) < end) {
                reader.poll(Duration.ofMillis(200)).forEach(record -> {
                    assertThat(record.value()).as("no tombstones").isNotNull();
                    newest.put(record.key(), JSON.readValue(record.value(), Exercise.class));
                });
            }
        } catch (org.apache.kafka.common.KafkaException e) {
            // The topic is still being made.
            return Map.of();
        }
        return newest;
    }
}
