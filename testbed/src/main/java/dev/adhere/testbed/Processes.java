package dev.adhere.testbed;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The end of other processes.
public final class Processes {

    private Processes() {}

    /// Asks a process to end, waits up to 20 s, then kills it. Returns when it is gone.
    public static void stop(ProcessHandle process) {
        stop(process, Duration.ofSeconds(20));
    }

    /// The same for one that may need longer.
    public static void stop(ProcessHandle process, Duration patience) {
        if (!process.isAlive()) {
            return;
        }
        var _ = process.destroy();
        if (!ended(process, patience.toSeconds())) {
            var _ = process.destroyForcibly();
            var _ = ended(process, 10);
        }
    }

    private static boolean ended(ProcessHandle process, long seconds) {
        try {
            var _ = process.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException _) {
            return !process.isAlive();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }
}
