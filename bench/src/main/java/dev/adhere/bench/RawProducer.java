package dev.adhere.bench;

import dev.adhere.bench.Event.Prepared;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Kafka's producer and nothing else, set as session-service's is: `acks=all`, idempotent, lz4, 64 KiB, 5 ms.
final class RawProducer implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong lost = new AtomicLong();

    RawProducer(String bootstrap) {
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "enable.idempotence",
                        "true",
                        "compression.type",
                        "lz4",
                        "batch.size",
                        65_536,
                        "linger.ms",
                        5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /// Sends these again and again for so long; acknowledged records a second.
    double perSecond(String topic, List<Prepared> records, int millis) {
        long began = System.nanoTime();
        long end = began + millis * 1_000_000L;
        long sent = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < 200; i++) {
                send(topic, records.get((int) (sent++ % records.size())));
            }
        }
        flush();
        return sent * 1e9 / (System.nanoTime() - began);
    }

    /// Returns when all are acknowledged.
    void sendAll(String topic, List<Prepared> records) {
        records.forEach(record -> send(topic, record));
        flush();
    }

    private void send(String topic, Prepared record) {
        var _ = producer.send(record.on(topic), (_, fault) -> {
            if (fault != null) {
                lost.incrementAndGet();
            }
        });
    }

    private void flush() {
        producer.flush();
        if (lost.get() > 0) {
            throw new IllegalStateException(lost.get() + " records were not acknowledged");
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
