package dev.adhere.catalog;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Bodies;
import dev.adhere.platform.web.Lines;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The catalogue as lines of JSON, out of one instance and into another. Either way it streams: memory does
/// not grow with the lines.
@RestController
class ExchangeController {

    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final int BATCH = 200;

    private final Entries entries;
    private final Index index;
    private final Relay exerciseRelay;
    private final JsonMapper json;

    ExchangeController(Entries entries, Index index, Relay exerciseRelay, JsonMapper json) {
        this.entries = entries;
        this.index = index;
        this.exerciseRelay = exerciseRelay;
        this.json = json;
    }

    /// The catalogue as lines of JSON.
    ///
    /// Everything that was published, and for editors the drafts, by id. A line says what the exercise is;
    /// its revision, which every instance counts for itself, is not in it.
    @Answers
    @ApiResponse(
            responseCode = "200",
            description = "One exercise a line, in the form that an import takes",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                            schema = @Schema(implementation = EntryBody.class)))
    @GetMapping(path = "/v1/exercises/export")
    Mono<Void> export(ServerWebExchange exchange, Caller caller) {
        caller.require(Role.values());
        Flux<Object> lines = entries.all()
                .filter(stored -> stored.published() || stored.entry().isDraft() && caller.is(Role.EDITOR))
                .map(stored -> {
                    ObjectNode line = json.valueToTree(stored.entry());
                    var _ = line.remove("revision");
                    return line;
                });
        return ndjson(exchange.getResponse(), lines.buffer(BATCH));
    }

    /// Brings exercises in, one a line, and answers each line while it reads.
    ///
    /// A line makes an exercise, changes the one of its id, or leaves it as it is. A line that cannot be
    /// taken costs no other. Nothing for 60 seconds ends the stream with a last line, `request-timeout`.
    /// There is no limit on lines.
    ///
    /// @param allowSimilar true to store exercises whose names are nearly those of others, too
    @Operation(
            requestBody =
                    @RequestBody(
                            description = "One exercise a line, each at most 64 KiB; `id` is required here",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                            schema = @Schema(implementation = EntryBody.class))))
    @Answers(problems = ProblemType.UNSUPPORTED_ENCODING)
    @ApiResponse(
            responseCode = "200",
            description = "One result a line, in any order",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                            schema = @Schema(implementation = Import.Result.class)))
    @PostMapping(path = "/v1/exercises/import", consumes = MediaType.APPLICATION_NDJSON_VALUE)
    Mono<Void> load(
            @RequestParam(defaultValue = "false") boolean allowSimilar, ServerWebExchange exchange, Caller caller) {
        caller.require(Role.EDITOR);
        Bodies.identityOnly(exchange.getRequest());
        var lines = new Lines(EntryBody.MOST_BYTES);
        return entries.lookalikes()
                .map(lookalikes -> new Import(entries, lookalikes, allowSimilar, stored -> {
                    if (stored.published()) {
                        index.put(stored.entry().toExercise());
                    }
                }))
                .flatMap(load -> ndjson(
                        exchange.getResponse(),
                        exchange.getRequest()
                                .getBody()
                                .timeout(SILENCE)
                                .publishOn(Schedulers.boundedElastic(), 4)
                                .concatMapIterable(lines::feed, 4)
                                .concatWith(Flux.defer(() -> Flux.fromIterable(lines.end())))
                                .doOnDiscard(DataBuffer.class, DataBufferUtils::release)
                                .filter(line -> !line.blank())
                                .bufferTimeout(BATCH, GATHER, true)
                                .concatMap(load::take, 1)
                                .onErrorResume(TimeoutException.class, _ -> Mono.just(silence(lines.next())))
                                .doFinally(_ -> exerciseRelay.wake())
                                .cast(Object.class)
                                .bufferTimeout(BATCH, GATHER, true)));
    }

    private static Import.Result silence(long line) {
        return Import.Result.rejected(line, null, Problem.of(ProblemType.REQUEST_TIMEOUT));
    }

    // Nothing is committed before the first lines are there: what fails earlier is a problem with its own
    // status.
    private Mono<Void> ndjson(ServerHttpResponse response, Flux<List<Object>> batches) {
        response.setStatusCode(HttpStatus.OK);
        response.getHeaders().setContentType(MediaType.APPLICATION_NDJSON);
        return response.writeAndFlushWith(batches.map(ready -> Mono.just(Bodies.lines(ready, 512, json, response))));
    }
}
