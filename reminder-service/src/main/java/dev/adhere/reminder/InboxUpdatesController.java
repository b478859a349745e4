package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import dev.adhere.contracts.Nudge;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.kafka.Tail;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/// The inbox as it changes.
@RestController
class InboxUpdatesController {

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int STALLED_SECONDS = 30;
    private static final Set<Nudge.State> CLOSED = Set.of(Nudge.State.DISMISSED, Nudge.State.EXPIRED);

    private final Access access;
    private final InboxStreams streams;
    private final Tail tail;
    private final MongoCollection<Document> log;
    private final Clock clock;

    InboxUpdatesController(Access access, InboxStreams streams, Tail nudgesTail, DecisionLog log, Clock clock) {
        this.access = access;
        this.streams = streams;
        this.tail = nudgesTail;
        this.log = log.nudges();
        this.clock = clock;
    }

    /// A user's inbox as it changes: a snapshot of what is open in it, then every change of a sent nudge.
    ///
    /// Every event `nudge` carries a nudge as the inbox shows it; the newest of an id counts. Who names the
    /// `id` of the last event in `Last-Event-ID` is also told of what was closed since; who does not begins
    /// with an empty list. A client that does not keep up is told of the newest state and of none in
    /// between. A comment comes every 15 seconds. The stream ends when the token does, with the coach's
    /// access, and after a day; one caller has three streams of a user at most, on each instance.
    ///
    /// @param lastEventId the `id` of the last event that was seen; anything that is none counts as none
    @Answers(problems = {ProblemType.TOO_MANY_STREAMS, ProblemType.NOT_ACCEPTABLE})
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                            schema = @Schema(implementation = Nudge.class)))
    @GetMapping(path = "/v1/users/{userId}/nudges/updates", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Mono<ResponseEntity<Flux<ServerSentEvent<Nudge>>>> updates(
            @PathVariable String userId,
            @RequestHeader(name = "Last-Event-ID", required = false) @Schema(example = "\"42\"") @Nullable
                    String lastEventId,
            Caller caller,
            ServerHttpResponse response) {
        return Blocking.call(() -> access.read(caller, userId)).map(_ -> {
            if (!tail.following()) {
                throw Problem.temporarilyUnavailable().asException();
            }
            cutOffWhenStalled(response);
            Mono<InboxStreams.Snapshot> snapshot =
                    Blocking.call(() -> snapshot(access.read(caller, userId), revision(lastEventId)));
            Flux<ServerSentEvent<Nudge>> events = streams.open(userId, caller.userId(), snapshot)
                    .takeUntilOther(Mono.firstWithSignal(tokenEnds(caller), accessEnds(caller, userId)));
            return ResponseEntity.ok()
                    .cacheControl(CacheControl.noStore())
                    .header("X-Accel-Buffering", "no")
                    .contentType(MediaType.TEXT_EVENT_STREAM)
                    .body(events);
        });
    }

    private Mono<Boolean> tokenEnds(Caller caller) {
        Duration left = Duration.between(clock.instant(), caller.expiresAt());
        Duration most = left.compareTo(LONGEST) > 0 ? LONGEST : left;
        return Mono.delay(most.isNegative() ? Duration.ZERO : most).thenReturn(true);
    }

    // Whoever cannot be asked counts as one who may not any more: the client comes again.
    private Mono<Boolean> accessEnds(Caller caller, String userId) {
        if (caller.owns(userId)) {
            return Mono.never();
        }
        return Flux.interval(LOOK_AGAIN)
                .onBackpressureDrop()
                .concatMap(_ -> Blocking.call(() -> access.read(caller, userId)), 1)
                .then()
                .onErrorComplete()
                .thenReturn(true);
    }

    private InboxStreams.Snapshot snapshot(UserState head, long since) {
        var nudges = new LinkedHashMap<String, Nudge>();
        if (since >= 0) {
            // What was closed since: told of, or about to be.
            log.find(Filters.and(
                            Filters.eq("userId", head.userId()),
                            Filters.in("state", CLOSED.stream().map(Enum::name).toList()),
                            Filters.gte("headRevision", since)))
                    .map(UserDocuments::nudge)
                    .forEach(nudge -> nudges.put(nudge.id(), nudge));
        }
        for (Decision decision : head.nudges()) {
            Nudge nudge = decision.nudge();
            boolean untold = since >= 0 && head.pending().nudges().contains(nudge.id());
            if (decision.sent() && (untold || !CLOSED.contains(nudge.state()))) {
                nudges.put(nudge.id(), nudge);
            }
        }
        return new InboxStreams.Snapshot(List.copyOf(nudges.values()), head.revision());
    }

    private static long revision(@Nullable String lastEventId) {
        return lastEventId != null && lastEventId.matches("\\d{1,18}") ? Long.parseLong(lastEventId) : -1;
    }

    // A client whose connection takes nothing for so long is gone, though it did not say so.
    private static void cutOffWhenStalled(ServerHttpResponse response) {
        if (ServerHttpResponseDecorator.getNativeResponse(response) instanceof HttpServerResponse server) {
            var _ = server.withConnection(
                    connection -> connection.addHandlerFirst(new WriteTimeoutHandler(STALLED_SECONDS)));
        }
    }
}
