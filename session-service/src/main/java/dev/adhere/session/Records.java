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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;

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

    /// What became of a batch.
    ///
    /// @param recordedReceivedAt when each event was received that is new on record
    /// @param duplicates how many came again with the same content
    /// @param conflicts how many came again with other content
    record Tally(List<Instant> recordedReceivedAt, int duplicates, int conflicts) {}

    /// Keeps each event once: the first of an id stays, the same again is harmless, other content under the
    /// same id goes
    /// to `conflicts`.
    ///
    /// @param documents in the order of their offsets
    /// @throws com.mongodb.MongoException where not everything is known to be durable; the whole batch may
    ///     come again
    Tally keep(Collection<Document> documents) {
        Map<String, Document> first = new HashMap<>();
        List<Document> again = new ArrayList<>();
        for (Document doc : documents) {
            Document earlier = first.putIfAbsent(doc.getString("_id"), doc);
            if (earlier != null) {
                again.add(doc);
            }
        }
        List<Document> fresh = new ArrayList<>(first.values());
        Set<Document> there = Collections.newSetFromMap(new IdentityHashMap<>());
        there.addAll(insert(fresh));
        fresh.removeIf(there::contains);
        again.addAll(there);
        int conflicts = conflicts(again);
        return new Tally(
                fresh.stream().map(doc -> doc.getDate("receivedAt").toInstant()).toList(),
                again.size() - conflicts,
                conflicts);
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

    private int conflicts(List<Document> again) {
        if (again.isEmpty()) {
            return 0;
        }
        Map<String, String> kept = new HashMap<>();
        events.find(Filters.in(
                        "_id", again.stream().map(d -> d.getString("_id")).toList()))
                .projection(Projections.include("hash"))
                .forEach(doc -> kept.put(doc.getString("_id"), doc.getString("hash")));
        List<WriteModel<Document>> writes = new ArrayList<>();
        for (Document doc : again) {
            String hash = doc.getString("hash");
            if (!hash.equals(kept.get(doc.getString("_id")))) {
                var conflict = new Document(doc).append("_id", doc.getString("_id") + "|" + hash);
                writes.add(new ReplaceOneModel<>(
                        Filters.eq("_id", conflict.get("_id")), conflict, new ReplaceOptions().upsert(true)));
            }
        }
        if (!writes.isEmpty()) {
            var _ = conflicts.bulkWrite(writes, new BulkWriteOptions().ordered(false));
        }
        return writes.size();
    }
}
