package dev.adhere.catalog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.api.Answers;
import dev.adhere.testbed.DocumentWalk;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/// The catalogue over HTTP with signed tokens, and on its topic.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"management.server.port=0", "adhere.kafka.user-partitions=6", "adhere.kafka.replication-factor=1"
        })
@AutoConfigureWebTestClient(timeout = "60s")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogServiceIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> ROLES = List.of("user", "coach", "editor", "admin", "ops");

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
    Entries entries;

    @Autowired
    @Nullable
    Content content;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    @Nullable
    RequestMappingHandlerMapping mappings;

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_catalog"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
    }

    @BeforeAll
    void waitForContentOnTheTopic() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(newestOnTopic()).hasSize(20));
    }

    @Test
    void the_api_document_has_every_mapping_and_says_enough_of_it() {
        byte[] document = requireNonNull(requireNonNull(web)
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
        requireNonNull(this.mappings).getHandlerMethods().forEach((info, handler) -> {
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
    void every_published_exercise_reaches_the_topic_and_is_clean_once_read_back() {
        assertThat(newestOnTopic()).hasSize(20).doesNotContainKeys("quadruped", "unidentified-glute-001");
        assertThat(newestOnTopic().values()).allMatch(e -> e.status() == Exercise.Status.PUBLISHED);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(requireNonNull(entries).dirty(1_000)).isEmpty());
    }

    @Test
    void an_older_revision_that_a_slow_instance_sends_is_overwritten_again() throws Exception {
        Exercise bridge = requireNonNull(newestOnTopic().get("bird-dog"));
        var older = JSON.valueToTree(bridge);
        ((tools.jackson.databind.node.ObjectNode) older).put("revision", 0);
        var _ = requireNonNull(kafka)
                .send(Topic.EXERCISES.topicName(), "bird-dog", JSON.writeValueAsBytes(older))
                .get(10, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                requireNonNull(newestOnTopic().get("bird-dog")).revision())
                        .isEqualTo(1));
    }

    @Test
    void a_topic_that_was_lost_and_made_again_is_filled_anew() {
        var entries = requireNonNull(this.entries);
        await().atMost(Duration.ofSeconds(20)).until(() -> entries.dirty(1_000).isEmpty());
        long before = endOfTopic();

        entries.topicIs("another life");

        await().atMost(Duration.ofSeconds(20)).until(() -> endOfTopic() >= before + 20);
        await().atMost(Duration.ofSeconds(20)).until(() -> entries.dirty(1_000).isEmpty());
        entries.topicIs("another life");
        assertThat(entries.dirty(1_000)).isEmpty();
    }

    @Test
    void content_that_is_there_is_not_brought_in_twice() {
        var before =
                requireNonNull(entries).all().collectMap(s -> s.entry().id()).block();
        var _ = entries.seed(requireNonNull(content).exercises()).block();
        assertThat(entries.all().collectMap(s -> s.entry().id()).block())
                .hasSize(22)
                .isEqualTo(before);
    }

    @Test
    void a_list_comes_by_name_and_page_by_page() {
        as("user")
                .get()
                .uri("/v1/exercises")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(20)
                .jsonPath("$.next")
                .isEmpty();
        var seen = new java.util.ArrayList<String>();
        String cursor = null;
        do {
            String uri = "/v1/exercises?size=7" + (cursor == null ? "" : "&cursor=" + cursor);
            var page = JSON.readTree(requireNonNull(as("user")
                    .get()
                    .uri(uri)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .returnResult()
                    .getResponseBody()));
            page.get("items").forEach(item -> seen.add(item.get("name").asString()));
            cursor = page.get("next").isNull() ? null : page.get("next").asString();
        } while (cursor != null);
        assertThat(seen).hasSize(20).isSortedAccordingTo(String.CASE_INSENSITIVE_ORDER);
    }

    @ParameterizedTest
    @CsvSource({
        "q=GLUTE-BRIDGE, bridge",
        "q=childs pose, lower-back-stretch-kneeling",
        "q=bird dog&size=1, bird-dog",
        "q=pelvik tilt, pelvic-tilt"
    })
    void a_search_answers_the_best_match_first(String query, String id) {
        as("user")
                .get()
                .uri("/v1/exercises?" + query)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].id")
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(.*)*$", "\\Q\\E", ".*"})
    void a_pattern_is_only_text(String pattern) {
        as("user")
                .get()
                .uri(builder ->
                        builder.path("/v1/exercises").queryParam("q", "{q}").build(pattern))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(0);
    }

    @Test
    void drafts_are_listed_for_editors_alone() {
        for (String role : ROLES) {
            as(role).get()
                    .uri("/v1/exercises?status=DRAFT")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.items.length()")
                    .isEqualTo(role.equals("editor") ? 2 : 0);
        }
    }

    @Test
    void an_exercise_has_its_revision_as_etag_and_says_nothing_of_the_relay() {
        as("user")
                .get()
                .uri("/v1/exercises/bridge")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .valueEquals(HttpHeaders.ETAG, "\"1\"")
                .expectBody()
                .jsonPath("$.id")
                .isEqualTo("bridge")
                .jsonPath("$.sources[0].title")
                .isNotEmpty()
                .jsonPath("$.dirty")
                .doesNotExist();
    }

    @Test
    void programmes_and_guidance_are_all_there() {
        as("user")
                .get()
                .uri("/v1/programmes")
                .exchange()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(5);
        as("user")
                .get()
                .uri("/v1/guidance")
                .exchange()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(29);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/exercises?userId=user-002",
                "/v1/exercises?kind%5B$ne%5D=x",
                "/v1/exercises?sort=$natural",
                "/v1/exercises?kind=strengthening",
                "/v1/exercises?size=0",
                "/v1/exercises?size=",
                "/v1/exercises?cursor=x",
                "/v1/exercises/bridge?status=DRAFT"
            })
    void a_parameter_that_is_not_offered_is_refused(String uri) {
        problem(HttpMethod.GET, uri, 400, "invalid-parameter");
    }

    @Test
    void a_query_of_a_thousand_brackets_is_refused() {
        problem(HttpMethod.GET, "/v1/exercises?q=" + "(".repeat(1_000), 400, "invalid-parameter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATCH", "POST", "TRACE", "PROPFIND"})
    void a_method_that_is_not_offered_is_refused(String method) {
        problem(HttpMethod.valueOf(method), "/v1/exercises/bridge", 405, "method-not-allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/exercises/..%2fbridge",
                "/v1/exercises/bridge%00",
                "/v1/exercises/bridge;jsessionid=1",
                "/v1//exercises/bridge",
                "/v1/exercises//bridge",
                "/v1/programmes;a=b",
                "/v1/guidance%00"
            })
    void a_path_in_disguise_is_never_answered(String path) {
        as("editor")
                .get()
                .uri(address(path))
                .exchange()
                .expectStatus()
                .value(status -> assertThat(status).isIn(400, 404))
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void an_answer_that_could_not_be_written_is_refused_before_anything_is_done() {
        as("editor")
                .put()
                .uri("/v1/exercises/unwritten")
                .accept(MediaType.TEXT_PLAIN)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"name\":\"Unwritten\",\"kind\":\"MOBILITY\",\"status\":\"DRAFT\"}")
                .exchange()
                .expectStatus()
                .isEqualTo(406)
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:not-acceptable");
        as("editor")
                .get()
                .uri("/v1/exercises/unwritten")
                .exchange()
                .expectStatus()
                .isNotFound();
    }

    @Test
    void a_token_without_a_role_is_forbidden() {
        client(ISSUER.token("user-001"))
                .get()
                .uri("/v1/exercises")
                .exchange()
                .expectStatus()
                .isForbidden()
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:forbidden");
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/access.csv", numLinesToSkip = 1)
    void every_role_gets_what_the_table_says(
            String mapping, String example, int none, int user, int coach, int editor, int admin, int ops) {
        HttpMethod method = HttpMethod.valueOf(mapping.split(" ")[0]);
        String body = method == HttpMethod.PUT || method == HttpMethod.POST ? "{}" : "";
        MediaType type = mapping.endsWith("/import") ? MediaType.APPLICATION_NDJSON : MediaType.APPLICATION_JSON;
        requireNonNull(web)
                .method(method)
                .uri(example)
                .contentType(type)
                .bodyValue(body)
                .exchange()
                .expectStatus()
                .isEqualTo(none)
                .expectHeader()
                .valueEquals(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        List<Integer> statuses = List.of(user, coach, editor, admin, ops);
        for (int i = 0; i < ROLES.size(); i++) {
            as(ROLES.get(i))
                    .method(method)
                    .uri(example)
                    .contentType(type)
                    .bodyValue(body)
                    .exchange()
                    .expectStatus()
                    .isEqualTo(statuses.get(i));
        }
    }

    @Test
    void no_mapping_is_missing_in_the_access_table() throws IOException {
        var inTable = new TreeSet<String>();
        try (var in = requireNonNull(CatalogServiceIT.class.getResourceAsStream("/access.csv"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .forEach(line -> inTable.add(line.substring(0, line.indexOf(','))));
        }
        var offered = new TreeSet<String>();
        requireNonNull(mappings).getHandlerMethods().forEach((info, handler) -> {
            // The description of the interface is the framework's, and open.
            if (handler.getBeanType().getName().startsWith("org.springdoc.")) {
                return;
            }
            for (var pattern : info.getPatternsCondition().getPatterns()) {
                var methods = info.getMethodsCondition().getMethods();
                if (methods.isEmpty()) {
                    offered.add("ANY " + pattern);
                }
                methods.forEach(method -> offered.add(method + " " + pattern));
            }
        });
        assertThat(offered).isEqualTo(inTable);
    }

    private void problem(HttpMethod method, String uri, int status, String slug) {
        as("user")
                .method(method)
                .uri(address(uri))
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:adhere:problem:" + slug);
    }

    // A ready-made address is sent as it is: a template would be encoded once more.
    private java.util.function.Function<org.springframework.web.util.UriBuilder, URI> address(String raw) {
        return builder -> URI.create(builder.build() + raw.replace("$", "%24").replace("(", "%28"));
    }

    private WebTestClient as(String role) {
        return client(ISSUER.token("user-001", role));
    }

    private WebTestClient client(String token) {
        return requireNonNull(web)
                .mutate()
                .responseTimeout(Duration.ofSeconds(20))
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                .build();
    }

    private long endOfTopic() {
        try (var consumer = requireNonNull(consumers).createConsumer(null, "test-end")) {
            var partition = new TopicPartition(Topic.EXERCISES.topicName(), 0);
            return requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
        }
    }

    private Map<String, Exercise> newestOnTopic() {
        var newest = new HashMap<String, Exercise>();
        try (var reader = requireNonNull(consumers).createConsumer(null, "catalog-it")) {
            var partition = List.of(new TopicPartition(Topic.EXERCISES.topicName(), 0));
            reader.assign(partition);
            reader.seekToBeginning(partition);
            long end = requireNonNull(reader.endOffsets(partition).get(partition.getFirst()));
            while (reader.position(partition.getFirst()) < end) {
                reader.poll(Duration.ofMillis(200))
                        .forEach(record -> newest.put(record.key(), JSON.readValue(record.value(), Exercise.class)));
            }
        } catch (org.apache.kafka.common.KafkaException e) {
            // The topic is still being made.
            return Map.of();
        }
        return newest;
    }
}
