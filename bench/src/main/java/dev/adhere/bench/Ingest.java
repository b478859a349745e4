package dev.adhere.bench;

import dev.adhere.bench.Connection.Outcomes;
import dev.adhere.bench.Event.Prepared;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// How many events a second session-service accepts, beside what the raw producer gets acknowledged.
///
/// Nobody consumes meanwhile: MongoDB is paused, so the recorder waits as it would in an outage, and the
/// keeper does not run yet.
final class Ingest {

    private static final String RAW_TOPIC = "bench-raw";
    private static final int STREAMS = 4;
    private static final int LINES_A_CHUNK = 100;
    private static final int BATCH = 100;
    private static final int BATCHES_AT_ONCE = 8;
    private static final int SINGLES_AT_ONCE = 32;
    private static final int DISTINCT = 5_000;

    private final Stack stack;
    private final Report report;
    private final int millis;
    private final List<List<Event>> events =
            IntStream.range(0, STREAMS).mapToObj(n -> distinct(Event.user(n))).toList();
    private final AtomicLong toSendAgain = new AtomicLong();

    Ingest(Stack stack, Report report, int millis) {
        this.stack = stack;
        this.report = report;
        this.millis = millis;
    }

    private static List<Event> distinct(String user) {
        Instant from = Instant.now().minus(Duration.ofHours(30));
        return IntStream.range(0, DISTINCT)
                .mapToObj(n -> Event.of(user, from.plusSeconds(n), "UTC"))
                .toList();
    }

    void run(int repetitions) throws IOException {
        stack.topic(RAW_TOPIC);
        List<Prepared> records =
                events.stream().flatMap(List::stream).map(Event::prepared).toList();
        var raw = new Series();
        var streamed = new Series();
        var batched = new Series();
        var single = new Series();
        var streaming = stack.usage();
        var batching = stack.usage();
        stack.pauseMongo();
        try (var producer = new RawProducer(stack.bootstrap())) {
            report.progress("Warming up what sends");
            for (int i = 0; i < 3; i++) {
                var _ = producer.perSecond(RAW_TOPIC, records, millis);
                var _ = streams();
                var _ = batches();
                var _ = singles();
            }
            for (int i = 1; i <= repetitions; i++) {
                report.progress("Sending, repetition %d of %d", i, repetitions);
                raw.add(producer.perSecond(RAW_TOPIC, records, millis));
                streaming.begin();
                streamed.add(streams());
                streaming.end();
                batching.begin();
                batched.add(batches());
                batching.end();
                single.add(singles());
            }
        } finally {
            stack.resumeMongo();
        }
        report.heading("Accepted over HTTP, against Kafka's producer");
        report.reference("raw producer", raw);
        report.ratio("NDJSON, " + STREAMS + " streams", streamed, raw, 0.2);
        report.processors(streaming);
        report.ratio("batches of " + BATCH + ", " + BATCHES_AT_ONCE + " connections", batched, raw, 0.15);
        report.processors(batching);
        report.ratio("singles, " + SINGLES_AT_ONCE + " connections", single, raw);
        report.toSendAgain(toSendAgain.get());
    }

    private double streams() throws IOException {
        return perSecond(STREAMS, user -> stream(events.get(user)));
    }

    private Callable<Long> stream(List<Event> events) throws IOException {
        var chunks = new ArrayList<byte[]>();
        for (int i = 0; i < events.size(); i += LINES_A_CHUNK) {
            var lines = new StringBuilder();
            events.subList(i, i + LINES_A_CHUNK)
                    .forEach(event -> lines.append(event.json()).append('\n'));
            chunks.add(Connection.chunk(lines.toString()));
        }
        var connection = connection(events);
        return () -> {
            var sent = new AtomicLong();
            try (connection;
                    var writer = Executors.newVirtualThreadPerTaskExecutor()) {
                long end = end();
                connection.beginStream();
                Future<?> written = writer.submit(() -> {
                    for (int i = 0; System.nanoTime() < end; i++) {
                        connection.send(chunks.get(i % chunks.size()));
                        sent.addAndGet(LINES_A_CHUNK);
                    }
                    connection.endStream();
                    return sent;
                });
                var outcomes = new Outcomes(0, 0);
                var _ = connection.head();
                for (String part = connection.part(); !part.isEmpty(); part = connection.part()) {
                    outcomes = outcomes.and(Outcomes.in(part));
                }
                var _ = Waits.result(written);
                return accepted(outcomes.ofAll(sent.intValue()));
            }
        };
    }

    private double batches() throws IOException {
        return perSecond(BATCHES_AT_ONCE, n -> {
            List<Event> events = this.events.get(n % STREAMS);
            var connection = connection(events);
            var requests = new ArrayList<byte[]>();
            for (int i = 0; i < events.size(); i += BATCH) {
                List<String> batch =
                        events.subList(i, i + BATCH).stream().map(Event::json).toList();
                requests.add(
                        connection.request("application/cloudevents-batch+json", "[" + String.join(",", batch) + "]"));
            }
            return () -> exchange(connection, requests, BATCH);
        });
    }

    private double singles() throws IOException {
        return perSecond(SINGLES_AT_ONCE, n -> {
            List<Event> events = this.events.get(n % STREAMS);
            var connection = connection(events);
            List<byte[]> requests = events.subList(0, 500).stream()
                    .map(event -> connection.request("application/cloudevents+json", event.json()))
                    .toList();
            return () -> exchange(connection, requests, 1);
        });
    }

    private long exchange(Connection connection, List<byte[]> requests, int events) throws IOException {
        long accepted = 0;
        long end = end();
        try (connection) {
            for (int i = 0; System.nanoTime() < end; i++) {
                accepted += accepted(Outcomes.of(events, connection.exchange(requests.get(i % requests.size()))));
            }
        }
        return accepted;
    }

    private long accepted(Outcomes outcomes) {
        toSendAgain.addAndGet(outcomes.retry());
        return outcomes.accepted();
    }

    private long end() {
        return System.nanoTime() + millis * 1_000_000L;
    }

    private Connection connection(List<Event> events) throws IOException {
        return new Connection(stack.sessionPort(), stack.token(events.getFirst().user(), "user"));
    }

    private interface Client {
        Callable<Long> number(int n) throws IOException;
    }

    // Everything that can be made before is made before the clock starts.
    private static double perSecond(int clients, Client client) throws IOException {
        var prepared = new ArrayList<Callable<Long>>();
        for (int n = 0; n < clients; n++) {
            prepared.add(client.number(n));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            long accepted = 0;
            for (Future<Long> one : prepared.stream().map(threads::submit).toList()) {
                accepted += Waits.result(one);
            }
            if (accepted == 0) {
                throw new IOException("nothing was accepted");
            }
            return accepted * 1e9 / (System.nanoTime() - began);
        }
    }
}
