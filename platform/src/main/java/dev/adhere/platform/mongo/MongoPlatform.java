package dev.adhere.platform.mongo;

import com.mongodb.ConnectionString;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.context.annotation.Bean;

/// MongoDB of every service.
@AutoConfiguration(beforeName = "org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration")
@ConditionalOnProperty("spring.mongodb.uri")
class MongoPlatform {

    private static final long SELECTION_SECONDS = 2;
    private static final long OPERATION_SECONDS = 10;

    @Bean
    DatabaseName databaseName(
            @Value("${spring.mongodb.uri}") ConnectionString uri, @Value("${spring.application.name}") String service) {
        String named = uri.getDatabase();
        return new DatabaseName(named == null ? "adhere_" + service.replace("-service", "") : named);
    }

    /// A server that is away or hangs costs a caller seconds, never an endless wait: who must not lose anything tries
    /// again.
    @Bean
    MongoClientSettingsBuilderCustomizer patience() {
        return settings -> settings.timeout(OPERATION_SECONDS, TimeUnit.SECONDS)
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(SELECTION_SECONDS, TimeUnit.SECONDS));
    }
}
