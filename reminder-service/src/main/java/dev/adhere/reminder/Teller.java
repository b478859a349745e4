package dev.adhere.reminder;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.mongo.DuplicateKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.bson.Document;
import org.springframework.kafka.core.KafkaOperations;
import tools.jackson.databind.json.JsonMapper;

/// Tells others what became of a user: figures and decisions to Kafka, decisions to the log in MongoDB.
///
/// Telling twice is harmless: figures are the current ones, a decision has one id. Whoever folds and then
/// tells does both in one turn, so that a topic's last word on a user is the newest.
final class Teller {

    private static final long ACK_SECONDS = 10;

    private final KafkaOperations<String, byte[]> kafka;
    private final MongoCollection<Document> nudges;
    private final MongoCollection<Document> alerts;
    private final Keeper keeper;
    private final JsonMapper json;
    // Shared by those whose users nobody else folds and tells at that moment: consumers have partitions of their own.
    private final ReentrantReadWriteLock turn = new ReentrantReadWriteLock(true);

    Teller(KafkaOperations<String, byte[]> kafka, DecisionLog log, Keeper keeper, JsonMapper json) {
        this.kafka = kafka;
        this.nudges = log.nudges();
        this.alerts = log.alerts();
        this.keeper = keeper;
        this.json = json;
    }

    /// Folds, sends the current figures of these users, and returns when the broker has them all. Others who call this
    /// go on meanwhile: none of them has one of these users.
    ///
    /// @param fold gives the heads as they are stored
    /// @throws IllegalStateException where it has not; the caller tells again later
    void tellAdherence(Supplier<Collection<UserState>> fold, Instant now) {
        tellAdherence(fold, now, turn.readLock());
    }

    /// The same for users whom another may have as well, who waits.
    void tellAdherenceAlone(Supplier<Collection<UserState>> fold, Instant now) {
        tellAdherence(fold, now, turn.writeLock());
    }

    private void tellAdherence(Supplier<Collection<UserState>> fold, Instant now, Lock lock) {
        var sends = new ArrayList<CompletableFuture<?>>();
        lock.lock();
        try {
            for (UserState head : fold.get()) {
                sends.add(sendAdherence(head, now));
            }
        } finally {
            lock.unlock();
        }
        await(sends);
    }

    private CompletableFuture<?> sendAdherence(UserState head, Instant now) {
        return kafka.send(
                Topic.ADHERENCE.topicName(), head.userId(), json.writeValueAsBytes(AdherenceAnswer.of(head, now)));
    }

    /// Tells what is pending of these users, and notes that it was told. Who changed meanwhile is told
    /// again.
    ///
    /// @param pending gives the heads as they are stored
    /// @return how many users there was something to tell of
    int tellPending(Supplier<Collection<UserState>> pending, Instant now) {
        var sends = new ArrayList<CompletableFuture<?>>();
        var writes = new ArrayList<WriteModel<Document>>();
        var raised = new ArrayList<WriteModel<Document>>();
        var told = new HashMap<String, List<Fold.Input>>();
        var heads = new HashMap<String, UserState>();
        turn.writeLock().lock();
        try {
            for (UserState head : pending.get()) {
                if (head.pending().isEmpty()) {
                    continue;
                }
                if (head.pending().adherence()) {
                    sends.add(sendAdherence(head, now));
                }
                for (Decision decision : head.nudges()) {
                    Nudge nudge = decision.nudge();
                    if (head.pending().nudges().contains(nudge.id())) {
                        writes.add(logged(head, nudge.id(), UserDocuments.nudge(nudge)));
                        sends.add(kafka.send(told(head, nudge)));
                    }
                }
                for (Alert alert : head.pain().alerts()) {
                    if (head.pending().alerts().contains(alert.id())) {
                        raised.add(logged(head, alert.id(), PainDocuments.alert(alert)));
                        sends.add(kafka.send(Topic.ALERTS.topicName(), head.userId(), json.writeValueAsBytes(alert)));
                    }
                }
                told.put(head.userId(), List.of(new Fold.Told(head.revision())));
                heads.put(head.userId(), head);
            }
        } finally {
            turn.writeLock().unlock();
        }
        if (told.isEmpty()) {
            return 0;
        }
        log(nudges, writes);
        log(alerts, raised);
        await(sends);
        var _ = keeper.fold(told, heads, now);
        return told.size();
    }

    private ProducerRecord<String, byte[]> told(UserState head, Nudge nudge) {
        var record = new ProducerRecord<>(Topic.NUDGES.topicName(), head.userId(), json.writeValueAsBytes(nudge));
        var _ = record.headers()
                .add(InboxStreams.REVISION, Long.toString(head.revision()).getBytes(StandardCharsets.US_ASCII));
        return record;
    }

    // Replaces what was logged of an earlier revision only. Where a later one is there, the upsert fails on
    // _id.
    private static WriteModel<Document> logged(UserState head, String id, Document doc) {
        return new ReplaceOneModel<>(
                Filters.and(
                        Filters.eq("_id", id),
                        Filters.or(
                                Filters.exists("headRevision", false), Filters.lte("headRevision", head.revision()))),
                doc.append("_id", id).append("userId", head.userId()).append("headRevision", head.revision()),
                new ReplaceOptions().upsert(true));
    }

    private static void log(MongoCollection<Document> log, List<WriteModel<Document>> writes) {
        if (writes.isEmpty()) {
            return;
        }
        try {
            var _ = log.bulkWrite(writes, new BulkWriteOptions().ordered(false));
        } catch (MongoBulkWriteException e) {
            if (!DuplicateKeys.only(e)) {
                throw e;
            }
        }
    }

    private static void await(List<CompletableFuture<?>> sends) {
        try {
            var _ = CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new))
                    .get(ACK_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while telling", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker did not take all that is to be told", e);
        }
    }
}
