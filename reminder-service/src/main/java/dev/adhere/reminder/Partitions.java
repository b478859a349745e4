package dev.adhere.reminder;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;

/// Which partitions this instance owns, how far each was consumed, and the barrier that keeps timers behind
/// the backlog.
final class Partitions {

    /// An answer of the broker that is older says too little about what has arrived since.
    static final Duration FRESH = Duration.ofSeconds(10);

    private final int count;
    private final Map<Integer, Progress> progress = new ConcurrentHashMap<>();

    /// @param position everything before it has been folded and written
    /// @param cleared the moment up to which all that had arrived has been folded
    /// @param barrier what has to be reached next
    private record Progress(
            long position,
            @Nullable Instant cleared,
            @Nullable Barrier barrier) {

        Progress settle() {
            return barrier != null && position >= barrier.endOffset()
                    ? new Progress(position, barrier.askedAt(), null)
                    : this;
        }
    }

    /// An end offset, and when it was asked of the broker by the application's clock.
    private record Barrier(Instant askedAt, long endOffset) {}

    Partitions(int count) {
        this.count = count;
    }

    /// The partition of a user's records in every topic that is keyed by the user: Kafka's own default.
    int of(String userId) {
        return BuiltInPartitioner.partitionForKey(userId.getBytes(StandardCharsets.UTF_8), count);
    }

    Set<Integer> owned() {
        return Set.copyOf(progress.keySet());
    }

    void assigned(int partition, long position) {
        progress.put(partition, new Progress(position, null, null));
    }

    void revoked(int partition) {
        progress.remove(partition);
    }

    /// Everything before this offset has been folded and written.
    void consumed(int partition, long nextOffset) {
        progress.computeIfPresent(
                partition,
                (_, p) -> new Progress(Math.max(p.position(), nextOffset), p.cleared(), p.barrier()).settle());
    }

    /// Whether the broker should be asked for the end now: not while an earlier answer is still ahead of
    /// us, or under load no answer would ever be reached.
    boolean wantsAsking(int partition) {
        Progress p = progress.get(partition);
        return p != null && p.barrier() == null;
    }

    void asked(int partition, Instant askedAt, long endOffset) {
        progress.computeIfPresent(
                partition, (_, p) -> new Progress(p.position(), p.cleared(), new Barrier(askedAt, endOffset)).settle());
    }

    /// The moment up to which timers of a partition may fire: all that had arrived by then has been folded,
    /// and it is
    /// not long ago. Null while the backlog is ahead of them, or the partition is not ours.
    @Nullable
    Instant clearedUpTo(int partition, Instant now) {
        Progress p = progress.get(partition);
        Instant cleared = p == null ? null : p.cleared();
        return cleared == null || cleared.isBefore(now.minus(FRESH)) ? null : cleared;
    }
}
