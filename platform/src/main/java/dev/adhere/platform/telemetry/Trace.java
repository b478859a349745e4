package dev.adhere.platform.telemetry;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.server.ServerWebExchange;

/// The trace that a request belongs to, in log lines about it and about the records that came of it.
///
/// Taken from the request where it is needed. Carrying it along in thread-locals would cost every operator of every
/// event of a stream, for the few lines that are written.
public final class Trace {

    /// Under which log lines carry the trace's id.
    public static final String MDC_KEY = "traceId";

    private static final String HEADER = "traceparent";
    private static final Pattern PARENT = Pattern.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private Trace() {}

    /// The id of the request's trace; the request's own id where it is not traced.
    public static String of(ServerWebExchange exchange) {
        Span span = span(exchange);
        return span == null ? exchange.getRequest().getId() : span.context().traceId();
    }

    /// The header that tells those who read a record which trace it comes from: W3C's `traceparent`. One for all
    /// records
    /// of a request; null where it is not traced.
    public static @Nullable Header header(ServerWebExchange exchange) {
        Span span = span(exchange);
        if (span == null) {
            return null;
        }
        var context = span.context();
        String flags = Boolean.TRUE.equals(context.sampled()) ? "01" : "00";
        String parent = "00-" + context.traceId() + "-" + context.spanId() + "-" + flags;
        return new RecordHeader(HEADER, parent.getBytes(StandardCharsets.US_ASCII));
    }

    /// The id of the trace that a record says it comes from; empty where it says none, or nonsense.
    public static String of(ConsumerRecord<?, ?> record) {
        Header header = record.headers().lastHeader(HEADER);
        byte[] value = header == null ? null : header.value();
        var parent = PARENT.matcher(value == null ? "" : new String(value, StandardCharsets.US_ASCII));
        return parent.matches() ? parent.group(1) : "";
    }

    /// Writes to the log with the trace's id on every line; without where it is empty.
    public static void around(String traceId, Runnable writes) {
        if (traceId.isEmpty()) {
            writes.run();
            return;
        }
        try (var _ = MDC.putCloseable(MDC_KEY, traceId)) {
            writes.run();
        }
    }

    private static @Nullable Span span(ServerWebExchange exchange) {
        return ServerRequestObservationContext.findCurrent(exchange.getAttributes())
                .map(context -> (TracingContext) context.get(TracingContext.class))
                .map(TracingContext::getSpan)
                .orElse(null);
    }
}
