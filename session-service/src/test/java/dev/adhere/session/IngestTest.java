package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Streams of events against a broker that takes only so many a second and gives up on what waits too long.
class IngestTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LINES_A_CHUNK = 40;

    /// Acknowledges in order, on a thread of its own, as Kafka's producer does.
    private static final class Broker implements AutoCloseable {

        private record Waiting(CompletableFuture<Object> ack, long since) {}

        private static final int TICK_MILLIS = 5;
        private static final long PATIENCE_NANOS = Duration.ofMillis(1_300).toNanos();

        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private final Set<String> senders = ConcurrentHashMap.newKeySet();
        private final ScheduledExecutorService thread =
                new ScheduledThreadPoolExecutor(1, r -> new Thread(r, "broker"));
        private int most;

        Broker(int perSecond) {
            int perTick = perSecond * TICK_MILLIS / 1_000;
            var _ = thread.scheduleAtFixedRate(() -> tick(perTick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void tick(int acknowledged) {
            for (Waiting next = poll(PATIENCE_NANOS); next != null; next = poll(PATIENCE_NANOS)) {
                next.ack().completeExceptionally(new TimeoutException("too late"));
            }
            for (int i = 0; i < acknowledged; i++) {
                Waiting next = poll(0);
                if (next != null) {
                    next.ack().complete("acknowledged");
                }
            }
        }

        private synchronized @Nullable Waiting poll(long waitedNanos) {
            Waiting next = waiting.peek();
            return next != null && System.nanoTime() - next.since() >= waitedNanos ? waiting.poll() : null;
        }

        private synchronized CompletableFuture<Object> send() {
            senders.add(Thread.currentThread().getName().replaceAll("\\d+", ""));
            var ack = new CompletableFuture<>();
            waiting.add(new Waiting(ack, System.nanoTime()));
            most = Math.max(most, waiting.size());
            return ack;
        }

        @SuppressWarnings("unchecked")
        KafkaOperations<String, byte[]> client() {
            return (KafkaOperations<String, byte[]>) Proxy.newProxyInstance(
                    IngestTest.class.getClassLoader(), new Class<?>[] {KafkaOperations.class}, (_, method, _) -> {
                        assertThat(method.getName()).isEqualTo("send");
                        return send();
                    });
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }

    private static Flux<DataBuffer> body(String user, int lines) {
        Instant time = Instant.now().minusSeconds(60);
        return Flux.range(0, lines / LINES_A_CHUNK)
                .map(chunk -> IntStream.range(0, LINES_A_CHUNK)
                        .mapToObj(n ->
                                "{\"specversion\":\"1.0\",\"id\":\"%s.%d.%d\",\"source\":\"app\",\"type\":\"dev.adhere.completed-set.v1\",\"time\":\"%s\",\"data\":{\"exerciseId\":\"bridge\",\"zone\":\"UTC\"}}\n"
                                        .formatted(user, chunk, n, time))
                        .collect(Collectors.joining()))
                .map(text -> DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// How many lines of all these streams, opened at once, had which outcome.
    private static Map<String, Long> outcomes(Broker broker, int streams, int lines) {
        var metrics = new Metrics(new SimpleMeterRegistry());
        var sender = new Sender(new EventReader(_ -> true), broker.client(), metrics, Clock.systemUTC());
        var controller = new EventController(sender, metrics, JSON, Duration.ofSeconds(60));
        List<String> answers = Objects.requireNonNull(Flux.range(0, streams)
                .flatMap(
                        n -> {
                            var exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/v1/events")
                                    .contentType(MediaType.APPLICATION_NDJSON)
                                    .body(body("user-" + n, lines)));
                            return controller.stream(exchange, new Caller("user-" + n, Set.of(Role.USER)))
                                    .then(Mono.defer(exchange.getResponse()::getBodyAsString));
                        },
                        streams)
                .collectList()
                .block(Duration.ofSeconds(60)));
        return answers.stream()
                .flatMap(String::lines)
                .<JsonNode>map(JSON::readTree)
                .collect(Collectors.groupingBy(o -> o.get("status").stringValue(), Collectors.counting()));
    }

    @Test
    void nothing_is_sent_on_the_thread_that_brings_the_outcomes() {
        // So slow that the stream has as much in flight as it may, and every acknowledgement asks for a line more.
        try (var broker = new Broker(2_000)) {
            assertThat(outcomes(broker, 1, 4_000)).isEqualTo(Map.of("accepted", 4_000L));
            assertThat(broker.most).isGreaterThan(1_000);
            assertThat(broker.senders).containsExactly("ingest-");
        }
    }

    @Test
    void more_than_the_broker_takes_is_waited_for_and_not_given_back() {
        try (var broker = new Broker(4_000)) {
            // What runs for the first time takes its time.
            assertThat(outcomes(broker, 1, 1_000)).isEqualTo(Map.of("accepted", 1_000L));
            assertThat(outcomes(broker, 40, 400)).isEqualTo(Map.of("accepted", 16_000L));
            assertThat(broker.most).isBetween(1_500, Sender.MOST_IN_FLIGHT);
        }
    }

    @Test
    void a_broker_that_takes_nothing_holds_up_no_stream() {
        try (var broker = new Broker(0)) {
            assertThat(outcomes(broker, 30, 1_000)).isEqualTo(Map.of("retry", 30_000L));
        }
    }
}
