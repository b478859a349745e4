package dev.adhere.reminder;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import dev.adhere.contracts.Topic;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/// Heads and days in MongoDB, written under compare-and-set. Every call blocks: never call it on an event loop.
final class Users {

    static final int DUPLICATE_KEY = 11000;

    private final MongoCollection<Document> heads;
    private final MongoCollection<Document> days;
    private final MongoCollection<Document> topics;
    private final Partitions partitions;

    Users(MongoDatabase database, Partitions partitions) {
        var durable = WriteConcern.MAJORITY.withJournal(true);
        this.heads = database.getCollection("users").withWriteConcern(durable).withReadConcern(ReadConcern.MAJORITY);
        this.days = database.getCollection("days").withWriteConcern(durable).withReadConcern(ReadConcern.MAJORITY);
        this.topics = database.getCollection("topics").withWriteConcern(durable).withReadConcern(ReadConcern.MAJORITY);
        this.partitions = partitions;
    }

    /// Makes the indexes: what is due, what is to be told, whose care team is to be relayed.
    void prepare() {
        heads.createIndex(Indexes.ascending("partition", "nextDueAt"));
        heads.createIndex(
                Indexes.ascending("partition", "pending"),
                new IndexOptions().partialFilterExpression(Filters.eq("pending", true)));
        heads.createIndex(Indexes.ascending("careTeamDirty"), new IndexOptions().sparse(true));
    }

    /// The heads of these users; those of whom nothing is known yet are not in the answer.
    Map<String, UserState> heads(Collection<String> userIds) {
        var found = new HashMap<String, UserState>();
        for (Document doc : heads.find(Filters.in("_id", userIds))) {
            UserState state = UserDocuments.state(doc);
            found.put(state.userId(), state);
        }
        return found;
    }

    @Nullable
    UserState head(String userId) {
        return heads(List.of(userId)).get(userId);
    }

    /// Those of the days that are stored, by their document id.
    Map<String, Day> days(Collection<String> dayIds) {
        var found = new HashMap<String, Day>();
        if (!dayIds.isEmpty()) {
            for (Document doc : days.find(Filters.in("_id", dayIds))) {
                found.put(doc.getString("_id"), UserDocuments.day(doc));
            }
        }
        return found;
    }

    Day day(String userId, LocalDate date) {
        Day day = days(List.of(UserDocuments.dayId(userId, date))).get(UserDocuments.dayId(userId, date));
        return day == null ? Day.empty(date) : day;
    }

    /// What is due in these partitions, the longest overdue first.
    List<UserState> due(Set<Integer> partitions, Instant now, int limit) {
        return states(heads.find(Filters.and(
                        Filters.in("partition", partitions), Filters.lte("nextDueAt", java.util.Date.from(now))))
                .sort(Sorts.ascending("nextDueAt"))
                .limit(limit));
    }

    /// How many users of these partitions are due.
    long countDue(Set<Integer> partitions, Instant now) {
        return heads.countDocuments(
                Filters.and(Filters.in("partition", partitions), Filters.lte("nextDueAt", java.util.Date.from(now))));
    }

    /// Those of these partitions with something to tell.
    List<UserState> pending(Set<Integer> partitions, int limit) {
        return states(heads.find(Filters.and(Filters.in("partition", partitions), Filters.eq("pending", true)))
                .limit(limit));
    }

    List<UserState> withDirtyCareTeam(int limit) {
        return states(heads.find(Filters.eq("careTeamDirty", true)).limit(limit));
    }

    /// Under another id than the one that was kept, the topic was lost and made again: every care team is to be sent
    /// anew. The id is kept after that, so that a crash between the two repeats it.
    void careTeamTopicIs(String topicId) {
        String name = Topic.CARE_TEAM.topicName();
        if (topics.countDocuments(Filters.and(Filters.eq("_id", name), Filters.eq("topicId", topicId))) > 0) {
            return;
        }
        var _ = heads.updateMany(
                Filters.and(Filters.gt("careTeam.revision", 0L), Filters.ne("careTeamDirty", true)),
                Updates.combine(Updates.set("careTeamDirty", true), Updates.inc("revision", 1L)));
        var _ = topics.updateOne(
                Filters.eq("_id", name), Updates.set("topicId", topicId), new UpdateOptions().upsert(true));
    }

    /// The topic's newest record of a user holds this revision: the care team is clean if that is its own,
    /// and is to
    /// be sent again if not.
    ///
    /// Each is one update that raises the head's revision too, so that a fold of that moment is repeated.
    void careTeamReadBack(String userId, long revision) {
        var clean = heads.updateOne(
                Filters.and(
                        Filters.eq("_id", userId),
                        Filters.eq("careTeam.revision", revision),
                        Filters.eq("careTeamDirty", true)),
                Updates.combine(Updates.unset("careTeamDirty"), Updates.inc("revision", 1L)));
        if (clean.getMatchedCount() == 0) {
            var _ = heads.updateOne(
                    Filters.and(
                            Filters.eq("_id", userId),
                            Filters.gt("careTeam.revision", revision),
                            Filters.ne("careTeamDirty", true)),
                    Updates.combine(Updates.set("careTeamDirty", true), Updates.inc("revision", 1L)));
        }
    }

    private static List<UserState> states(Iterable<Document> documents) {
        var states = new ArrayList<UserState>();
        for (Document doc : documents) {
            states.add(UserDocuments.state(doc));
        }
        return states;
    }

    /// One user's new state and the days that changed with it.
    record Change(UserState head, List<Day> days) {}

    /// Writes days before heads, each only over the very revision that was read, and says who lost the race.
    ///
    /// A user whose day was lost keeps the old head: the day's facts are there or come again, and figures are
    /// always computed from them.
    ///
    /// @return the ids of users whose change was not written, to be read and folded again
    Set<String> write(Collection<Change> changes) {
        var lost = new HashSet<String>();
        var dayWrites = new ArrayList<WriteModel<Document>>();
        var dayOwners = new ArrayList<String>();
        for (Change change : changes) {
            for (Day day : change.days()) {
                dayWrites.add(compareAndSet(UserDocuments.of(change.head().userId(), day)));
                dayOwners.add(change.head().userId());
            }
        }
        for (int index : write(days, dayWrites)) {
            lost.add(dayOwners.get(index));
        }
        var headWrites = new ArrayList<WriteModel<Document>>();
        var headOwners = new ArrayList<String>();
        for (Change change : changes) {
            UserState head = change.head();
            if (!lost.contains(head.userId())) {
                headWrites.add(compareAndSet(UserDocuments.of(head, partitions.of(head.userId()))));
                headOwners.add(head.userId());
            }
        }
        for (int index : write(heads, headWrites)) {
            lost.add(headOwners.get(index));
        }
        return lost;
    }

    // Replaces the revision that was read. Where that is no longer there, the upsert tries an insert and
    // fails on _id:
    // so the lost race shows as an error of that very write, which is all that every server reports alike.
    private static ReplaceOneModel<Document> compareAndSet(Document doc) {
        long read = doc.getLong("revision");
        doc.put("revision", read + 1);
        return new ReplaceOneModel<>(
                Filters.and(Filters.eq("_id", doc.get("_id")), Filters.eq("revision", read)),
                doc,
                new ReplaceOptions().upsert(true));
    }

    private static List<Integer> write(MongoCollection<Document> collection, List<WriteModel<Document>> writes) {
        if (writes.isEmpty()) {
            return List.of();
        }
        try {
            var _ = collection.bulkWrite(writes, new BulkWriteOptions().ordered(false));
            return List.of();
        } catch (MongoBulkWriteException e) {
            if (e.getWriteConcernError() != null
                    || e.getWriteErrors().stream().anyMatch(error -> error.getCode() != DUPLICATE_KEY)) {
                throw e;
            }
            return e.getWriteErrors().stream().map(BulkWriteError::getIndex).toList();
        } catch (MongoWriteException e) {
            if (e.getError().getCode() != DUPLICATE_KEY || writes.size() > 1) {
                throw e;
            }
            return List.of(0);
        }
    }
}
