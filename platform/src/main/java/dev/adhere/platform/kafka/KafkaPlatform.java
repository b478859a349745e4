package dev.adhere.platform.kafka;

import org.apache.kafka.clients.admin.Admin;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaAdmin;

/// Topics of every service. Defaults of producers and consumers are in `adhere-platform.yaml`.
@AutoConfiguration(afterName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@EnableConfigurationProperties(KafkaTopicSettings.class)
class KafkaPlatform {

    @Bean(destroyMethod = "close")
    Admin kafkaAdminClient(KafkaAdmin admin) {
        return Admin.create(admin.getConfigurationProperties());
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
}
