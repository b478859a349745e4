package dev.adhere.platform.audit;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import dev.adhere.platform.audit.AuditEvent.Action;
import dev.adhere.platform.audit.AuditEvent.Agent;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.mongo.DuplicateKeys;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemWriter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import reactor.core.publisher.Mono;

/// The collection `auditEvents`: written once, never changed but for an outcome that was not known yet,
/// deleted by MongoDB when its time is over and by nobody else.
///
/// Every call blocks until the record is durable. One that cannot be stored ends in 503
/// `temporarily-unavailable`, so that nobody is shown what nobody could be told of.
public final class AuditTrail {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final MongoCollection<Document> events;
    private final Duration retention;
    private final Counter failures;
    private final Clock clock;

    // What this instance knows to have been listed, of one date.
    private final Set<String> listed = ConcurrentHashMap.newKeySet();
    private volatile LocalDate listedOn = LocalDate.MIN;

    AuditTrail(MongoDatabase database, Duration retention, MeterRegistry registry, Clock clock) {
        this.events = database.getCollection("auditEvents")
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY);
        this.retention = retention;
        this.failures = Counter.builder("adhere.audit.failures")
                .description("Audit records that could not be stored, and with them the answer")
                .register(registry);
        this.clock = clock;
    }

    void prepare() {
        var _ = events.createIndex(Indexes.compoundIndex(
                Indexes.ascending("patient"), Indexes.descending("recorded"), Indexes.descending("_id")));
        var _ = events.createIndex(
                Indexes.ascending("expiresAt"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
    }

    /// A record of what a caller asks for now, not stored yet.
    ///
    /// @param method of HTTP
    /// @param path of the mapping, its variables unfilled
    AuditEvent asked(Caller caller, String patient, String method, String path) {
        return new AuditEvent(
                UUID.randomUUID().toString(),
                patient,
                now(),
                Agent.of(caller),
                Action.of(method),
                method + " " + path,
                null);
    }

    void add(AuditEvent event) {
        add(List.of(event));
    }

    private void add(List<AuditEvent> those) {
        orUnavailable(() ->
                events.insertMany(those.stream().map(this::document).toList()).wasAcknowledged());
    }

    /// Says how what was stored without an outcome has ended.
    void end(String id, int outcome) {
        end(List.of(id), outcome);
    }

    // One by one, since the driver does not repeat an update of many where a connection breaks.
    private void end(List<String> ids, int outcome) {
        List<UpdateOneModel<Document>> updates = ids.stream()
                .map(id -> new UpdateOneModel<Document>(
                        Filters.and(Filters.eq("_id", id), Filters.eq("outcome", null)),
                        Updates.set("outcome", outcome)))
                .toList();
        orUnavailable(() ->
                events.bulkWrite(updates, new BulkWriteOptions().ordered(false)).wasAcknowledged());
    }

    /// Does something to people whom the path does not name: recorded of each before it begins, and then how it
    /// ended.
    ///
    /// @param path of the mapping by which it is done
    public <T> ResponseEntity<T> changing(
            Caller caller, Collection<String> patients, String method, String path, Callable<ResponseEntity<T>> work)
            throws Exception {
        List<AuditEvent> asked = patients.stream()
                .map(patient -> asked(caller, patient, method, path))
                .toList();
        List<String> ids = asked.stream().map(AuditEvent::id).toList();
        add(asked);
        ResponseEntity<T> done;
        try {
            done = work.call();
        } catch (Exception e) {
            end(ids, ProblemWriter.problemOf(e).status());
            throw e;
        }
        end(ids, done.getStatusCode().value());
        return done;
    }

    /// Rows of a list are about to be shown. A list is read again with every key that is typed, so there is
    /// one record of a person for a caller, a path and a date in UTC: the first.
    public void listed(Caller caller, String path, Collection<String> patients) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(listedOn)) {
            listed.clear();
            listedOn = today;
        }
        List<AuditEvent> first = patients.stream()
                .map(patient -> new AuditEvent(
                        listedId(caller, patient, path, today),
                        patient,
                        now(),
                        Agent.of(caller),
                        Action.R,
                        "GET " + path,
                        200))
                .filter(event -> !listed.contains(event.id()))
                .toList();
        if (!first.isEmpty()) {
            orUnavailable(() -> insertNew(first));
            first.forEach(event -> listed.add(event.id()));
        }
    }

    private static String listedId(Caller caller, String patient, String path, LocalDate date) {
        String name = caller.userId() + "|" + patient + "|" + path + "|" + date;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private boolean insertNew(List<AuditEvent> first) {
        try {
            return events.insertMany(
                            first.stream().map(this::document).toList(), new InsertManyOptions().ordered(false))
                    .wasAcknowledged();
        } catch (MongoBulkWriteException e) {
            // Another instance was first, or this one before it was started again.
            if (!DuplicateKeys.only(e)) {
                throw e;
            }
            return true;
        }
    }

    /// A person's records, newest first.
    ///
    /// @param before only those that come after this one in the list; null for all
    List<AuditEvent> of(String patient, int limit, @Nullable Position before) {
        Bson own = Filters.eq("patient", patient);
        Bson filter = before == null
                ? own
                : Filters.and(
                        own,
                        Filters.or(
                                Filters.lt("recorded", Date.from(before.recorded())),
                                Filters.and(
                                        Filters.eq("recorded", Date.from(before.recorded())),
                                        Filters.lt("_id", before.id()))));
        return events.find(filter)
                .sort(Sorts.descending("recorded", "_id"))
                .limit(limit)
                .map(AuditTrail::event)
                .into(new ArrayList<>());
    }

    /// Where a record stands in the list.
    record Position(Instant recorded, String id) {}

    /// Off the event loop, for two seconds at most.
    <T> Mono<T> waiting(Callable<T> work) {
        return Blocking.call(work, PATIENCE);
    }

    private void orUnavailable(Callable<Boolean> write) {
        boolean stored;
        try {
            stored = write.call();
        } catch (Exception _) {
            stored = false;
        }
        if (!stored) {
            failures.increment();
            throw Problem.temporarilyUnavailable().asException();
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Document document(AuditEvent e) {
        return new Document("_id", e.id())
                .append("patient", e.patient())
                .append("recorded", Date.from(e.recorded()))
                .append(
                        "agent",
                        new Document("who", e.agent().who())
                                .append(
                                        "roles",
                                        e.agent().roles().stream()
                                                .map(Enum::name)
                                                .toList()))
                .append("action", e.action().name())
                .append("request", e.request())
                .append("outcome", e.outcome())
                .append("expiresAt", Date.from(e.recorded().plus(retention)));
    }

    private static AuditEvent event(Document d) {
        Document agent = d.get("agent", Document.class);
        return new AuditEvent(
                d.getString("_id"),
                d.getString("patient"),
                d.getDate("recorded").toInstant(),
                new Agent(
                        agent.getString("who"),
                        agent.getList("roles", String.class).stream()
                                .map(Role::valueOf)
                                .toList()),
                Action.valueOf(d.getString("action")),
                d.getString("request"),
                d.getInteger("outcome"));
    }
}
