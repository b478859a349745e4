package dev.adhere.session;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.telemetry.Trace;
import dev.adhere.platform.web.Bodies;
import dev.adhere.platform.web.Lines;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.StrictJson;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
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

    /// Takes what happened: one event, a batch, or a stream of any length.
    ///
    /// An event is `accepted` when the broker has acknowledged that very record. `rejected`: it was not
    /// sent, `problem` says why, do not send it again. `retry`: the outcome is unknown or there is too much
    /// to do; send the same id again, it is harmless. The same id again is accepted again and stored once.
    ///
    /// One event of at most 64 KiB is answered with 202, or with its problem and that one's status. A batch
    /// of at most 1,000 events and 1 MiB is answered with 200 and one outcome an event, in order. A stream
    /// (a line of at most 64 KiB each, without limit on lines or time) is answered with 200 and one outcome
    /// a line that is not blank, as soon as it is known and in any order; nothing for 60 seconds ends it
    /// with a last line, `request-timeout`.
    @Operation(
            requestBody =
                    @RequestBody(
                            content = {
                                @Content(mediaType = SINGLE, schema = @Schema(ref = EventSchemas.EVENT)),
                                @Content(
                                        mediaType = BATCH,
                                        array =
                                                @ArraySchema(
                                                        maxItems = MOST_EVENTS,
                                                        schema = @Schema(ref = EventSchemas.EVENT))),
                                @Content(
                                        mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                        schema = @Schema(ref = EventSchemas.EVENT))
                            }))
    @Answers(
            problems = {
                ProblemType.UNSUPPORTED_ENCODING,
                ProblemType.VALIDATION_FAILED,
                ProblemType.UNKNOWN_EVENT_TYPE,
                ProblemType.UNKNOWN_REFERENCE,
                ProblemType.EVENT_IN_FUTURE,
                ProblemType.EVENT_TOO_OLD
            })
    @ApiResponse(
            responseCode = "202",
            description = "The one event is accepted",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Outcome.class)))
    @ApiResponse(
            responseCode = "200",
            description = "What became of each event of the batch, or of each line of the stream",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        array = @ArraySchema(schema = @Schema(implementation = Outcome.class))),
                @Content(
                        mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                        schema = @Schema(implementation = Outcome.class))
            })
    @PostMapping(path = "/v1/events", consumes = SINGLE)
    Mono<ResponseEntity<Outcome>> single(ServerWebExchange exchange, Caller caller) {
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

    @Hidden // in the document under `single`, as one operation
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
            throw Bodies.tooLarge("A batch has at most 1,000 events.").asException();
        }
        return events;
    }

    /// Answers while it reads: an outcome is written as soon as it is known, in whatever order that is.
    /// What is not yet answered bounds what is read, so a stream may be as long as it likes.
    @Hidden // in the document under `single`, as one operation
    @PostMapping(path = "/v1/events", consumes = MediaType.APPLICATION_NDJSON_VALUE)
    Mono<Void> stream(ServerWebExchange exchange, Caller caller) {
        caller.require(Role.USER);
        Bodies.identityOnly(exchange.getRequest());
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
                                        ProblemType.REQUEST_TIMEOUT,
                                        "Nothing came for %d seconds; the stream ends here."
                                                .formatted(silence.toSeconds())))));
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatus.OK);
        response.getHeaders().setContentType(MediaType.APPLICATION_NDJSON);
        // Outcomes become known on the thread that talks to the broker, which every stream waits for:
        // nothing is written there, nor where sending may wait.
        return response.writeAndFlushWith(outcomes.bufferTimeout(256, Duration.ofMillis(10), true)
                .publishOn(Schedulers.parallel(), 16)
                .map(ready -> Mono.just(Bodies.lines(ready, 128, json, response))));
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
                ? CompletableFuture.completedFuture(
                        rejected(line.number(), Bodies.tooLarge("A line has at most 64 KiB.")))
                : sender.take(line.number(), line.json(), userId, trace);
    }

    private Outcome rejected(long line, Problem problem) {
        metrics.rejected(problem);
        return Outcome.rejected(line, null, problem);
    }

    private static Mono<byte[]> body(ServerHttpRequest request, Caller caller, int most) {
        caller.require(Role.USER);
        return Bodies.whole(request, most, "The body is larger than this resource takes.");
    }
}
