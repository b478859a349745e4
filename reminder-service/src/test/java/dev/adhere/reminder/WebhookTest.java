package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Nudge;
import dev.adhere.reminder.Nudging.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What an attempt to tell a webhook comes to, whatever its other end does.
class WebhookTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Instant AT = Instant.parse("2025-03-05T16:30:00Z");
    private static final OutboundSettings LOOPBACK = new OutboundSettings(true, List.of("127.0.0.0/8"));
    private static final Duration STEP = Duration.ofMillis(500);

    private static Courier.Letter letter(String url) {
        Preferences d = Preferences.DEFAULT;
        return new Courier.Letter(
                "0f8fad5b-d9cb-469f-a165-70867728950e.1741192200",
                "user-001",
                new Nudge(
                        "0f8fad5b-d9cb-469f-a165-70867728950e",
                        Nudge.Kind.RECOVERY,
                        LocalDate.parse("2025-03-05"),
                        AT,
                        Nudge.Outcome.SENT,
                        null,
                        "A new day.",
                        null,
                        Nudge.Channel.WEBHOOK,
                        Nudge.State.SENDING),
                new Preferences(
                        null,
                        d.preferredTime(),
                        d.quietHours(),
                        List.of(Nudge.Channel.WEBHOOK),
                        null,
                        Set.of(),
                        true,
                        d.language(),
                        new Preferences.Webhook(url, SECRET),
                        1),
                AT.plusSeconds(7),
                AT.plusSeconds(1_800));
    }

    private static Nudging.Ended send(OutboundSettings settings, String url) throws Exception {
        return send(new PublicAddresses(settings), url);
    }

    private static Nudging.Ended send(PublicAddresses addresses, String url) throws Exception {
        try (var outbound = new Outbound(addresses, STEP, STEP.multipliedBy(3))) {
            return new Webhook(outbound, JsonMapper.shared()).send(letter(url));
        }
    }

    @Test
    void a_signature_is_the_one_of_the_specifications_example() {
        byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
        assertThat(Webhook.signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void it_is_told_that_there_is_a_nudge_and_nothing_of_it() throws Exception {
        try (var receiver = new Receiver()) {
            assertThat(send(LOOPBACK, receiver.url()).result()).isEqualTo(Result.TAKEN);
            Receiver.Request request = receiver.requests().getFirst();
            assertThat(request.line()).isEqualTo("POST /in HTTP/1.1");
            assertThat(request.header("content-type")).startsWith("application/json");
            assertThat(request.header("webhook-id")).isEqualTo("0f8fad5b-d9cb-469f-a165-70867728950e.1741192200");
            assertThat(request.header("webhook-timestamp")).isEqualTo("1741192207");
            assertThat(request.header("webhook-signature"))
                    .isEqualTo(Webhook.signature(SECRET, request.header("webhook-id"), 1_741_192_207, request.body()));
            assertThat(new String(request.body(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"type\":\"nudge.sent\",\"timestamp\":\"2025-03-05T16:30:00Z\","
                            + "\"data\":{\"nudgeId\":\"0f8fad5b-d9cb-469f-a165-70867728950e\"}}");
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "200, TAKEN, 0",
        "202, TAKEN, 0",
        "204, TAKEN, 0",
        "endless, TAKEN, 0",
        "500, LATER, 0",
        "503 Retry-After: 120, LATER, 120",
        "429 Retry-After: 60, LATER, 60",
        "'429 Retry-After: Wed, 05 Mar 2025 16:31:07 GMT', LATER, 60",
        "429 Retry-After: soon, LATER, 0",
        "429 Retry-After: -5, LATER, 0",
        "'429 Retry-After: Wed, 05 Mar 2025 16:00:00 GMT', LATER, 0",
        "400, LATER, 0",
        "404, LATER, 0",
        "410, GONE, 0",
        "reset, LATER, 0",
        "reset at once, LATER, 0",
        "silence, LATER, 0",
        "drip, LATER, 0",
    })
    void whatever_its_other_end_does(String step, Result result, long pause) throws Exception {
        try (var receiver = new Receiver().then(step)) {
            var started = System.nanoTime();
            assertThat(send(LOOPBACK, receiver.url())).isEqualTo(new Nudging.Ended(result, Duration.ofSeconds(pause)));
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void who_cannot_prove_the_name_is_told_nothing(@TempDir Path folder) throws Exception {
        try (var server =
                (SSLServerSocket) selfSigned(folder).getServerSocketFactory().createServerSocket(0)) {
            var told = new CompletableFuture<Boolean>();
            var _ = Thread.ofVirtual().start(() -> {
                try (var socket = server.accept()) {
                    told.complete(socket.getInputStream().read() >= 0);
                } catch (IOException _) {
                    told.complete(false);
                }
            });
            assertThat(send(LOOPBACK, "https://127.0.0.1:" + server.getLocalPort() + "/")
                            .result())
                    .isEqualTo(Result.LATER);
            assertThat(told.get(5, TimeUnit.SECONDS)).isFalse();
        }
    }

    // A certificate for 127.0.0.1 that nobody vouches for.
    private static SSLContext selfSigned(Path folder) throws Exception {
        Path file = folder.resolve("keys");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "hooks",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "password",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        var store = KeyStore.getInstance(file.toFile(), "password".toCharArray());
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "password".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void nobody_there_is_asked_later() throws Exception {
        int nobody;
        try (var receiver = new Receiver()) {
            nobody = receiver.port();
        }
        assertThat(send(LOOPBACK, "http://127.0.0.1:" + nobody + "/").result()).isEqualTo(Result.LATER);
    }

    @Test
    void an_attempt_is_one_request_whatever_the_client_library_would_try() throws Exception {
        try (var receiver = new Receiver().then("503 Retry-After: 1", "429 Retry-After: 1");
                var outbound = new Outbound(new PublicAddresses(LOOPBACK))) {
            var webhook = new Webhook(outbound, JsonMapper.shared());
            for (int attempt = 1; attempt <= 2; attempt++) {
                assertThat(webhook.send(letter(receiver.url())).result()).isEqualTo(Result.LATER);
                assertThat(receiver.requests()).hasSize(attempt);
            }
        }
    }

    @Test
    void answers_that_are_not_read_to_their_end_hold_no_connection() throws Exception {
        try (var receiver = new Receiver();
                var outbound = new Outbound(new PublicAddresses(LOOPBACK), STEP, STEP.multipliedBy(3))) {
            var webhook = new Webhook(outbound, JsonMapper.shared());
            for (int i = 0; i < 70; i++) {
                assertThat(webhook.send(letter(receiver.then("endless").url())).result())
                        .isEqualTo(Result.TAKEN);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"301", "302", "303", "307", "308"})
    void a_redirect_is_not_followed_wherever_it_leads(String status) throws Exception {
        try (var inside = new Receiver();
                var receiver = new Receiver().then(status + " Location: " + inside.url())) {
            assertThat(send(LOOPBACK, receiver.url()).result()).isEqualTo(Result.LATER);
            assertThat(receiver.requests()).hasSize(1);
            assertThat(inside.requests()).isEmpty();
        }
    }

    @Test
    void an_address_inside_is_not_sent_to_though_it_was_saved_in_other_times() throws Exception {
        try (var inside = new Receiver()) {
            var http = new OutboundSettings(true, List.of());
            for (String url : List.of(
                    inside.url(),
                    "http://localhost:" + inside.port() + "/",
                    "http://2130706433:" + inside.port() + "/",
                    "http://[::ffff:127.0.0.1]:" + inside.port() + "/")) {
                assertThat(send(http, url).result()).as(url).isNotEqualTo(Result.TAKEN);
            }
            assertThat(send(new OutboundSettings(false, List.of("127.0.0.0/8")), inside.url())
                            .result())
                    .as("http")
                    .isEqualTo(Result.REFUSED);
            assertThat(inside.requests()).isEmpty();
        }
    }

    @Test
    void the_connection_goes_to_the_address_that_was_checked_though_the_name_has_another_one_by_then()
            throws Exception {
        try (var receiver = new Receiver()) {
            var asked = new java.util.concurrent.atomic.AtomicInteger();
            // The first answer passes and is loopback here; whoever asked again would be led elsewhere.
            var addresses = new PublicAddresses(LOOPBACK, host -> {
                if (!host.equals("hooks.example.org")) {
                    throw new UnknownHostException();
                }
                return new InetAddress[] {InetAddress.ofLiteral(asked.getAndIncrement() == 0 ? "127.0.0.1" : "10.0.0.1")
                };
            });
            assertThat(send(addresses, "http://hooks.example.org:" + receiver.port() + "/in")
                            .result())
                    .isEqualTo(Result.TAKEN);
            assertThat(asked).hasValue(1);
            assertThat(receiver.requests().getFirst().header("host")).isEqualTo("hooks.example.org:" + receiver.port());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "whsec_",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==",
                "whsec_not base64 at all, though long enough",
                "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            })
    void what_is_no_secret(String text) {
        assertThat(Webhook.isSecret(text)).isFalse();
        assertThat(Webhook.isSecret(SECRET)).isTrue();
    }
}
