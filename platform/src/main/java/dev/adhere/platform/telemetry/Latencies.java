package dev.adhere.platform.telemetry;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/// Histograms of how long something took, all with the same buckets: from 5 ms, what a healthy system takes, to the
/// minutes of an outage. A quotient of two services' histograms makes sense only with the same buckets.
public final class Latencies {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofMinutes(30)
    };

    private Latencies() {}

    /// A timer to be described and registered.
    ///
    /// @param name in dotted form, without the unit
    public static Timer.Builder timer(String name) {
        return Timer.builder(name).serviceLevelObjectives(BUCKETS);
    }

    /// Records how long each of these took until now. What another clock dates later than now took no time: a value
    /// below zero would be left out, and the histogram's count would no longer be that of what happened.
    public static void record(Timer timer, Collection<Instant> since, Instant now) {
        for (Instant each : since) {
            Duration took = Duration.between(each, now);
            timer.record(took.isNegative() ? Duration.ZERO : took);
        }
    }
}
