package dev.adhere.local.demo;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The same errand for many things, several at a time.
final class AtOnce {

    /// Something to be done for each.
    interface Errand<T> {
        void run(T thing) throws IOException, InterruptedException;
    }

    private AtOnce() {}

    /// @param several at most so many at a time
    /// @throws IOException where one of them fails; what has not begun by then is not done
    static <T> void run(int several, List<T> things, Errand<T> errand) throws IOException, InterruptedException {
        try (ExecutorService workers = Executors.newFixedThreadPool(several)) {
            List<Future<?>> running = things.stream()
                    .<Future<?>>map(thing -> workers.submit(() -> {
                        errand.run(thing);
                        return true;
                    }))
                    .toList();
            try {
                for (Future<?> one : running) {
                    var _ = one.get();
                }
            } finally {
                var _ = workers.shutdownNow();
            }
        } catch (ExecutionException e) {
            throw new IOException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
        }
    }
}
