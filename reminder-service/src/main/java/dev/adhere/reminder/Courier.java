package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.platform.telemetry.Faults;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Makes the attempts that the fold began: out through a channel, and how it ended back into the fold.
///
/// An attempt stands in the user's head, under this instance's claim, before it is made. So work that is
/// done meanwhile and sending exclude each other, and an instance that dies in between leaves a lease that
/// ends as UNKNOWN and never a second message.
final class Courier implements SmartLifecycle {

    /// A way out. Blocks for less than [Nudging#LEASE].
    @FunctionalInterface
    interface Sender {

        Nudging.Ended send(Letter letter);
    }

    /// What is to go out.
    ///
    /// @param id names the message: the same over all attempts
    /// @param preferences where to, and in which language
    /// @param at when this attempt is made
    /// @param expiresAt it is of no use after that
    record Letter(String id, String userId, Nudge nudge, Preferences preferences, Instant at, Instant expiresAt) {

        String text() {
            return Objects.requireNonNull(nudge.text());
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final int AT_ONCE = 16;

    // What has not begun by then is to be looked at again first: the work may have been done meanwhile.
    private static final Duration WAIT_FOR_LINE = Duration.ofSeconds(3);

    private final Keeper keeper;
    private final Metrics metrics;
    private final Clock clock;
    private final Map<Channel, Line> lines = new EnumMap<>(Channel.class);
    private final Semaphore notes = new Semaphore(AT_ONCE);
    private volatile @Nullable ExecutorService workers;

    // Each channel has places and a pace of its own: receivers that are slow keep no mail waiting.
    private record Line(Sender sender, Semaphore places, Pace pace) {}

    /// @param senders of every channel but the inbox, which needs none
    /// @param perSecond the most messages that go out through one channel
    Courier(Map<Channel, Sender> senders, int perSecond, Keeper keeper, Metrics metrics, Clock clock) {
        this.keeper = keeper;
        this.metrics = metrics;
        this.clock = clock;
        senders.forEach((channel, sender) ->
                lines.put(channel, new Line(sender, new Semaphore(AT_ONCE, true), new Pace(perSecond))));
    }

    @Override
    public void start() {
        workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("courier-", 0).factory());
    }

    @Override
    public void stop() {
        ExecutorService current = workers;
        workers = null;
        if (current == null) {
            return;
        }
        current.shutdown();
        try {
            var _ = current.awaitTermination(15, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return workers != null;
    }

    /// Begins what these heads say is to be sent under this claim, and returns at once.
    void take(Collection<UserState> heads, String claim) {
        for (UserState head : heads) {
            for (Decision decision : head.nudges()) {
                Decision.Outgoing outgoing = decision.outgoing();
                if (outgoing != null && decision.is(State.SENDING) && claim.equals(outgoing.holder())) {
                    ExecutorService current = workers;
                    if (current != null) {
                        current.execute(() -> attempt(head, decision, outgoing, claim));
                    }
                }
            }
        }
    }

    private void attempt(UserState head, Decision decision, Decision.Outgoing outgoing, String claim) {
        Nudge nudge = decision.nudge();
        Channel channel = Objects.requireNonNull(nudge.channel());
        Nudging.Ended ended = send(
                channel,
                new Letter(
                        decision.messageId(),
                        head.userId(),
                        nudge,
                        head.preferences(),
                        clock.instant(),
                        outgoing.expiresAt()));
        metrics.attempted(channel, ended.result());
        // Thousands may end at once, when a herd has to wait for its turn.
        notes.acquireUninterruptibly();
        try {
            var input = new Fold.Attempted(nudge.id(), claim, ended);
            var _ = keeper.fold(Map.of(head.userId(), List.of(input)), clock.instant());
        } catch (RuntimeException e) {
            // MongoDB is away: the lease ends, and what became of it is unknown.
            log.warn("the end of an attempt to send was not kept: {}", Faults.name(e));
        } finally {
            notes.release();
        }
    }

    private Nudging.Ended send(Channel channel, Letter letter) {
        Line line = lines.get(channel);
        if (line == null) {
            return Nudging.Ended.with(Nudging.Result.REFUSED);
        }
        try {
            if (!line.pace().await(WAIT_FOR_LINE)
                    || !line.places().tryAcquire(WAIT_FOR_LINE.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Nudging.Ended(Nudging.Result.NOT_BEGUN, line.pace().comeAgainIn(clock.instant()));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Nudging.Ended.with(Nudging.Result.NOT_BEGUN);
        }
        try {
            return line.sender().send(letter);
        } catch (RuntimeException e) {
            log.warn("an attempt to send failed: {}", e.getClass().getName());
            return Nudging.Ended.with(Nudging.Result.UNKNOWN);
        } finally {
            line.places().release();
        }
    }
}
