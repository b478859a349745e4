package dev.adhere.reminder;

import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.platform.kafka.EventRecords;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;

/// Takes events off Kafka, folds them, tells the new figures; the offset is committed after all of it.
///
/// Blocking and a batch at a time: an offset is never committed before what it stands for is written.
class EventListener {

    static final String ID = "reminder-keeper";
    static final String REPLAY_ID = "reminder-replay";

    private static final Logger log = LoggerFactory.getLogger(EventListener.class);

    private final Keeper keeper;
    private final Teller teller;
    private final Partitions partitions;
    private final Ownership ownership;
    private final Metrics metrics;
    private final Clock clock;

    EventListener(
            Keeper keeper, Teller teller, Partitions partitions, Ownership ownership, Metrics metrics, Clock clock) {
        this.keeper = keeper;
        this.teller = teller;
        this.partitions = partitions;
        this.ownership = ownership;
        this.metrics = metrics;
        this.clock = clock;
    }

    @KafkaListener(
            id = ID,
            topics = "session-events",
            batch = "true",
            autoStartup = "false",
            containerFactory = "keeperContainers")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var inputs = new HashMap<String, List<Fold.Input>>();
        var receivedAt = new ArrayList<Instant>(records.size());
        var next = new HashMap<Integer, Long>();
        for (ConsumerRecord<String, byte[]> record : records) {
            next.merge(record.partition(), record.offset() + 1, Math::max);
            SessionEvent event = read(record);
            if (event != null) {
                receivedAt.add(event.receivedAt());
                inputs.computeIfAbsent(event.userId(), _ -> new ArrayList<>())
                        .add(new Fold.Happened(event, ownership.topicId(), record.offset()));
            }
        }
        Instant now = clock.instant();
        var written = new AtomicReference<>(now);
        teller.tellAdherence(
                () -> {
                    Collection<UserState> heads = keeper.fold(inputs, now).values();
                    written.set(clock.instant());
                    return heads;
                },
                now);
        next.forEach(partitions::consumed);
        // Last, so that a batch that comes again because it could not be told counts once.
        metrics.folded(receivedAt, written.get());
    }

    /// Stored events that are sent again (`session-events-replay`): facts that cause nothing else.
    @KafkaListener(
            id = REPLAY_ID,
            topics = "session-events-replay",
            batch = "true",
            containerFactory = "replayContainers")
    void onReplay(List<ConsumerRecord<String, byte[]>> records) {
        var inputs = new HashMap<String, List<Fold.Input>>();
        for (ConsumerRecord<String, byte[]> record : records) {
            SessionEvent event = read(record);
            if (event != null) {
                inputs.computeIfAbsent(event.userId(), _ -> new ArrayList<>()).add(new Fold.Replayed(event));
            }
        }
        Instant now = clock.instant();
        // Their live events may be folded at this moment.
        teller.tellAdherenceAlone(() -> keeper.fold(inputs, now).values(), now);
    }

    // What cannot be read is dead-lettered by the recorder, which sees the same record; here it only must
    // not count.
    private static @Nullable SessionEvent read(ConsumerRecord<String, byte[]> record) {
        try {
            return EventRecords.read(record);
        } catch (InvalidEvent _) {
            log.debug("skipped a record that is no event: partition {} offset {}", record.partition(), record.offset());
            return null;
        }
    }
}
