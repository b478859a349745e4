package dev.adhere.platform;

import dev.adhere.platform.telemetry.Faults;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;

/// Something that must have been done once before a service is ready, such as indexes: done off the start-up path and
/// tried for as long as it takes, so that a service that starts while MongoDB or Kafka is away becomes ready when they
/// are back.
public final class Preparation implements SmartLifecycle, HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(Preparation.class);
    private static final long RETRY_SECONDS = 1;

    private final String what;
    private final Runnable work;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean done;
    private volatile boolean running;

    /// @param what names it in the log
    /// @param work may block; done again from its beginning where it throws
    public Preparation(String what, Runnable work) {
        this.what = what;
        this.work = work;
    }

    @Override
    public Health health() {
        return (done ? Health.up() : Health.down()).build();
    }

    @Override
    public void start() {
        running = true;
        var _ = Thread.ofVirtual().name("prepare-" + what).start(this::prepare);
    }

    @Override
    public void stop() {
        running = false;
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void prepare() {
        while (running && !done) {
            try {
                work.run();
                done = true;
            } catch (RuntimeException e) {
                log.warn("{} not prepared yet: {}", what, Faults.name(e));
                try {
                    var _ = stopped.await(RETRY_SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
