package dev.adhere.reminder;

import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/// How fast messages go out through one channel of this instance. Who finds a long queue is told when to come again,
/// each
/// at a time of its own, so that a herd comes back as slowly as it can be served.
final class Pace {

    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final Duration JITTER = Duration.ofSeconds(1);

    private final BlockingBucket bucket;
    private final Duration each;
    private Instant lastTurn = Instant.EPOCH;

    /// @param perSecond messages, 1 or more
    Pace(int perSecond) {
        bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build()
                .asBlocking();
        each = Duration.ofSeconds(1).dividedBy(perSecond);
    }

    /// Waits for the turn; false at once where that would take longer.
    boolean await(Duration longest) throws InterruptedException {
        return bucket.tryConsume(1, longest);
    }

    /// How long who was not served should stay away.
    synchronized Duration comeAgainIn(Instant now) {
        Instant earliest = now.plus(AGAIN);
        Instant turn = lastTurn.isBefore(earliest) ? earliest : lastTurn.plus(each);
        lastTurn = turn;
        return Duration.between(now, turn)
                .plusMillis(ThreadLocalRandom.current().nextLong(JITTER.toMillis()));
    }
}
