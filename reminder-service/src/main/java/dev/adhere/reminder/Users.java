package dev.adhere.reminder;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.mongo.DuplicateKeys;
import dev.adhere.reminder.Fold.User;
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
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/// Heads and days in MongoDB, written under compare-and-set. Every call blocks: never call it on an event
/// loop.
final class Users {

    private final MongoCollection<Document> heads;
    private final MongoCollection<Document> days;
    private final MongoCollection<Document> topics;
    private final Partitions partitions;

    Users(MongoDatabase database, Partitions partitions) {
        this.heads = durable(database.getCollection("users"));
        this.days = durable(database.getCollection("days"));
        this.topics = durable(database.getCollection("topics"));
        this.partitions = partitions;
    }

    // A head and its days belong together: whatever the address of the database says, both are read where
    // they were written.
    private static MongoCollection<Document> durable(MongoCollection<Document> collection) {
        return collection
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
    }

    /// Makes the indexes: what is due, what is to be told, whose care team is to be relayed, whom a
    /// coach has.
    void prepare() {
        heads.createIndex(Indexes.ascending("partition", "nextDueAt"));
        heads.createIndex(
                Indexes.ascending("partition", "pending"),
                new IndexOptions().partialFilterExpression(Filters.eq("pending", true)));
        heads.createIndex(Indexes.ascending("careTeamDirty"), new IndexOptions().sparse(true));
        heads.createIndex(Indexes.ascending("careTeam.coaches.coachId"));
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

    /// All of a user's days from a date on.
    Map<LocalDate, Day> daysFrom(String userId, LocalDate from) {
        var found = new HashMap<LocalDate, Day>();
        // A date's digits sort before a tilde.
        for (Document doc : days.find(
                Filters.and(Filters.gte("_id", UserDocuments.dayId(userId, from)), Filters.lt("_id", userId + "|~")))) {
            Day day = UserDocuments.day(doc);
            found.put(day.date(), day);
        }
        return found;
    }

    /// The ids of all users, from after a given one on.
    List<String> idsAfter(String userId, int limit) {
        var ids = new ArrayList<String>();
        heads.find(Filters.gt("_id", userId))
                .sort(Sorts.ascending("_id"))
                .limit(limit)
                .projection(Projections.include("_id"))
                .forEach(doc -> ids.add(doc.getString("_id")));
        return ids;
    }

    /// What is due in these partitions, the longest overdue first.
    List<UserState> due(Set<Integer> partitions, Instant now, int limit) {
        return states(heads.find(Filters.and(
                        Filters.in("partition", partitions), Filters.lte("nextDueAt", java.util.Date.from(now))))
                .sort(Sorts.ascending("nextDueAt"))
                .limit(limit)
                .batchSize(limit));
    }

    /// How many users of these partitions are due.
    long countDue(Set<Integer> partitions, Instant now) {
        return heads.countDocuments(
                Filters.and(Filters.in("partition", partitions), Filters.lte("nextDueAt", java.util.Date.from(now))));
    }

    /// Those of these partitions with something to tell.
    List<UserState> pending(Set<Integer> partitions, int limit) {
        return states(heads.find(Filters.and(Filters.in("partition", partitions), Filters.eq("pending", true)))
                .limit(limit)
                .batchSize(limit));
    }

    List<UserState> withDirtyCareTeam(int limit) {
        return states(heads.find(Filters.eq("careTeamDirty", true)).limit(limit));
    }

    /// Under another id than the one that was kept, the topic was lost and made again: every care team is
    /// to be sent anew. The id is kept after that, so that a crash between the two repeats it.
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
        // "Clean" may be lost with a server: then it is sent and read back once more. "Dirty" may not.
        var clean = heads.withWriteConcern(WriteConcern.W1)
                .updateOne(
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

    /// Heads of the users that a coach is assigned to. They lack what only folding reads: never fold them.
    List<UserState> coachedBy(String coachId, Instant now) {
        return glimpses(Filters.eq("careTeam.coaches.coachId", coachId), coachId, now);
    }

    /// Those of these users, as [#coachedBy(String, Instant)] has them.
    List<UserState> coachedBy(String coachId, Collection<String> userIds, Instant now) {
        return glimpses(
                Filters.and(Filters.in("_id", userIds), Filters.eq("careTeam.coaches.coachId", coachId)), coachId, now);
    }

    /// The ids of the users that a coach is assigned to.
    Set<String> idsCoachedBy(String coachId, Instant now) {
        var ids = new HashSet<String>();
        for (Document doc : heads.find(Filters.eq("careTeam.coaches.coachId", coachId))
                .projection(Projections.include("careTeam"))) {
            if (UserDocuments.careTeamOf(doc).assigns(coachId, now)) {
                ids.add(doc.getString("_id"));
            }
        }
        return ids;
    }

    // An assignment that has ended is in the index, too; whether one holds is for the contract to say.
    private List<UserState> glimpses(Bson filter, String coachId, Instant now) {
        var found = new ArrayList<UserState>();
        for (Document doc : heads.find(filter)
                .projection(Projections.exclude("nudges", "links"))
                .batchSize(1_000)) {
            if (UserDocuments.careTeamOf(doc).assigns(coachId, now)) {
                found.add(UserDocuments.state(doc));
            }
        }
        return found;
    }

    private static List<UserState> states(Iterable<Document> documents) {
        var states = new ArrayList<UserState>();
        for (Document doc : documents) {
            states.add(UserDocuments.state(doc));
        }
        return states;
    }

    /// One user as it was read, and as it is to be.
    record Change(User before, User after) {

        String userId() {
            return after.head().userId();
        }

        /// Whether there is nothing to write. Days that were lost come back under a head that knows them.
        boolean isEmpty() {
            return after.head().equals(before.head()) && days().isEmpty();
        }

        private List<Day> days() {
            return after.days().values().stream()
                    .filter(day -> !day.equals(before.days().get(day.date())))
                    .toList();
        }
    }

    /// Writes days before heads, each only over the very revision that was read, and says who lost the
    /// race.
    ///
    /// A user whose day was lost keeps the old head: the day's facts are there or come again, and figures
    /// are always computed from them. Of several users some may be named whose head was written: who folds
    /// them again must look at what is stored. One user alone is named only if the head was not.
    ///
    /// @param whole writes whole documents and not only what differs, as it has to be over those of an
    ///     earlier release
    /// @return the ids of users to be read and folded again
    Set<String> write(Collection<Change> changes, boolean whole) {
        var dayWrites = new Writes(days);
        for (Change change : changes) {
            String userId = change.userId();
            for (Day day : change.days()) {
                Day before = change.before().days().get(day.date());
                if (whole || before == null || before.revision() == 0) {
                    dayWrites.replace(userId, UserDocuments.of(userId, day));
                } else {
                    dayWrites.update(
                            userId,
                            UserDocuments.dayId(userId, day.date()),
                            day.revision(),
                            UserDocuments.difference(before, day));
                }
            }
        }
        Set<String> lost = new HashSet<>(dayWrites.write());
        var headWrites = new Writes(heads);
        for (Change change : changes) {
            UserState head = change.after().head();
            if (lost.contains(head.userId())) {
                continue;
            }
            if (whole || head.revision() == 0) {
                headWrites.replace(head.userId(), UserDocuments.of(head, partitions.of(head.userId())));
            } else {
                headWrites.update(
                        head.userId(),
                        head.userId(),
                        head.revision(),
                        UserDocuments.difference(change.before().head(), head));
            }
        }
        lost.addAll(headWrites.write());
        return lost;
    }

    /// What is to be written to one collection under compare-and-set.
    private static final class Writes {

        private final MongoCollection<Document> collection;
        private final List<WriteModel<Document>> models = new ArrayList<>();
        private final List<String> owners = new ArrayList<>();
        private final List<String> updated = new ArrayList<>();

        Writes(MongoCollection<Document> collection) {
            this.collection = collection;
        }

        // Replaces the revision that was read. Where that is no longer there, the upsert tries an insert
        // and fails on _id: so the lost race shows as an error of that very write, which is all that every
        // server reports alike.
        void replace(String owner, Document doc) {
            long read = doc.getLong("revision");
            doc.put("revision", read + 1);
            owners.add(owner);
            models.add(new ReplaceOneModel<>(
                    Filters.and(Filters.eq("_id", doc.get("_id")), Filters.eq("revision", read)),
                    doc,
                    new ReplaceOptions().upsert(true)));
        }

        // Changes the revision that was read, and nothing where that is no longer there: half a document is
        // never made.
        void update(String owner, String id, long read, Difference difference) {
            owners.add(owner);
            updated.add(owner);
            models.add(new UpdateOneModel<>(
                    Filters.and(
                            Filters.eq("_id", id),
                            Filters.eq("revision", read),
                            Filters.eq("schema", UserDocuments.SCHEMA)),
                    difference.update(read + 1)));
        }

        /// The owners of what was not written, all those of updates where one of them was not.
        Set<String> write() {
            if (models.isEmpty()) {
                return Set.of();
            }
            var lost = new HashSet<String>();
            BulkWriteResult result;
            try {
                result = collection.bulkWrite(models, new BulkWriteOptions().ordered(false));
            } catch (MongoBulkWriteException e) {
                if (!DuplicateKeys.only(e)) {
                    throw e;
                }
                e.getWriteErrors().forEach(error -> lost.add(owners.get(error.getIndex())));
                result = e.getWriteResult();
            }
            int matched = result.getMatchedCount();
            // A document that is replaced whole may have been matched, too; never one that was lost.
            if (matched < models.size() - lost.size() - result.getUpserts().size()) {
                lost.addAll(updated);
            }
            return lost;
        }
    }
}
