package dev.adhere.session;

import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.EventRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
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

    private static final int MOST_IN_FLIGHT = 20_000;
    private static final long PERMIT_MILLIS = 200;

    private final EventReader reader;
    private final KafkaOperations<String, byte[]> kafka;
    private final Clock clock;
    private final Instant startedAt;
    // While the broker cannot be found, only one event in this while waits to see whether it is back.
    private static final long AWAY_NANOS = 300_000_000;

    private volatile long awayUntil = System.nanoTime();
    private final Semaphore permits = new Semaphore(MOST_IN_FLIGHT);
    private final Scheduler scheduler = Schedulers.newBoundedElastic(
            Math.max(8, 4 * Runtime.getRuntime().availableProcessors()), 10_000, "ingest", 60, true);

    Sender(EventReader reader, KafkaOperations<String, byte[]> kafka, Clock clock) {
        this.reader = reader;
        this.kafka = kafka;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /// Where reading and sending run.
    Scheduler scheduler() {
        return scheduler;
    }

    /// Reads and sends one event; to be called on the scheduler.
    CompletableFuture<Outcome> take(long line, byte[] json, String userId) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return settle(line, reader.read(json, userId, now, settled(now)), now);
    }

    CompletableFuture<Outcome> take(long line, JsonNode json, String userId) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return settle(line, reader.read(json, userId, now, settled(now)), now);
    }

    private boolean settled(Instant now) {
        return now.isAfter(startedAt.plus(SETTLING));
    }

    private CompletableFuture<Outcome> settle(long line, EventReader.Verdict verdict, Instant now) {
        return switch (verdict) {
            case EventReader.Refused refused ->
                CompletableFuture.completedFuture(Outcome.rejected(line, refused.id(), refused.problem()));
            case EventReader.NotYet notYet -> CompletableFuture.completedFuture(Outcome.retry(line, notYet.id()));
            case EventReader.Taken taken -> send(line, taken.event(), now);
        };
    }

    private CompletableFuture<Outcome> send(long line, SessionEvent event, Instant receivedAt) {
        Outcome retry = Outcome.retry(line, event.id());
        if (System.nanoTime() - awayUntil < 0) {
            return CompletableFuture.completedFuture(retry);
        }
        try {
            if (!permits.tryAcquire(PERMIT_MILLIS, TimeUnit.MILLISECONDS)) {
                return CompletableFuture.completedFuture(retry);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return CompletableFuture.completedFuture(retry);
        }
        CompletableFuture<?> sent;
        try {
            sent = kafka.send(EventRecords.write(Topic.SESSION_EVENTS, event));
        } catch (KafkaException | org.springframework.kafka.KafkaException _) {
            permits.release();
            awayUntil = System.nanoTime() + AWAY_NANOS;
            return CompletableFuture.completedFuture(retry);
        }
        Outcome accepted = Outcome.accepted(line, event.id(), receivedAt);
        return sent.handle((_, fault) -> {
            permits.release();
            return fault == null ? accepted : retry;
        });
    }
}
