package dev.adhere.catalog;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.ne;

import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.Relay;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The collection `exercises`: the record of what exists. What is dirty is not yet known to be on the topic.
final class Entries implements Relay.Outbox {

    private static final int DUPLICATE_KEY = 11000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    // A MongoDB that takes connections and never answers: the driver alone would wait for good.
    private static final Duration READERS_PATIENCE = Duration.ofSeconds(2);
    private static final JsonWriterSettings PLAIN =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private final MongoCollection<Document> documents;
    private final MongoCollection<Document> topics;
    private final JsonMapper json;

    Entries(MongoDatabase database, JsonMapper json) {
        this.documents = database.getCollection("exercises").withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
        this.topics = database.getCollection("topics").withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
        this.json = json;
    }

    /// Brings the first content in where it is not there yet; two instances at once are harmless.
    Mono<Void> seed(List<ObjectNode> exercises) {
        return Mono.from(documents.createIndex(Indexes.ascending("dirty")))
                .thenMany(Flux.fromIterable(exercises))
                .concatMap(exercise -> {
                    Document doc = Document.parse(exercise.toString());
                    doc.put("_id", doc.remove("id"));
                    doc.put("revision", 1L);
                    doc.put("dirty", !Exercise.Status.DRAFT.name().equals(doc.getString("status")));
                    return Mono.from(documents.insertOne(doc))
                            .onErrorResume(
                                    MongoWriteException.class,
                                    e -> e.getError().getCode() == DUPLICATE_KEY ? Mono.empty() : Mono.error(e));
                })
                .then();
    }

    Flux<Entry> all() {
        return Flux.from(documents.find()).timeout(READERS_PATIENCE).map(this::entry);
    }

    Mono<Entry> find(String id) {
        return Mono.from(documents.find(eq("_id", id)).first())
                .timeout(READERS_PATIENCE)
                .map(this::entry);
    }

    private Entry entry(Document doc) {
        doc.put("id", doc.remove("_id"));
        doc.remove("dirty");
        return json.readValue(doc.toJson(PLAIN), Entry.class);
    }

    @Override
    public List<Relay.Message> dirty(int limit) {
        List<Entry> dirty = Flux.from(documents.find(eq("dirty", true)).limit(limit))
                .map(this::entry)
                .collectList()
                .toFuture()
                .orTimeout(PATIENCE.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
                .join();
        return Objects.requireNonNull(dirty).stream()
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
                .orTimeout(PATIENCE.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void readBack(String id, long revision) {
        Bson clean = and(eq("_id", id), eq("revision", revision), eq("dirty", true));
        Bson stale = and(eq("_id", id), gt("revision", revision), ne("dirty", true), ne("status", "DRAFT"));
        var _ = Mono.from(documents.updateOne(clean, Updates.set("dirty", false)))
                .then(Mono.from(documents.updateOne(stale, Updates.set("dirty", true))))
                .toFuture()
                .orTimeout(PATIENCE.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
                .join();
    }
}
