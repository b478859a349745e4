package dev.adhere.bench;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Waiting with a bound.
final class Waits {

    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(10);

    private Waits() {}

    /// Looks again every 10 ms until the value is there.
    ///
    /// @throws IllegalStateException after three minutes
    static void until(String what, long wanted, LongSupplier value) {
        long end = System.nanoTime() + LONGEST.toNanos();
        long seen = value.getAsLong();
        while (seen < wanted) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(what + ": " + seen + " instead of " + wanted + " after three minutes");
            }
            LockSupport.parkNanos(LOOK.toNanos());
            seen = value.getAsLong();
        }
    }

    /// @param left how many there still are
    static void untilNone(String what, LongSupplier left) {
        long end = System.nanoTime() + LONGEST.toNanos();
        for (long seen = left.getAsLong(); seen > 0; seen = left.getAsLong()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("after three minutes there are still " + seen + " " + what);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    static <T> T result(Future<T> future) {
        try {
            return future.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
