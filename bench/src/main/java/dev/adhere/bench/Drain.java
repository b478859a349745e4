package dev.adhere.bench;

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.InsertManyOptions;
import dev.adhere.bench.Event.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bson.Document;

/// How fast a backlog gets from Kafka into MongoDB: the recorder, MongoDB's sink for Kafka Connect, the bare
/// driver.
///
/// Each finds as many events of as many users, writes them with `w=majority` and journal, and keeps the same
/// indexes.
final class Drain {

    private static final int USERS = 1_000;
    private static final int BATCH = 1_000;
    private static final String SINK_TOPIC = "bench-sink";

    private final Stack stack;
    private final Report report;
    private final Child sessionService;
    private final int events;
    private final MongoCollection<Document> recorded;
    private final MongoCollection<Document> sunk;
    private final MongoCollection<Document> inserted;
    private final Random random = new Random(7);

    Drain(Stack stack, Report report, Child sessionService, int events) {
        this.stack = stack;
        this.report = report;
        this.sessionService = sessionService;
        this.events = events;
        this.recorded = stack.mongo().getDatabase("adhere_session").getCollection("events");
        this.sunk = stack.mongo().getDatabase("bench_sink").getCollection("events");
        this.inserted = stack.mongo()
                .getDatabase("bench_raw")
                .getCollection("events")
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
    }

    void run(int repetitions) throws IOException {
        stack.topic(SINK_TOPIC);
        indexes(recorded, sunk);
        indexes(recorded, inserted);
        var recorder = new Series();
        var sink = new Series();
        var inserts = new Series();
        var two = new Series();
        try (var producer = new RawProducer(stack.bootstrap());
                Child connect = connect()) {
            report.progress("Warming up what stores");
            for (int i = 0; i < 2; i++) {
                var _ = recorder(producer);
                var _ = sink(producer, connect);
                var _ = inserts(1);
            }
            for (int i = 1; i <= repetitions; i++) {
                report.progress("Storing, repetition %d of %d", i, repetitions);
                recorder.add(recorder(producer));
                sink.add(sink(producer, connect));
                inserts.add(inserts(1));
                two.add(inserts(2));
            }
        }
        report.heading("Stored from a backlog, by two consumers");
        report.reference("Kafka Connect's MongoDB sink, two tasks", sink);
        report.ratio("recorder, against the sink", recorder, sink, 1.2);
        report.reference("raw driver's inserts, one thread", inserts);
        report.ratio("recorder, against the inserts", recorder, inserts, 0.6);
        report.reference("raw driver's inserts, two threads", two);
        report.ratio("recorder, against those", recorder, two);
    }

    static void indexes(MongoCollection<Document> from, MongoCollection<Document> to) {
        for (Document index : from.listIndexes()) {
            var options = new IndexOptions();
            Document filter = index.get("partialFilterExpression", Document.class);
            if (filter != null) {
                options.partialFilterExpression(filter);
            }
            if (!index.getString("name").equals("_id_")) {
                var _ = to.createIndex(index.get("key", Document.class), options);
            }
        }
    }

    private List<Event> some() {
        Instant from = Instant.now().minus(Duration.ofDays(6));
        return IntStream.range(0, events)
                .mapToObj(_ -> Event.of(
                        Event.user(random.nextInt(USERS)), from.plusSeconds(random.nextInt(6 * 86_400)), "UTC"))
                .toList();
    }

    private double recorder(RawProducer producer) {
        return drained(producer, sessionService, "session-events", recorded, Event::prepared);
    }

    private double sink(RawProducer producer, Child connect) {
        return drained(producer, connect, SINK_TOPIC, sunk, Event::preparedDocument);
    }

    // The consumer sleeps while its backlog is made, and the clock starts as it is woken.
    private double drained(
            RawProducer producer,
            Child consumer,
            String topic,
            MongoCollection<Document> into,
            Function<Event, Prepared> as) {
        List<Prepared> records = some().stream().map(as).toList();
        consumer.pause();
        long before = into.estimatedDocumentCount();
        producer.sendAll(topic, records);
        long began = System.nanoTime();
        consumer.resume();
        Waits.until("events stored from " + topic, before + events, into::estimatedDocumentCount);
        return events * 1e9 / (System.nanoTime() - began);
    }

    // The very documents that the recorder makes, under other keys.
    private double inserts(int threads) {
        List<Document> like = recorded.find().limit(BATCH).into(new ArrayList<>());
        List<Document> documents = new ArrayList<>(events);
        for (Event event : some()) {
            documents.add(new Document(like.get(documents.size() % like.size()))
                    .append("_id", event.key())
                    .append("userId", event.user())
                    .append("id", event.id())
                    .append("time", java.util.Date.from(event.time())));
        }
        int each = documents.size() / threads;
        try (var pool = Executors.newFixedThreadPool(threads)) {
            long began = System.nanoTime();
            List<Future<?>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                List<Document> part = documents.subList(i * each, (i + 1) * each);
                parts.add(pool.submit(() -> {
                    for (int from = 0; from < part.size(); from += BATCH) {
                        var _ = inserted.insertMany(
                                part.subList(from, Math.min(part.size(), from + BATCH)),
                                new InsertManyOptions().ordered(false));
                    }
                }));
            }
            parts.forEach(Waits::result);
            return each * threads * 1e9 / (System.nanoTime() - began);
        }
    }

    private Child connect() throws IOException {
        Path worker = stack.folder().resolve("connect-worker.properties");
        Path sink = stack.folder().resolve("connect-sink.properties");
        Files.writeString(worker, """
                bootstrap.servers=%s
                key.converter=org.apache.kafka.connect.storage.StringConverter
                value.converter=org.apache.kafka.connect.storage.StringConverter
                offset.storage.file.filename=%s
                plugin.path=%s
                listeners=http://127.0.0.1:%d
                consumer.max.poll.records=%d
                consumer.fetch.max.wait.ms=100
                """.formatted(
                        stack.bootstrap(),
                        stack.folder().resolve("connect.offsets"),
                        stack.root().resolve("bench/target/connectors"),
                        stack.sessionPort() + 100,
                        BATCH));
        Files.writeString(sink, """
                name=sink
                connector.class=com.mongodb.kafka.connect.MongoSinkConnector
                tasks.max=2
                topics=%s
                connection.uri=%s&w=majority&journal=true
                database=bench_sink
                collection=events
                document.id.strategy=com.mongodb.kafka.connect.sink.processor.id.strategy.ProvidedInValueStrategy
                writemodel.strategy=com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy
                bulk.write.ordered=false
                """.formatted(SINK_TOPIC, stack.mongoUri("bench_sink")));
        return stack.java(
                "kafka-connect",
                List.of(
                        "-cp",
                        Child.classPath(),
                        "org.apache.kafka.connect.cli.ConnectStandalone",
                        worker.toString(),
                        sink.toString()));
    }
}
