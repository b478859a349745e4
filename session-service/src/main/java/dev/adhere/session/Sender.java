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
import reactor.core.publisher.Mono;
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
    private final Metrics metrics;
    private final Clock clock;
    private final Instant startedAt;
    // While the broker cannot be found, only one event in this while waits to see whether it is back.
    private static final long AWAY_NANOS = 300_000_000;

    private volatile long awayUntil = System.nanoTime();
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

    /// Reads and sends one event; to be called on the scheduler.
    ///
    /// @param trace of the request, to be sent with the event
    Mono<Outcome> take(long line, byte[] json, String userId, @Nullable Header trace) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return settle(line, reader.read(json, userId, now, settled(now)), now, trace);
    }

    Mono<Outcome> take(long line, JsonNode json, String userId, @Nullable Header trace) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return settle(line, reader.read(json, userId, now, settled(now)), now, trace);
    }

    private boolean settled(Instant now) {
        return now.isAfter(startedAt.plus(SETTLING));
    }

    private Mono<Outcome> settle(long line, EventReader.Verdict verdict, Instant now, @Nullable Header trace) {
        return switch (verdict) {
            case EventReader.Refused refused -> {
                metrics.rejected(refused.problem());
                yield Mono.just(Outcome.rejected(line, refused.id(), refused.problem()));
            }
            case EventReader.NotYet notYet ->
                Mono.just(retry(Outcome.retry(line, notYet.id()), Retry.EXERCISE_NOT_KNOWN_YET));
            case EventReader.Taken taken -> send(line, taken.event(), now, trace);
        };
    }

    private Mono<Outcome> send(long line, SessionEvent event, Instant receivedAt, @Nullable Header trace) {
        Outcome retry = Outcome.retry(line, event.id());
        if (System.nanoTime() - awayUntil < 0) {
            return Mono.just(retry(retry, Retry.KAFKA_AWAY));
        }
        try {
            if (!permits.tryAcquire(PERMIT_MILLIS, TimeUnit.MILLISECONDS)) {
                return Mono.just(retry(retry, Retry.OVERLOADED));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Mono.just(retry(retry, Retry.OVERLOADED));
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
            return Mono.just(retry(retry, Retry.KAFKA_AWAY));
        }
        Outcome accepted = Outcome.accepted(line, event.id(), receivedAt);
        CompletableFuture<Outcome> outcome = sent.handle((_, fault) -> {
            permits.release();
            if (fault != null) {
                return retry(retry, Retry.UNACKNOWLEDGED);
            }
            // Here, and not where the client is told: it may have gone away by now.
            metrics.accepted();
            return accepted;
        });
        return Mono.fromFuture(outcome, true);
    }

    private Outcome retry(Outcome outcome, Retry reason) {
        metrics.retried(reason);
        return outcome;
    }
}
