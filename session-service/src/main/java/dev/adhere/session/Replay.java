package dev.adhere.session;

import com.mongodb.client.model.Filters;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.EventRecords;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Sends stored events again, with the moment at which they were first received, to
/// `session-events-replay`: for whoever has lost what was derived from them. Nothing goes to
/// `session-events`, where it would have effects anew.
final class Replay {

    private static final Logger log = LoggerFactory.getLogger(Replay.class);
    private static final int IN_FLIGHT = 500;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final MongoCollection<Document> events;
    private final KafkaOperations<String, byte[]> kafka;

    Replay(MongoDatabase database, KafkaOperations<String, byte[]> kafka) {
        this.events = database.getCollection("events");
        this.kafka = kafka;
    }

    /// @param userId null for all users
    /// @return how many events the broker has acknowledged, when it has all of them
    Mono<Long> send(@Nullable String userId) {
        Bson kept = Filters.ne("state", EventDocuments.State.PARKED.name());
        Bson filter = userId == null ? kept : Filters.and(Filters.eq("userId", userId), kept);
        return Flux.from(events.find(filter).batchSize(IN_FLIGHT))
                .concatMap(doc -> Mono.justOrEmpty(event(doc)))
                // A producer without room waits, which no event loop may.
                .publishOn(Schedulers.boundedElastic())
                .flatMap(
                        event -> Mono.fromFuture(
                                () -> kafka.send(EventRecords.write(Topic.SESSION_EVENTS_REPLAY, event))),
                        IN_FLIGHT)
                .count();
    }

    private static @Nullable SessionEvent event(Document doc) {
        StoredEvent stored = EventDocuments.answer(doc, EventDocuments.State.RECORDED);
        try {
            return SessionEvents.read(
                    new SessionEvent.Envelope(
                            stored.subject(),
                            stored.id(),
                            stored.source(),
                            stored.type(),
                            OffsetDateTime.parse(stored.time()),
                            Instant.parse(stored.receivedAt()),
                            stored.extensions()),
                    JSON.<ObjectNode>valueToTree(stored.data()));
        } catch (InvalidEvent _) {
            // It was valid when it was stored.
            log.error("a stored event is none by the rules of this release, and is not sent again");
            return null;
        }
    }
}
