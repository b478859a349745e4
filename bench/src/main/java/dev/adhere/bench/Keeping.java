package dev.adhere.bench;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;

import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.ReplaceOneModel;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.bson.Document;

/// How many events a second the keeper folds, against the bare driver that reads the same documents and
/// writes them back under compare-and-set: two finds and two bulk writes a batch of 1,000 events.
///
/// Every user has a plan and six weeks of history: one is given them over HTTP and Kafka, the others are
/// copies of it.
final class Keeping {

    static final String GROUP = "reminder-keeper";
    private static final String TOPIC = "session-events";
    private static final int BATCH = 1_000;
    private static final int DAYS_OF_HISTORY = 41;
    private static final int SETS_A_DAY = 9;

    private final Stack stack;
    private final Report report;
    private final Options.Size size;
    private final MongoDatabase kept;
    private final MongoDatabase raw;
    private final ZoneId zone = nightNow();
    private final Child reminderService;
    private int rotation;

    Keeping(Stack stack, Report report, Child reminderService, Options.Size size) {
        this.stack = stack;
        this.report = report;
        this.reminderService = reminderService;
        this.size = size;
        this.kept = stack.mongo().getDatabase("adhere_reminder");
        this.raw = stack.mongo().getDatabase("bench_raw");
    }

    // A zone where it is between two and three at night: no day ends and no nudge falls due while this runs.
    private static ZoneId nightNow() {
        int offset = Math.floorMod(2 - LocalTime.now(ZoneOffset.UTC).getHour() + 11, 24) - 11;
        return ZoneId.of("Etc/GMT" + (offset > 0 ? "-" : "+") + Math.abs(offset));
    }

    /// Gives every user a head and the day that events will come for.
    void prepare() throws IOException, InterruptedException {
        report.progress("Making %d users with a plan and a history", size.users());
        String like = "bench-model";
        put("/v1/users/" + like + "/coaches/bench-coach", stack.token("bench-admin", "admin"), "");
        LocalDate today = LocalDate.now(zone);
        put("/v1/users/" + like + "/plan", stack.token("bench-coach", "coach"), """
                {"timeZone":"%s","versions":[{"effectiveFrom":"%s","items":[
                {"id":"bridge","exerciseId":"bridge","sets":3,"reps":10,"schedule":{"everyDays":1}},
                {"id":"bird-dog","exerciseId":"bird-dog","sets":2,"reps":5,"schedule":{"everyDays":1}},
                {"id":"plank","exerciseId":"plank","sets":3,"holdSeconds":30,"schedule":{"dayOfWeek":["mon","wed","fri"]}}]}]}
                """.formatted(
                        zone, today.minusDays(DAYS_OF_HISTORY)));
        var history = new ArrayList<Prepared>();
        for (LocalDate date = today.minusDays(DAYS_OF_HISTORY); date.isBefore(today); date = date.plusDays(1)) {
            for (int set = 0; set < SETS_A_DAY; set++) {
                history.add(event(like, date, set).prepared());
            }
        }
        try (var producer = new RawProducer(stack.bootstrap())) {
            producer.sendAll(TOPIC, history);
        }
        awaitFolded();
        Document head = only("users", like);
        Document day = only("days", like + "|" + today.minusDays(1));
        // Where the model's records stood in its partition says nothing about the others'.
        head.remove("topicId");
        head.remove("appliedOffset");
        copies(
                "users",
                user -> new Document(head)
                        .append("_id", user)
                        .append("partition", Utils.toPositive(Utils.murmur2(Event.bytes(user))) % Stack.PARTITIONS));
        copies(
                "days",
                user -> new Document(day)
                        .append("_id", user + "|" + today.minusDays(1))
                        .append("userId", user));
    }

    void run(int repetitions) {
        var keeperOne = new Series();
        var rawOne = new Series();
        var rawOneByTwo = new Series();
        var keeperNine = new Series();
        var rawNine = new Series();
        var rawNineByTwo = new Series();
        try (var producer = new RawProducer(stack.bootstrap())) {
            report.progress("Warming up what keeps");
            for (int i = 0; i < 3; i++) {
                var _ = keeper(producer, size.usersWithOne(), 1);
                var _ = keeper(producer, size.usersWithNine(), 9);
                var _ = raw(size.usersWithOne(), 1, 1);
                var _ = raw(size.usersWithNine(), 9, 1);
            }
            for (int i = 1; i <= repetitions; i++) {
                report.progress("Keeping, repetition %d of %d", i, repetitions);
                keeperOne.add(keeper(producer, size.usersWithOne(), 1));
                rawOne.add(raw(size.usersWithOne(), 1, 1));
                rawOneByTwo.add(raw(size.usersWithOne(), 1, 2));
                keeperNine.add(keeper(producer, size.usersWithNine(), 9));
                rawNine.add(raw(size.usersWithNine(), 9, 1));
                rawNineByTwo.add(raw(size.usersWithNine(), 9, 2));
            }
        }
        report.progress("A head is %,d bytes, a day %,d", size("users"), size("days"));
        report.heading("Through the keeper, one event of a user at a time");
        report.reference("raw driver, one thread", rawOne);
        report.ratio("keeper", keeperOne, rawOne, 0.6);
        report.reference("raw driver, two threads", rawOneByTwo);
        report.ratio("keeper, against those", keeperOne, rawOneByTwo);
        report.heading("Through the keeper, nine events of a user at a time");
        report.reference("raw driver, one thread", rawNine);
        report.ratio("keeper", keeperNine, rawNine, 0.6);
        report.reference("raw driver, two threads", rawNineByTwo);
        report.ratio("keeper, against those", keeperNine, rawNineByTwo);
    }

    private Event event(String user, LocalDate date, int number) {
        Instant at = date.atTime(8, 0).atZone(zone).toInstant().plusSeconds(90L * number);
        return Event.of(user, at, zone.getId());
    }

    // Users take turns, so that their days stay of one size.
    private List<String> next(int users) {
        List<String> those = IntStream.range(rotation, rotation + users)
                .mapToObj(n -> Event.user(n % size.users()))
                .toList();
        rotation += users;
        return those;
    }

    private List<Event> events(int users, int each) {
        LocalDate yesterday = LocalDate.now(zone).minusDays(1);
        return next(users).stream()
                .flatMap(user -> IntStream.range(0, each).mapToObj(n -> event(user, yesterday, 20 + n)))
                .toList();
    }

    private double keeper(RawProducer producer, int users, int each) {
        List<Prepared> records =
                events(users, each).stream().map(Event::prepared).toList();
        reminderService.pause();
        producer.sendAll(TOPIC, records);
        long end = end();
        long began = System.nanoTime();
        reminderService.resume();
        Waits.until("events folded", end, this::committed);
        return records.size() * 1e9 / (System.nanoTime() - began);
    }

    private double raw(int users, int each, int threads) {
        List<Event> events = events(users, each);
        int part = events.size() / threads / each * each;
        try (var pool = Executors.newFixedThreadPool(threads)) {
            long began = System.nanoTime();
            List<Future<?>> parts = IntStream.range(0, threads)
                    .<Future<?>>mapToObj(i -> pool.submit(() -> readAndSet(events.subList(i * part, (i + 1) * part))))
                    .toList();
            parts.forEach(Waits::result);
            return part * threads * 1e9 / (System.nanoTime() - began);
        }
    }

    private void readAndSet(List<Event> events) {
        String date = "|" + LocalDate.now(zone).minusDays(1);
        for (int from = 0; from < events.size(); from += BATCH) {
            var users = new LinkedHashSet<String>();
            events.subList(from, Math.min(events.size(), from + BATCH)).forEach(event -> users.add(event.user()));
            List<Document> heads = read("users", List.copyOf(users));
            List<Document> days =
                    read("days", users.stream().map(user -> user + date).toList());
            set("days", days);
            set("users", heads);
        }
    }

    private List<Document> read(String collection, List<String> ids) {
        return rawCollection(collection).find(in("_id", ids)).into(new ArrayList<>(ids.size()));
    }

    private void set(String collection, List<Document> documents) {
        List<ReplaceOneModel<Document>> writes = documents.stream()
                .map(doc -> {
                    long revision = doc.getLong("revision");
                    doc.put("revision", revision + 1);
                    return new ReplaceOneModel<>(and(eq("_id", doc.get("_id")), eq("revision", revision)), doc);
                })
                .toList();
        var result = rawCollection(collection).bulkWrite(writes, new BulkWriteOptions().ordered(false));
        if (result.getMatchedCount() != writes.size()) {
            throw new IllegalStateException("another writer was faster, and there is none");
        }
    }

    private MongoCollection<Document> rawCollection(String name) {
        return raw.getCollection(name)
                .withReadConcern(ReadConcern.MAJORITY)
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
    }

    private Document only(String collection, String id) {
        Document found = kept.getCollection(collection).find(eq("_id", id)).first();
        if (found == null) {
            throw new IllegalStateException("there is no " + id + " in " + collection);
        }
        return found;
    }

    private interface Copy {
        Document of(String user);
    }

    private void copies(String collection, Copy copy) {
        Drain.indexes(kept.getCollection(collection), raw.getCollection(collection));
        for (int from = 0; from < size.users(); from += BATCH) {
            List<Document> some = IntStream.range(from, Math.min(size.users(), from + BATCH))
                    .mapToObj(n -> copy.of(Event.user(n)))
                    .toList();
            var _ = kept.getCollection(collection).insertMany(some);
            var _ = rawCollection(collection).insertMany(some);
        }
    }

    /// Waits until the keeper has committed all that there is.
    void awaitFolded() {
        Waits.until("events folded", end(), this::committed);
    }

    private long committed() {
        return Waits.result(stack.admin().listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata())
                .values()
                .stream()
                .mapToLong(offset -> offset == null ? 0 : offset.offset())
                .sum();
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

    private long end() {
        return ends(stack).values().stream().mapToLong(Long::longValue).sum();
    }

    private void put(String path, String token, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(stack.reminder().resolve(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build();
        var answer = stack.http().send(request, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("PUT " + path + " answers " + answer.statusCode() + " " + answer.body());
        }
    }

    /// Bytes of a document of this collection, on average.
    private int size(String collection) {
        Document size = kept.getCollection(collection)
                .aggregate(List.of(
                        new Document("$limit", 500),
                        new Document(
                                "$group",
                                new Document("_id", null)
                                        .append("bytes", new Document("$avg", new Document("$bsonSize", "$$ROOT"))))))
                .first();
        return size == null ? 0 : size.get("bytes", Number.class).intValue();
    }
}
