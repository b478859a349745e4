package dev.adhere.reminder;

import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.Nudge;
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
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// When nudges are decided and what stops them (sections 3.2 and 3.3 of the rules).
final class NudgePolicy {

    /// A decision that comes later than this after its moment is logged and not sent.
    static final Duration STALE_AFTER = Duration.ofMinutes(30);

    /// What could not be sent this long after it was decided, or after its snooze ended, is not sent any
    /// more.
    static final Duration TIME_TO_LIVE = Duration.ofMinutes(30);

    private static final LocalTime CHECK_AT = LocalTime.of(8, 30);
    private static final LocalTime PROGRESS_AT = LocalTime.of(9, 0);
    private static final Duration PROGRESS_APART = Duration.ofDays(7);
    private static final Duration PROGRESS_SHOWN_WITHIN = Duration.ofDays(14);
    private static final int NEW_LOAD_DAYS = 7;
    private static final Set<Rule> ASKED_AFTER = Set.of(Rule.P1, Rule.P2, Rule.P3);
    private static final Set<Kind> ABOUT_WORK = Set.of(Kind.RECOVERY, Kind.RE_ENGAGE, Kind.OVERDUE, Kind.DUE_SOON);
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
    private static final int SILENT_FROM = 3;
    private static final Set<Integer> RE_ENGAGE_AFTER = Set.of(3, 7, 14);
    private static final Set<Integer> STREAKS = Set.of(3, 7, 14, 28);
    private static final int A_WEEKS_WORTH = 3;
    private static final int NEW_FOR_DAYS = 14;
    private static final Duration ENCOURAGED_FOR = Duration.ofDays(3);

    private NudgePolicy() {}

    /// What a date gives rise to: one decision each, of the kind that fits.
    enum Occasion {
        MORNING(Kind.PAIN_CHECK),
        COMING(Kind.RECOVERY, Kind.RE_ENGAGE, Kind.DUE_SOON),
        PASSED(Kind.OVERDUE),
        PROGRESS(Kind.PROGRESS_READY);

        private final Set<Kind> kinds;

        Occasion(Kind... kinds) {
            this.kinds = Set.of(kinds);
        }

        boolean decidedBy(Nudge nudge) {
            return kinds.contains(nudge.kind());
        }
    }

    /// How long nothing was done.
    ///
    /// @param dueDays the newest closed due days in a row without credit
    /// @param before whether a due day with credit went before them
    record Missed(int dueDays, boolean before) {

        /// @param newestFirst closed days
        /// @param frozen what was before them
        static Missed of(Iterable<DaySums> newestFirst, Figures.Frozen frozen) {
            int missed = 0;
            for (DaySums day : newestFirst) {
                if (day.isDue()) {
                    if (day.active()) {
                        return new Missed(missed, true);
                    }
                    missed++;
                }
            }
            return new Missed(missed + frozen.missed(), frozen.active());
        }
    }

    /// The kind that an occasion calls for.
    static Kind kindOf(Occasion occasion, Missed missed) {
        return switch (occasion) {
            case MORNING -> Kind.PAIN_CHECK;
            case PASSED -> Kind.OVERDUE;
            case PROGRESS -> Kind.PROGRESS_READY;
            case COMING -> {
                if (RE_ENGAGE_AFTER.contains(missed.dueDays())) {
                    yield Kind.RE_ENGAGE;
                }
                yield missed.dueDays() == 1 && missed.before() ? Kind.RECOVERY : Kind.DUE_SOON;
            }
        };
    }

    /// What the gate reads.
    ///
    /// @param date that the nudge is about
    /// @param slots of that date
    /// @param lastSetAt of the user's newest set
    /// @param active whether a set was done after the first and not after the second moment; for
    ///     PAIN_CHECK, a score
    /// @param held whether a rule holds the whole programme (P0)
    /// @param scored whether the date has a MORNING score
    /// @param decided the user's decisions, oldest first
    record Situation(
            Kind kind,
            LocalDate date,
            List<Slot> slots,
            Preferences preferences,
            ZoneId zone,
            @Nullable Instant lastSetAt,
            BiPredicate<Instant, Instant> active,
            boolean held,
            boolean scored,
            Missed missed,
            List<Decision> decided) {}

    /// The id of the one decision of a kind that a user and a date have: also the key that makes a
    /// repetition harmless.
    ///
    /// @param about what tells several of a kind and date apart (SAFETY); empty for all others
    static String id(String userId, Kind kind, LocalDate date, String about) {
        String name = userId + "|" + kind + "|" + date + (about.isEmpty() ? "" : "|" + about);
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /// When a date's PAIN_CHECK is decided.
    static Instant morning(LocalDate date, Preferences.QuietHours quiet, ZoneId zone) {
        return afterQuiet(date.atTime(CHECK_AT).atZone(zone), quiet);
    }

    /// A moment, or the end of the quiet hours that cover it.
    static Instant afterQuiet(ZonedDateTime moment, Preferences.QuietHours quiet) {
        return (quiet.cover(moment.toLocalTime()) ? next(moment, quiet.to()) : moment).toInstant();
    }

    /// When a date's PROGRESS_READY is decided.
    static Instant progress(LocalDate date, ZoneId zone) {
        return date.atTime(PROGRESS_AT).atZone(zone).toInstant();
    }

    /// Whether a session gives reason to ask how the next morning feels: load that was felt, a rule that
    /// applied, or an exercise that was new or harder within 7 days.
    static boolean asksAfter(
            LocalDate session,
            NavigableMap<LocalDate, DaySums> sums,
            @Nullable Plan plan,
            List<PainState.Finding> findings,
            PainRules rules) {
        PainPolicy.Days days = PainPolicy.Days.of(sums);
        if (!days.sessionOn(session)) {
            return false;
        }
        return days.painOn(session).during().stream().anyMatch(during -> during.worst() >= rules.loadFrom())
                || findings.stream().anyMatch(f -> f.date().equals(session) && ASKED_AFTER.contains(f.rule()))
                || plan != null && plan.isNewOn(session, NEW_LOAD_DAYS);
    }

    /// Whether more of an exercise was approved and not shown yet by this moment; at most once in 7 days.
    static boolean waitsToBeShown(PainState.Approval approval, Instant moment, List<Decision> decided) {
        if (approval.scope() != PainState.Approval.Scope.PROGRESS
                || !moment.isAfter(approval.at())
                || moment.isAfter(approval.at().plus(PROGRESS_SHOWN_WITHIN))) {
            return false;
        }
        return decided.stream()
                .noneMatch(d -> d.nudge().kind() == Kind.PROGRESS_READY
                        && d.sent()
                        && (d.nudge().decidedAt().isAfter(approval.at())
                                || d.nudge().decidedAt().isAfter(moment.minus(PROGRESS_APART))));
    }

    /// The moment at which the coming of a date's work, or its passing, is decided; null where there is
    /// none.
    ///
    /// @param occasion COMING or PASSED
    /// @param slots of the date; how far they are filled plays no part
    static @Nullable Instant momentOf(
            Occasion occasion, LocalDate date, List<Slot> slots, Preferences preferences, ZoneId zone) {
        if (slots.isEmpty()) {
            return null;
        }
        ZonedDateTime first = ZonedDateTime.of(date, firstTime(slots, preferences), zone);
        return occasion == Occasion.COMING
                ? coming(first, preferences.quietHours())
                : passed(first, preferences.quietHours());
    }

    /// Half an hour before the first time that the date's due slots name, moved to the end of the quiet
    /// hours where that first time is not before it.
    private static Instant coming(ZonedDateTime first, Preferences.QuietHours quiet) {
        ZonedDateTime moment = first.minus(LEAD);
        if (quiet.cover(moment.toLocalTime())) {
            ZonedDateTime end = next(moment, quiet.to());
            if (!first.isBefore(end)) {
                return end.toInstant();
            }
        }
        return moment.toInstant();
    }

    /// Two hours after the first time, or an hour before the quiet hours if that is earlier; never less
    /// than half an hour after the first time, nor when the day is over.
    private static @Nullable Instant passed(ZonedDateTime first, Preferences.QuietHours quiet) {
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

    /// Goes through the gate in its order; the first step that fails is the reason. Null lets the nudge
    /// pass.
    ///
    /// A stale decision is judged as of its moment, and then not sent.
    static @Nullable Reason gate(Situation s, Instant moment, Instant now) {
        boolean stale = now.isAfter(moment.plus(STALE_AFTER));
        Reason reason = unwanted(s, stale ? moment : now);
        if (reason == null) {
            // By the moments that were meant: a timer that is late by a second more or less must not decide
            // it.
            reason = tooMuch(s, moment);
        }
        return reason == null && stale ? Reason.STALE : reason;
    }

    /// Steps 1 to 5, asked once more before every attempt: whether the nudge makes no sense now, and why.
    /// Null where it does.
    static @Nullable Reason unwanted(Situation s, Instant now) {
        if (s.kind() == Kind.SAFETY) {
            return null;
        }
        if (!s.preferences().nudges()) {
            return Reason.NOT_ALLOWED;
        }
        if (s.preferences().mutedKinds().contains(s.kind())) {
            return Reason.MUTED;
        }
        if (s.held()) {
            return Reason.HOLD;
        }
        // Who is encouraged has just done something.
        if (s.kind() != Kind.ENCOURAGE) {
            if (ABOUT_WORK.contains(s.kind()) && s.slots().stream().allMatch(Slot::excused)) {
                return Reason.NOT_DUE;
            }
            if (done(s)) {
                return Reason.DONE;
            }
            Instant lastSetAt = s.lastSetAt();
            if (lastSetAt != null && lastSetAt.isAfter(now.minus(SESSION))) {
                return Reason.IN_SESSION;
            }
        }
        return s.preferences().quietHours().cover(LocalTime.ofInstant(now, s.zone())) ? Reason.QUIET_HOURS : null;
    }

    private static boolean done(Situation s) {
        return switch (s.kind()) {
            case RECOVERY, RE_ENGAGE, DUE_SOON -> s.slots().stream().anyMatch(slot -> slot.credit() > 0);
            case SAFETY, PROGRESS_READY, ENCOURAGE -> false;
            case PAIN_CHECK -> s.scored();
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

    // Steps 6 and 7. Who has missed three due days is left alone but for RE_ENGAGE; who is to be reminded
    // at a time of the own choice is not reminded before it.
    private static @Nullable Reason tooMuch(Situation s, Instant moment) {
        if (s.missed().dueDays() >= SILENT_FROM && (s.kind() == Kind.DUE_SOON || s.kind() == Kind.OVERDUE)) {
            return Reason.OUTRANKED;
        }
        for (Decision decision : s.decided()) {
            boolean snoozed = decision.is(State.SNOOZED)
                    && decision.nudge().date().equals(s.date())
                    && s.kind() != Kind.PAIN_CHECK
                    && decision.nudge().kind() != Kind.SAFETY;
            boolean atOnce = decision.sent()
                    && decision.nudge().kind() != Kind.SAFETY
                    && decision.moment().equals(moment);
            if (snoozed || atOnce) {
                return Reason.OUTRANKED;
            }
        }
        if (s.kind() != Kind.PAIN_CHECK && capped(s, moment)) {
            return Reason.CAP;
        }
        return tired(s, moment) ? Reason.FATIGUE : null;
    }

    private static boolean capped(Situation s, Instant moment) {
        LocalDate today = LocalDate.ofInstant(moment, s.zone());
        int onDate = 0;
        int in7Days = 0;
        for (Decision decision : s.decided()) {
            if (!decision.sent() || decision.nudge().kind() == Kind.SAFETY) {
                continue;
            }
            if (decision.moment().isAfter(moment.minus(APART))) {
                return true;
            }
            Instant decidedAt = decision.nudge().decidedAt();
            onDate += LocalDate.ofInstant(decidedAt, s.zone()).equals(today) ? 1 : 0;
            in7Days += decidedAt.isAfter(moment.minus(Duration.ofDays(7))) ? 1 : 0;
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

    /// What today's work reached when the set that has just been counted finished it (a dose of 0.80); null
    /// where that calls for no encouragement.
    ///
    /// @param sums with the set
    /// @param before today's sums without it
    static @Nullable Reached reached(
            NavigableMap<LocalDate, DaySums> sums, Figures.Frozen frozen, LocalDate today, DaySums before) {
        DaySums after = Objects.requireNonNull(sums.get(today));
        if (!after.isDue() || !after.adherent() || before.isDue() && before.adherent()) {
            return null;
        }
        int streak = Figures.of(sums, today, frozen).streak();
        if (STREAKS.contains(streak)) {
            return new Reached.Streak(streak);
        }
        if (!much(sums, today)) {
            return null;
        }
        var without = new TreeMap<>(sums);
        without.put(today, before);
        boolean already = much(without, today)
                || today.minusDays(NEW_FOR_DAYS).datesUntil(today).anyMatch(date -> much(sums, date));
        return already ? null : new Reached.Much();
    }

    // A7 of 80 or more, that date included, over more than a day or two.
    private static boolean much(NavigableMap<LocalDate, DaySums> sums, LocalDate date) {
        Figures.Window week = Figures.Window.of(Figures.last(sums, date, 7));
        return week.dueDays() >= A_WEEKS_WORTH && DaySums.adherent(week.done(), week.due() * 1000);
    }

    /// Whether the user was encouraged within the last three days.
    static boolean encouragedLately(List<Decision> decided, Instant now) {
        return decided.stream()
                .anyMatch(d -> d.nudge().kind() == Kind.ENCOURAGE
                        && d.sent()
                        && d.nudge().decidedAt().isAfter(now.minus(ENCOURAGED_FOR)));
    }

    /// What a user may be encouraged for.
    sealed interface Reached {

        /// 3, 7, 14 or 28 due days in a row, today included.
        record Streak(int days) implements Reached {}

        /// A7, today included, is 80 or more for the first time in 14 days.
        record Much() implements Reached {}
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
