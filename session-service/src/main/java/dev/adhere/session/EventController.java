package dev.adhere.session;

import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.telemetry.Trace;
import dev.adhere.platform.web.Lines;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.StrictJson;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `POST /v1/events`: one event, a batch, or a stream of any length.
@RestController
class EventController {

    private static final String SINGLE = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json";
    private static final int MOST_BYTES_SINGLE = 64 * 1024;
    private static final int MOST_BYTES_BATCH = 1024 * 1024;
    private static final int MOST_EVENTS = 1_000;
    // Of a stream, each what came from the network at once.
    private static final int PARTS_IN_FLIGHT = 64;

    private final Sender sender;
    private final Metrics metrics;
    private final JsonMapper json;
    private final Duration silence;

    /// @param silence after which a stream of which nothing comes is ended
    EventController(
            Sender sender,
            Metrics metrics,
            JsonMapper json,
            @Value("${adhere.events.silence:PT60S}") Duration silence) {
        this.sender = sender;
        this.metrics = metrics;
        this.json = json;
        this.silence = silence;
    }

    @PostMapping(path = "/v1/events", consumes = SINGLE)
    Mono<ResponseEntity<Object>> single(ServerWebExchange exchange, Caller caller) {
        Header trace = Trace.header(exchange);
        return body(exchange.getRequest(), caller, MOST_BYTES_SINGLE)
                .doOnError(metrics::refused)
                .publishOn(sender.scheduler())
                .flatMap(bytes -> Mono.fromFuture(sender.take(1, bytes, caller.userId(), trace), true))
                .map(outcome -> {
                    if (outcome.problem() != null) {
                        throw outcome.problem().asException();
                    }
                    return ResponseEntity.accepted().body(outcome);
                });
    }

    @PostMapping(path = "/v1/events", consumes = BATCH)
    Mono<ResponseEntity<List<Outcome>>> batch(ServerWebExchange exchange, Caller caller) {
        Header trace = Trace.header(exchange);
        return body(exchange.getRequest(), caller, MOST_BYTES_BATCH)
                .publishOn(sender.scheduler())
                .map(EventController::events)
                .doOnError(metrics::refused)
                .flatMap(events -> all(events, caller.userId(), trace))
                .map(ResponseEntity::ok);
    }

    private Mono<List<Outcome>> all(JsonNode events, String userId, @Nullable Header trace) {
        var outcomes = new ArrayList<CompletableFuture<Outcome>>(events.size());
        for (JsonNode event : events) {
            outcomes.add(sender.take(outcomes.size() + 1, event, userId, trace));
        }
        return Mono.fromFuture(CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new)), true)
                .then(Mono.fromSupplier(() ->
                        outcomes.stream().map(CompletableFuture::resultNow).toList()));
    }

    private static JsonNode events(byte[] bytes) {
        JsonNode events;
        try {
            events = StrictJson.MAPPER.readTree(bytes);
        } catch (JacksonException _) {
            throw Problem.invalidBody("This is not JSON within the limits.").asException();
        }
        if (!events.isArray()) {
            throw Problem.invalidBody("A batch is an array of events.").asException();
        }
        if (events.size() > MOST_EVENTS) {
            throw tooLarge("A batch has at most 1,000 events.").asException();
        }
        return events;
    }

    /// Answers while it reads: an outcome is written as soon as it is known, in whatever order that is. What
    /// is not yet answered bounds what is read, so a stream may be as long as it likes.
    @PostMapping(path = "/v1/events", consumes = MediaType.APPLICATION_NDJSON_VALUE)
    Mono<Void> stream(ServerWebExchange exchange, Caller caller) {
        caller.require(Role.USER);
        identityOnly(exchange.getRequest());
        Header trace = Trace.header(exchange);
        var lines = new Lines(MOST_BYTES_SINGLE);
        Flux<Outcome> outcomes = exchange.getRequest()
                .getBody()
                .timeout(silence)
                .publishOn(sender.scheduler(), 4)
                .map(lines::feed)
                .concatWith(Mono.fromSupplier(lines::end))
                .doOnDiscard(DataBuffer.class, DataBufferUtils::release)
                .flatMap(those -> outcomes(those, caller.userId(), trace), PARTS_IN_FLIGHT)
                .onErrorResume(
                        TimeoutException.class,
                        _ -> Mono.just(rejected(
                                lines.next(),
                                Problem.of(
                                        HttpStatus.REQUEST_TIMEOUT,
                                        "request-timeout",
                                        "Nothing came for %d seconds; the stream ends here."
                                                .formatted(silence.toSeconds())))));
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatus.OK);
        response.getHeaders().setContentType(MediaType.APPLICATION_NDJSON);
        // Outcomes become known on the thread that talks to the broker, which every stream waits for: nothing is
        // written there, nor where sending may wait.
        return response.writeAndFlushWith(outcomes.bufferTimeout(256, Duration.ofMillis(10), true)
                .publishOn(Schedulers.parallel(), 16)
                .map(ready -> Mono.just(write(ready, response))));
    }

    // One publisher for all lines of a part and not one for each: merging those costs more than all else.
    private Flux<Outcome> outcomes(List<Lines.Line> lines, String userId, @Nullable Header trace) {
        return Flux.create(sink -> {
            var open = new AtomicInteger(1);
            for (Lines.Line line : lines) {
                if (line.blank()) {
                    continue;
                }
                if (sink.isCancelled()) {
                    return;
                }
                open.incrementAndGet();
                var _ = outcome(line, userId, trace).thenAccept(outcome -> {
                    sink.next(outcome);
                    completeAfterLast(sink, open);
                });
            }
            completeAfterLast(sink, open);
        });
    }

    private static void completeAfterLast(FluxSink<Outcome> sink, AtomicInteger open) {
        if (open.decrementAndGet() == 0) {
            sink.complete();
        }
    }

    private CompletableFuture<Outcome> outcome(Lines.Line line, String userId, @Nullable Header trace) {
        return line.tooLong()
                ? CompletableFuture.completedFuture(rejected(line.number(), tooLarge("A line has at most 64 KiB.")))
                : sender.take(line.number(), line.json(), userId, trace);
    }

    private Outcome rejected(long line, Problem problem) {
        metrics.rejected(problem);
        return Outcome.rejected(line, null, problem);
    }

    private DataBuffer write(List<Outcome> outcomes, ServerHttpResponse response) {
        var bytes = new ByteArrayOutputStream(128 * outcomes.size());
        for (Outcome outcome : outcomes) {
            bytes.writeBytes(json.writeValueAsBytes(outcome));
            bytes.write('\n');
        }
        return response.bufferFactory().wrap(bytes.toByteArray());
    }

    private static Mono<byte[]> body(ServerHttpRequest request, Caller caller, int most) {
        caller.require(Role.USER);
        identityOnly(request);
        if (request.getHeaders().getContentLength() > most) {
            return Mono.error(() ->
                    tooLarge("The body is larger than this resource takes.").asException());
        }
        return DataBufferUtils.join(request.getBody(), most)
                .map(buffer -> {
                    byte[] bytes = new byte[buffer.readableByteCount()];
                    buffer.read(bytes);
                    DataBufferUtils.release(buffer);
                    return bytes;
                })
                .switchIfEmpty(Mono.error(
                        () -> Problem.invalidBody("The body is empty.").asException()));
    }

    private static void identityOnly(ServerHttpRequest request) {
        String encoding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(
                            HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                            "unsupported-encoding",
                            "The body must come without a content encoding.")
                    .asException();
        }
    }

    private static Problem tooLarge(String detail) {
        return Problem.of(HttpStatus.CONTENT_TOO_LARGE, "payload-too-large", detail);
    }
}
