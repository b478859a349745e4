package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Streams of what becomes of a user's nudges, fed by the tail of topic `nudges`: a snapshot, then every
/// change.
///
/// A stream holds of every nudge the newest state that its client has not fetched yet, and nothing else. So
/// a client that is slow or gone costs a few hundred bytes, and one that comes back to reading gets what
/// counts.
final class InboxStreams implements SmartLifecycle {

    /// The header of a record of topic `nudges`: the revision of the user's head that it tells of.
    static final String REVISION = "revision";

    static final int MOST_A_CALLER = 3;

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    // A later release may have written fields that this one does not know.
    private static final JsonMapper TOLERANT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Map<String, Set<Stream>> streams = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean running;

    /// A user's nudges as of a revision of the head.
    record Snapshot(List<Nudge> nudges, long revision) {}

    /// How many streams are open.
    int open() {
        return open.get();
    }

    /// Opens a stream. It begins with the snapshot, which is asked for after the stream has begun to listen,
    /// so that nothing falls in between.
    ///
    /// @param callerId who listens
    /// @throws dev.adhere.platform.web.ProblemException 429 `too-many-streams`, in the stream's place
    Flux<ServerSentEvent<Nudge>> open(String userId, String callerId, Mono<Snapshot> snapshot) {
        return Flux.defer(() -> {
            var stream = new Stream(userId, callerId);
            if (!add(stream)) {
                return Flux.error(() -> Problem.of(ProblemType.TOO_MANY_STREAMS).asException());
            }
            return snapshot.doOnError(_ -> remove(stream))
                    .doOnCancel(() -> remove(stream))
                    .flatMapMany(seen -> stream.after(seen));
        });
    }

    private boolean add(Stream stream) {
        Set<Stream> those = streams.compute(stream.userId, (_, before) -> {
            Set<Stream> after = before == null ? ConcurrentHashMap.newKeySet() : before;
            long own = after.stream()
                    .filter(other -> other.callerId.equals(stream.callerId))
                    .count();
            if (own < MOST_A_CALLER && running && after.add(stream)) {
                var _ = open.incrementAndGet();
            }
            return after;
        });
        return those.contains(stream);
    }

    private void remove(Stream stream) {
        var _ = streams.computeIfPresent(stream.userId, (_, those) -> {
            if (those.remove(stream)) {
                var _ = open.decrementAndGet();
            }
            return those.isEmpty() ? null : those;
        });
    }

    /// Takes a record of topic `nudges`.
    void on(ConsumerRecord<String, byte[]> record) {
        Set<Stream> those = record.key() == null ? null : streams.get(record.key());
        if (those == null || record.value() == null) {
            return;
        }
        Nudge nudge = TOLERANT.readValue(record.value(), Nudge.class);
        if (nudge.outcome() == Nudge.Outcome.SENT) {
            var change = new Change(nudge, revision(record.headers().lastHeader(REVISION)));
            those.forEach(stream -> stream.offer(change));
        }
    }

    // Written by an earlier release, a record does not say: then it counts as newer than all.
    private static long revision(@Nullable Header header) {
        return header == null ? Long.MAX_VALUE : Long.parseLong(new String(header.value(), StandardCharsets.US_ASCII));
    }

    @Override
    public void start() {
        running = true;
    }

    /// Ends all streams, before the server waits for its requests to end.
    @Override
    public void stop() {
        running = false;
        streams.values().forEach(those -> those.forEach(Stream::end));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private record Change(Nudge nudge, long revision) {

        ServerSentEvent<Nudge> event() {
            var event = ServerSentEvent.<Nudge>builder().event("nudge").data(nudge);
            return (revision == Long.MAX_VALUE ? event : event.id(Long.toString(revision))).build();
        }
    }

    /// One client's.
    private final class Stream {

        private final String userId;
        private final String callerId;
        private final Map<String, Change> waiting = new LinkedHashMap<>();
        private final AtomicInteger turns = new AtomicInteger();
        private long seen = -1;
        private @Nullable String comment;
        private @Nullable FluxSink<ServerSentEvent<Nudge>> client;

        Stream(String userId, String callerId) {
            this.userId = userId;
            this.callerId = callerId;
        }

        void offer(Change change) {
            synchronized (this) {
                if (change.revision() <= seen) {
                    return;
                }
                // To the end: what has changed last is told last.
                var _ = waiting.remove(change.nudge().id());
                waiting.put(change.nudge().id(), change);
            }
            drain();
        }

        Flux<ServerSentEvent<Nudge>> after(Snapshot snapshot) {
            return Flux.create(
                    sink -> {
                        Disposable heart =
                                Flux.interval(HEARTBEAT).onBackpressureDrop().subscribe(_ -> beat());
                        sink.onDispose(() -> {
                            heart.dispose();
                            remove(this);
                        });
                        begin(snapshot, sink);
                        sink.onRequest(_ -> drain());
                        if (!running) {
                            end();
                        }
                    },
                    // What is handed on is always asked for.
                    FluxSink.OverflowStrategy.IGNORE);
        }

        private synchronized void begin(Snapshot snapshot, FluxSink<ServerSentEvent<Nudge>> sink) {
            var early = List.copyOf(waiting.values());
            waiting.clear();
            snapshot.nudges().forEach(nudge -> waiting.put(nudge.id(), new Change(nudge, snapshot.revision())));
            seen = snapshot.revision();
            early.stream().filter(change -> change.revision() > seen).forEach(change -> {
                var _ = waiting.remove(change.nudge().id());
                waiting.put(change.nudge().id(), change);
            });
            comment = "open";
            client = sink;
        }

        private void beat() {
            synchronized (this) {
                comment = comment == null ? "still here" : comment;
            }
            drain();
        }

        void end() {
            FluxSink<ServerSentEvent<Nudge>> sink;
            synchronized (this) {
                sink = client;
            }
            if (sink != null) {
                sink.complete();
            }
        }

        // Whoever comes while another hands on leaves it to that one.
        private void drain() {
            if (turns.getAndIncrement() > 0) {
                return;
            }
            int left = 1;
            while (left > 0) {
                handOn();
                left = turns.addAndGet(-left);
            }
        }

        private void handOn() {
            while (true) {
                FluxSink<ServerSentEvent<Nudge>> sink;
                ServerSentEvent<Nudge> event;
                synchronized (this) {
                    sink = client;
                    if (sink == null || sink.requestedFromDownstream() == 0) {
                        return;
                    }
                    event = next();
                }
                if (event == null) {
                    return;
                }
                var _ = sink.next(event);
            }
        }

        private @Nullable ServerSentEvent<Nudge> next() {
            String words = comment;
            if (words != null) {
                comment = null;
                // The id goes with the first one, so that a client that saw nothing else has one, too.
                var event = ServerSentEvent.<Nudge>builder().comment(words);
                return (words.equals("open") ? event.id(Long.toString(seen)) : event).build();
            }
            Iterator<Change> first = waiting.values().iterator();
            if (!first.hasNext()) {
                return null;
            }
            Change change = first.next();
            first.remove();
            return change.event();
        }
    }
}
