package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.platform.telemetry.Latencies;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// What this service counts; `docs/metrics.md` says what each meter means and when it moves.
///
/// Every meter that is known beforehand is made at the start, at 0, so that a first increase is seen as
/// one.
final class Metrics {

    // In place of a reason, for nudges that were sent.
    private static final String DELIVERED = "NONE";
    private static final String UNKNOWN = "UNKNOWN";

    private final MeterRegistry registry;
    private final Clock clock;
    private final Timer ingestToAdherence;
    private final Timer nudgeLateness;
    private final AtomicLong timersDue = new AtomicLong();

    Metrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        ingestToAdherence = Latencies.timer("adhere.ingest.to.adherence")
                .description("From receiving an event to the acknowledged write of the user's figures")
                .register(registry);
        nudgeLateness = Latencies.timer("adhere.nudge.lateness")
                .description("From the moment at which a nudge was due to its being sent")
                .register(registry);
        Gauge.builder("adhere.timers.due", timersDue, AtomicLong::doubleValue)
                .description("Users of this instance whose next due time has passed")
                .register(registry);
        for (Nudge.Channel channel : Nudge.Channel.values()) {
            if (channel != Nudge.Channel.INBOX) {
                for (Nudging.Result result : Nudging.Result.values()) {
                    attempts(channel, result).increment(0);
                }
            }
        }
        for (Nudge.Kind kind : Nudge.Kind.values()) {
            nudges(kind, Nudge.Outcome.SENT, DELIVERED).increment(0);
            nudges(kind, Nudge.Outcome.SENT, UNKNOWN).increment(0);
            for (Nudge.Reason reason : Nudge.Reason.values()) {
                nudges(kind, Nudge.Outcome.SUPPRESSED, reason.name()).increment(0);
            }
        }
    }

    /// Counts an attempt to send, by how it ended.
    void attempted(Nudge.Channel channel, Nudging.Result result) {
        attempts(channel, result).increment();
    }

    private Counter attempts(Nudge.Channel channel, Nudging.Result result) {
        return Counter.builder("adhere.nudge.attempts")
                .description("Attempts to send a nudge, by channel and how they ended")
                .tag("channel", channel.name())
                .tag("result", result.name())
                .register(registry);
    }

    /// Shows how many streams of inbox updates are open.
    void inboxStreams(Supplier<Number> open) {
        Gauge.builder("adhere.inbox.streams", open)
                .description("Streams of inbox updates that this instance has open")
                .register(registry);
    }

    // Registering again finds the one that is there: a lookup for a decision, of which there are few.
    private Counter nudges(Nudge.Kind kind, Nudge.Outcome outcome, String reason) {
        return Counter.builder("adhere.nudges")
                .description("Nudges that were sent or not, by kind, outcome and reason")
                .tag("kind", kind.name())
                .tag("outcome", outcome.name())
                .tag("reason", reason)
                .register(registry);
    }

    /// @param receivedAt of each event whose user's head was written
    /// @param at when that was acknowledged
    void folded(Collection<Instant> receivedAt, Instant at) {
        Latencies.record(ingestToAdherence, receivedAt, at);
    }

    void timersDue(long users) {
        timersDue.set(users);
    }

    /// Counts nudges that are settled by a write: not to be sent after all, sent, or perhaps sent. Each is
    /// settled once.
    void written(UserState before, UserState after) {
        if (after.pending().nudges().isEmpty()) {
            return;
        }
        Map<String, Decision> earlier = before.nudges().stream()
                .collect(Collectors.toMap(decision -> decision.nudge().id(), decision -> decision));
        for (Decision decision : after.nudges()) {
            Decision was = earlier.get(decision.nudge().id());
            if (settled(decision) && (was == null || !settled(was))) {
                count(decision);
            }
        }
    }

    // What comes again after a snooze has been counted before.
    private static boolean settled(Decision decision) {
        return decision.snoozed() || !decision.is(Nudge.State.PENDING) && !decision.is(Nudge.State.SENDING);
    }

    private void count(Decision decision) {
        Nudge nudge = decision.nudge();
        if (!decision.sent()) {
            nudges(nudge.kind(), nudge.outcome(), String.valueOf(nudge.reason()))
                    .increment();
            return;
        }
        nudges(nudge.kind(), nudge.outcome(), decision.is(Nudge.State.UNKNOWN) ? UNKNOWN : DELIVERED)
                .increment();
        Latencies.record(nudgeLateness, List.of(decision.moment()), clock.instant());
    }
}
