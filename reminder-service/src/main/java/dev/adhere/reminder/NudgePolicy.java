package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When DUE_SOON is decided and whether it is sent (sections 3.2 and 3.3 of the rules).
final class NudgePolicy {

    /// A decision that comes later than this after its moment is logged and not sent.
    static final Duration STALE_AFTER = Duration.ofMinutes(30);

    private static final Duration LEAD = Duration.ofMinutes(30);
    private static final Duration SESSION = Duration.ofMinutes(20);
    private static final Duration APART = Duration.ofHours(2);
    private static final int MOST_A_DAY = 2;
    private static final int MOST_IN_7_DAYS = 8;

    private NudgePolicy() {}

    /// What the gate reads.
    ///
    /// @param date that the nudge is about
    /// @param slots of that date
    /// @param lastSetAt of the user's newest set
    /// @param decided decisions of the last 14 days
    record Situation(
            LocalDate date,
            List<Slot> slots,
            Preferences preferences,
            ZoneId zone,
            @Nullable Instant lastSetAt,
            List<Nudge> decided) {}

    /// The id of the one decision of a kind that a user and a date have: also the key that makes a
    /// repetition harmless.
    static String id(String userId, Nudge.Kind kind, LocalDate date) {
        return java.util
                .UUID
                .nameUUIDFromBytes((userId + "|" + kind + "|" + date).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    /// The moment at which DUE_SOON of a date is decided: half an hour before the first time that the date's
    /// due slots
    /// name, moved to the end of the quiet hours where that first time is not before it. Null where no slot
    /// is due.
    static @Nullable Instant momentOf(LocalDate date, List<Slot> slots, Preferences preferences, ZoneId zone) {
        if (slots.isEmpty()) {
            return null;
        }
        ZonedDateTime first = ZonedDateTime.of(date, firstTime(slots, preferences), zone);
        ZonedDateTime moment = first.minus(LEAD);
        if (preferences.quietHours().cover(moment.toLocalTime())) {
            ZonedDateTime end = ZonedDateTime.of(
                    moment.toLocalDate(), preferences.quietHours().to(), zone);
            if (end.isBefore(moment)) {
                end = ZonedDateTime.of(
                        moment.toLocalDate().plusDays(1),
                        preferences.quietHours().to(),
                        zone);
            }
            if (!first.isBefore(end)) {
                return end.toInstant();
            }
        }
        return moment.toInstant();
    }

    private static LocalTime firstTime(List<Slot> slots, Preferences preferences) {
        LocalTime first = null;
        for (Slot slot : slots) {
            LocalTime time = slot.timeOfDay();
            if (!slot.excused() && time != null && (first == null || time.isBefore(first))) {
                first = time;
            }
        }
        return first == null ? preferences.preferredTime() : first;
    }

    /// Goes through the gate in its order; the first step that fails is the reason. Null lets the nudge pass.
    ///
    /// A stale decision is judged as of its moment, and then not sent.
    static @Nullable Reason gate(Situation s, Instant moment, Instant now) {
        boolean stale = now.isAfter(moment.plus(STALE_AFTER));
        Reason reason = gate(s, stale ? moment : now);
        return reason == null && stale ? Reason.STALE : reason;
    }

    private static @Nullable Reason gate(Situation s, Instant now) {
        if (!s.preferences().nudges()) {
            return Reason.NOT_ALLOWED;
        }
        if (s.preferences().mutedKinds().contains(Nudge.Kind.DUE_SOON)) {
            return Reason.MUTED;
        }
        if (s.slots().stream().allMatch(Slot::excused)) {
            return Reason.NOT_DUE;
        }
        if (s.slots().stream().anyMatch(slot -> slot.credit() > 0)) {
            return Reason.DONE;
        }
        Instant lastSetAt = s.lastSetAt();
        if (lastSetAt != null && lastSetAt.isAfter(now.minus(SESSION))) {
            return Reason.IN_SESSION;
        }
        if (s.preferences().quietHours().cover(LocalTime.ofInstant(now, s.zone()))) {
            return Reason.QUIET_HOURS;
        }
        return capped(s, now) ? Reason.CAP : null;
    }

    private static boolean capped(Situation s, Instant now) {
        int onDate = 0;
        int in7Days = 0;
        for (Nudge nudge : s.decided()) {
            if (nudge.outcome() != Nudge.Outcome.SENT) {
                continue;
            }
            if (nudge.decidedAt().isAfter(now.minus(APART))) {
                return true;
            }
            onDate +=
                    LocalDate.ofInstant(nudge.decidedAt(), s.zone()).equals(LocalDate.ofInstant(now, s.zone())) ? 1 : 0;
            in7Days += nudge.decidedAt().isAfter(now.minus(Duration.ofDays(7))) ? 1 : 0;
        }
        return onDate >= MOST_A_DAY || in7Days >= MOST_IN_7_DAYS;
    }
}
