package dev.adhere.session;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Which records of a topic this instance has counted. Kafka delivers a batch again after a failure, a rebalance
/// or a rewind, to two threads at once even: while one tries a batch again, its partition may go to the other. Each
/// record counts once all the same.
final class Deliveries {

    /// How far a partition is. An offset alone would not do: a topic that is made anew begins at 0 again.
    private record Mark(long offset, long appendedAt) {

        static Mark of(ConsumerRecord<?, ?> record) {
            return new Mark(record.offset(), record.timestamp());
        }

        boolean isBeyond(Mark other) {
            return offset > other.offset || appendedAt > other.appendedAt;
        }
    }

    private final Map<TopicPartition, Mark> counted = new HashMap<>();
    private final Map<TopicPartition, Mark> unsure = new HashMap<>();

    /// The batch of this record failed: nobody was told which of it was written.
    synchronized void failed(ConsumerRecord<?, ?> record) {
        advance(unsure, record);
    }

    /// Whether this record counts now; asked once it is known what became of it, and in the order of the offsets.
    ///
    /// What is on record already out of this very record was counted by who wrote it, unless that was an attempt of
    /// this instance of which the answer was lost.
    synchronized boolean counts(ConsumerRecord<?, ?> record, Records.Fate fate) {
        return advance(counted, record)
                && (fate != Records.Fate.REDELIVERED || !Mark.of(record).isBeyond(unsure(record)));
    }

    private Mark unsure(ConsumerRecord<?, ?> record) {
        return unsure.getOrDefault(partition(record), new Mark(-1, -1));
    }

    /// @return whether the record is beyond what was there
    private static boolean advance(Map<TopicPartition, Mark> marks, ConsumerRecord<?, ?> record) {
        @Nullable Mark before = marks.get(partition(record));
        Mark mark = Mark.of(record);
        if (before != null && !mark.isBeyond(before)) {
            return false;
        }
        marks.put(partition(record), mark);
        return true;
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
