package dev.adhere.session;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.or;

import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.kafka.CompactedTable;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Function;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What a user did and how it hurt: for the user, and for a coach while assigned.
@RestController
class HistoryController {

    private static final int MOST_EVENTS_OF_SESSIONS = 20_000;
    private static final Duration READERS_PATIENCE = Duration.ofSeconds(5);

    private final MongoCollection<Document> events;
    private final MongoCollection<Document> conflicts;
    private final CompactedTable<CareTeam> careTeams;
    private final Clock clock;

    HistoryController(MongoDatabase database, CompactedTable<CareTeam> careTeamsHealthIndicator, Clock clock) {
        this.events = database.getCollection("events");
        this.conflicts = database.getCollection("conflicts");
        this.careTeams = careTeamsHealthIndicator;
        this.clock = clock;
    }

    /// A user's events, newest first.
    ///
    /// As they were stored, corrected and withdrawn ones too: `state` says so.
    ///
    /// @param type only this CloudEvents type
    /// @param from the first moment, RFC 3339 with an offset
    /// @param to the first moment after it
    @Answers
    @GetMapping("/v1/users/{userId}/events")
    Mono<Page<StoredEvent>> events(
            @PathVariable String userId,
            @RequestParam(required = false) @Parameter(example = PainScore.TYPE) @Nullable String type,
            @RequestParam(required = false) @Schema(format = "date-time") @Nullable String from,
            @RequestParam(required = false) @Schema(format = "date-time") @Nullable String to,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        List<Bson> filters = range(type, from, to);
        filters.add(owner(caller, userId));
        return Replacements.of(events, userId)
                .timeout(READERS_PATIENCE)
                .flatMap(replaced -> page(events, filters, size, cursor, replaced::state));
    }

    /// A user's pain scores, newest first; of a chain of corrections the one that counts.
    ///
    /// @param from the first moment, RFC 3339 with an offset
    /// @param to the first moment after it
    @Answers
    @GetMapping("/v1/users/{userId}/pain-scores")
    Mono<Page<StoredEvent>> painScores(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date-time") @Nullable String from,
            @RequestParam(required = false) @Schema(format = "date-time") @Nullable String to,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        List<Bson> filters = range(PainScore.TYPE, from, to);
        filters.add(owner(caller, userId));
        return Replacements.of(events, userId).timeout(READERS_PATIENCE).flatMap(replaced -> {
            filters.add(replaced.inForce(userId));
            return page(events, filters, size, cursor, replaced::state);
        });
    }

    /// Events whose id had come before with other content, newest first.
    ///
    /// The first one counts; these were accepted and are kept for a look only.
    @Answers
    @GetMapping("/v1/users/{userId}/events/conflicts")
    Mono<Page<StoredEvent>> conflicts(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        List<Bson> filters = range(null, null, null);
        filters.add(owner(caller, userId));
        return page(conflicts, filters, size, cursor, doc -> EventDocuments.State.valueOf(doc.getString("state")));
    }

    /// A user's sessions, newest first.
    ///
    /// Events of one session id belong together, and without ids those with no 30 minutes of silence
    /// between them.
    ///
    /// @param from the first moment, RFC 3339 with an offset
    /// @param to the first moment after it
    @Answers
    @GetMapping("/v1/users/{userId}/sessions")
    Mono<Page<Sessions.Session>> sessions(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date-time") @Nullable String from,
            @RequestParam(required = false) @Schema(format = "date-time") @Nullable String to,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        int limit = PageSize.of(size);
        Cursor after = Cursor.parse(cursor, 2);
        var filters = new ArrayList<>(range(null, from, to));
        filters.add(owner(caller, userId));
        filters.add(in("type", CompletedSet.TYPE, PainScore.TYPE));
        return Replacements.of(events, userId)
                .flatMapMany(replaced -> {
                    filters.add(replaced.inForce(userId));
                    return events.find(and(filters))
                            .sort(Sorts.descending("time", "_id"))
                            .limit(MOST_EVENTS_OF_SESSIONS);
                })
                .map(HistoryController::moment)
                .collectList()
                .timeout(READERS_PATIENCE)
                .map(moments -> {
                    List<Sessions.Session> all = Sessions.of(moments);
                    if (after != null) {
                        all = all.stream()
                                .dropWhile(s -> !key(s).equals(after))
                                .skip(1)
                                .toList();
                    }
                    return Page.of(all, limit, HistoryController::key, s -> s);
                });
    }

    private static Cursor key(Sessions.Session session) {
        return Cursor.after(session.startedAt().toString(), session.sessionId());
    }

    private static Sessions.Moment moment(Document doc) {
        return new Sessions.Moment(
                doc.getString("id"),
                OffsetDateTime.parse(doc.getString("timeText")).toInstant(),
                doc.get("data", Document.class).getString("sessionId"),
                CompletedSet.TYPE.equals(doc.getString("type")));
    }

    private Mono<Page<StoredEvent>> page(
            MongoCollection<Document> from,
            List<Bson> filters,
            @Nullable Integer size,
            @Nullable String cursor,
            Function<Document, EventDocuments.State> state) {
        int limit = PageSize.of(size);
        Cursor after = Cursor.parse(cursor, 2);
        if (after != null) {
            Date time = Date.from(instant("cursor", after.key().get(0)));
            filters.add(or(
                    lt("time", time),
                    and(eq("time", time), lt("_id", after.key().get(1)))));
        }
        return Flux.from(from.find(and(filters))
                        .sort(Sorts.descending("time", "_id"))
                        .limit(limit + 1))
                .collectList()
                .timeout(READERS_PATIENCE)
                .map(rows -> Page.of(
                        rows,
                        limit,
                        row -> Cursor.after(row.getDate("time").toInstant().toString(), row.getString("_id")),
                        row -> EventDocuments.answer(row, state.apply(row))));
    }

    // The owner is part of the query, so that no later step can forget it.
    private Bson owner(Caller caller, String userId) {
        caller.require(Role.USER, Role.COACH);
        boolean own = caller.owns(userId);
        CareTeam team = SessionEvents.isId(userId) ? careTeams.get(userId) : null;
        boolean coached = caller.is(Role.COACH)
                && !caller.userId().equals(userId)
                && team != null
                && team.assigns(caller.userId(), clock.instant());
        if (!own && !coached) {
            throw Problem.notFound().asException();
        }
        return eq("userId", userId);
    }

    /// @return filters to add others to
    private static List<Bson> range(@Nullable String type, @Nullable String from, @Nullable String to) {
        var filters = new ArrayList<Bson>();
        if (type != null) {
            filters.add(eq("type", type));
        }
        if (from != null) {
            filters.add(gte("time", Date.from(instant("from", from))));
        }
        if (to != null) {
            filters.add(lt("time", Date.from(instant("to", to))));
        }
        return filters;
    }

    private static Instant instant(String name, String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            if (time.getYear() >= 0 && time.getYear() <= 9999) {
                return time.toInstant();
            }
        } catch (DateTimeException _) {
            // falls through: no instant of ours
        }
        throw Problem.invalidParameter(name + " must be an instant such as 2026-11-20T07:00:00Z.")
                .asException();
    }
}
