package dev.adhere.testbed;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The end of other processes.
public final class Processes {

    private Processes() {}

    /// Asks a process to end, waits up to a minute (Spring gives requests half of that), then kills it. Returns when it
    /// is gone.
    public static void stop(ProcessHandle process) {
        if (!process.isAlive()) {
            return;
        }
        var _ = process.destroy();
        if (!ended(process, 60)) {
            var _ = process.destroyForcibly();
            var _ = ended(process, 10);
        }
    }

    private static boolean ended(ProcessHandle process, int seconds) {
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
