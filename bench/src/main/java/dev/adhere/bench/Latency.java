package dev.adhere.bench;

import com.mongodb.client.MongoCollection;
import dev.adhere.bench.Connection.Outcomes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/// How long an accepted event takes to MongoDB and into the figures, with everything running, at half of what
/// all of it together can do.
///
/// Every user has a stream open and sends an event now and then. An event is stored when MongoDB's change
/// stream tells of it, by a majority; it is in the figures when figures on topic `adherence` include it.
final class Latency {

    private static final int WARM_UP = 40;
    private static final int BURSTS = 8;
    // Times the seconds that are measured. Small batches take other ways through the services than bursts do:
    // compiling those took a quarter of both processors.
    private static final int PACED_WARM_UP = 4;
    private static final String OUTCOME_ID = "\"id\":\"";
    private static final String RECEIVED_AT = "\"receivedAt\":\"";
    private static final String LAST_RECEIVED_AT = "\"lastReceivedAt\":\"";

    private final Stack stack;
    private final Report report;
    private final Keeping keeping;
    private final int streams;
    private final MongoCollection<Document> recorded;
    private final Map<String, Journey> journeys = new ConcurrentHashMap<>();
    // By id, until its outcome is final.
    private final Map<String, byte[]> unanswered = new ConcurrentHashMap<>();
    private final Map<String, Queue<Told>> told = new ConcurrentHashMap<>();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean done;

    /// Where one event was when, by the clock of this JVM.
    private static final class Journey {
        final String user;
        volatile long sentNanos;
        volatile long acceptedNanos;
        volatile long storedNanos;
        volatile @Nullable Instant receivedAt;

        Journey(String user) {
            this.user = user;
        }
    }

    /// Figures that include all that was received by then.
    private record Told(long nanos, Instant lastReceivedAt) {}

    Latency(Stack stack, Report report, Keeping keeping, int streams) {
        this.stack = stack;
        this.report = report;
        this.keeping = keeping;
        this.streams = streams;
        this.recorded = stack.mongo().getDatabase("adhere_session").getCollection("events");
    }

    void run(int seconds) throws IOException {
        report.progress("Opening %d streams", streams);
        List<Connection> open = new ArrayList<>();
        for (int n = 0; n < streams; n++) {
            var connection = new Connection(stack.sessionPort(), stack.token(Event.user(n), "user"));
            connection.beginStream();
            open.add(connection);
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            open.forEach(connection -> readers.add(threads.submit(() -> read(connection))));
            report.progress("Warming up all of it");
            for (int i = 0; i < WARM_UP; i++) {
                var _ = burst(open);
            }
            report.progress("Measuring what all of it can do");
            var capacity = new Series();
            for (int i = 0; i < BURSTS; i++) {
                capacity.add(burst(open));
            }
            double perSecond = capacity.median() / 2;
            Future<?> stored = Executors.newSingleThreadExecutor().submit(this::watchStored);
            Future<?> figures = Executors.newSingleThreadExecutor().submit(this::watchFigures);
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            report.progress("Sending %.0f events a second for %d s to warm up", perSecond, PACED_WARM_UP * seconds);
            paced(open, perSecond, PACED_WARM_UP * seconds);
            awaitAll();
            journeys.clear();
            report.progress("Sending %.0f events a second for %d s", perSecond, seconds);
            paced(open, perSecond, seconds);
            awaitAll();
            done = true;
            Waits.result(stored);
            Waits.result(figures);
            for (Connection connection : open) {
                connection.endStream();
            }
            readers.forEach(Waits::result);
            report.heading("From the stream into MongoDB and into the figures");
            report.reference("all services at once, " + streams + " streams", capacity);
            show();
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    private Event event(int user) {
        return Event.of(Event.user(user), Instant.now().minusSeconds(60), "UTC");
    }

    private byte[] chunk(Event event) {
        byte[] chunk = Connection.chunk(event.json() + "\n");
        unanswered.put(event.id(), chunk);
        return chunk;
    }

    // Everybody sends one event, as afterwards: several of one user are folded at once and cost a fraction.
    private double burst(List<Connection> open) throws IOException {
        int events = open.size();
        long before = recorded.estimatedDocumentCount();
        long acceptedBefore = accepted.get();
        List<byte[]> chunks =
                IntStream.range(0, events).mapToObj(n -> chunk(event(n))).toList();
        long began = System.nanoTime();
        for (int n = 0; n < events; n++) {
            open.get(n).send(chunks.get(n));
        }
        Waits.until("events accepted", acceptedBefore + events, accepted::get);
        Waits.until("events stored", before + events, recorded::estimatedDocumentCount);
        keeping.awaitFolded();
        return events * 1e9 / (System.nanoTime() - began);
    }

    private void paced(List<Connection> open, double perSecond, int seconds) throws IOException {
        long began = System.nanoTime();
        long events = (long) (perSecond * seconds);
        for (int n = 0; n < events; n++) {
            int user = n % open.size();
            Event event = event(user);
            byte[] chunk = chunk(event);
            var journey = new Journey(event.user());
            journeys.put(event.id(), journey);
            long wait = began + (long) (n * 1e9 / perSecond) - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            journey.sentNanos = System.nanoTime();
            open.get(user).send(chunk);
        }
    }

    private @Nullable Void read(Connection connection) throws IOException {
        var _ = connection.head();
        for (String part = connection.part(); !part.isEmpty(); part = connection.part()) {
            long now = System.nanoTime();
            Outcomes outcomes = Outcomes.in(part);
            accepted.addAndGet(outcomes.accepted());
            for (String outcome : part.split("\n")) {
                String id = value(outcome, OUTCOME_ID);
                if (outcomes.retry() > 0 && Outcomes.in(outcome).retry() > 0) {
                    // How long this one takes says nothing of the others.
                    journeys.remove(id);
                    connection.send(Objects.requireNonNull(unanswered.get(id)));
                    continue;
                }
                unanswered.remove(id);
                Journey journey = journeys.get(id);
                if (journey != null) {
                    journey.receivedAt = Instant.parse(value(outcome, RECEIVED_AT));
                    journey.acceptedNanos = now;
                }
            }
        }
        return null;
    }

    private static String value(String json, String name) {
        int from = json.indexOf(name) + name.length();
        return json.substring(from, json.indexOf('"', from));
    }

    private void watchStored() {
        try (var changes = recorded.watch(List.of(
                        new Document("$match", new Document("operationType", "insert")),
                        new Document("$project", new Document("documentKey", 1).append("operationType", 1))))
                .maxAwaitTime(100, java.util.concurrent.TimeUnit.MILLISECONDS)
                .batchSize(1_000)
                .cursor()) {
            while (!done) {
                var change = changes.tryNext();
                if (change != null && change.getDocumentKey() != null) {
                    String key = change.getDocumentKey().getString("_id").getValue();
                    Journey journey = journeys.get(key.substring(key.indexOf('|') + 1));
                    if (journey != null) {
                        journey.storedNanos = System.nanoTime();
                    }
                }
            }
        }
    }

    private void watchFigures() {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", stack.bootstrap(), "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, Stack.PARTITIONS)
                    .mapToObj(n -> new TopicPartition("adherence", n))
                    .toList();
            consumer.assign(all);
            consumer.seekToEnd(all);
            while (!done) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.nanoTime();
                    String figures = new String(record.value(), java.nio.charset.StandardCharsets.UTF_8);
                    if (figures.contains(LAST_RECEIVED_AT)) {
                        told.computeIfAbsent(record.key(), _ -> new ConcurrentLinkedQueue<>())
                                .add(new Told(now, Instant.parse(value(figures, LAST_RECEIVED_AT))));
                    }
                }
            }
        }
    }

    private void awaitAll() {
        Waits.untilNone(
                "events that are not stored",
                () -> journeys.values().stream()
                        .filter(journey -> journey.acceptedNanos == 0 || journey.storedNanos == 0)
                        .count());
        Waits.untilNone(
                "events that are not in the figures",
                () -> journeys.values().stream()
                        .filter(journey -> figuredNanos(journey) == 0)
                        .count());
    }

    // When the first figures came that include the event; 0 for not yet.
    private long figuredNanos(Journey journey) {
        Instant receivedAt = journey.receivedAt;
        if (receivedAt != null) {
            for (Told figures : told.getOrDefault(journey.user, new ConcurrentLinkedQueue<>())) {
                if (!figures.lastReceivedAt().isBefore(receivedAt)) {
                    return figures.nanos();
                }
            }
        }
        return 0;
    }

    private void show() {
        report.latency("sent to accepted", millis(j -> j.acceptedNanos - j.sentNanos));
        report.latency("accepted to stored", millis(j -> j.storedNanos - j.acceptedNanos), 250);
        report.latency("accepted to adherence", millis(j -> figuredNanos(j) - j.acceptedNanos), 500);
    }

    private interface Span {
        long nanos(Journey journey);
    }

    // What was stored before the app heard that it was accepted took no time.
    private double[] millis(Span span) {
        return journeys.values().stream()
                .mapToDouble(journey -> Math.max(0, span.nanos(journey) / 1e6))
                .sorted()
                .toArray();
    }
}
