package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.kafka.core.ConsumerFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// This instance's own copy of a compacted topic: read from its beginning, with no group, and kept up to date.
///
/// A lower revision than the one that is there is ignored; a tombstone removes. What cannot be read is skipped.
public final class CompactedTable<T> extends TopicFollower implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(CompactedTable.class);

    // A later release may have written fields that this one does not know.
    private static final JsonMapper TOLERANT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Topic topic;
    private final Class<T> type;
    private final ToLongFunction<T> revision;
    private final Map<String, T> rows = new ConcurrentHashMap<>();
    private BiConsumer<String, @Nullable T> onRecord = (_, _) -> {};
    private boolean mustHoldSomething;
    private Map<TopicPartition, Long> ends = Map.of();
    private volatile boolean caughtUp;

    /// @param type what a record's value is, as JSON
    /// @param revision of a value; the highest of a key stays
    public CompactedTable(
            Topic topic,
            Class<T> type,
            ToLongFunction<T> revision,
            ConsumerFactory<String, byte[]> consumers,
            DeclaredTopics declared) {
        super("table", List.of(topic), consumers, declared);
        this.topic = topic;
        this.type = type;
        this.revision = revision;
    }

    /// Tells of every record that is read, lower revisions and tombstones (null) too. To be called before the start.
    public CompactedTable<T> telling(BiConsumer<String, @Nullable T> listener) {
        onRecord = listener;
        return this;
    }

    /// Makes an empty topic mean "not ready". To be called before the start.
    public CompactedTable<T> neverEmpty() {
        mustHoldSomething = true;
        return this;
    }

    public @Nullable T get(String key) {
        return rows.get(key);
    }

    public Collection<T> values() {
        return List.copyOf(rows.values());
    }

    /// Whether everything that was there at the start has been read.
    public boolean caughtUp() {
        return caughtUp;
    }

    @Override
    public Health health() {
        boolean up = caughtUp && !(mustHoldSomething && rows.isEmpty());
        return (up ? Health.up() : Health.down())
                .withDetail("rows", rows.size())
                .build();
    }

    @Override
    void begin(Consumer<String, byte[]> reader, List<TopicPartition> partitions) {
        reader.seekToBeginning(partitions);
        ends = reader.endOffsets(partitions);
    }

    @Override
    void roundTaken(Consumer<String, byte[]> reader) {
        if (!caughtUp && ends.entrySet().stream().allMatch(e -> reader.position(e.getKey()) >= e.getValue())) {
            caughtUp = true;
        }
    }

    @Override
    void take(ConsumerRecord<String, byte[]> record) {
        String key = record.key();
        byte[] value = record.value();
        if (key == null) {
            return;
        }
        T row = null;
        if (value == null) {
            rows.remove(key);
        } else {
            try {
                T given = TOLERANT.readValue(value, type);
                row = given;
                rows.merge(
                        key, given, (old, next) -> revision.applyAsLong(next) < revision.applyAsLong(old) ? old : next);
            } catch (RuntimeException e) {
                log.error("a record of {} cannot be read: offset {}", topic.topicName(), record.offset());
                return;
            }
        }
        try {
            onRecord.accept(key, row);
        } catch (RuntimeException e) {
            // What is dirty stays dirty, and is sent and read back again.
            log.warn("a record of {} could not be noted: {}", topic.topicName(), Faults.name(e));
        }
    }
}
