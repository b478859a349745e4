package dev.adhere.session;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import dev.adhere.platform.mongo.DuplicateKeys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/// The collections `events` and `conflicts`, written once and never changed. Every call blocks.
final class Records {

    private final MongoCollection<Document> events;
    private final MongoCollection<Document> conflicts;

    Records(MongoDatabase database) {
        var durable = WriteConcern.MAJORITY.withJournal(true);
        this.events = database.getCollection("events").withWriteConcern(durable);
        this.conflicts = database.getCollection("conflicts").withWriteConcern(durable);
    }

    void prepare() {
        events.createIndex(Indexes.descending("userId", "time", "_id"));
        events.createIndex(
                Indexes.ascending("userId", "data.replaces"),
                new IndexOptions().partialFilterExpression(Filters.exists("data.replaces")));
        conflicts.createIndex(Indexes.descending("userId", "time", "_id"));
    }

    /// What became of an event.
    enum Fate {
        /// It is new on record.
        RECORDED,
        /// It is on record out of this very record of the topic, which was delivered before.
        REDELIVERED,
        /// It is on record with the same content out of an earlier record: it was sent again.
        DUPLICATE,
        /// Another content is on record under its id; this one is in `conflicts`.
        CONFLICT
    }

    /// Keeps each event once: the first of an id stays, the same again is harmless, other content under the same id
    /// goes to `conflicts`.
    ///
    /// @param documents in the order of their offsets
    /// @return what became of each, in the same order
    /// @throws com.mongodb.MongoException where not everything is known to be durable; the batch may come again
    List<Fate> keep(List<Document> documents) {
        Map<String, Document> first = new LinkedHashMap<>();
        documents.forEach(doc -> first.putIfAbsent(id(doc), doc));
        Set<Document> fresh = Collections.newSetFromMap(new IdentityHashMap<>());
        fresh.addAll(first.values());
        insert(List.copyOf(first.values())).forEach(fresh::remove);
        Map<String, Document> onRecord =
                onRecord(documents.stream().filter(doc -> !fresh.contains(doc)).toList());
        List<Fate> fates = documents.stream()
                .map(doc -> fresh.contains(doc) ? Fate.RECORDED : fate(doc, onRecord.get(id(doc))))
                .toList();
        keepConflicts(IntStream.range(0, fates.size())
                .filter(i -> fates.get(i) == Fate.CONFLICT)
                .mapToObj(documents::get)
                .toList());
        return fates;
    }

    private static String id(Document doc) {
        return doc.getString("_id");
    }

    private static Fate fate(Document doc, @Nullable Document kept) {
        if (kept == null || !doc.getString("hash").equals(kept.getString("hash"))) {
            return Fate.CONFLICT;
        }
        // Where the topic was made anew, another record may stand at the same place: it was received at another time.
        return Stream.of("partition", "offset", "receivedAtText")
                        .allMatch(field -> Objects.equals(doc.get(field), kept.get(field)))
                ? Fate.REDELIVERED
                : Fate.DUPLICATE;
    }

    /// @return those that were there already
    private List<Document> insert(List<Document> documents) {
        if (documents.isEmpty()) {
            return List.of();
        }
        List<WriteModel<Document>> writes = new ArrayList<>(documents.size());
        documents.forEach(doc -> writes.add(new InsertOneModel<>(doc)));
        try {
            var _ = events.bulkWrite(writes, new BulkWriteOptions().ordered(false));
            return List.of();
        } catch (MongoBulkWriteException e) {
            if (!DuplicateKeys.only(e)) {
                throw e;
            }
            return e.getWriteErrors().stream()
                    .map(BulkWriteError::getIndex)
                    .map(documents::get)
                    .toList();
        }
    }

    private Map<String, Document> onRecord(List<Document> documents) {
        Map<String, Document> kept = new HashMap<>();
        if (!documents.isEmpty()) {
            events.find(Filters.in("_id", documents.stream().map(Records::id).toList()))
                    .projection(Projections.include("hash", "partition", "offset", "receivedAtText"))
                    .forEach(doc -> kept.put(id(doc), doc));
        }
        return kept;
    }

    private void keepConflicts(List<Document> documents) {
        if (documents.isEmpty()) {
            return;
        }
        List<WriteModel<Document>> writes = new ArrayList<>();
        for (Document doc : documents) {
            var conflict = new Document(doc).append("_id", id(doc) + "|" + doc.getString("hash"));
            writes.add(new ReplaceOneModel<>(
                    Filters.eq("_id", id(conflict)), conflict, new ReplaceOptions().upsert(true)));
        }
        var _ = conflicts.bulkWrite(writes, new BulkWriteOptions().ordered(false));
    }
}
