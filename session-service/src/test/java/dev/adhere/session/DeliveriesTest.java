package dev.adhere.session;

import static dev.adhere.session.Records.Fate.DUPLICATE;
import static dev.adhere.session.Records.Fate.RECORDED;
import static dev.adhere.session.Records.Fate.REDELIVERED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class DeliveriesTest {

    private static final long EARLY = 1_000_000;
    private static final long LATE = 2_000_000;

    private final Deliveries deliveries = new Deliveries();

    private static ConsumerRecord<String, byte[]> record(int partition, long offset, long appendedAt) {
        return new ConsumerRecord<>(
                "session-events",
                partition,
                offset,
                appendedAt,
                TimestampType.LOG_APPEND_TIME,
                0,
                0,
                "user",
                new byte[0],
                new RecordHeaders(),
                Optional.empty());
    }

    @Test
    void a_record_counts_once() {
        assertThat(deliveries.counts(record(0, 7, EARLY), RECORDED)).isTrue();
        assertThat(deliveries.counts(record(0, 8, EARLY), DUPLICATE)).isTrue();
        assertThat(deliveries.counts(record(0, 7, EARLY), REDELIVERED)).isFalse();
        assertThat(deliveries.counts(record(0, 8, EARLY), DUPLICATE)).isFalse();
        assertThat(deliveries.counts(record(0, 9, EARLY), RECORDED)).isTrue();
        assertThat(deliveries.counts(record(1, 7, EARLY), RECORDED)).isTrue();
    }

    @Test
    void what_another_wrote_was_counted_by_it() {
        assertThat(deliveries.counts(record(0, 7, EARLY), REDELIVERED)).isFalse();
        assertThat(deliveries.counts(record(0, 8, EARLY), RECORDED)).isTrue();
    }

    @Test
    void what_this_instance_wrote_without_hearing_of_it_counts_when_it_is_found() {
        deliveries.failed(record(0, 8, EARLY));
        assertThat(deliveries.counts(record(0, 7, EARLY), REDELIVERED)).isTrue();
        assertThat(deliveries.counts(record(0, 8, EARLY), REDELIVERED)).isTrue();
        assertThat(deliveries.counts(record(0, 9, EARLY), REDELIVERED)).isFalse();
        assertThat(deliveries.counts(record(1, 7, EARLY), REDELIVERED)).isFalse();
    }

    /// The partition goes to a second thread while the first tries its batch again; whoever is first counts.
    @Test
    void a_record_that_two_threads_have_counts_once() {
        deliveries.failed(record(0, 7, EARLY));
        assertThat(deliveries.counts(record(0, 7, EARLY), REDELIVERED)).isTrue();
        assertThat(deliveries.counts(record(0, 8, EARLY), RECORDED)).isTrue();
        assertThat(deliveries.counts(record(0, 7, EARLY), RECORDED)).isFalse();
    }

    @Test
    void a_topic_that_is_made_anew_counts_from_its_beginning() {
        assertThat(deliveries.counts(record(0, 7, EARLY), RECORDED)).isTrue();
        assertThat(deliveries.counts(record(0, 0, LATE), RECORDED)).isTrue();
        assertThat(deliveries.counts(record(0, 1, LATE), DUPLICATE)).isTrue();
        assertThat(deliveries.counts(record(0, 1, LATE), DUPLICATE)).isFalse();
    }
}
