package dev.adhere.reminder;

import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps one from guessing: ten wrong tries a minute, counted from the first of them. Each instance counts
/// for itself.
final class WrongTries {

    private static final int MOST = 10;
    private static final Duration WHILE = Duration.ofMinutes(1);

    private final ConcurrentHashMap<String, Tries> tries = new ConcurrentHashMap<>();

    private record Tries(Instant since, int count) {

        boolean over(Instant now) {
            return !now.isBefore(since.plus(WHILE));
        }
    }

    /// Begins a try, which counts as wrong until it turns out to be right.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 429 `rate-limited`
    void begin(String who, Instant now) {
        tries.values().removeIf(t -> t.over(now));
        Tries counted = tries.merge(who, new Tries(now, 1), (t, _) -> new Tries(t.since(), t.count() + 1));
        if (counted.count() > MOST) {
            throw Problem.of(ProblemType.RATE_LIMITED).asException();
        }
    }

    void wasRight(String who) {
        var _ = tries.computeIfPresent(who, (_, t) -> t.count() == 1 ? null : new Tries(t.since(), t.count() - 1));
    }
}
