package dev.adhere.catalog;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Filters.or;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.mongo.DuplicateKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The collections `exercises`, the record of what exists, and `exerciseRevisions`, what it said before. What
/// is dirty is not yet known to be on the topic.
///
/// A revision is kept first and replaced afterwards, by compare-and-set on its number: whatever ends in
/// between, no revision is lost, and of two editors one wins.
final class Entries implements Relay.Outbox {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    // A MongoDB that takes connections and never answers: the driver alone would wait for good.
    private static final Duration READERS_PATIENCE = Duration.ofSeconds(2);
    private static final String SEPARATOR = "#";

    /// One exercise that is made or replaced.
    ///
    /// @param before the revision that is replaced; null where there is none
    record Change(@Nullable Stored before, Stored after) {}

    private final MongoCollection<Document> documents;
    private final MongoCollection<Document> revisions;
    private final MongoCollection<Document> topics;
    private final EntryDocuments shape;
    private final JsonMapper json;

    Entries(MongoDatabase database, JsonMapper json) {
        WriteConcern durable = WriteConcern.MAJORITY.withJournal(true);
        this.documents = database.getCollection("exercises").withWriteConcern(durable);
        this.revisions = database.getCollection("exerciseRevisions").withWriteConcern(durable);
        this.topics = database.getCollection("topics").withWriteConcern(durable);
        this.shape = new EntryDocuments(json);
        this.json = json;
    }

    /// Brings the first content in where it is not there yet, and touches nothing that is; two instances at
    /// once are harmless.
    Mono<Void> seed(List<ObjectNode> exercises) {
        return Mono.from(documents.createIndex(Indexes.ascending("dirty")))
                .then(Mono.from(documents.createIndex(Indexes.ascending("status"))))
                .thenMany(Flux.fromIterable(exercises))
                .concatMap(exercise -> insert(documents, EntryDocuments.first(exercise)))
                .then();
    }

    /// Everything by id, as fast as it is taken.
    Flux<Stored> all() {
        return patiently(Flux.from(documents.find().sort(Sorts.ascending("_id")).batchSize(500)))
                .map(shape::read);
    }

    /// What was never published, of one status: drafts, and drafts that were given up.
    Flux<Stored> unpublished(Exercise.Status status) {
        return patiently(Flux.from(documents.find(and(
                        eq("status", status.name()),
                        or(eq("status", Exercise.Status.DRAFT.name()), eq("published", false))))))
                .map(shape::read);
    }

    Mono<Stored> find(String id) {
        return Mono.from(documents.find(eq("_id", id)).first())
                .timeout(READERS_PATIENCE)
                .map(shape::read);
    }

    /// Those of the ids that exist.
    Mono<Map<String, Stored>> find(Collection<String> ids) {
        return ids.isEmpty()
                ? Mono.just(Map.of())
                : patiently(Flux.from(documents.find(in("_id", ids))))
                        .map(shape::read)
                        .collectMap(stored -> stored.entry().id());
    }

    /// Name and aliases of everything, for finding lookalikes.
    Mono<Lookalikes> lookalikes() {
        return Flux.from(documents
                        .find()
                        .projection(Projections.include("name", "aliases.alias"))
                        .batchSize(2_000))
                .timeout(PATIENCE)
                .collect(Lookalikes::new, (lookalikes, doc) -> {
                    var names = doc.getList("aliases", Document.class, List.of()).stream()
                            .map(alias -> alias.getString("alias"))
                            .collect(Collectors.toList());
                    names.add(doc.getString("name"));
                    lookalikes.put(doc.getString("_id"), names);
                });
    }

    /// Revisions that were replaced, newest first.
    ///
    /// @param below only revisions before this one
    Flux<Stored> revisions(String id, long below, int limit) {
        return patiently(Flux.from(revisions
                        .find(and(gte("_id", id + SEPARATOR), lt("_id", key(id, below))))
                        .sort(Sorts.descending("_id"))
                        .limit(limit)))
                .map(doc -> {
                    doc.put("_id", id);
                    return shape.read(doc);
                });
    }

    /// Makes or replaces one exercise.
    ///
    /// @return false where somebody else was faster
    Mono<Boolean> store(Change change) {
        Stored before = change.before();
        Document after = shape.document(change.after());
        if (before == null) {
            return insert(documents, after).timeout(PATIENCE);
        }
        return insert(revisions, kept(before))
                .then(Mono.from(documents.replaceOne(unchanged(before), after)))
                .map(result -> result.getMatchedCount() == 1)
                .timeout(PATIENCE);
    }

    /// Makes and replaces many, each id at most once.
    ///
    /// @return the ids of those that are stored for sure
    Mono<Set<String>> store(Collection<Change> changes) {
        if (changes.isEmpty()) {
            return Mono.just(Set.of());
        }
        List<Document> kept = changes.stream()
                .map(Change::before)
                .filter(Objects::nonNull)
                .map(this::kept)
                .toList();
        Mono<Void> keep = kept.isEmpty()
                ? Mono.empty()
                : Mono.from(revisions.insertMany(kept, new InsertManyOptions().ordered(false)))
                        .then()
                        .onErrorResume(MongoBulkWriteException.class, Entries::onlyDuplicates);
        List<WriteModel<Document>> writes = changes.stream()
                .<WriteModel<Document>>map(change -> {
                    Stored before = change.before();
                    Document after = shape.document(change.after());
                    return before == null
                            ? new InsertOneModel<>(after)
                            : new ReplaceOneModel<>(unchanged(before), after);
                })
                .toList();
        return keep.then(Mono.from(documents.bulkWrite(writes, new BulkWriteOptions().ordered(false))))
                .map(result -> result.getInsertedCount() + result.getMatchedCount() == changes.size())
                .onErrorResume(
                        MongoBulkWriteException.class, e -> onlyDuplicates(e).thenReturn(false))
                .flatMap(all -> all ? Mono.just(ids(changes)) : found(changes))
                .timeout(PATIENCE);
    }

    private static Set<String> ids(Collection<Change> changes) {
        return changes.stream().map(c -> c.after().entry().id()).collect(Collectors.toSet());
    }

    // Somebody else was faster with some of them. Whose document it is now, its content says.
    private Mono<Set<String>> found(Collection<Change> changes) {
        return find(ids(changes))
                .map(now -> changes.stream()
                        .map(Change::after)
                        .filter(after -> {
                            Stored is = now.get(after.entry().id());
                            return is != null
                                    && is.entry().revision() == after.entry().revision()
                                    && sameContent(is.entry(), after.entry());
                        })
                        .map(after -> after.entry().id())
                        .collect(Collectors.toSet()));
    }

    /// Whether both say the same, whatever their revisions.
    boolean sameContent(Entry a, Entry b) {
        return shape.content(a).equals(shape.content(b));
    }

    private static Mono<Void> onlyDuplicates(MongoBulkWriteException e) {
        return DuplicateKeys.only(e) ? Mono.empty() : Mono.error(e);
    }

    private static Mono<Boolean> insert(MongoCollection<Document> into, Document doc) {
        return Mono.from(into.insertOne(doc))
                .thenReturn(true)
                .onErrorResume(MongoWriteException.class, e -> DuplicateKeys.is(e) ? Mono.just(false) : Mono.error(e));
    }

    private static Bson unchanged(Stored before) {
        return and(eq("_id", before.entry().id()), eq("revision", before.entry().revision()));
    }

    private Document kept(Stored before) {
        Document doc = shape.document(before);
        doc.put("_id", key(before.entry().id(), before.entry().revision()));
        var _ = doc.remove("dirty");
        return doc;
    }

    private static String key(String id, long revision) {
        return String.format(Locale.ROOT, "%s%s%019d", id, SEPARATOR, revision);
    }

    // Only the wait for the first is limited: the others come as fast as they are taken.
    private static Flux<Document> patiently(Flux<Document> found) {
        return found.timeout(Mono.delay(READERS_PATIENCE), _ -> Mono.never());
    }

    @Override
    public List<Relay.Message> dirty(int limit) {
        List<Stored> dirty = Flux.from(documents.find(eq("dirty", true)).limit(limit))
                .map(shape::read)
                .collectList()
                .toFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        return Objects.requireNonNull(dirty).stream()
                .map(Stored::entry)
                .map(e -> new Relay.Message(e.id(), json.writeValueAsBytes(e.toExercise())))
                .toList();
    }

    @Override
    public void topicIs(String topicId) {
        var _ = Mono.from(topics.countDocuments(and(eq("_id", Topic.EXERCISES.topicName()), eq("topicId", topicId))))
                .filter(same -> same == 0)
                .flatMap(_ -> Mono.from(
                        documents.updateMany(ne("status", Exercise.Status.DRAFT.name()), Updates.set("dirty", true))))
                .flatMap(_ -> Mono.from(topics.updateOne(
                        eq("_id", Topic.EXERCISES.topicName()),
                        Updates.set("topicId", topicId),
                        new UpdateOptions().upsert(true))))
                .toFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void readBack(String id, long revision) {
        Bson current = and(eq("_id", id), eq("revision", revision), eq("dirty", true));
        Bson stale = and(eq("_id", id), gt("revision", revision), ne("dirty", true), ne("status", "DRAFT"));
        // "Clean" may be lost with a server: then it is sent and read back once more. "Dirty" may not.
        var _ = Mono.from(documents.withWriteConcern(WriteConcern.W1).updateOne(current, Updates.set("dirty", false)))
                .filter(result -> result.getMatchedCount() == 0)
                .flatMap(_ -> Mono.from(documents.updateOne(stale, Updates.set("dirty", true))))
                .toFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
