package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.platform.telemetry.Faults;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
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

    /// A way out. May block.
    interface Channel {

        Nudging.Result send(Letter letter);
    }

    /// @param to an e-mail address
    /// @param at when it was written
    record Letter(String nudgeId, String to, String subject, String text, Instant at) {}

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final int AT_ONCE = 16;

    // What has not begun by then is to be looked at again first: the work may have been done meanwhile.
    private static final Duration WAIT_FOR_LINE = Duration.ofSeconds(3);

    private final Channel mail;
    private final Keeper keeper;
    private final Clock clock;
    private final Semaphore lines = new Semaphore(AT_ONCE, true);
    private volatile @Nullable ExecutorService workers;

    Courier(Channel mail, Keeper keeper, Clock clock) {
        this.mail = mail;
        this.keeper = keeper;
        this.clock = clock;
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
                        current.execute(() -> attempt(head, decision.nudge(), claim));
                    }
                }
            }
        }
    }

    private void attempt(UserState head, Nudge nudge, String claim) {
        Nudging.Result result = send(head, nudge);
        try {
            var ended = new Fold.Attempted(nudge.id(), claim, result);
            var _ = keeper.fold(Map.of(head.userId(), List.of(ended)), clock.instant());
        } catch (RuntimeException e) {
            // MongoDB is away: the lease ends, and what became of it is unknown.
            log.warn("the end of an attempt to send was not kept: {}", Faults.name(e));
        }
    }

    private Nudging.Result send(UserState head, Nudge nudge) {
        Letter letter = letter(head, nudge, clock.instant());
        try {
            if (!lines.tryAcquire(WAIT_FOR_LINE.toMillis(), TimeUnit.MILLISECONDS)) {
                return Nudging.Result.NOT_BEGUN;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Nudging.Result.NOT_BEGUN;
        }
        try {
            return mail.send(letter);
        } catch (RuntimeException e) {
            log.warn("an attempt to send failed: {}", Faults.name(e));
            return Nudging.Result.UNKNOWN;
        } finally {
            lines.release();
        }
    }

    private static Letter letter(UserState head, Nudge nudge, Instant now) {
        Preferences.Language language = head.preferences().language();
        return new Letter(
                nudge.id(),
                Objects.requireNonNull(head.preferences().email()),
                NudgeTexts.mailSubject(language),
                nudge.text() + "\n\n" + NudgeTexts.mailFooter(language) + "\n",
                now);
    }
}
