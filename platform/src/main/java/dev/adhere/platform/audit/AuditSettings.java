package dev.adhere.platform.audit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How audit records are kept.
///
/// @param retention how long from being made; what was made before a change keeps the end that it had
@ConfigurationProperties(prefix = "adhere.audit", ignoreUnknownFields = false)
record AuditSettings(@DefaultValue("P730D") Duration retention) {

    AuditSettings {
        if (!retention.isPositive()) {
            throw new IllegalArgumentException("adhere.audit.retention must be longer than nothing");
        }
    }
}
