package dev.adhere.platform.kafka;

import dev.adhere.platform.telemetry.Faults;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.ListenerUtils;
import org.springframework.kafka.listener.MessageListenerContainer;

/// Containers of listeners that take a batch at a time and commit its offsets after it was handled.
///
/// A failure, such as MongoDB or Kafka away, means lag and never loss: the same batch again, for as long as it takes.
public final class BatchContainers {

    private static final Logger log = LoggerFactory.getLogger(BatchContainers.class);

    private static final int THREADS = 2;
    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    private BatchContainers() {}

    /// Has a batch that failed come again with the next poll, after a wait, as often as it takes.
    ///
    /// The library's own handler tries again by itself and polls meanwhile. Where a rebalance comes in between, it
    /// commits in the end for a partition that another consumer has by then, and takes its offset back.
    private static final class ComesAgain implements CommonErrorHandler {

        private final Map<Thread, Integer> attempts = new ConcurrentHashMap<>();

        @Override
        public void handleBatch(
                Exception fault,
                ConsumerRecords<?, ?> batch,
                Consumer<?, ?> consumer,
                MessageListenerContainer container,
                Runnable listener) {
            int attempt = attempts.merge(Thread.currentThread(), 1, Integer::sum);
            log.warn(
                    "a batch of {} failed for the {}. time and comes again: {}",
                    batch.count(),
                    attempt,
                    Faults.name(fault));
            for (TopicPartition partition : batch.partitions()) {
                if (consumer.assignment().contains(partition)) {
                    consumer.seek(partition, batch.records(partition).getFirst().offset());
                }
            }
            try {
                ListenerUtils.stoppableSleep(container, waitMillis(attempt));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            throw new KafkaException("the batch comes again", KafkaException.Level.DEBUG, fault);
        }

        /// @param attempt from 1 on
        /// @return 200 ms, twice as long each time, 5 s at the most
        private static long waitMillis(int attempt) {
            return Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(attempt - 1, 10));
        }

        @Override
        public void clearThreadState() {
            attempts.remove(Thread.currentThread());
        }
    }

    public static ConcurrentKafkaListenerContainerFactory<String, byte[]> of(
            ConsumerFactory<String, byte[]> consumers, ConsumerAwareRebalanceListener onRebalance) {
        var factory = new ConcurrentKafkaListenerContainerFactory<String, byte[]>();
        factory.setConsumerFactory(consumers);
        factory.setBatchListener(true);
        factory.setConcurrency(THREADS);
        factory.setCommonErrorHandler(new ComesAgain());
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        factory.getContainerProperties().setConsumerRebalanceListener(onRebalance);
        return factory;
    }
}
