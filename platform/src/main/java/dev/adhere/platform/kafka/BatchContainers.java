package dev.adhere.platform.kafka;

import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;

/// Containers of listeners that take a batch at a time and commit its offsets after it was handled.
///
/// A failure, such as MongoDB or Kafka away, means lag and never loss: the same batch again, for as long as it takes.
public final class BatchContainers {

    private static final int THREADS = 2;
    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    private BatchContainers() {}

    public static ConcurrentKafkaListenerContainerFactory<String, byte[]> of(
            ConsumerFactory<String, byte[]> consumers, ConsumerAwareRebalanceListener onRebalance) {
        var factory = new ConcurrentKafkaListenerContainerFactory<String, byte[]>();
        factory.setConsumerFactory(consumers);
        factory.setBatchListener(true);
        factory.setConcurrency(THREADS);
        var backOff = new ExponentialBackOff(FIRST_WAIT_MILLIS, 2);
        backOff.setMaxInterval(LONGEST_WAIT_MILLIS);
        backOff.setMaxElapsedTime(Long.MAX_VALUE);
        factory.setCommonErrorHandler(new DefaultErrorHandler(backOff));
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        factory.getContainerProperties().setConsumerRebalanceListener(onRebalance);
        return factory;
    }
}
