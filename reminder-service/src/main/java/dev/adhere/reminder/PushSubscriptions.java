package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/// The collection `pushSubscriptions`: one document for each browser or app that a user wants nudges on.
/// Every call blocks.
///
/// Apart from the head: keys of devices come and go without anything to think about.
record PushSubscriptions(MongoCollection<Document> collection) {

    /// So many devices are sent to one after another, and all of them within the lease of an attempt.
    static final int MOST = 8;

    void prepare() {
        var _ = collection.createIndex(Indexes.ascending("userId", "createdAt"));
        var _ = collection.createIndex(Indexes.ascending("endpoint"));
    }

    /// @param id made of user and endpoint, so that the same one again is the same
    /// @param p256dh the device's public key in base64url
    /// @param auth the device's secret in base64url
    record Subscription(String id, String userId, String endpoint, String p256dh, String auth, Instant createdAt) {

        @Override
        public String toString() {
            return "Subscription[]";
        }
    }

    static String id(String userId, String endpoint) {
        return UUID.nameUUIDFromBytes((userId + "|" + endpoint).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// Oldest first.
    List<Subscription> of(String userId) {
        return collection
                .find(Filters.eq("userId", userId))
                .sort(Sorts.ascending("createdAt"))
                .map(PushSubscriptions::subscription)
                .into(new ArrayList<>());
    }

    @Nullable
    Subscription find(String userId, String id) {
        Document found = collection
                .find(Filters.and(Filters.eq("_id", id), Filters.eq("userId", userId)))
                .first();
        return found == null ? null : subscription(found);
    }

    /// Whoever had the same endpoint before has it no more: nudges of one user must not show up at another.
    void put(Subscription s) {
        var _ = collection.deleteMany(
                Filters.and(Filters.eq("endpoint", s.endpoint()), Filters.ne("userId", s.userId())));
        var _ = collection.replaceOne(
                Filters.eq("_id", s.id()),
                new Document("_id", s.id())
                        .append("userId", s.userId())
                        .append("endpoint", s.endpoint())
                        .append("p256dh", s.p256dh())
                        .append("auth", s.auth())
                        .append("createdAt", s.createdAt().toString()),
                new ReplaceOptions().upsert(true));
    }

    /// Whether it was there.
    boolean remove(String userId, String id) {
        return collection
                        .deleteOne(Filters.and(Filters.eq("_id", id), Filters.eq("userId", userId)))
                        .getDeletedCount()
                > 0;
    }

    private static Subscription subscription(Document d) {
        return new Subscription(
                d.getString("_id"),
                d.getString("userId"),
                d.getString("endpoint"),
                d.getString("p256dh"),
                d.getString("auth"),
                InstantText.parse(d.getString("createdAt")));
    }
}
