package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.DeclaredTopics;
import dev.adhere.platform.kafka.Tail;
import dev.adhere.testbed.TestBackends;
import dev.adhere.testbed.TestIssuer;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every way that a nudge takes out of the service, against real receivers on loopback: the inbox's stream,
/// mail with its link, webhook and push; and what none of them may be led to do.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "adhere.kafka.user-partitions=6",
            "adhere.kafka.replication-factor=1",
            "adhere.mail.from=adhere@example.org",
            "adhere.unsubscribe.url=http://localhost:8083",
            "adhere.unsubscribe.key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "adhere.outbound.http=true",
            // Its neighbour 127.0.0.2 stays inside.
            "adhere.outbound.networks=127.0.0.1/32",
            "adhere.push.public-key=BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
            "adhere.push.private-key=yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
            "adhere.push.subject=mailto:ops@example.org"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChannelsIT {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final GreenMail MAIL = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String AUTH = "BTBZMqHH6r4Tts7J_aSIgg";
    private static final String VAPID_KEY =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private static final ZoneId NOON = noon();

    private final HttpClient client = HttpClient.newHttpClient();

    @Autowired
    @Nullable
    Keeper keeper;

    @Autowired
    @Nullable
    Users users;

    @Autowired
    @Nullable
    PushSubscriptions subscriptions;

    @Autowired
    @Nullable
    InboxStreams streams;

    @Autowired
    @Nullable
    ConsumerFactory<String, byte[]> consumers;

    @Autowired
    @Nullable
    DeclaredTopics topics;

    @Autowired
    @Nullable
    Tail nudgesTail;

    @Autowired
    @Nullable
    Clock clock;

    @org.springframework.beans.factory.annotation.Value("${local.server.port}")
    int port;

    // Where it is about noon now: far from quiet hours and day ends. POSIX signs: Etc/GMT-3 is ahead.
    private static ZoneId noon() {
        int hour = Instant.now().atZone(ZoneOffset.UTC).getHour();
        return ZoneId.of(hour <= 12 ? "Etc/GMT-" + (12 - hour) : "Etc/GMT+" + (hour - 12));
    }

    @DynamicPropertySource
    static void backends(DynamicPropertyRegistry registry) {
        MAIL.start();
        registry.add("spring.kafka.bootstrap-servers", TestBackends::kafkaBootstrap);
        registry.add("spring.mongodb.uri", () -> TestBackends.mongoUri("adhere_channels"));
        registry.add("adhere.security.issuer", ISSUER::issuerUri);
        registry.add("adhere.security.jwks-uri", ISSUER::jwksUri);
        registry.add("spring.mail.host", () -> "127.0.0.1");
        registry.add("spring.mail.port", () -> MAIL.getSmtp().getPort());
    }

    @AfterAll
    void stop() {
        client.close();
        MAIL.stop();
    }

    // ---- HTTP

    private HttpResponse<String> call(@Nullable String token, String method, String path, @Nullable String body) {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> as(String user, String method, String path, @Nullable String body) {
        return call(ISSUER.token(user, "user"), method, "/v1/users/" + user + path, body);
    }

    private void prefers(String user, String body) {
        assertThat(as(user, "PUT", "/preferences", body).statusCode()).isEqualTo(201);
    }

    private static String problem(HttpResponse<String> response) {
        JsonNode body = JSON.readTree(response.body());
        String fields = "";
        for (JsonNode error : body.path("errors")) {
            fields += " " + error.get("field").asString();
        }
        return response.statusCode() + " " + body.path("type").asString("").replace("urn:adhere:problem:", "") + fields;
    }

    // ---- nudges

    private Instant now() {
        return Objects.requireNonNull(clock).instant();
    }

    /// Puts a plan under a user whose first time of day is half an hour and two seconds from now.
    private void dueAtOnce(String user) {
        LocalTime time = LocalTime.ofInstant(now().plus(Duration.ofMinutes(30)).plusSeconds(2), NOON)
                .truncatedTo(ChronoUnit.SECONDS);
        var _ = Objects.requireNonNull(keeper)
                .edit(
                        user,
                        _ -> new Fold.EditPlan(plan(
                                LocalDate.ofInstant(now(), NOON),
                                now(),
                                NOON,
                                List.of(item("bridge", 3, 10, false, daily(time.toString()))))),
                        now());
    }

    private JsonNode nudge(String user) {
        JsonNode items = JSON.readTree(as(user, "GET", "/nudges", null).body()).get("items");
        return items.isEmpty() ? JSON.createObjectNode() : items.get(0);
    }

    private JsonNode awaitNudge(String user, Nudge.State state, Nudge.Channel channel) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode nudge = nudge(user);
            assertThat(nudge.path("state").asString("") + " "
                            + nudge.path("channel").asString(""))
                    .isEqualTo(state + " " + channel);
        });
        return nudge(user);
    }

    // ---- webhook

    @Test
    void a_nudge_reaches_a_webhook_that_fails_first_under_one_id_and_signed_anew() throws Exception {
        try (var receiver = new Receiver().then("503 Retry-After: 1")) {
            prefers("hook-1", """
                {"channels":["WEBHOOK"],"webhook":{"url":"%s","secret":"%s"}}\
                """.formatted(receiver.url(), SECRET));
            dueAtOnce("hook-1");
            JsonNode nudge = awaitNudge("hook-1", Nudge.State.DELIVERED, Nudge.Channel.WEBHOOK);
            assertThat(receiver.requests()).hasSize(2);
            assertThat(receiver.requests().stream()
                            .map(r -> r.header("webhook-id"))
                            .distinct())
                    .hasSize(1);
            for (Receiver.Request request : receiver.requests()) {
                assertThat(request.header("webhook-id"))
                        .startsWith(nudge.get("id").asString());
                assertThat(request.header("webhook-signature"))
                        .isEqualTo(Webhook.signature(
                                SECRET,
                                request.header("webhook-id"),
                                Long.parseLong(request.header("webhook-timestamp")),
                                request.body()));
                assertThat(new String(request.body(), StandardCharsets.UTF_8))
                        .doesNotContain("hook-1", "exercises", "DUE_SOON");
            }
        }
    }

    @Test
    void a_webhook_that_is_gone_is_switched_off_and_the_next_channel_has_the_nudge() throws Exception {
        try (var receiver = new Receiver().then("410")) {
            prefers("hook-2", """
                {"channels":["WEBHOOK","EMAIL"],"email":"hook-2@example.org","webhook":{"url":"%s","secret":"%s"}}\
                """.formatted(receiver.url(), SECRET));
            dueAtOnce("hook-2");
            var _ = awaitNudge("hook-2", Nudge.State.DELIVERED, Nudge.Channel.EMAIL);
            assertThat(mailTo("hook-2@example.org")).isNotNull();
            assertThat(JSON.readTree(as("hook-2", "GET", "/preferences", null).body())
                            .get("channels")
                            .toString())
                    .isEqualTo("[\"EMAIL\"]");
        }
    }

    @Test
    void a_secret_is_never_shown_and_stays_while_the_url_does() {
        String url = "http://127.0.0.1:9/in";
        var put = as("hook-3", "PUT", "/preferences", """
            {"channels":["WEBHOOK","INBOX"],"webhook":{"url":"%s","secret":"%s"}}\
            """.formatted(url, SECRET));
        assertThat(put.statusCode()).isEqualTo(201);
        String shown = as("hook-3", "GET", "/preferences", null).body();
        assertThat(shown).isEqualTo(put.body()).doesNotContain("whsec_", "secret");
        assertThat(JSON.readTree(shown).get("webhook").toString()).isEqualTo("{\"url\":\"" + url + "\"}");
        assertThat(JSON.readTree(shown).get("channels").toString()).isEqualTo("[\"WEBHOOK\",\"INBOX\"]");

        assertThat(put("hook-3", "\"1\"", shown).statusCode()).isEqualTo(200);
        assertThat(secretOf("hook-3")).isEqualTo(SECRET);
        assertThat(problem(put("hook-3", "\"2\"", shown.replace("/in", "/elsewhere"))))
                .isEqualTo("422 validation-failed webhook.secret");

        var _ = call(ISSUER.token("admin", "admin"), "PUT", "/v1/users/hook-3/coaches/coach-anna", null);
        String coachs = call(ISSUER.token("coach-anna", "coach"), "GET", "/v1/users/hook-3/preferences", null)
                .body();
        assertThat(JSON.readTree(coachs).has("webhook")).isFalse();
        assertThat(JSON.readTree(coachs).get("channels").size()).isEqualTo(2);
    }

    private HttpResponse<String> put(String user, String revision, String body) {
        return send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/users/" + user + "/preferences"))
                        .header("Authorization", "Bearer " + ISSUER.token(user, "user"))
                        .header("Content-Type", "application/json")
                        .header("If-Match", revision)
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String secretOf(String user) {
        var head = Objects.requireNonNull(Objects.requireNonNull(users).head(user));
        return Objects.requireNonNull(head.preferences().webhook()).secret();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.2/",
                "http://[::1]/",
                "http://169.254.169.254/latest/meta-data/",
                "http://2130706434/",
                "http://0x7f000002/",
                "http://10.0.0.1/",
                "http://[::ffff:10.0.0.1]/",
                "http://[fd00:ec2::254]/",
                "http://user@127.0.0.1/",
                "file:///etc/passwd",
                "http://",
                "not a url",
                "http://no-such-host.invalid/"
            })
    void a_url_that_leads_inside_or_nowhere_is_refused_everywhere(String url) {
        assertThat(problem(as("hook-4", "PUT", "/preferences", """
            {"webhook":{"url":"%s","secret":"%s"}}\
            """.formatted(url, SECRET))))
                .isEqualTo("422 validation-failed webhook.url");
        assertThat(problem(as("hook-4", "POST", "/push-subscriptions", subscription(url, P256.generate()))))
                .isEqualTo("422 validation-failed endpoint");
        assertThat(as("hook-4", "GET", "/preferences", null).headers().firstValue("ETag"))
                .as("nothing was kept")
                .hasValue("\"0\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"channels":["WEBHOOK"]}                                                | 422 validation-failed webhook
        {"channels":["INBOX","PIGEON"]}                                         | 422 validation-failed channels
        {"webhook":{}}                                                          | 422 validation-failed webhook.url webhook.secret
        {"webhook":{"url":"http://127.0.0.1/"}}                                 | 422 validation-failed webhook.secret
        {"webhook":{"url":"http://127.0.0.1/","secret":"whsec_c2hvcnQ="}}       | 422 validation-failed webhook.secret
        {"webhook":{"url":"http://127.0.0.1/","secret":"whsec_x","to":"me"}}    | 400 invalid-body
        {"webhook":"http://127.0.0.1/"}                                         | 400 invalid-body
        """)
    void preferences_that_break_a_rule_say_which(String body, String expected) {
        assertThat(problem(as("hook-5", "PUT", "/preferences", body))).isEqualTo(expected);
    }

    // ---- push

    private static String subscription(String endpoint, KeyPair keys) {
        String p256dh =
                Base64.getUrlEncoder().withoutPadding().encodeToString(P256.bytes((ECPublicKey) keys.getPublic()));
        return """
            {"endpoint":"%s","expirationTime":null,"keys":{"p256dh":"%s","auth":"%s"}}\
            """.formatted(endpoint, p256dh, AUTH);
    }

    @Test
    void a_nudge_is_pushed_to_every_device_and_one_that_is_gone_is_forgotten() throws Exception {
        KeyPair phone = P256.generate();
        try (var service = new Receiver();
                var other = new Receiver().then("410")) {
            var added = as("push-1", "POST", "/push-subscriptions", subscription(service.url(), phone));
            assertThat(added.statusCode()).isEqualTo(201);
            assertThat(JSON.readTree(added.body()).get("origin").asString())
                    .isEqualTo("http://127.0.0.1:" + service.port());
            assertThat(added.body()).doesNotContain("/in", "p256dh", AUTH);
            assertThat(as("push-1", "POST", "/push-subscriptions", subscription(service.url(), phone))
                            .statusCode())
                    .as("again")
                    .isEqualTo(200);
            assertThat(as("push-1", "POST", "/push-subscriptions", subscription(other.url(), P256.generate()))
                            .statusCode())
                    .isEqualTo(201);
            prefers("push-1", "{\"channels\":[\"WEB_PUSH\"]}");
            dueAtOnce("push-1");
            JsonNode nudge = awaitNudge("push-1", Nudge.State.DELIVERED, Nudge.Channel.WEB_PUSH);

            Receiver.Request pushed = service.requests().getFirst();
            assertThat(pushed.header("content-encoding")).isEqualTo("aes128gcm");
            assertThat(Integer.parseInt(pushed.header("ttl"))).isBetween(1_700, 1_800);
            assertThat(pushed.header("urgency")).isEqualTo("normal");
            // RFC 8030, 5.4: at most 32 of the alphabet of base64url.
            assertThat(pushed.header("topic")).matches("[A-Za-z0-9_-]{1,32}");
            String authorization = pushed.header("authorization");
            assertThat(authorization).endsWith(", k=" + VAPID_KEY);
            assertThat(PushCipherTest.holds(
                            authorization.substring("vapid t=".length(), authorization.indexOf(',')), VAPID_KEY))
                    .isTrue();
            byte[] message = PushCipherTest.Decrypted.of(pushed.body(), phone, PushCipherTest.bytes(AUTH));
            assertThat(JSON.readTree(message).get("nudgeId").asString())
                    .isEqualTo(nudge.get("id").asString());
            assertThat(JSON.readTree(message).get("text").asString())
                    .isEqualTo("Your exercises for today are coming up.");

            JsonNode left = JSON.readTree(
                            as("push-1", "GET", "/push-subscriptions", null).body())
                    .get("items");
            assertThat(left.size()).isEqualTo(1);
            String id = left.get(0).get("id").asString();
            assertThat(as("push-1", "DELETE", "/push-subscriptions/" + id, null).statusCode())
                    .isEqualTo(204);
            assertThat(problem(as("push-1", "DELETE", "/push-subscriptions/" + id, null)))
                    .isEqualTo("404 not-found");
        }
    }

    @Test
    void without_a_device_left_the_next_channel_has_the_nudge() throws Exception {
        try (var service = new Receiver().then("404")) {
            assertThat(as("push-2", "POST", "/push-subscriptions", subscription(service.url(), P256.generate()))
                            .statusCode())
                    .isEqualTo(201);
            prefers("push-2", "{\"channels\":[\"WEB_PUSH\",\"EMAIL\"],\"email\":\"push-2@example.org\"}");
            dueAtOnce("push-2");
            var _ = awaitNudge("push-2", Nudge.State.DELIVERED, Nudge.Channel.EMAIL);
            assertThat(Objects.requireNonNull(subscriptions).of("push-2")).isEmpty();
        }
    }

    @Test
    void a_browser_that_changes_hands_shows_the_new_users_nudges_only() {
        KeyPair browser = P256.generate();
        assertThat(as("push-3", "POST", "/push-subscriptions", subscription("http://127.0.0.1:9/b", browser))
                        .statusCode())
                .isEqualTo(201);
        assertThat(as("push-4", "POST", "/push-subscriptions", subscription("http://127.0.0.1:9/b", browser))
                        .statusCode())
                .isEqualTo(201);
        assertThat(Objects.requireNonNull(subscriptions).of("push-3")).isEmpty();
        assertThat(Objects.requireNonNull(subscriptions).of("push-4")).hasSize(1);
    }

    @Test
    void eight_devices_are_enough_and_they_are_nobody_elses_business() {
        KeyPair device = P256.generate();
        for (int i = 0; i < 8; i++) {
            assertThat(as("push-5", "POST", "/push-subscriptions", subscription("http://127.0.0.1:9/" + i, device))
                            .statusCode())
                    .isEqualTo(201);
        }
        assertThat(problem(as("push-5", "POST", "/push-subscriptions", subscription("http://127.0.0.1:9/9", device))))
                .isEqualTo("409 too-many");
        var _ = call(ISSUER.token("admin", "admin"), "PUT", "/v1/users/push-5/coaches/coach-anna", null);
        for (String method : List.of("GET", "POST")) {
            assertThat(problem(call(
                            ISSUER.token("coach-anna", "coach"),
                            method,
                            "/v1/users/push-5/push-subscriptions",
                            method.equals("POST") ? "{}" : null)))
                    .isEqualTo("403 forbidden");
        }
        String id =
                Objects.requireNonNull(subscriptions).of("push-5").getFirst().id();
        assertThat(problem(as("push-4", "DELETE", "/push-subscriptions/" + id, null)))
                .isEqualTo("404 not-found");
        assertThat(Objects.requireNonNull(subscriptions).of("push-5")).hasSize(8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {}                                                                                           | 422 validation-failed endpoint keys.p256dh keys.auth
        {"endpoint":"http://127.0.0.1:9/","keys":{"p256dh":"AAAA","auth":"AAAA"}}                     | 422 validation-failed keys.p256dh keys.auth
        {"endpoint":"http://127.0.0.1:9/","keys":{"p256dh":"%%","auth":"ä"}}                          | 422 validation-failed keys.p256dh keys.auth
        {"endpoint":"http://127.0.0.1:9/","keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAhw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}} | 422 validation-failed keys.p256dh
        {"endpoint":{}}                                                                              | 400 invalid-body
        {"endpoint":"http://127.0.0.1:9/","userId":"push-1"}                                         | 400 reserved-field
        nonsense                                                                                     | 400 invalid-body
        """)
    void a_subscription_that_is_none_is_refused(String body, String expected) {
        assertThat(problem(as("push-6", "POST", "/push-subscriptions", body))).isEqualTo(expected);
    }

    @Test
    void clients_subscribe_with_the_deployments_key() {
        assertThat(JSON.readTree(call(ISSUER.token("push-6", "user"), "GET", "/v1/push-key", null)
                                .body())
                        .get("publicKey")
                        .asString())
                .isEqualTo(VAPID_KEY);
        assertThat(problem(call(null, "GET", "/v1/push-key", null))).isEqualTo("401 unauthenticated");
    }

    // ---- mail

    private static @Nullable MimeMessage mailTo(String address) {
        return Arrays.stream(MAIL.getReceivedMessages())
                .filter(message -> com.icegreen.greenmail.util.GreenMailUtil.getAddressList(recipients(message))
                        .contains(address))
                .findFirst()
                .orElse(null);
    }

    private static jakarta.mail.Address[] recipients(MimeMessage message) {
        try {
            return message.getAllRecipients();
        } catch (jakarta.mail.MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String linkIn(String address) throws Exception {
        String header = Objects.requireNonNull(mailTo(address)).getHeader("List-Unsubscribe", null);
        String link = MimeUtility.unfold(header).replaceAll("[<>]", "");
        assertThat(link).startsWith("http://localhost:8083/unsubscribe/");
        return link.replace("http://localhost:8083", "");
    }

    private String channelsOf(String user) {
        return JSON.readTree(as(user, "GET", "/preferences", null).body())
                .get("channels")
                .toString();
    }

    @Test
    void a_mail_s_link_switches_e_mail_off_by_post_and_never_by_get() throws Exception {
        prefers("mail-9", "{\"channels\":[\"EMAIL\"],\"email\":\"mail-9@example.org\",\"language\":\"DE\"}");
        dueAtOnce("mail-9");
        var _ = awaitNudge("mail-9", Nudge.State.DELIVERED, Nudge.Channel.EMAIL);
        String link = linkIn("mail-9@example.org");

        var page = call(null, "GET", link, null);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'");
        assertThat(page.body()).contains("<button>Keine E-Mails mehr</button>").doesNotContain("mail-9");
        assertThat(call(null, "HEAD", link, null).statusCode()).isEqualTo(200);
        assertThat(channelsOf("mail-9")).isEqualTo("[\"EMAIL\"]");

        for (int i = 0; i < 2; i++) {
            assertThat(oneClick(link)).isEqualTo(200);
            assertThat(channelsOf("mail-9")).isEqualTo("[\"INBOX\"]");
        }
        assertThat(as("mail-9", "GET", "/preferences", null).headers().firstValue("ETag"))
                .as("the second time changed nothing")
                .hasValue("\"2\"");

        // An address of earlier times has no say over a new one.
        assertThat(put("mail-9", "\"2\"", "{\"channels\":[\"EMAIL\"],\"email\":\"other@example.org\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(oneClick(link)).isEqualTo(200);
        assertThat(channelsOf("mail-9")).isEqualTo("[\"EMAIL\"]");
    }

    // As RFC 8058, 3.1 has it.
    private int oneClick(String link) {
        return send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + link))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString("List-Unsubscribe=One-Click"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "RU1BSUx8bWFpbC04fEFBQUFBQUFBQUFBQQ.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "RU1BSUx8bWFpbC04fEFBQUFBQUFBQUFBQQ.",
                ".",
                "%00"
            })
    void a_forged_link_is_none_and_changes_nothing(String token) {
        for (String method : List.of("GET", "POST")) {
            var answer = call(null, method, "/unsubscribe/" + token, null);
            assertThat(answer.statusCode()).isIn(400, 404);
        }
        assertThat(problem(call(null, "DELETE", "/unsubscribe/nothing", null))).isEqualTo("405 method-not-allowed");
        assertThat(problem(call(null, "GET", "/unsubscribe/a/b", null))).isEqualTo("404 not-found");
    }

    // ---- receipts

    @Test
    void a_client_says_what_it_displayed_and_what_was_opened() {
        dueAtOnce("seen");
        String id = awaitNudge("seen", Nudge.State.DELIVERED, Nudge.Channel.INBOX)
                .get("id")
                .asString();
        assertThat(nudge("seen").has("displayedAt")).isFalse();
        String path = "/nudges/" + id + "/receipts";
        String first = as("seen", "POST", path, "{\"event\":\"DISPLAYED\"}").body();
        assertThat(as("seen", "POST", path, "{\"event\":\"DISPLAYED\"}").body()).isEqualTo(first);
        JsonNode opened =
                JSON.readTree(as("seen", "POST", path, "{\"event\":\"OPENED\"}").body());
        assertThat(opened.get("displayedAt")).isEqualTo(JSON.readTree(first).get("displayedAt"));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(nudge("seen")).isEqualTo(opened));

        for (String wrong : List.of("{}", "{\"event\":\"EATEN\"}")) {
            assertThat(problem(as("seen", "POST", path, wrong))).isEqualTo("422 validation-failed event");
        }
        assertThat(problem(as("seen", "POST", path, "{\"event\":[]}"))).isEqualTo("400 invalid-body");
        assertThat(problem(as("seen", "POST", "/nudges/none/receipts", "{\"event\":\"OPENED\"}")))
                .isEqualTo("404 not-found");
        assertThat(problem(call(
                        ISSUER.token("somebody", "user"), "POST", "/v1/users/seen" + path, "{\"event\":\"OPENED\"}")))
                .isEqualTo("404 not-found");
    }

    // ---- the inbox's stream

    /// A client that reads the stream of a user's inbox until it ends.
    private final class Listening implements AutoCloseable {
        final List<String> lines = new CopyOnWriteArrayList<>();
        final HttpResponse<java.io.InputStream> response;
        volatile boolean ended;

        Listening(String token, String user, @Nullable String lastEventId) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + port + "/v1/users/" + user + "/nudges/updates"))
                    .header("Authorization", "Bearer " + token)
                    .header("Accept", "text/event-stream");
            if (lastEventId != null) {
                request.header("Last-Event-ID", lastEventId);
            }
            response = send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            var _ = Thread.ofVirtual().start(() -> {
                try (var in = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        lines.add(line);
                    }
                } catch (IOException _) {
                    // closed by this side
                }
                ended = true;
            });
        }

        List<String> states() {
            return lines.stream()
                    .filter(line -> line.startsWith("data:"))
                    .map(line -> JSON.readTree(line.substring(5)).get("state").asString())
                    .toList();
        }

        String lastId() {
            return lines.stream()
                    .filter(line -> line.startsWith("id:"))
                    .reduce((_, last) -> last)
                    .orElseThrow()
                    .substring(3)
                    .strip();
        }

        void awaitLast(String state) {
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !states().isEmpty() && states().getLast().equals(state));
        }

        @Override
        public void close() throws IOException {
            response.body().close();
        }
    }

    @Test
    void a_stream_begins_with_what_is_open_and_has_every_change_within_a_second() throws Exception {
        dueAtOnce("live");
        String id = awaitNudge("live", Nudge.State.DELIVERED, Nudge.Channel.INBOX)
                .get("id")
                .asString();
        String token = ISSUER.token("live", "user");
        String last;
        try (var stream = new Listening(token, "live", null)) {
            assertThat(stream.response.statusCode()).isEqualTo(200);
            assertThat(stream.response.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            stream.awaitLast("DELIVERED");
            assertThat(stream.lines).contains(":open", "event:nudge");

            long asked = System.nanoTime();
            assertThat(as("live", "POST", "/nudges/" + id + "/snooze", "{\"minutes\":60}")
                            .statusCode())
                    .isEqualTo(200);
            stream.awaitLast("SNOOZED");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
            last = stream.lastId();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Objects.requireNonNull(streams).open() == 0);

        assertThat(as("live", "POST", "/nudges/" + id + "/dismiss", null).statusCode())
                .isEqualTo(200);
        var _ = awaitNudge("live", Nudge.State.DISMISSED, Nudge.Channel.INBOX);
        try (var again = new Listening(token, "live", last);
                var anew = new Listening(token, "live", null)) {
            again.awaitLast("DISMISSED");
            await().until(() -> anew.lines.contains(":open"));
            assertThat(anew.states())
                    .as("who begins anew is not told of what is closed")
                    .isEmpty();
        }
    }

    @Test
    void row62_a_forged_place_in_the_stream_shows_nobody_elses() throws Exception {
        dueAtOnce("placed");
        var _ = awaitNudge("placed", Nudge.State.DELIVERED, Nudge.Channel.INBOX);
        String last;
        try (var own = new Listening(ISSUER.token("placed", "user"), "placed", null)) {
            own.awaitLast("DELIVERED");
            last = own.lastId();
        }
        for (String forged : List.of(last, "-1", "0", "x".repeat(10 * 1024), "{\"$gt\":\"\"}", "9".repeat(40))) {
            try (var other = new Listening(ISSUER.token("forger", "user"), "forger", forged)) {
                assertThat(other.response.statusCode()).isIn(200, 400);
                if (other.response.statusCode() == 200) {
                    await().atMost(Duration.ofSeconds(20)).until(() -> other.lines.contains(":open"));
                    assertThat(other.states())
                            .as("of somebody who has no nudges")
                            .isEmpty();
                }
            }
        }
        try (var foreign = new Listening(ISSUER.token("forger", "user"), "placed", last)) {
            assertThat(foreign.response.statusCode()).isEqualTo(404);
        }
    }

    @Test
    void an_instance_that_decides_nothing_tells_of_it_too() {
        // A second instance as far as streams go: its own tail, its own streams.
        var elsewhere = new InboxStreams();
        var other = new Tail(
                List.of(Topic.NUDGES),
                Objects.requireNonNull(consumers),
                Objects.requireNonNull(topics),
                elsewhere::on);
        elsewhere.start();
        other.start();
        var seen = new CopyOnWriteArrayList<Nudge.State>();
        try {
            await().atMost(Duration.ofSeconds(20)).until(other::following);
            var _ = elsewhere
                    .open("elsewhere", "elsewhere", Mono.just(new InboxStreams.Snapshot(List.of(), 0)))
                    .mapNotNull(ServerSentEvent::data)
                    .subscribe(nudge -> seen.add(Objects.requireNonNull(nudge.state())));
            dueAtOnce("elsewhere");
            await().atMost(Duration.ofSeconds(20)).until(() -> seen.contains(Nudge.State.DELIVERED));
        } finally {
            other.stop();
            elsewhere.stop();
        }
    }

    @Test
    void a_stream_ends_with_its_token() throws Exception {
        Instant soon = Instant.now().plusSeconds(3);
        String token = ISSUER.signed(
                _ -> {},
                claims ->
                        claims.subject("brief").claim("roles", List.of("user")).expirationTime(Date.from(soon)));
        try (var stream = new Listening(token, "brief", null)) {
            await().atMost(Duration.ofSeconds(2)).until(() -> stream.lines.contains(":open"));
            assertThat(stream.ended).isFalse();
            await().atMost(Duration.ofSeconds(6)).until(() -> stream.ended);
        }
    }

    @Test
    void a_coachs_stream_ends_with_the_access_within_five_seconds() throws Exception {
        String admin = ISSUER.token("admin", "admin");
        String path = "/v1/users/watched/coaches/coach-anna";
        assertThat(call(admin, "PUT", path, null).statusCode()).isEqualTo(201);
        String coach = ISSUER.token("coach-anna", "coach");
        try (var stream = new Listening(coach, "watched", null)) {
            await().atMost(Duration.ofSeconds(2)).until(() -> stream.lines.contains(":open"));
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(7)).until(() -> !stream.ended);
            assertThat(call(admin, "DELETE", path, null).statusCode()).isEqualTo(204);
            await().atMost(Duration.ofMillis(5_500)).until(() -> stream.ended);
        }
        assertThat(problem(call(coach, "GET", "/v1/users/watched/nudges/updates", null)))
                .isEqualTo("404 not-found");
    }

    @Test
    void a_fourth_stream_of_one_caller_is_refused_and_no_stream_is_left_behind() throws Exception {
        String token = ISSUER.token("many", "user");
        try (var one = new Listening(token, "many", null);
                var two = new Listening(token, "many", null);
                var three = new Listening(token, "many", null)) {
            await().until(() -> List.of(one, two, three).stream().allMatch(s -> s.lines.contains(":open")));
            assertThat(problem(call(token, "GET", "/v1/users/many/nudges/updates", null)))
                    .isEqualTo("429 too-many-streams");
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            try (var next = new Listening(token, "many", null)) {
                return next.response.statusCode() == 200;
            }
        });
    }
}
