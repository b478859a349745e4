package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Rule 8: what comes too late is kept and does not count. Only stored values decide, so that a
/// recomputation decides
/// the same.
final class Lateness {

    /// Local days within which an event must be received.
    static final int GRACE_DAYS = 7;
    /// Nothing older counts, whatever the plan says.
    static final int HORIZON_DAYS = 42;
    /// Rule 9: by how much an event's time may lie after its receipt.
    static final Duration AHEAD = Duration.ofMinutes(10);

    private Lateness() {}

    static boolean tooLate(SessionEvent.Dated event, @Nullable Instant firstPlanSavedAt) {
        ZoneId zone = event.zone();
        LocalDate date = event.date();
        LocalDate received = LocalDate.ofInstant(event.receivedAt(), zone);
        long late = ChronoUnit.DAYS.between(date, received);
        if (late > HORIZON_DAYS) {
            return true;
        }
        if (late <= GRACE_DAYS || firstPlanSavedAt == null) {
            return false;
        }
        // History from before the first plan may be brought in for a week after the plan was saved. What is later than
        // a
        // week and received within that one is from before the plan.
        LocalDate saved = LocalDate.ofInstant(firstPlanSavedAt, zone);
        return ChronoUnit.DAYS.between(saved, received) > GRACE_DAYS;
    }

    static boolean beyondHorizon(SessionEvent.Dated event) {
        return ChronoUnit.DAYS.between(event.date(), LocalDate.ofInstant(event.receivedAt(), event.zone()))
                > HORIZON_DAYS;
    }
}
