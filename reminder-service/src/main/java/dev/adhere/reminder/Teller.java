package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bson.Document;
import org.springframework.kafka.core.KafkaOperations;
import tools.jackson.databind.json.JsonMapper;

/// Tells others what became of a user: figures and decisions to Kafka, decisions to the log in MongoDB.
///
/// Telling twice is harmless: figures are the current ones, a decision has one id.
final class Teller {

    private static final long ACK_SECONDS = 10;

    private final KafkaOperations<String, byte[]> kafka;
    private final MongoCollection<Document> log;
    private final Keeper keeper;
    private final JsonMapper json;

    Teller(KafkaOperations<String, byte[]> kafka, MongoCollection<Document> log, Keeper keeper, JsonMapper json) {
        this.kafka = kafka;
        this.log = log;
        this.keeper = keeper;
        this.json = json;
    }

    /// Sends the current figures of these users, and returns when the broker has them all.
    ///
    /// @throws IllegalStateException where it has not; the caller tells again later
    void tellAdherence(Collection<UserState> heads, Instant now) {
        var sends = new ArrayList<CompletableFuture<?>>(heads.size());
        for (UserState head : heads) {
            sends.add(kafka.send(
                    Topic.ADHERENCE.topicName(), head.userId(), json.writeValueAsBytes(AdherenceAnswer.of(head, now))));
        }
        await(sends);
    }

    /// Tells what is pending of these users, and notes that it was told. Who changed meanwhile is told again.
    void tellPending(Collection<UserState> heads, Instant now) {
        var sends = new ArrayList<CompletableFuture<?>>();
        var writes = new ArrayList<WriteModel<Document>>();
        for (UserState head : heads) {
            if (head.pending().adherence()) {
                sends.add(kafka.send(
                        Topic.ADHERENCE.topicName(),
                        head.userId(),
                        json.writeValueAsBytes(AdherenceAnswer.of(head, now))));
            }
            for (Decision decision : head.nudges()) {
                Nudge nudge = decision.nudge();
                if (head.pending().nudges().contains(nudge.id())) {
                    writes.add(new ReplaceOneModel<>(
                            Filters.eq("_id", nudge.id()),
                            UserDocuments.nudge(nudge).append("_id", nudge.id()).append("userId", head.userId()),
                            new ReplaceOptions().upsert(true)));
                    sends.add(kafka.send(Topic.NUDGES.topicName(), head.userId(), json.writeValueAsBytes(nudge)));
                }
            }
        }
        if (!writes.isEmpty()) {
            var _ = log.bulkWrite(writes, new BulkWriteOptions().ordered(false));
        }
        await(sends);
        var told = new HashMap<String, List<Fold.Input>>();
        for (UserState head : heads) {
            told.put(head.userId(), List.of(new Fold.Told(head.pending())));
        }
        var _ = keeper.fold(told, now);
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
