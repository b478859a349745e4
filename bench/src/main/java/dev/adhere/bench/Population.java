package dev.adhere.bench;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.adhere.bench.Event.Prepared;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.bson.Document;

/// Users of reminder-service with a plan and six weeks of history: a model is given them over HTTP and Kafka, the
/// others
/// are copies of it.
final class Population {

    static final String GROUP = "reminder-keeper";
    static final String TOPIC = "session-events";
    private static final int BATCH = 1_000;
    private static final int DAYS_OF_HISTORY = 41;
    private static final int SETS_A_DAY = 9;

    private final Stack stack;
    private final ZoneId zone;
    private final MongoDatabase kept;

    /// @param zone of all its users
    Population(Stack stack, ZoneId zone) {
        this.stack = stack;
        this.zone = zone;
        this.kept = stack.mongo().getDatabase("adhere_reminder");
    }

    /// A zone where it is this hour now.
    static ZoneId whereItIs(int hour) {
        int offset = Math.floorMod(hour - LocalTime.now(ZoneOffset.UTC).getHour() + 11, 24) - 11;
        return ZoneId.of("Etc/GMT" + (offset > 0 ? "-" : "+") + Math.abs(offset));
    }

    ZoneId zone() {
        return zone;
    }

    MongoCollection<Document> collection(String name) {
        return kept.getCollection(name);
    }

    /// Gives a user a plan and a history, and waits until both are folded and told.
    ///
    /// @param schedule of the plan's daily items, as JSON
    void model(String user, String schedule) throws IOException, InterruptedException {
        put("/v1/users/" + user + "/coaches/bench-coach", stack.token("bench-admin", "admin"), "");
        LocalDate today = LocalDate.now(zone);
        put("/v1/users/" + user + "/plan", stack.token("bench-coach", "coach"), """
                {"timeZone":"%1$s","versions":[{"effectiveFrom":"%2$s","items":[
                {"id":"bridge","exerciseId":"bridge","sets":3,"reps":10,"schedule":%3$s},
                {"id":"bird-dog","exerciseId":"bird-dog","sets":2,"reps":5,"schedule":%3$s},
                {"id":"plank","exerciseId":"plank","sets":3,"holdSeconds":30,"schedule":{"dayOfWeek":["mon","wed","fri"]}}]}]}
                """.formatted(
                        zone, today.minusDays(DAYS_OF_HISTORY), schedule));
        var history = new ArrayList<Prepared>();
        for (LocalDate date = today.minusDays(DAYS_OF_HISTORY); date.isBefore(today); date = date.plusDays(1)) {
            for (int set = 0; set < SETS_A_DAY; set++) {
                history.add(event(user, date, set).prepared());
            }
        }
        try (var producer = new RawProducer(stack.bootstrap())) {
            producer.sendAll(TOPIC, history);
        }
        awaitFolded();
        Waits.untilNone("users to be told of", () -> collection("users").countDocuments(eq("pending", true)));
    }

    /// The same work of a user, on any date.
    Event event(String user, LocalDate date, int number) {
        Instant at = date.atTime(8, 0).atZone(zone).toInstant().plusSeconds(90L * number);
        return Event.of(user, at, zone.getId());
    }

    /// Makes copies of a model.
    ///
    /// @param user the name of one by its number
    /// @param into where the documents of each kind go, `users` and `days`
    void copy(
            String model,
            int users,
            Function<Integer, String> user,
            Function<String, List<MongoCollection<Document>>> into) {
        LocalDate yesterday = LocalDate.now(zone).minusDays(1);
        Document head = only("users", model);
        Document day = only("days", model + "|" + yesterday);
        // Where the model's records stood in its partition says nothing about the others'.
        head.remove("topicId");
        head.remove("appliedOffset");
        for (int from = 0; from < users; from += BATCH) {
            List<String> some = IntStream.range(from, Math.min(users, from + BATCH))
                    .mapToObj(user::apply)
                    .toList();
            insert(
                    into.apply("days"),
                    some,
                    name -> new Document(day)
                            .append("_id", name + "|" + yesterday)
                            .append("userId", name));
            insert(
                    into.apply("users"),
                    some,
                    name -> new Document(head)
                            .append("_id", name)
                            .append(
                                    "partition",
                                    Utils.toPositive(Utils.murmur2(Event.bytes(name))) % Stack.PARTITIONS));
        }
    }

    private static void insert(
            List<MongoCollection<Document>> collections, List<String> users, Function<String, Document> copy) {
        List<Document> documents = users.stream().map(copy).toList();
        collections.forEach(collection -> {
            var _ = collection.insertMany(documents);
        });
    }

    Document only(String collection, String id) {
        Document found = collection(collection).find(eq("_id", id)).first();
        if (found == null) {
            throw new IllegalStateException("there is no " + id + " in " + collection);
        }
        return found;
    }

    void put(String path, String token, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(stack.reminder().resolve(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build();
        var answer = stack.http().send(request, BodyHandlers.ofString());
        for (int again = 0; answer.statusCode() == 503 && again < 60; again++) {
            TimeUnit.SECONDS.sleep(1);
            answer = stack.http().send(request, BodyHandlers.ofString());
        }
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("PUT " + path + " answers " + answer.statusCode() + " " + answer.body());
        }
    }

    /// Waits until the keeper has committed all that there is.
    void awaitFolded() {
        Waits.until("events folded", end(), this::committed);
    }

    long committed() {
        return Waits.result(stack.admin().listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata())
                .values()
                .stream()
                .mapToLong(offset -> offset == null ? 0 : offset.offset())
                .sum();
    }

    long end() {
        return ends(stack).values().stream().mapToLong(Long::longValue).sum();
    }

    /// Where each partition of the events' topic ends.
    static Map<TopicPartition, Long> ends(Stack stack) {
        var ask = new HashMap<TopicPartition, OffsetSpec>();
        for (int i = 0; i < Stack.PARTITIONS; i++) {
            ask.put(new TopicPartition(TOPIC, i), OffsetSpec.latest());
        }
        var ends = new HashMap<TopicPartition, Long>();
        Waits.result(stack.admin().listOffsets(ask).all())
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }
}
