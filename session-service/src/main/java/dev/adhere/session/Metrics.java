package dev.adhere.session;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Latencies;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemWriter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What this service counts of events; `docs/metrics.md` says what each counter means and when it moves.
///
/// Every meter that is known beforehand is made at the start, at 0, so that a first increase is seen as
/// one.
final class Metrics {

    private static final List<String> PROBLEMS = List.of(
            "invalid-body",
            "reserved-field",
            "validation-failed",
            "unknown-event-type",
            "event-in-future",
            "event-too-old",
            "unknown-reference",
            "payload-too-large",
            "request-timeout");

    /// Why a client was told to send an event again.
    enum Retry {
        /// The broker did not acknowledge it in time; it may or may not be there.
        UNACKNOWLEDGED,
        /// The broker cannot be found; nothing was sent.
        KAFKA_AWAY,
        /// More events wait for the broker than the service lets wait; nothing was sent.
        OVERLOADED,
        /// The service has just started and does not know the exercise yet; nothing was sent.
        EXERCISE_NOT_KNOWN_YET
    }

    private final Counter accepted;
    private final Map<String, Counter> rejected;
    private final Function<String, Counter> rejectedFor;
    private final Map<Retry, Counter> retried;
    private final Counter recorded;
    private final Counter duplicates;
    private final Counter conflicts;
    private final Counter deadLetters;
    private final Timer ingestToRecorded;

    Metrics(MeterRegistry registry) {
        accepted = Counter.builder("adhere.events.accepted")
                .description("Events that the broker acknowledged")
                .register(registry);
        rejectedFor = problem -> Counter.builder("adhere.events.rejected")
                .description("Events that were refused, by problem")
                .tag("problem", problem)
                .register(registry);
        rejected = new ConcurrentHashMap<>(PROBLEMS.stream().collect(Collectors.toMap(p -> p, rejectedFor)));
        retried = Stream.of(Retry.values())
                .collect(Collectors.toMap(
                        reason -> reason,
                        reason -> Counter.builder("adhere.events.retried")
                                .description("Events that the client was told to send again, by reason")
                                .tag(
                                        "reason",
                                        reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .register(registry)));
        recorded = Counter.builder("adhere.events.recorded")
                .description("Events written to the record for the first time")
                .register(registry);
        duplicates = Counter.builder("adhere.events.duplicates")
                .description("Events that were sent again with the same content")
                .register(registry);
        conflicts = Counter.builder("adhere.events.conflicts")
                .description("Events that were sent again with other content")
                .register(registry);
        deadLetters = Counter.builder("adhere.dead.letters")
                .description("Records that are no events and were put aside, by the topic they came from")
                .tag("topic", Topic.SESSION_EVENTS.topicName())
                .register(registry);
        ingestToRecorded = Latencies.timer("adhere.ingest.to.recorded")
                .description("From receiving an event to its acknowledged write")
                .register(registry);
    }

    void accepted() {
        accepted.increment();
    }

    void rejected(Problem problem) {
        // Slugs are the code's own words, so there are never more of them than the code has.
        rejected.computeIfAbsent(problem.slug(), rejectedFor).increment();
    }

    /// A whole body that was refused before an event could be read out of it counts as one. A caller that
    /// went away or an unforeseen fault is no refusal.
    void refused(Throwable fault) {
        Problem problem = ProblemWriter.problemOf(fault);
        if (problem.status() < 500) {
            rejected(problem);
        }
    }

    void retried(Retry reason) {
        Objects.requireNonNull(retried.get(reason)).increment();
    }

    /// @param at when the write was acknowledged
    void kept(Recorder.Tally tally, Instant at) {
        recorded.increment(tally.recordedReceivedAt().size());
        duplicates.increment(tally.duplicates());
        conflicts.increment(tally.conflicts());
        Latencies.record(ingestToRecorded, tally.recordedReceivedAt(), at);
    }

    void deadLetters(int count) {
        deadLetters.increment(count);
    }
}
