package dev.adhere.platform.audit;

import com.mongodb.client.MongoClient;
import dev.adhere.platform.Preparation;
import dev.adhere.platform.mongo.DatabaseName;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.HandlerMapping;

/// The audit trail of a service that has data of persons; such a service imports it.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AuditSettings.class)
@Import(AuditController.class)
public class AuditPlatform {

    @Bean
    AuditTrail auditTrail(
            MongoClient client, DatabaseName name, AuditSettings settings, MeterRegistry registry, Clock clock) {
        return new AuditTrail(client.getDatabase(name.value()), settings.retention(), registry, clock);
    }

    @Bean
    Preparation auditHealthIndicator(AuditTrail trail) {
        return new Preparation("audit", trail::prepare);
    }

    /// After sign-in: it has to know who asks.
    @Bean
    AuditFilter auditFilter(AuditTrail trail, ObjectProvider<HandlerMapping> mappings) {
        return new AuditFilter(trail, () -> mappings.orderedStream().toList());
    }
}
