package dev.adhere.platform.web;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.exporter.SpanExportingPredicate;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.http.server.reactive.observation.ServerRequestObservationConvention;
import org.springframework.security.config.observation.SecurityObservationSettings;

/// What a trace may tell: a request's method, route, status, outcome and the class of its exception. It leaves the
/// house, so it names nobody and repeats nothing that somebody sent.
@AutoConfiguration(before = MicrometerTracingAutoConfiguration.class)
class RequestTraces {

    /// The path itself names users.
    @Bean
    ServerRequestObservationConvention withoutPaths() {
        return new DefaultServerRequestObservationConvention() {
            @Override
            public KeyValues getHighCardinalityKeyValues(ServerRequestObservationContext context) {
                return KeyValues.empty();
            }
        };
    }

    /// An exception's message may repeat what was sent, its class is a tag already.
    @Bean
    @Order(MicrometerTracingAutoConfiguration.RECEIVER_TRACING_OBSERVATION_HANDLER_ORDER)
    PropagatingReceiverTracingObservationHandler<ReceiverContext<?>> withoutMessages(
            Tracer tracer, Propagator propagator) {
        return new PropagatingReceiverTracingObservationHandler<>(tracer, propagator) {
            @Override
            public void onError(ReceiverContext<?> context) {
                // Nothing of it beyond the tag.
            }
        };
    }

    /// Sign-in costs each request two spans and tells of roles.
    @Bean
    SecurityObservationSettings withoutSignIn() {
        return SecurityObservationSettings.noObservations();
    }

    /// Health checks and scrapes are counted like any request, but nobody looks for them in a trace.
    @Bean
    SpanExportingPredicate withoutManagement() {
        return span -> !span.getName().contains(" /actuator/");
    }
}
