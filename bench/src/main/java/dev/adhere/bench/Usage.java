package dev.adhere.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// How many processors each process of the stack keeps busy: where all share the same cores, it says who
/// makes a measurement as slow as it is.
final class Usage {

    private final Map<String, ProcessHandle> processes;
    private final Map<String, Duration> took = new HashMap<>();
    private Map<String, Duration> before = Map.of();
    private long beganNanos;
    private long nanos;

    /// @param processes by name
    Usage(Map<String, ProcessHandle> processes) {
        this.processes = processes;
    }

    void begin() {
        before = soFar();
        beganNanos = System.nanoTime();
    }

    /// Adds what was used since [#begin].
    void end() {
        nanos += System.nanoTime() - beganNanos;
        Map<String, Duration> after = soFar();
        before.forEach(
                (name, time) -> took.merge(name, after.getOrDefault(name, time).minus(time), Duration::plus));
    }

    private Map<String, Duration> soFar() {
        var times = new HashMap<String, Duration>();
        processes.forEach(
                (name, process) -> process.info().totalCpuDuration().ifPresent(time -> times.put(name, time)));
        return times;
    }

    /// Processors of each process, the busiest first.
    String show() {
        return took.entrySet().stream()
                .sorted(Map.Entry.<String, Duration>comparingByValue().reversed())
                .map(e -> String.format(
                        Locale.ROOT,
                        "%s %.2f",
                        e.getKey(),
                        (double) e.getValue().toNanos() / nanos))
                .collect(Collectors.joining(", "));
    }
}
