package dev.adhere.reminder;

import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.Nudge.State;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// When nudges are decided and what stops them (sections 3.2 and 3.3 of the rules).
final class NudgePolicy {

    /// A decision that comes later than this after its moment is logged and not sent.
    static final Duration STALE_AFTER = Duration.ofMinutes(30);

    /// What could not be sent this long after it was decided, or after its snooze ended, is not sent any more.
    static final Duration TIME_TO_LIVE = Duration.ofMinutes(30);

    private static final Duration LEAD = Duration.ofMinutes(30);
    private static final Duration OVERDUE_AFTER = Duration.ofHours(2);
    private static final Duration BEFORE_QUIET = Duration.ofHours(1);
    private static final Duration SESSION = Duration.ofMinutes(20);
    private static final Duration APART = Duration.ofHours(2);
    private static final Duration ACT_WITHIN = Duration.ofHours(24);
    private static final int MOST_A_DAY = 2;
    private static final int MOST_IN_7_DAYS = 8;
    private static final int TIRED_AFTER = 3;
    private static final int CHANCES_SKIPPED = 2;

    private NudgePolicy() {}

    /// What the gate reads.
    ///
    /// @param date that the nudge is about
    /// @param slots of that date
    /// @param lastSetAt of the user's newest set
    /// @param active whether a set was done after the first and not after the second moment
    /// @param decided decisions of the last 14 days, oldest first
    record Situation(
            Kind kind,
            LocalDate date,
            List<Slot> slots,
            Preferences preferences,
            ZoneId zone,
            @Nullable Instant lastSetAt,
            BiPredicate<Instant, Instant> active,
            List<Decision> decided) {}

    /// The id of the one decision of a kind that a user and a date have: also the key that makes a
    /// repetition harmless.
    static String id(String userId, Kind kind, LocalDate date) {
        return UUID.nameUUIDFromBytes((userId + "|" + kind + "|" + date).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// The moment at which a kind is decided for a date; null where there is none.
    ///
    /// @param slots of the date; how far they are filled plays no part
    static @Nullable Instant momentOf(
            Kind kind, LocalDate date, List<Slot> slots, Preferences preferences, ZoneId zone) {
        if (slots.isEmpty()) {
            return null;
        }
        ZonedDateTime first = ZonedDateTime.of(date, firstTime(slots, preferences), zone);
        return switch (kind) {
            case DUE_SOON -> dueSoon(first, preferences.quietHours());
            case OVERDUE -> overdue(first, preferences.quietHours());
        };
    }

    /// Half an hour before the first time that the date's due slots name, moved to the end of the quiet hours where
    /// that first time is not before it.
    private static Instant dueSoon(ZonedDateTime first, Preferences.QuietHours quiet) {
        ZonedDateTime moment = first.minus(LEAD);
        if (quiet.cover(moment.toLocalTime())) {
            ZonedDateTime end = next(moment, quiet.to());
            if (!first.isBefore(end)) {
                return end.toInstant();
            }
        }
        return moment.toInstant();
    }

    /// Two hours after the first time, or an hour before the quiet hours if that is earlier; never less than half an
    /// hour after the first time, nor when the day is over.
    private static @Nullable Instant overdue(ZonedDateTime first, Preferences.QuietHours quiet) {
        ZonedDateTime moment = first.plus(OVERDUE_AFTER);
        if (!quiet.none()) {
            ZonedDateTime evening = next(first, quiet.from()).minus(BEFORE_QUIET);
            moment = evening.isBefore(moment) ? evening : moment;
        }
        boolean tooSoon = moment.isBefore(first.plus(LEAD));
        return tooSoon || !moment.toLocalDate().equals(first.toLocalDate()) ? null : moment.toInstant();
    }

    // The first time that a clock on the wall shows this, not before the given moment.
    private static ZonedDateTime next(ZonedDateTime from, LocalTime time) {
        ZonedDateTime same = ZonedDateTime.of(from.toLocalDate(), time, from.getZone());
        return same.isBefore(from) ? ZonedDateTime.of(from.toLocalDate().plusDays(1), time, from.getZone()) : same;
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
        Instant at = stale ? moment : now;
        Reason reason = unwanted(s, at);
        if (reason == null) {
            reason = tooMuch(s, at);
        }
        return reason == null && stale ? Reason.STALE : reason;
    }

    /// Steps 1 to 5, asked once more before every attempt: whether the nudge makes no sense now, and why. Null where
    /// it does.
    static @Nullable Reason unwanted(Situation s, Instant now) {
        if (!s.preferences().nudges()) {
            return Reason.NOT_ALLOWED;
        }
        if (s.preferences().mutedKinds().contains(s.kind())) {
            return Reason.MUTED;
        }
        if (s.slots().stream().allMatch(Slot::excused)) {
            return Reason.NOT_DUE;
        }
        if (done(s)) {
            return Reason.DONE;
        }
        Instant lastSetAt = s.lastSetAt();
        if (lastSetAt != null && lastSetAt.isAfter(now.minus(SESSION))) {
            return Reason.IN_SESSION;
        }
        return s.preferences().quietHours().cover(LocalTime.ofInstant(now, s.zone())) ? Reason.QUIET_HOURS : null;
    }

    private static boolean done(Situation s) {
        return switch (s.kind()) {
            case DUE_SOON -> s.slots().stream().anyMatch(slot -> slot.credit() > 0);
            case OVERDUE -> {
                long done = 0;
                long due = 0;
                for (Slot slot : s.slots()) {
                    if (!slot.excused()) {
                        done += slot.capped();
                        due += slot.prescribed();
                    }
                }
                yield DaySums.adherent(done, due);
            }
        };
    }

    // Steps 6 and 7. Who is to be reminded at a time of the own choice is not reminded before it.
    private static @Nullable Reason tooMuch(Situation s, Instant now) {
        for (Decision decision : s.decided()) {
            boolean samePlace = decision.nudge().date().equals(s.date()) && decision.is(State.SNOOZED)
                    || decision.sent() && decision.nudge().decidedAt().equals(now);
            if (samePlace) {
                return Reason.OUTRANKED;
            }
        }
        if (capped(s, now)) {
            return Reason.CAP;
        }
        return tired(s, now) ? Reason.FATIGUE : null;
    }

    private static boolean capped(Situation s, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, s.zone());
        int onDate = 0;
        int in7Days = 0;
        for (Decision decision : s.decided()) {
            if (!decision.sent()) {
                continue;
            }
            Instant decidedAt = decision.nudge().decidedAt();
            Instant last = decision.lastSentAt() == null ? decidedAt : decision.lastSentAt();
            if (last.isAfter(now.minus(APART))) {
                return true;
            }
            onDate += LocalDate.ofInstant(decidedAt, s.zone()).equals(today) ? 1 : 0;
            in7Days += decidedAt.isAfter(now.minus(Duration.ofDays(7))) ? 1 : 0;
        }
        return onDate >= MOST_A_DAY || in7Days >= MOST_IN_7_DAYS;
    }

    // The last three of this kind brought no action within a day: the next two chances are let go.
    private static boolean tired(Situation s, Instant now) {
        int skipped = 0;
        int unanswered = 0;
        List<Decision> newestFirst = s.decided().stream()
                .filter(decision -> decision.nudge().kind() == s.kind())
                .sorted(Comparator.comparing(
                                (Decision decision) -> decision.nudge().decidedAt())
                        .reversed())
                .toList();
        for (Decision decision : newestFirst) {
            if (decision.sent()) {
                Instant at = decision.nudge().decidedAt();
                if (decision.snoozed() || s.active().test(at, earlier(now, at.plus(ACT_WITHIN)))) {
                    return false;
                }
                unanswered++;
            } else if (decision.nudge().reason() == Reason.FATIGUE && unanswered == 0) {
                skipped++;
            }
            if (unanswered == TIRED_AFTER) {
                return skipped < CHANCES_SKIPPED;
            }
        }
        return false;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
