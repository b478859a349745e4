package dev.adhere.session;

import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.Topic;
import dev.adhere.platform.kafka.EventRecords;
import dev.adhere.platform.telemetry.Trace;
import dev.adhere.platform.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaOperations;

/// Takes events off the road and puts them on record, each once; offsets are committed after that.
///
/// What is no event goes to the dead letters with its bytes, and costs nothing else of its batch. MongoDB
/// away is no
/// reason for a dead letter: then the batch comes again until it is kept.
class Recorder {

    static final String ID = "session-recorder";

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);
    private static final long ACK_SECONDS = 5;
    // Who fills the topic with rubbish is not to fill the log, too.
    private static final int MOST_NAMED = 10;

    private final Records records;
    private final KafkaOperations<String, byte[]> kafka;
    private final Metrics metrics;
    private final Clock clock;
    private final Deliveries deliveries = new Deliveries();

    Recorder(Records records, KafkaOperations<String, byte[]> kafka, Metrics metrics, Clock clock) {
        this.records = records;
        this.kafka = kafka;
        this.metrics = metrics;
        this.clock = clock;
    }

    @KafkaListener(
            id = ID,
            topics = "session-events",
            batch = "true",
            autoStartup = "false",
            containerFactory = "recorderContainers")
    void on(List<ConsumerRecord<String, byte[]>> batch) {
        var events = new ArrayList<ConsumerRecord<String, byte[]>>(batch.size());
        var documents = new ArrayList<Document>(batch.size());
        var poison = new ArrayList<Poison>();
        for (ConsumerRecord<String, byte[]> record : batch) {
            try {
                documents.add(document(record));
                events.add(record);
            } catch (InvalidEvent e) {
                poison.add(new Poison(record, e));
            }
        }
        Tally tally = keep(events, documents);
        metrics.kept(tally, clock.instant());
        bury(poison);
        metrics.deadLetters(poison.size());
        poison.stream().limit(MOST_NAMED).forEach(Poison::log);
        if (!poison.isEmpty() || tally.conflicts() > 0) {
            log.warn(
                    "of {} records {} were recorded, {} came again, {} came again with other content, {} are dead"
                            + " letters",
                    batch.size(),
                    tally.recordedReceivedAt().size(),
                    tally.duplicates(),
                    tally.conflicts(),
                    poison.size());
        }
    }

    /// What a batch adds to the counters.
    ///
    /// @param recordedReceivedAt when each event was received that is new on record
    /// @param duplicates how many came again with the same content
    /// @param conflicts how many came again with other content
    record Tally(List<Instant> recordedReceivedAt, int duplicates, int conflicts) {}

    private Tally keep(List<ConsumerRecord<String, byte[]>> events, List<Document> documents) {
        List<Records.Fate> fates;
        try {
            fates = records.keep(documents);
        } catch (RuntimeException e) {
            events.forEach(deliveries::failed);
            throw e;
        }
        var recorded = new ArrayList<Instant>();
        int duplicates = 0;
        int conflicts = 0;
        for (int i = 0; i < fates.size(); i++) {
            if (deliveries.counts(events.get(i), fates.get(i))) {
                switch (fates.get(i)) {
                    case RECORDED, REDELIVERED ->
                        recorded.add(documents.get(i).getDate("receivedAt").toInstant());
                    case DUPLICATE -> duplicates++;
                    case CONFLICT -> conflicts++;
                }
            }
        }
        return new Tally(recorded, duplicates, conflicts);
    }

    /// A record that is no event. The reason names fields and rules, never what the event says.
    private record Poison(ConsumerRecord<String, byte[]> record, InvalidEvent fault) {

        String reason() {
            return fault.faults().stream()
                    .map(f -> f.field() + " " + f.message())
                    .collect(Collectors.joining("; "));
        }

        void log() {
            Trace.around(
                    Trace.of(record),
                    () -> log.warn(
                            "a dead letter: partition {} offset {}: {}",
                            record.partition(),
                            record.offset(),
                            reason()));
        }

        ProducerRecord<String, byte[]> letter() {
            Headers headers = new RecordHeaders(record.headers());
            headers.add("adhere_reason", bytes(reason()));
            headers.add("adhere_topic", bytes(record.topic()));
            headers.add("adhere_partition", bytes(Integer.toString(record.partition())));
            headers.add("adhere_offset", bytes(Long.toString(record.offset())));
            return new ProducerRecord<>(
                    Topic.SESSION_EVENTS.dltName(), record.partition(), record.key(), record.value(), headers);
        }
    }

    private static Document document(ConsumerRecord<String, byte[]> record) throws InvalidEvent {
        SessionEvent event = EventRecords.read(record);
        if (!StrictJson.sound(event.data())) {
            throw new InvalidEvent(List.of(new InvalidEvent.Fault("data", "cannot be stored without loss")));
        }
        return EventDocuments.of(event, record.partition(), record.offset());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void bury(List<Poison> poison) {
        CompletableFuture<?>[] sends =
                poison.stream().map(each -> kafka.send(each.letter())).toArray(CompletableFuture[]::new);
        try {
            var _ = CompletableFuture.allOf(sends).get(ACK_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while burying", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the dead letters were not taken; the batch comes again", e);
        }
    }
}
