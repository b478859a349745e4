package dev.adhere.reminder;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Takes work that waits for MongoDB off the event loop, onto virtual threads, and does not let a caller wait for a
/// MongoDB that is away: what takes longer ends in a `TimeoutException`, which is a 503 to the caller.
final class Blocking {

    private static final Scheduler VIRTUAL_THREADS =
            Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor(), "blocking");

    // The driver alone would wait much longer, and for good where MongoDB takes connections and never answers.
    private static final Duration READERS_PATIENCE = Duration.ofSeconds(2);
    private static final Duration EDITORS_PATIENCE = Duration.ofSeconds(10);

    private Blocking() {}

    static <T> Mono<T> call(Callable<T> work) {
        return within(READERS_PATIENCE, work);
    }

    /// For what writes. After a timeout it is unknown whether it was written; revisions make a repetition safe.
    static <T> Mono<T> edit(Callable<T> work) {
        return within(EDITORS_PATIENCE, work);
    }

    private static <T> Mono<T> within(Duration patience, Callable<T> work) {
        return Mono.fromCallable(work).subscribeOn(VIRTUAL_THREADS).timeout(patience);
    }
}
