package dev.adhere.session;

import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.EventRecords;
import dev.adhere.session.Metrics.Retry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.KafkaOperations;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/// Puts events on the road: an event is accepted when the broker has acknowledged that very record.
///
/// Sending may wait (for a permit, for metadata, for room in the producer's buffer), so it never runs on an
/// event loop.
/// All waits together end within two seconds; what is unknown by then is `retry`.
final class Sender {

    /// The catalogue's copy may lag behind a publication this long after the start.
    static final Duration SETTLING = Duration.ofSeconds(60);

    /// So many that a broker that takes 1,600 a second acknowledges the last of them in time. More would
    /// only wait in the producer, be given back as `retry` and come again; what is not in flight yet waits
    /// in its client's connection.
    static final int MOST_IN_FLIGHT = 2_000;

    // When events wait and none was let in for so long, the broker takes nothing, and none waits any more.
    private static final long STUCK_NANOS = 400_000_000;
    // While the broker cannot be found, only one event in this while waits to see whether it is back.
    private static final long AWAY_NANOS = 300_000_000;

    private final EventReader reader;
    private final KafkaOperations<String, byte[]> kafka;
    private final Metrics metrics;
    private final Clock clock;
    private final Instant startedAt;
    private volatile long awayUntil = System.nanoTime();
    private volatile long admittedAt = System.nanoTime();
    // Not in order of arrival: then each acknowledgement would wake one thread for one event.
    private final Semaphore permits = new Semaphore(MOST_IN_FLIGHT);
    private final Scheduler scheduler = Schedulers.newBoundedElastic(
            Math.max(8, 4 * Runtime.getRuntime().availableProcessors()), 10_000, "ingest", 60, true);

    Sender(EventReader reader, KafkaOperations<String, byte[]> kafka, Metrics metrics, Clock clock) {
        this.reader = reader;
        this.kafka = kafka;
        this.metrics = metrics;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /// Where reading and sending run.
    Scheduler scheduler() {
        return scheduler;
    }

    /// Reads and sends one event; to be called on the scheduler only, since it may wait.
    ///
    /// @param trace of the request, to be sent with the event
    CompletableFuture<Outcome> take(long line, byte[] json, String userId, @Nullable Header trace) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return settle(line, reader.read(json, userId, now, settled(now)), now, trace);
    }

    CompletableFuture<Outcome> take(long line, JsonNode json, String userId, @Nullable Header trace) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return settle(line, reader.read(json, userId, now, settled(now)), now, trace);
    }

    private boolean settled(Instant now) {
        return now.isAfter(startedAt.plus(SETTLING));
    }

    private CompletableFuture<Outcome> settle(
            long line, EventReader.Verdict verdict, Instant now, @Nullable Header trace) {
        return switch (verdict) {
            case EventReader.Refused refused -> {
                metrics.rejected(refused.problem());
                yield CompletableFuture.completedFuture(Outcome.rejected(line, refused.id(), refused.problem()));
            }
            case EventReader.NotYet notYet ->
                CompletableFuture.completedFuture(
                        retry(Outcome.retry(line, notYet.id()), Retry.EXERCISE_NOT_KNOWN_YET));
            case EventReader.Taken taken -> send(line, taken.event(), now, trace);
        };
    }

    private CompletableFuture<Outcome> send(long line, SessionEvent event, Instant receivedAt, @Nullable Header trace) {
        Outcome retry = Outcome.retry(line, event.id());
        if (System.nanoTime() - awayUntil < 0) {
            return CompletableFuture.completedFuture(retry(retry, Retry.KAFKA_AWAY));
        }
        try {
            if (!admitted()) {
                return CompletableFuture.completedFuture(retry(retry, Retry.OVERLOADED));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return CompletableFuture.completedFuture(retry(retry, Retry.OVERLOADED));
        }
        CompletableFuture<?> sent;
        try {
            var record = EventRecords.write(Topic.SESSION_EVENTS, event);
            if (trace != null) {
                var _ = record.headers().add(trace);
            }
            sent = kafka.send(record);
        } catch (KafkaException | org.springframework.kafka.KafkaException _) {
            permits.release();
            awayUntil = System.nanoTime() + AWAY_NANOS;
            return CompletableFuture.completedFuture(retry(retry, Retry.KAFKA_AWAY));
        }
        Outcome accepted = Outcome.accepted(line, event.id(), receivedAt);
        return sent.handle((_, fault) -> {
            permits.release();
            if (fault != null) {
                return retry(retry, Retry.UNACKNOWLEDGED);
            }
            // Here, and not where the client is told: it may have gone away by now.
            metrics.accepted();
            return accepted;
        });
    }

    // Waits as long as others are let in.
    private boolean admitted() throws InterruptedException {
        long left;
        do {
            left = admittedAt + STUCK_NANOS - System.nanoTime();
            if (permits.tryAcquire(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                admittedAt = System.nanoTime();
                return true;
            }
        } while (left > 0);
        return false;
    }

    private Outcome retry(Outcome outcome, Retry reason) {
        metrics.retried(reason);
        return outcome;
    }
}
