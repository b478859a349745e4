package dev.adhere.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the user's page serves, what it passes on and what it does not.
@Timeout(60)
class UserPageTest {

    private static final Path FILES = Path.of("src/main/resources/dev/adhere/page");

    private record Asked(String method, String uri, Map<String, List<String>> headers, String body) {}

    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpServer service;
    private final UserPage page;

    UserPageTest() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        service.createContext("/", this::answer);
        URI uri = URI.create("http://127.0.0.1:" + service.getAddress().getPort());
        page = UserPage.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Set.of("exercises.example.org"),
                http,
                Map.of("session", uri, "gone", URI.create("http://127.0.0.1:1")),
                new UserPage.Provider(URI.create("http://localhost:9000/oauth2/authorize"), uri.resolve("/tokens")),
                Duration.ofMinutes(5));
    }

    @BeforeEach
    void start() {
        service.start();
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        page.close();
        service.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add(new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                Map.copyOf(exchange.getRequestHeaders()),
                body));
        exchange.getResponseHeaders().set("Set-Cookie", "stray=1");
        exchange.getResponseHeaders().set("ETag", "\"7\"");
        if (exchange.getRequestURI().getPath().endsWith("/updates")) {
            stream(exchange);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
        exchange.sendResponseHeaders(409, 2);
        exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
        exchange.close();
    }

    private void stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream;charset=UTF-8");
        exchange.sendResponseHeaders(200, 0);
        try (var out = exchange.getResponseBody()) {
            out.write("data:one\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            while (!goOn.await(50, TimeUnit.MILLISECONDS)) {
                out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (IOException _) {
            left.countDown();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + page.port() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void aCallReachesItsServiceWithWhatTheApiKnowsAndNothingElse() throws Exception {
        HttpResponse<String> answer = send(to("/api/session/v1/events?size=2&from=2026-11-20T07%3A00%3A00Z")
                .header("Authorization", "Bearer x")
                .header("Content-Type", "application/x-ndjson")
                .header("Cookie", "adhere=of-the-dashboard")
                .header("Origin", "http://localhost:8084")
                .header("X-Forwarded-For", "10.0.0.1")
                .POST(BodyPublishers.ofString("{}\n{}\n")));
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).isEqualTo("{}");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("ETag")).hasValue("\"7\"");
        assertThat(answer.headers().map()).doesNotContainKey("Set-Cookie");
        Asked call = asked.take();
        assertThat(call.method()).isEqualTo("POST");
        assertThat(call.uri()).isEqualTo("/v1/events?size=2&from=2026-11-20T07%3A00%3A00Z");
        assertThat(call.body()).isEqualTo("{}\n{}\n");
        assertThat(call.headers())
                .containsEntry("Authorization", List.of("Bearer x"))
                .containsEntry("Content-type", List.of("application/x-ndjson"))
                .doesNotContainKeys("Cookie", "Origin", "X-forwarded-for");
    }

    @Test
    void aCodeBecomesATokenAtTheIssuer() throws Exception {
        var _ = send(to("/api/token").POST(BodyPublishers.ofString("grant_type=authorization_code")));
        Asked call = asked.take();
        assertThat(call.uri()).isEqualTo("/tokens");
        assertThat(call.body()).isEqualTo("grant_type=authorization_code");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/",
                "/api/session",
                "/api/session/",
                "/api/session/clients/user-001",
                "/api/session/actuator/health",
                "/api/session/v1/../clients/user-001",
                "/api/session/v1/%2e%2e/clients",
                "/api/session//v1/events",
                "/api/token/more",
                "/api/tokens",
                "/api/elsewhere/v1/events",
                "/api/http://example.org/v1/events",
                "/nothing.js",
                "/page/index.html",
                "/../pom.xml"
            })
    void nothingElseIsPassedOnOrServed(String path) throws Exception {
        assertThat(raw("GET " + path, "localhost:" + page.port())).isEqualTo("404");
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"adhere.example.org", "exercises.example.org:1", "localhost", "localhost:1"})
    void anotherNameForThisMachineIsRefused(String host) throws Exception {
        assertThat(raw("GET /", host)).isEqualTo("421");
        assertThat(raw("GET /api/session/v1/events", host)).isEqualTo("421");
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exercises.example.org", "localhost:%d", "127.0.0.1:%d"})
    void underItsOwnNamesItAnswers(String host) throws Exception {
        assertThat(raw("GET /", host.formatted(page.port()))).isEqualTo("200");
    }

    // As it stands: clients in between would tidy the path up.
    private String raw(String line, String host) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), page.port())) {
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.split(" ", 3)[1];
        }
    }

    @Test
    void aServiceThatIsNotThereIsAProblemForAMoment() throws Exception {
        HttpResponse<String> answer = send(to("/api/gone/v1/events"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.body()).contains("urn:adhere:problem:temporarily-unavailable");
    }

    @Test
    void aStreamComesAsItIsWrittenAndEndsAtTheServiceWhenTheBrowserGoes() throws Exception {
        HttpResponse<InputStream> answer =
                http.send(to("/api/session/v1/users/u/nudges/updates").build(), BodyHandlers.ofInputStream());
        try (var body = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(body.readLine()).isEqualTo("data:one");
        }
        assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void everyFileOfThePageIsServedUnderAPolicyThatRunsNothingElse() throws Exception {
        try (var files = Files.list(FILES)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                HttpResponse<String> answer = send(to(name.equals("index.html") ? "/" : "/" + name));
                assertThat(answer.statusCode()).as(name).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(Files.readString(file));
                assertThat(answer.headers()
                                .firstValue("Content-Security-Policy")
                                .orElse(""))
                        .contains("default-src 'none'", "script-src 'self';", "style-src 'self';")
                        .doesNotContain("unsafe");
            }
        }
        JsonNode settings =
                JsonMapper.shared().readTree(send(to("/settings.json")).body());
        assertThat(settings.get("authorizationUri").asString()).isEqualTo("http://localhost:9000/oauth2/authorize");
        assertThat(settings.get("clockShiftMillis").asLong()).isEqualTo(300_000);
        assertThat(send(to("/").POST(BodyPublishers.noBody())).statusCode()).isEqualTo(405);
    }

    @Test
    void everyFileIsThereWithoutAConnectionToo() throws IOException {
        String worker = Files.readString(FILES.resolve("sw.js"));
        try (var files = Files.list(FILES)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> !name.equals("index.html") && !name.equals("sw.js")))
                    .allSatisfy(name -> assertThat(worker).contains("\"/" + name + "\""));
        }
    }

    @Test
    void bothLanguagesSayTheSameThings() throws IOException {
        JsonNode english = JsonMapper.shared().readTree(Files.readString(FILES.resolve("words.en.json")));
        JsonNode german = JsonMapper.shared().readTree(Files.readString(FILES.resolve("words.de.json")));
        assertThat(german.propertyNames()).containsExactlyInAnyOrderElementsOf(english.propertyNames());
        for (String key : english.propertyNames()) {
            assertThat(values(german.get(key).asString()))
                    .as(key)
                    .isEqualTo(values(english.get(key).asString()));
        }
    }

    private static TreeSet<String> values(String text) {
        var values = new TreeSet<String>();
        var names = Pattern.compile("\\{\\w+}").matcher(text);
        while (names.find()) {
            values.add(names.group());
        }
        return values;
    }
}
