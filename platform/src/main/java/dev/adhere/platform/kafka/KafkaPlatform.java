package dev.adhere.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.support.ProducerListener;

/// Topics of every service. Defaults of producers and consumers are in `adhere-platform.yaml`.
@AutoConfiguration(beforeName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@EnableConfigurationProperties(KafkaTopicSettings.class)
class KafkaPlatform {

    /// Gives a call up after 10 s, as long as anybody waits for one. It closes after its last call only: with Kafka
    /// away, Kafka's own minute would keep a service from stopping.
    @Bean(destroyMethod = "close")
    Admin kafkaAdminClient(KafkaAdmin admin) {
        var settings = new HashMap<>(admin.getConfigurationProperties());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        return Admin.create(settings);
    }

    /// In place of Spring's own, which logs the key of what could not be sent: that is a user's id.
    @Bean
    ProducerListener<Object, Object> quietProducerListener() {
        return new ProducerListener<>() {};
    }

    @Bean
    @ConditionalOnBean(TopicsInUse.class)
    DeclaredTopics topics(
            TopicsInUse use,
            KafkaTopicSettings settings,
            Admin admin,
            ObjectProvider<KafkaListenerEndpointRegistry> listeners) {
        return new DeclaredTopics(use, settings, admin, listeners.getIfAvailable());
    }

    @Bean
    @ConditionalOnBean(TopicsInUse.class)
    ConsumerLag consumerLag(KafkaListenerEndpointRegistry listeners, Admin admin, MeterRegistry registry) {
        return new ConsumerLag(listeners, admin, registry);
    }
}
