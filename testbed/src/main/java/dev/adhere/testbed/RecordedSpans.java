package dev.adhere.testbed;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/// Every span that a service under test ends, for holding them against the little that a trace may tell: method, route,
/// status, outcome and the class of an exception. A context that imports this one records them; with
/// `management.tracing.sampling.probability=1` it records all.
public final class RecordedSpans implements SpanProcessor {

    private static final String ROUTE = "uri";
    private static final Map<String, Pattern> MAY_TELL = Map.of(
            "method",
            Pattern.compile("[A-Z]+"),
            ROUTE,
            Pattern.compile("UNKNOWN|NOT_FOUND|REDIRECTION|root|/\\*\\*|/actuator/.*"),
            "status",
            Pattern.compile("[1-5][0-9]{2}|UNKNOWN"),
            "outcome",
            Pattern.compile("[A-Z_]+"),
            "exception",
            Pattern.compile("none|[A-Z][A-Za-z0-9]+(Exception|Error)"));
    private static final Pattern NAME = Pattern.compile("http [a-z]+(?: (?<route>.*))?");

    private final ConcurrentLinkedQueue<SpanData> ended = new ConcurrentLinkedQueue<>();

    @Override
    public void onEnd(ReadableSpan span) {
        ended.add(span.toSpanData());
    }

    /// The names of all spans so far, such as `http get /v1/users/{userId}/plan`.
    public Set<String> names() {
        var names = new TreeSet<String>();
        ended.forEach(span -> names.add(span.getName()));
        return names;
    }

    /// What spans tell beyond what they may, one line each; empty when all is well.
    ///
    /// @param routes the patterns of all mappings; a path that is none of them names somebody or something
    public List<String> findings(Set<String> routes) {
        var findings = new ArrayList<String>();
        for (SpanData span : ended) {
            String name = span.getName();
            span.getAttributes().forEach((key, value) -> {
                if (!mayTell(key.getKey(), value.toString(), routes)) {
                    findings.add(name + ": " + key.getKey() + "=" + value);
                }
            });
            span.getEvents().forEach(event -> findings.add(name + ": " + event.getName() + event.getAttributes()));
            if (!span.getStatus().getDescription().isEmpty()) {
                findings.add(name + ": status " + span.getStatus().getDescription());
            }
            var named = NAME.matcher(name);
            if (!named.matches() || named.group("route") != null && !mayTell(ROUTE, named.group("route"), routes)) {
                findings.add("the name " + name);
            }
        }
        return findings;
    }

    private static boolean mayTell(String key, String value, Set<String> routes) {
        Pattern allowed = MAY_TELL.get(key);
        return allowed != null && (allowed.matcher(value).matches() || key.equals(ROUTE) && routes.contains(value));
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // Nothing is known of it yet.
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
