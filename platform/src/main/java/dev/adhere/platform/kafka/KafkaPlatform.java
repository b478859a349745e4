package dev.adhere.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.support.ProducerListener;

/// Topics of every service. Defaults of producers, consumers and the admin client are in `adhere-platform.yaml`.
@AutoConfiguration(beforeName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@EnableConfigurationProperties(KafkaTopicSettings.class)
class KafkaPlatform {

    @Bean(destroyMethod = "close")
    Admin kafkaAdminClient(KafkaAdmin admin) {
        return Admin.create(admin.getConfigurationProperties());
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
