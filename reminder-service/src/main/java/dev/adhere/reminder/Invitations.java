package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/// The collection `invitations`: one document for each that is open, under its code's hash. Every call
/// blocks.
record Invitations(MongoCollection<Document> collection) {

    static final int MOST = 5;
    static final Duration VALID = Duration.ofDays(7);

    void prepare() {
        var _ = collection.createIndex(Indexes.ascending("userId", "createdAt"));
        var _ = collection.createIndex(Indexes.ascending("expiresAt"));
    }

    /// @param id names it to its user; the code is not known any more
    record Invitation(String id, String userId, Instant createdAt, Instant expiresAt) {}

    /// A user's, newest first.
    List<Invitation> open(String userId, Instant now) {
        return collection
                .find(Filters.and(Filters.eq("userId", userId), valid(now)))
                .sort(Sorts.descending("createdAt", "id"))
                .map(Invitations::invitation)
                .into(new ArrayList<>());
    }

    /// Adds one, and takes away those of everybody whose time is over.
    Invitation add(InvitationCode code, String userId, Instant at) {
        Instant now = at.truncatedTo(ChronoUnit.MILLIS);
        var _ = collection.deleteMany(Filters.lte("expiresAt", Date.from(now)));
        var made = new Invitation(UUID.randomUUID().toString(), userId, now, now.plus(VALID));
        var _ = collection.insertOne(new Document("_id", code.hash())
                .append("id", made.id())
                .append("userId", userId)
                .append("createdAt", Date.from(made.createdAt()))
                .append("expiresAt", Date.from(made.expiresAt())));
        return made;
    }

    /// Whether it was there.
    boolean remove(String userId, String id, Instant now) {
        return collection
                        .deleteOne(Filters.and(Filters.eq("userId", userId), Filters.eq("id", id), valid(now)))
                        .getDeletedCount()
                > 0;
    }

    /// Takes a code for one coach: from now on it is no other's. Until it is [#used] the same coach can
    /// take it again, as after a failure.
    ///
    /// @return null where there is none for this coach
    @Nullable
    Invitation take(InvitationCode code, String coachId, Instant now) {
        Document taken = collection.findOneAndUpdate(
                Filters.and(
                        Filters.eq("_id", code.hash()),
                        Filters.ne("userId", coachId),
                        Filters.in("takenBy", Arrays.asList(null, coachId)),
                        valid(now)),
                Updates.set("takenBy", coachId));
        return taken == null ? null : invitation(taken);
    }

    void used(InvitationCode code) {
        var _ = collection.deleteOne(Filters.eq("_id", code.hash()));
    }

    private static Bson valid(Instant now) {
        return Filters.gt("expiresAt", Date.from(now));
    }

    private static Invitation invitation(Document d) {
        return new Invitation(
                d.getString("id"),
                d.getString("userId"),
                d.getDate("createdAt").toInstant(),
                d.getDate("expiresAt").toInstant());
    }
}
