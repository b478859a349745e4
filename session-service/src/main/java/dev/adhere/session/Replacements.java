package dev.adhere.session;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Filters.nin;

import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.MongoCollection;
import dev.adhere.contracts.Chains;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Which of a user's events a correction or a withdrawal has put out of force (rule 10). Stored events
/// never change, so this is found when they are read; corrections are few.
///
/// @param byId for every event that is out of force, the one of its chain that counts
record Replacements(Map<String, Link> byId) {

    private static final int MOST = 10_000;
    private static final Bson FIELDS = Projections.include("id", "type", "timeText", "data.replaces");

    record Link(
            String id, String type, Instant time, @Nullable String replaces) implements Chains.Link {

        private static Link of(Document doc) {
            Document data = doc.get("data", new Document());
            return new Link(
                    doc.getString("id"),
                    doc.getString("type"),
                    OffsetDateTime.parse(doc.getString("timeText")).toInstant(),
                    data.get("replaces") instanceof String replaces ? replaces : null);
        }
    }

    /// Those of one user.
    static Mono<Replacements> of(MongoCollection<Document> events, String userId) {
        return Flux.from(events.find(and(eq("userId", userId), exists("data.replaces"), ne("state", "PARKED")))
                        .sort(Sorts.descending("time"))
                        .projection(FIELDS)
                        .limit(MOST))
                .map(Link::of)
                .filter(link -> link.replaces() != null)
                .collectMap(Link::id)
                .flatMap(links -> links.isEmpty() ? Mono.just(List.<Link>of()) : withNamed(events, userId, links))
                .map(links -> new Replacements(Chains.replacements(links)));
    }

    private static Mono<List<Link>> withNamed(
            MongoCollection<Document> events, String userId, Map<String, Link> links) {
        List<String> named = links.values().stream()
                .map(Link::replaces)
                .filter(id -> id != null && !links.containsKey(id))
                .distinct()
                .map(id -> EventDocuments.id(userId, String.valueOf(id)))
                .toList();
        return Flux.from(events.find(in("_id", named)).projection(FIELDS))
                .map(Link::of)
                .mergeWith(Flux.fromIterable(links.values()))
                .collectList();
    }

    /// The state to show of an event that was recorded.
    EventDocuments.State state(Document doc) {
        Link counts = byId.get(doc.getString("id"));
        if (counts == null) {
            return EventDocuments.State.valueOf(doc.getString("state"));
        }
        return counts.type().equals(Withdrawal.TYPE) ? EventDocuments.State.WITHDRAWN : EventDocuments.State.CORRECTED;
    }

    /// Lets only events pass that are in force.
    Bson inForce(String userId) {
        Collection<String> out =
                byId.keySet().stream().map(id -> EventDocuments.id(userId, id)).toList();
        return out.isEmpty() ? new Document() : nin("_id", out);
    }
}
