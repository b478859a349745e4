package dev.adhere.platform.kafka;

import dev.adhere.platform.telemetry.Faults;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.RetryListener;
import org.springframework.util.backoff.ExponentialBackOff;

/// Containers of listeners that take a batch at a time and commit its offsets after it was handled.
///
/// A failure, such as MongoDB or Kafka away, means lag and never loss: the same batch again, for as long as it takes.
public final class BatchContainers {

    private static final Logger log = LoggerFactory.getLogger(BatchContainers.class);

    private static final int THREADS = 2;
    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    private BatchContainers() {}

    /// Says that a batch failed and comes again; nobody else does.
    private static final class Failures implements RetryListener {

        @Override
        public void failedDelivery(ConsumerRecord<?, ?> record, @Nullable Exception fault, int attempt) {
            say(1, fault, attempt);
        }

        @Override
        public void failedDelivery(ConsumerRecords<?, ?> records, @Nullable Exception fault, int attempt) {
            say(records.count(), fault, attempt);
        }

        private static void say(int records, @Nullable Exception fault, int attempt) {
            log.warn(
                    "a batch of {} failed for the {}. time and comes again: {}",
                    records,
                    attempt,
                    fault == null ? "" : Faults.name(fault));
        }
    }

    public static ConcurrentKafkaListenerContainerFactory<String, byte[]> of(
            ConsumerFactory<String, byte[]> consumers, ConsumerAwareRebalanceListener onRebalance) {
        var factory = new ConcurrentKafkaListenerContainerFactory<String, byte[]>();
        factory.setConsumerFactory(consumers);
        factory.setBatchListener(true);
        factory.setConcurrency(THREADS);
        var backOff = new ExponentialBackOff(FIRST_WAIT_MILLIS, 2);
        backOff.setMaxInterval(LONGEST_WAIT_MILLIS);
        backOff.setMaxElapsedTime(Long.MAX_VALUE);
        var again = new DefaultErrorHandler(backOff);
        again.setRetryListeners(new Failures());
        factory.setCommonErrorHandler(again);
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        factory.getContainerProperties().setConsumerRebalanceListener(onRebalance);
        return factory;
    }
}
