package dev.adhere.platform.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;

/// Sends spans without what exceptions say: that a request failed stays, and the exception's class; its message would
/// come twice, as the status's words and as an event.
final class SilentSpans implements SpanExporter {

    private final SpanExporter to;

    SilentSpans(SpanExporter to) {
        this.to = to;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        return to.export(spans.stream().<SpanData>map(Silent::new).toList());
    }

    @Override
    public CompletableResultCode flush() {
        return to.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return to.shutdown();
    }

    private static final class Silent extends DelegatingSpanData {

        Silent(SpanData span) {
            super(span);
        }

        @Override
        public StatusData getStatus() {
            return StatusData.create(super.getStatus().getStatusCode(), "");
        }

        @Override
        public List<EventData> getEvents() {
            return super.getEvents().stream()
                    .filter(event -> !event.getName().equals("exception"))
                    .toList();
        }

        @Override
        public int getTotalRecordedEvents() {
            return getEvents().size();
        }
    }
}
