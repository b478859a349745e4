package dev.adhere.platform.web;

import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.webflux.autoconfigure.WebFluxRegistrations;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/// The HTTP edge of every service.
@AutoConfiguration(beforeName = "org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration")
class WebPlatform {

    /// The application's clock: the machine's, moved by `adhere.clock-offset` where somebody watches another
    /// day.
    @Bean
    Clock clock(@Value("${adhere.clock-offset:PT0S}") Duration offset) {
        return Clock.offset(Clock.systemUTC(), offset);
    }

    @Bean
    @Order(-2)
    ProblemWriter problemWriter(JsonMapper json) {
        return new ProblemWriter(json);
    }

    @Bean
    WebFluxRegistrations strictMappings() {
        return new WebFluxRegistrations() {
            @Override
            public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
                return new StrictMappings();
            }
        };
    }

    /// Bodies are read strictly: a field that a resource does not have is a typo, not something to drop
    /// silently.
    @Bean
    JsonMapperBuilderCustomizer strictJson() {
        return StrictJson::strict;
    }
}
