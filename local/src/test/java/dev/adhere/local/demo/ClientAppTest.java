package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a server that answers as the services do when they are in trouble.
class ClientAppTest {

    /// Answers one request whose lines are given.
    private interface Answer {
        void to(HttpExchange exchange, List<String> lines) throws IOException;
    }

    private final List<List<String>> streams = new ArrayList<>();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> settled = new ArrayList<>();
    private int tokens;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/oauth2/token", exchange -> {
            tokens++;
            answer(exchange, 200, "{\"access_token\":\"t" + tokens + "\",\"expires_in\":3600}");
        });
        server.createContext("/v1/events", exchange -> {
            List<String> lines = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            streams.add(lines);
            answers.remove().to(exchange, lines);
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String outcome(int line, String status) {
        String problem = status.equals("rejected")
                ? ",\"problem\":{\"type\":\"urn:adhere:problem:event-in-future\",\"status\":422}"
                : "";
        return "{\"line\":" + line + ",\"id\":\"x\",\"status\":\"" + status + "\"" + problem + "}\n";
    }

    private static String all(List<String> lines) {
        return IntStream.rangeClosed(1, lines.size())
                .mapToObj(line -> outcome(line, "accepted"))
                .reduce("", String::concat);
    }

    private static List<Letter> letters(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> Letter.of("id-" + n, "{\"id\":\"id-" + n + "\"}"))
                .toList();
    }

    private List<Letter> send(List<Letter> letters, Duration patience) throws Exception {
        URI here = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        HttpClient http = HttpClient.newHttpClient();
        return new ClientApp(http, here, new Tokens(http, here, "demo"), "user-001")
                .send(letters, patience, new ClientApp.Listener() {
                    @Override
                    public void settled(Letter letter, @Nullable String problem) {
                        settled.add(letter.key() + " " + problem);
                    }
                });
    }

    @Test
    void whatIsToBeRetriedIsSentAgainInTheSameWordsAndNothingElseIs() throws Exception {
        answers.add((exchange, _) ->
                answer(exchange, 200, outcome(3, "accepted") + outcome(1, "rejected") + outcome(2, "retry")));
        answers.add((exchange, lines) -> answer(exchange, 200, all(lines)));
        assertThat(send(letters(3), Duration.ofSeconds(20))).isEmpty();
        assertThat(streams.get(1)).containsExactly("{\"id\":\"id-2\"}");
        assertThat(settled).containsExactly("id-3 null", "id-1 event-in-future", "id-2 null");
    }

    @Test
    void anOverloadedServiceIsLeftAloneForAsLongAsItAsks() throws Exception {
        answers.add((exchange, _) -> {
            exchange.getResponseHeaders().add("Retry-After", "1");
            answer(exchange, 503, "");
        });
        answers.add((exchange, lines) -> answer(exchange, 200, all(lines)));
        long began = System.nanoTime();
        assertThat(send(letters(2), Duration.ofSeconds(20))).isEmpty();
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(1_000_000_000L);
        assertThat(streams.get(1)).isEqualTo(streams.get(0));
    }

    @Test
    void aStreamThatIsCutLeavesItsUnknownLinesToBeSentAgain() throws Exception {
        answers.add((exchange, _) -> {
            exchange.sendResponseHeaders(200, 1_000); // more than ever comes
            exchange.getResponseBody()
                    .write((outcome(1, "accepted") + "{\"line\":2,\"sta").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        });
        answers.add((exchange, lines) -> answer(exchange, 200, all(lines)));
        assertThat(send(letters(2), Duration.ofSeconds(20))).isEmpty();
        assertThat(streams.get(1)).containsExactly("{\"id\":\"id-2\"}");
        assertThat(settled).containsExactly("id-1 null", "id-2 null");
    }

    @Test
    void aTokenThatIsRefusedIsFetchedAnew() throws Exception {
        answers.add((exchange, _) -> answer(exchange, 401, ""));
        answers.add((exchange, lines) -> answer(
                exchange,
                "Bearer t2".equals(exchange.getRequestHeaders().getFirst("Authorization")) ? 200 : 500,
                all(lines)));
        assertThat(send(letters(1), Duration.ofSeconds(5))).isEmpty();
        assertThat(tokens).isEqualTo(2);
    }

    @Test
    void whatHasNoOutcomeInTimeIsHandedBack() throws Exception {
        for (int i = 0; i < 20; i++) {
            answers.add((exchange, _) -> answer(exchange, 200, outcome(1, "retry")));
        }
        assertThat(send(letters(1), Duration.ofSeconds(1))).isEqualTo(letters(1));
        assertThat(streams).hasSizeBetween(2, 4);
        assertThat(settled).isEmpty();
    }

    @Test
    void anAppThatIsRefusedAsAWholeDoesNotTryAgain() {
        answers.add((exchange, _) -> answer(exchange, 403, "{}"));
        assertThatThrownBy(() -> send(letters(1), Duration.ofSeconds(5)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("403");
        assertThat(streams).hasSize(1);
    }

    @Test
    void aLongHistoryGoesInSeveralStreams() throws Exception {
        for (int i = 0; i < 3; i++) {
            answers.add((exchange, lines) -> answer(exchange, 200, all(lines)));
        }
        assertThat(send(letters(1_200), Duration.ofSeconds(20))).isEmpty();
        assertThat(streams).hasSize(3);
        assertThat(settled).hasSize(1_200).doesNotHaveDuplicates();
    }
}
