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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bson.Document;

/// How many events a second the keeper folds, against the bare driver that reads the same documents and
/// writes them back under compare-and-set: two finds and two bulk writes a batch of 1,000 events.
///
/// Every user has a plan and six weeks of history.
final class Keeping {

    private static final int BATCH = 1_000;

    private final Stack stack;
    private final Report report;
    private final Options.Size size;
    private final MongoDatabase raw;
    private final Child reminderService;
    private final Population population;
    private int rotation;

    Keeping(Stack stack, Report report, Child reminderService, Options.Size size) {
        this.stack = stack;
        this.report = report;
        this.reminderService = reminderService;
        this.size = size;
        // Between two and three at night no day ends and no nudge falls due.
        this.population = new Population(stack, Population.whereItIs(2));
        this.raw = stack.mongo().getDatabase("bench_raw");
    }

    /// Gives every user a head and the day that events will come for.
    void prepare() throws IOException, InterruptedException {
        report.progress("Making %d users with a plan and a history", size.users());
        population.model("bench-model", "{\"everyDays\":1}");
        for (String collection : List.of("users", "days")) {
            Drain.indexes(population.collection(collection), raw.getCollection(collection));
        }
        population.copy(
                "bench-model",
                size.users(),
                Event::user,
                collection -> List.of(population.collection(collection), rawCollection(collection)));
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

    // Users take turns, so that their days stay of one size.
    private List<String> next(int users) {
        List<String> those = IntStream.range(rotation, rotation + users)
                .mapToObj(n -> Event.user(n % size.users()))
                .toList();
        rotation += users;
        return those;
    }

    private List<Event> events(int users, int each) {
        LocalDate yesterday = LocalDate.now(population.zone()).minusDays(1);
        return next(users).stream()
                .flatMap(user -> IntStream.range(0, each).mapToObj(n -> population.event(user, yesterday, 20 + n)))
                .toList();
    }

    private double keeper(RawProducer producer, int users, int each) {
        List<Prepared> records =
                events(users, each).stream().map(Event::prepared).toList();
        reminderService.pause();
        producer.sendAll(Population.TOPIC, records);
        long end = population.end();
        long began = System.nanoTime();
        reminderService.resume();
        Waits.until("events folded", end, population::committed);
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
        String date = "|" + LocalDate.now(population.zone()).minusDays(1);
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

    /// Waits until the keeper has committed all that there is.
    void awaitFolded() {
        population.awaitFolded();
    }

    /// Bytes of a document of this collection, on average.
    private int size(String collection) {
        Document size = population
                .collection(collection)
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
