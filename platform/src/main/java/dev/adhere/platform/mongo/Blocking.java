package dev.adhere.platform.mongo;

import dev.adhere.platform.telemetry.Faults;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Takes work that waits for MongoDB off the event loop, onto virtual threads.
///
/// Work that has begun is never interrupted, whether its caller lost patience or went away: an interrupt in the middle
/// of a command costs the connection, and what became of a write would be unknown to everybody. The driver's own
/// limits end it.
public final class Blocking {

    private static final Logger log = LoggerFactory.getLogger(Blocking.class);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Scheduler VIRTUAL_THREADS =
            Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor(), "blocking");

    private Blocking() {}

    /// Waits for five seconds at most.
    public static <T> Mono<T> call(Callable<T> work) {
        return call(work, PATIENCE);
    }

    /// @param patience how long a caller waits; what became of an edit is unknown then
    /// @return what the work gives, empty for null; `TimeoutException` after `patience`
    public static <T> Mono<T> call(Callable<T> work, Duration patience) {
        return Mono.<T>create(sink -> {
                    var gone = new AtomicBoolean();
                    sink.onCancel(() -> gone.set(true));
                    VIRTUAL_THREADS.schedule(() -> {
                        if (!gone.get()) {
                            run(work, sink, gone);
                        }
                    });
                })
                .timeout(patience);
    }

    private static <T> void run(Callable<T> work, MonoSink<T> sink, AtomicBoolean gone) {
        try {
            sink.success(work.call());
        } catch (Throwable e) {
            Exceptions.throwIfJvmFatal(e);
            if (gone.get()) {
                log.warn("what nobody waits for any more has failed: {}", Faults.name(e));
            } else {
                sink.error(e);
            }
        }
    }
}
