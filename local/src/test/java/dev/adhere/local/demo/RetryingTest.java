package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetryingTest {

    /// Closes the connection without an answer.
    private static final int NONE = 0;

    private final Deque<Integer> answers = new ArrayDeque<>();
    private int asked;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked++;
            int status = answers.size() > 1 ? answers.remove() : answers.element();
            if (status != NONE) {
                exchange.sendResponseHeaders(status, -1);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int status(Duration patience, Integer... given) throws Exception {
        answers.addAll(List.of(given));
        URI here = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return new Retrying(HttpClient.newHttpClient(), patience, Duration.ofMillis(1))
                .send(HttpRequest.newBuilder(here).PUT(BodyPublishers.noBody()).build())
                .statusCode();
    }

    @Test
    void a_service_that_cannot_answer_now_is_asked_again() throws Exception {
        assertThat(status(Duration.ofMinutes(1), NONE, 503, NONE, 503, 201)).isEqualTo(201);
        assertThat(asked).isEqualTo(5);
    }

    @Test
    void any_other_answer_is_the_answer() throws Exception {
        assertThat(status(Duration.ofMinutes(1), 500, 200)).isEqualTo(500);
        assertThat(answers).containsExactly(200);
    }

    @Test
    void patience_ends() throws Exception {
        assertThat(status(Duration.ZERO, 503, 200)).isEqualTo(503);
        answers.clear();
        assertThatThrownBy(() -> status(Duration.ZERO, NONE)).isInstanceOf(IOException.class);
        assertThat(asked).isEqualTo(2);
    }
}
