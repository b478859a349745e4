package dev.adhere.session;

import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Lines;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.StrictJson;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
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
    private static final int IN_FLIGHT_A_STREAM = 1_024;
    private static final int LINES_AHEAD = 16;
    private static final int OUTCOMES_A_WRITE = 256;

    private final Sender sender;
    private final JsonMapper json;
    private final Duration silence;

    /// @param silence after which a stream of which nothing comes is ended
    EventController(Sender sender, JsonMapper json, @Value("${adhere.events.silence:PT60S}") Duration silence) {
        this.sender = sender;
        this.json = json;
        this.silence = silence;
    }

    @PostMapping(path = "/v1/events", consumes = SINGLE)
    Mono<ResponseEntity<Object>> single(ServerHttpRequest request, Caller caller) {
        return body(request, caller, MOST_BYTES_SINGLE)
                .publishOn(sender.scheduler())
                .flatMap(bytes -> sender.take(1, bytes, caller.userId()))
                .map(outcome -> {
                    if (outcome.problem() != null) {
                        throw outcome.problem().asException();
                    }
                    return ResponseEntity.accepted().body(outcome);
                });
    }

    @PostMapping(path = "/v1/events", consumes = BATCH)
    Mono<ResponseEntity<List<Outcome>>> batch(ServerHttpRequest request, Caller caller) {
        return body(request, caller, MOST_BYTES_BATCH)
                .publishOn(sender.scheduler())
                .map(EventController::events)
                .flatMapMany(events -> Flux.fromStream(
                                IntStream.range(0, events.size()).boxed())
                        .flatMapSequential(
                                i -> sender.take(i + 1, events.get(i), caller.userId()), MOST_EVENTS, MOST_EVENTS))
                .collectList()
                .map(ResponseEntity::ok);
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
    /// is not yet
    /// answered bounds what is read, so a stream may be as long as it likes.
    @PostMapping(path = "/v1/events", consumes = MediaType.APPLICATION_NDJSON_VALUE)
    Mono<Void> stream(ServerWebExchange exchange, Caller caller) {
        caller.require(Role.USER);
        identityOnly(exchange.getRequest());
        var lines = new Lines(MOST_BYTES_SINGLE);
        Flux<Outcome> outcomes = exchange.getRequest()
                .getBody()
                .timeout(silence)
                .concatMapIterable(lines::feed, 4)
                .concatWith(Flux.defer(() -> Flux.fromIterable(lines.end())))
                .doOnDiscard(DataBuffer.class, DataBufferUtils::release)
                .filter(line -> !line.blank())
                // An outcome that comes asks for the next line: here, so that no line is ever sent on the thread
                // that brought the outcome, which is Kafka's or an event loop.
                .publishOn(sender.scheduler(), LINES_AHEAD)
                .flatMap(line -> outcome(line, caller.userId()), IN_FLIGHT_A_STREAM, 1)
                // And nothing is written on Kafka's thread, which every stream waits for.
                .publishOn(Schedulers.parallel(), OUTCOMES_A_WRITE)
                .onErrorResume(
                        TimeoutException.class,
                        _ -> Mono.just(Outcome.rejected(
                                lines.next(),
                                null,
                                Problem.of(
                                        HttpStatus.REQUEST_TIMEOUT,
                                        "request-timeout",
                                        "Nothing came for %d seconds; the stream ends here."
                                                .formatted(silence.toSeconds())))));
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatus.OK);
        response.getHeaders().setContentType(MediaType.APPLICATION_NDJSON);
        return response.writeAndFlushWith(outcomes.bufferTimeout(OUTCOMES_A_WRITE, Duration.ofMillis(10), true)
                .map(ready -> Mono.just(write(ready, response))));
    }

    private Mono<Outcome> outcome(Lines.Line line, String userId) {
        return line.tooLong()
                ? Mono.just(Outcome.rejected(line.number(), null, tooLarge("A line has at most 64 KiB.")))
                : sender.take(line.number(), line.json(), userId);
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
