package dev.adhere.reminder;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Takes work that waits for MongoDB off the event loop, onto virtual threads. A caller waits five seconds
/// at most; what became of an edit is unknown then.
final class Blocking {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Scheduler VIRTUAL_THREADS =
            Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor(), "blocking");

    private Blocking() {}

    static <T> Mono<T> call(Callable<T> work) {
        return Mono.fromCallable(work).subscribeOn(VIRTUAL_THREADS).timeout(PATIENCE);
    }
}
