package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.KafkaOperations;

/// Brings documents from MongoDB to a compacted topic: whatever is dirty is sent, by any instance, as often as need be.
///
/// Nobody marks a document clean by sending it. The writer reads its own topic, and a document is clean when its
/// current
/// revision was read back. So a send that was lost, and one that a slower instance overwrote with an older
/// revision, are both seen and mended.
public final class Relay implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final int BATCH = 500;
    private static final long TURN_MILLIS = 1_000;

    // What was sent is on its way back for so long, and is not sent once more.
    private static final long ON_ITS_WAY_NANOS = 5_000_000_000L;

    /// The documents that are relayed. All calls may block.
    public interface Outbox {

        /// Up to `limit` documents that are dirty.
        List<Message> dirty(int limit);

        /// Told before anything is relayed in a run: the life of the topic, Kafka's id of it.
        ///
        /// Under another id than the one that was kept, the topic was lost and made again, and what had been
        /// read back is no longer on it: all that belongs there is dirty, and only then the new id is kept.
        void topicIs(String topicId);

        /// The newest record of a key holds this revision: clean if that is the document's, dirty again if it is not.
        void readBack(String key, long revision);
    }

    /// @param value null for a tombstone
    public record Message(String key, byte @Nullable [] value) {}

    private final Topic topic;
    private final Outbox outbox;
    private final KafkaOperations<String, byte[]> kafka;
    private final DeclaredTopics topics;
    private volatile @Nullable ScheduledExecutorService worker;
    private final AtomicBoolean awake = new AtomicBoolean();
    // Of the worker's thread alone.
    private boolean topicTold;
    private final Map<String, Sent> sent = new HashMap<>();

    private record Sent(byte @Nullable [] value, long atNanos) {

        boolean is(Message message, long now) {
            return now - atNanos < ON_ITS_WAY_NANOS && Arrays.equals(value, message.value());
        }
    }

    public Relay(Topic topic, Outbox outbox, KafkaOperations<String, byte[]> kafka, DeclaredTopics topics) {
        this.topic = topic;
        this.outbox = outbox;
        this.kafka = kafka;
        this.topics = topics;
    }

    /// Looks for what is dirty now, not at the next turn.
    public void wake() {
        var current = worker;
        // One turn looks for all that is dirty: more of them waiting would find the same.
        if (current != null && awake.compareAndSet(false, true)) {
            current.execute(() -> {
                awake.set(false);
                turn();
            });
        }
    }

    @Override
    public void start() {
        var started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("relay-" + topic.topicName()).factory());
        worker = started;
        var _ = started.scheduleWithFixedDelay(this::turn, TURN_MILLIS, TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        var current = worker;
        worker = null;
        if (current != null) {
            current.shutdown();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }

    private void turn() {
        try {
            if (topics.await(java.time.Duration.ZERO)) {
                if (!topicTold) {
                    outbox.topicIs(topics.id(topic));
                    topicTold = true;
                }
                send();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            log.warn("relay to {} waits: {}", topic.topicName(), Faults.name(e));
        }
    }

    private void send() throws InterruptedException, ExecutionException, TimeoutException {
        var sends = new ArrayList<CompletableFuture<?>>();
        long now = System.nanoTime();
        sent.values().removeIf(earlier -> now - earlier.atNanos() >= ON_ITS_WAY_NANOS);
        for (Message message : outbox.dirty(BATCH)) {
            Sent earlier = sent.get(message.key());
            if (earlier == null || !earlier.is(message, now)) {
                sends.add(kafka.send(topic.topicName(), message.key(), message.value()));
                sent.put(message.key(), new Sent(message.value(), now));
            }
        }
        var _ = CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
    }
}
