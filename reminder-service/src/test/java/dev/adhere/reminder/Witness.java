package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.Nudge.Outcome;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Dated;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.RedFlagAnswers;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Stands beside a user: is told what the user, the coach and the apps did, sees the nudges as a client sees them, and
/// says what the rules do not allow.
///
/// It shares no line with the policies: moments are its own arithmetic with the hands of a clock, what was done and due
/// comes from the tests' `Oracle`. Of the fold's answer it reads the nudges, the figures, and when it wants to be
/// called.
final class Witness {

    private static final Set<Kind> BEFOREHAND = EnumSet.of(Kind.RECOVERY, Kind.RE_ENGAGE, Kind.DUE_SOON);
    private static final Set<Kind> ASKED = EnumSet.of(Kind.PAIN_CHECK, Kind.PROGRESS_READY);
    private static final Set<Kind> ABOUT_WORK = EnumSet.of(Kind.RECOVERY, Kind.RE_ENGAGE, Kind.DUE_SOON, Kind.OVERDUE);
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);
    private static final int DAY = 24 * 60;

    /// Something that the rules do not allow.
    static final class Objection extends AssertionError {
        Objection(String what) {
            super(what);
        }
    }

    /// A nudge as it was last seen.
    ///
    /// @param meant when it should have reached the user, newest: its moment, or when it came again
    /// @param until end of its last snooze
    private record Seen(
            Nudge nudge,
            Instant meant,
            boolean snoozed,
            @Nullable Instant until) {}

    /// What should be decided now.
    ///
    /// @param through the last day that was closed then
    /// @param zone that ruled then
    /// @param barrier what was accepted by then has to be known
    private record Expected(
            boolean beforehand, LocalDate date, Instant moment, LocalDate through, ZoneId zone, Instant barrier) {}

    /// What was done and due on some dates.
    private record Near(LocalDate from, LocalDate to, Oracle oracle) {
        boolean serves(LocalDate date) {
            return !date.minusDays(7).isBefore(from) && !date.plusDays(9).isAfter(to);
        }
    }

    private Plan plan;
    private Preferences preferences;
    private List<Excuse> excuses = List.of();
    // What rules have taken out of the measure, by what tells one from another; also what the head has forgotten since.
    private final Map<String, Excuse> restricted = new LinkedHashMap<>();
    private final Set<String> ids = new HashSet<>();
    private boolean held;
    private Instant edited;
    private ZoneId zone;
    private LocalDate closed;
    private @Nullable Instant due;

    // Everything that was answered with "accepted"; the first so many of them the fold has had.
    private final List<Dated> accepted = new ArrayList<>();
    private int folded;
    private final TreeMap<LocalDate, List<Integer>> byDate = new TreeMap<>();
    // Mails of which nobody said that they were not taken.
    private final Set<String> perhapsMailed = new HashSet<>();
    private final Map<String, Seen> nudges = new HashMap<>();
    private final Map<Kind, List<String>> ofKind = new HashMap<>();
    private final Set<String> decided = new HashSet<>();

    private final Deque<Near> nears = new ArrayDeque<>();
    private final TreeMap<LocalDate, Oracle.Sums> sums = new TreeMap<>();

    /// What was seen, for those who want to know that all of it happened.
    final Map<String, Integer> counts = new TreeMap<>();

    Witness(Plan first, Preferences preferences, Instant now) {
        plan = first;
        this.preferences = preferences;
        edited = now;
        zone = wanted();
        closed = dateAt(now, zone).minusDays(1);
    }

    LocalDate closed() {
        return closed;
    }

    ZoneId zone() {
        return zone;
    }

    void plan(Plan changed, Instant now) {
        plan = changed;
        edited = now;
        forgetAll();
    }

    void preferences(Preferences changed, Instant now) {
        preferences = changed;
        edited = now;
    }

    void excuses(List<Excuse> changed, Instant now) {
        excuses = changed;
        edited = now;
        forgetAll();
    }

    void snoozed(String id, Instant until) {
        nudges.computeIfPresent(id, (_, seen) -> new Seen(seen.nudge(), seen.meant(), true, until));
    }

    /// An attempt to send begins.
    void attempted(String messageId, Nudge nudge, Instant now) {
        if (nudge.channel() == Nudge.Channel.EMAIL) {
            check(perhapsMailed.add(messageId), "may have been sent, and is sent again", nudge, now);
        }
    }

    /// The mail server says that it did not take it.
    void notSent(String messageId) {
        perhapsMailed.remove(messageId);
    }

    /// The app has been told that the event is accepted.
    void accepted(Dated event) {
        byDate.computeIfAbsent(localDate(event), _ -> new ArrayList<>()).add(accepted.size());
        accepted.add(event);
    }

    /// A coach has ended the hold.
    void holdEnded() {
        held = false;
    }

    /// The fold was given the next of the accepted events.
    void folded() {
        Dated event = accepted.get(folded);
        LocalDate date = localDate(event);
        if (ids.add(event.id()) && event instanceof RedFlagAnswers answers) {
            held |= answers.answers().entrySet().stream()
                    .anyMatch(e -> e.getValue() && e.getKey().urgency() != RedFlag.Urgency.COACH_REVIEW);
        }
        folded++;
        nears.clear();
        sums.subMap(date.minusDays(14), true, date.plusDays(14), true).clear();
    }

    private void forgetAll() {
        nears.clear();
        sums.clear();
    }

    // ---- what is to be seen after each step

    // What is held or postponed stands in the answers for user and coach; that it has to stand there after a red flag
    // and
    // after a score that stops an exercise is the witness's own knowledge.
    //
    // Whether something was let in again: what was due earlier that day is then not announced afterwards.
    private boolean restrictions(UserState head, Instant now) {
        boolean moved = false;
        boolean ended = false;
        var known = new HashSet<String>();
        for (PainState.Restriction r : head.pain().restrictions()) {
            LocalDate to = r.to() == null ? LocalDate.of(2200, 1, 1) : r.to();
            var excuse = new Excuse(r.from(), to, r.exerciseId(), Excuse.Reason.PAIN_POSTPONED);
            String key = r.rule() + "|" + r.exerciseId() + "|" + r.from() + "|" + r.at();
            while (!known.add(key)) {
                key += "'";
            }
            Excuse before = restricted.put(key, excuse);
            moved |= !excuse.equals(before);
            ended |= before != null && excuse.to().isBefore(before.to());
            count(before == null ? "restricted by " + r.rule() : "");
        }
        // What is gone was let go again, unless it is so old that figures do not change any more.
        LocalDate remembered = closed.minusDays(40);
        boolean gone = restricted
                .entrySet()
                .removeIf(e -> !known.contains(e.getKey()) && e.getValue().to().isAfter(remembered));
        ended |= gone;
        if (moved || gone) {
            forgetAll();
        }
        // A date that has ended and is not closed yet was before the hold, or was looked at while it lasted.
        LocalDate today = dateAt(now, zone);
        LocalDate open = closed.isBefore(today) ? today : closed.plusDays(1);
        if (held != (head.pain().hold() != null)) {
            throw objection(held ? "a red flag holds nothing" : "held without a red flag", now);
        }
        if (held && !sums(open).equals(nothingDue(sums(open)))) {
            throw objection("something is due in a hold", now);
        }
        return ended;
    }

    private static Oracle.Sums nothingDue(Oracle.Sums s) {
        return new Oracle.Sums(0, 0, s.excused(), s.rawDone(), s.over(), false);
    }

    // P1: what hurt 6 or more while it was done rests today and tomorrow.
    private void stopped(Dated event, Instant now) {
        if (event instanceof PainScore p
                && p.score() >= 6
                && p.context() == SessionEvent.Context.DURING
                && p.sensation() == SessionEvent.Sensation.PAIN
                && localDate(p).equals(dateAt(p.receivedAt(), zone))
                && plan.on(localDate(p)) != null
                && accepted.subList(0, folded - 1).stream().noneMatch(e -> e.id().equals(p.id()))
                && near(localDate(p)).scores(localDate(p)).contains(p)) {
            for (LocalDate date : List.of(localDate(p), localDate(p).plusDays(1))) {
                boolean rests = near(date).due(date).stream()
                        .noneMatch(i -> i.exerciseId().equals(p.exerciseId()));
                if (!rests) {
                    throw objection(p.exerciseId() + " is due on " + date + " though it hurt " + p.score(), now);
                }
            }
            count("stopped for pain");
        }
    }

    /// After an edit or an attempt.
    void sees(UserState head, Instant now) {
        if (restrictions(head, now)) {
            edited = now;
        }
        look(head, now, List.of());
        check(head, now);
    }

    /// After an event.
    void seesAfterEvent(UserState head, Instant now) {
        if (restrictions(head, now)) {
            edited = accepted.get(folded - 1).receivedAt();
        }
        stopped(accepted.get(folded - 1), now);
        look(head, now, List.of());
        // Looking at each of a session's sets would take most of the time: every eighth, and where something moved.
        if (folded % 8 == 0 || !Objects.equals(head.nextDueAt(), due)) {
            check(head, now);
        }
    }

    /// After a timer.
    void seesAfterTimer(UserState head, Instant now) {
        boolean ended = restrictions(head, now);
        var expected = new ArrayList<Expected>();
        List<Decision> fresh = unseen(head);
        while (!startOfDay(closed.plusDays(2), zone).isAfter(now)) {
            LocalDate open = closed.plusDays(1);
            expected.addAll(settle(List.of(open), fresh, now));
            closed = open;
            zone = wanted();
            if (ended) {
                edited = now;
            }
        }
        expected.addAll(settle(List.of(closed.plusDays(1), closed.plusDays(2)), fresh, now));
        look(head, now, expected);
        check(head, now);
        if (!head.throughDate().equals(closed)) {
            throw objection("closed days end on " + head.throughDate() + ", not on " + closed, now);
        }
    }

    private List<Decision> unseen(UserState head) {
        return head.nudges().stream()
                .filter(d -> !nudges.containsKey(d.nudge().id()))
                .toList();
    }

    // What has come due on these dates must have been decided now, for a reason that is true.
    private List<Expected> settle(List<LocalDate> dates, List<Decision> fresh, Instant now) {
        List<Expected> all = new ArrayList<>();
        for (LocalDate date : dates) {
            expected(date, now, all);
        }
        var inOrder = new ArrayList<Settled>();
        for (Expected e : all) {
            List<Nudge> those = fresh.stream()
                    .map(Decision::nudge)
                    .filter(n -> n.date().equals(e.date()) && isOf(e.beforehand(), n.kind()))
                    .toList();
            if (those.size() != 1) {
                throw objection(
                        those.size() + " decisions " + (e.beforehand() ? "before " : "after ") + e.date()
                                + "'s time at " + e.moment(),
                        now);
            }
            inOrder.add(new Settled(those.getFirst(), e));
        }
        // When these are due depends on what was felt and approved; here it is only asked whether they may be sent.
        for (Decision d : fresh) {
            Nudge nudge = d.nudge();
            if (ASKED.contains(nudge.kind()) && dates.contains(nudge.date()) && !nudges.containsKey(nudge.id())) {
                inOrder.add(
                        new Settled(nudge, new Expected(false, nudge.date(), d.moment(), closed, zone, Instant.EPOCH)));
            }
        }
        inOrder.sort(Comparator.comparing((Settled s) -> s.as().moment())
                .thenComparing(s -> s.nudge().kind()));
        for (Settled s : inOrder) {
            Kind kind = s.nudge().kind();
            Kind should = BEFOREHAND.contains(kind) ? kindBeforehand(s.as()) : kind;
            if (kind != should) {
                throw objection(kind + " for " + s.nudge().date() + " and not " + should, now);
            }
            decided(s.nudge(), s.as(), now);
        }
        return all;
    }

    /// A decision and what it is held against.
    private record Settled(Nudge nudge, Expected as) {}

    private static boolean isOf(boolean beforehand, Kind kind) {
        return beforehand ? BEFOREHAND.contains(kind) : kind == Kind.OVERDUE;
    }

    private void expected(LocalDate date, Instant now, List<Expected> all) {
        for (boolean beforehand : List.of(true, false)) {
            Instant moment = moment(beforehand, date);
            if (moment != null && !moment.isAfter(now) && !moment.isBefore(edited) && !isDecided(beforehand, date)) {
                all.add(new Expected(beforehand, date, moment, closed, zone, moment));
            }
        }
    }

    private boolean isDecided(boolean beforehand, LocalDate date) {
        return decided.contains(occasion(beforehand ? Kind.DUE_SOON : Kind.OVERDUE, date));
    }

    // What there is at most one decision of.
    private static String occasion(Kind kind, LocalDate date) {
        return (BEFOREHAND.contains(kind) ? Kind.DUE_SOON : kind) + " " + date;
    }

    private Seen seen(String id) {
        return Objects.requireNonNull(nudges.get(id));
    }

    private void decided(Nudge nudge, Expected e, Instant now) {
        check(nudge.decidedAt().equals(now), "decided at another time than it was", nudge, now);
        check(!nudges.containsKey(nudge.id()), "decided twice", nudge, now);
        check(decided.add(occasion(nudge.kind(), nudge.date())), "a second one of the date", nudge, now);
        if (nudge.outcome() == Outcome.SENT) {
            for (Reason reason : Reason.values()) {
                check(!holds(reason, nudge, e, now), "sent, though " + reason, nudge, now);
            }
        } else {
            Reason reason = Objects.requireNonNull(nudge.reason());
            boolean holds = reason == Reason.FATIGUE ? tired(nudge, e, 44) : holds(reason, nudge, e, now);
            check(holds, "suppressed without cause", nudge, now);
        }
        nudges.put(nudge.id(), new Seen(nudge, e.moment(), false, null));
        ofKind.computeIfAbsent(nudge.kind(), _ -> new ArrayList<>()).add(nudge.id());
        count(nudge.kind() + " " + (nudge.reason() == null ? "SENT" : nudge.reason()));
    }

    private void count(String what) {
        if (what.isEmpty()) {
            return;
        }
        counts.merge(what, 1, Integer::sum);
    }

    private void look(UserState head, Instant now, List<Expected> expected) {
        for (Decision decision : head.nudges()) {
            Nudge nudge = decision.nudge();
            Seen before = nudges.get(nudge.id());
            boolean saidAgain = before != null
                    && nudge.kind() == Kind.SAFETY
                    && nudge.decidedAt().isAfter(before.nudge().decidedAt());
            if (nudge.kind() == Kind.SAFETY && (before == null || saidAgain)) {
                // What a rule has to say is said at once, in the inbox, at any hour; for new cause also what was put
                // away.
                check(nudge.outcome() == Outcome.SENT && nudge.state() == State.DELIVERED, "safety waits", nudge, now);
                check(nudge.channel() == Nudge.Channel.INBOX, "about health, and not only in the inbox", nudge, now);
                check(nudge.decidedAt().isAfter(now.minus(Duration.ofDays(40))), "not said now", nudge, now);
                nudges.put(nudge.id(), new Seen(nudge, nudge.decidedAt(), false, null));
                if (saidAgain) {
                    Instant cause = accepted.get(folded - 1).receivedAt();
                    check(nudge.decidedAt().equals(cause), "said again without cause", nudge, now);
                } else {
                    ofKind.computeIfAbsent(Kind.SAFETY, _ -> new ArrayList<>()).add(nudge.id());
                }
                count("SAFETY SENT" + (saidAgain ? " AGAIN" : ""));
                continue;
            }
            if (before == null) {
                check(nudge.kind() == Kind.ENCOURAGE && expected.isEmpty(), "nothing calls for it", nudge, now);
                LocalDate today = closed.plusDays(1);
                check(nudge.date().equals(today), "encouraged for another day", nudge, now);
                if (nudge.outcome() == Outcome.SENT) {
                    encouraged(nudge, now);
                }
                decided(nudge, new Expected(false, today, now, closed, zone, Instant.EPOCH), now);
                before = seen(nudge.id());
            } else if (before.nudge() == nudge || before.nudge().equals(nudge)) {
                if (expected.isEmpty() || nudge.decidedAt().isBefore(now)) {
                    continue;
                }
            } else {
                check(before.nudge().outcome() == nudge.outcome(), "was " + before.nudge(), nudge, now);
            }
            moved(before, nudge, now);
        }
    }

    // What a nudge's state says has just happened to it.
    private void moved(Seen before, Nudge nudge, Instant now) {
        State was = before.nudge().decidedAt().equals(now)
                ? State.PENDING
                : before.nudge().state();
        State is = nudge.state();
        Instant meant = before.meant();
        boolean snoozed = before.snoozed();
        Instant until = before.until();
        if (is == null || is == was) {
            nudges.put(nudge.id(), new Seen(nudge, meant, snoozed, until));
            return;
        }
        switch (is) {
            case SNOOZED -> {
                check(snoozed, "nobody put it off", nudge, now);
            }
            case SENDING, DELIVERED -> {
                boolean goesOut = is == State.SENDING || was == State.PENDING || was == State.SNOOZED;
                check(
                        was != State.DISMISSED && was != State.EXPIRED && was != State.UNKNOWN,
                        "after it was over",
                        nudge,
                        now);
                if (was == State.SNOOZED) {
                    check(until != null && !now.isBefore(until), "put off and here too early", nudge, now);
                    meant = now;
                }
                if (goesOut) {
                    Instant life = until == null ? nudge.decidedAt() : until;
                    check(!now.isAfter(life.plus(HALF_AN_HOUR)), "older than half an hour", nudge, now);
                    check(nudge.date().isAfter(closed), "its day is over", nudge, now);
                    var as = asOf(nudge, now, was == State.SNOOZED ? until : null);
                    for (Reason reason : List.of(
                            Reason.NOT_ALLOWED,
                            Reason.MUTED,
                            Reason.HOLD,
                            Reason.NOT_DUE,
                            Reason.DONE,
                            Reason.IN_SESSION,
                            Reason.QUIET_HOURS)) {
                        check(!holds(reason, nudge, as, now), "goes out, though " + reason, nudge, now);
                    }
                    count("goes out "
                            + (was == State.SNOOZED ? "again" : is == State.SENDING ? "by mail" : "to the inbox"));
                }
            }
            case EXPIRED -> {
                check(was != State.DISMISSED && was != State.UNKNOWN, "after it was over", nudge, now);
                Reason reason = Objects.requireNonNull(nudge.reason());
                Instant life = until == null ? nudge.decidedAt() : until;
                boolean over =
                        now.isAfter(life.plus(HALF_AN_HOUR)) || !nudge.date().isAfter(closed);
                var as = asOf(nudge, now, null);
                check(
                        reason == Reason.EXPIRED ? over : holds(reason, nudge, as, now),
                        "given up without cause",
                        nudge,
                        now);
                count("given up " + reason);
            }
            case UNKNOWN -> count("UNKNOWN");
            case DISMISSED -> count(was == State.SNOOZED ? "DISMISSED while put off" : "DISMISSED");
            case PENDING -> check(was == State.SENDING, "waits again after " + was, nudge, now);
        }
        nudges.put(nudge.id(), new Seen(nudge, meant, snoozed, until));
    }

    private Expected asOf(Nudge nudge, Instant now, @Nullable Instant barrier) {
        return new Expected(true, nudge.date(), now, closed, zone, barrier == null ? Instant.EPOCH : barrier);
    }

    // The clock must be asked for no later than something is to be decided.
    private void check(UserState head, Instant now) {
        due = head.nextDueAt();
        Instant next = startOfDay(closed.plusDays(2), zone);
        for (LocalDate date : List.of(closed.plusDays(1), closed.plusDays(2))) {
            for (boolean beforehand : List.of(true, false)) {
                Instant moment = moment(beforehand, date);
                if (moment != null
                        && !moment.isBefore(edited)
                        && moment.isBefore(next)
                        && !isDecided(beforehand, date)) {
                    next = moment;
                }
            }
        }
        if (head.nextDueAt() == null || head.nextDueAt().isAfter(next)) {
            throw objection("wants to be called at " + head.nextDueAt() + ", and something is due at " + next, now);
        }
        if (!head.zone().equals(zone)) {
            throw objection(head.zone() + " rules and not " + zone, now);
        }
    }

    /// The figures must be the oracle's.
    ///
    /// @param all whether streaks are looked at, too; they need the user's whole life
    void figures(UserState head, Instant now, boolean all) {
        LocalDate from = closed.minusDays(60);
        Oracle oracle = all
                ? new Oracle(plan, outOfTheMeasure(), accepted.subList(0, folded))
                : oracle(from, closed.plusDays(7), folded);
        Figures f = head.figures();
        List<Object> got = new ArrayList<>(List.of(Oracle.of(f.a7()), Oracle.of(f.a28())));
        List<Object> wanted = new ArrayList<>();
        if (all) {
            Oracle.Result r = oracle.through(closed);
            wanted.addAll(List.of(r.a7(), r.a28(), r.streak(), r.best()));
            got.addAll(List.of(f.streak(), f.bestStreak()));
        } else {
            wanted.addAll(List.of(oracle.window(closed, 7), oracle.window(closed, 28)));
        }
        if (!got.equals(wanted)) {
            throw objection("figures are " + got + " and should be " + wanted, now);
        }
        count(all ? "all figures" : "figures");
    }

    // ---- the rules, once more

    // Whether a reason not to send holds. Of a stale decision it is asked as of its moment.
    private boolean holds(Reason reason, Nudge nudge, Expected e, Instant now) {
        if (nudge.kind() == Kind.SAFETY) {
            return false;
        }
        boolean stale = now.isAfter(e.moment().plus(HALF_AN_HOUR));
        Instant at = stale ? e.moment() : now;
        boolean encourages = nudge.kind() == Kind.ENCOURAGE;
        return switch (reason) {
            case NOT_ALLOWED -> !preferences.nudges();
            case MUTED -> preferences.mutedKinds().contains(nudge.kind());
            case HOLD -> held;
            case NOT_DUE -> ABOUT_WORK.contains(nudge.kind()) && sums(e.date()).due() == 0;
            case DONE ->
                switch (nudge.kind()) {
                    case PAIN_CHECK -> hasMorningScore(e.date());
                    case SAFETY, PROGRESS_READY, ENCOURAGE -> false;
                    case RECOVERY, RE_ENGAGE, DUE_SOON, OVERDUE -> done(nudge.kind(), e);
                };
            case IN_SESSION -> !encourages && hasSetAfter(at.minus(Duration.ofMinutes(20)), e.date());
            case QUIET_HOURS -> quiet(at, e.zone());
            case OUTRANKED -> outranked(nudge, e);
            case CAP -> nudge.kind() != Kind.PAIN_CHECK && capped(nudge, e);
            case FATIGUE -> tired(nudge, e, 42);
            case STALE -> stale;
            case EXPIRED -> false;
        };
    }

    private boolean done(Kind kind, Expected e) {
        Oracle.Sums s = sums(e.date());
        // What had been accepted by the moment counts, whether the fold has heard of it or not.
        int known = folded;
        while (known < accepted.size() && !accepted.get(known).receivedAt().isAfter(e.barrier())) {
            known++;
        }
        if (known > folded) {
            s = oracle(e.date().minusDays(14), e.date().plusDays(9), known).on(e.date());
        }
        return kind == Kind.OVERDUE ? s.done() * 100 >= s.due() * 80 : s.rawDone() + s.over() > 0;
    }

    private boolean hasMorningScore(LocalDate date) {
        return near(date).scores(date).stream()
                .anyMatch(p ->
                        p.context() == SessionEvent.Context.MORNING && p.sensation() == SessionEvent.Sensation.PAIN);
    }

    private boolean hasSetAfter(Instant after, LocalDate around) {
        for (int d = -3; d <= 2; d++) {
            for (CompletedSet set : near(around).sets(around.plusDays(d))) {
                if (set.time().toInstant().isAfter(after)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean quiet(Instant at, ZoneId in) {
        int clock = minuteOfDay(at, in);
        int from = minutes(preferences.quietHours().from());
        int to = minutes(preferences.quietHours().to());
        return (clock - from + DAY) % DAY < (to - from + DAY) % DAY;
    }

    private boolean outranked(Nudge nudge, Expected e) {
        boolean left = nudge.kind() == Kind.DUE_SOON || nudge.kind() == Kind.OVERDUE;
        if (left && missed(e) >= 3) {
            return true;
        }
        for (Seen other : recent(e.moment())) {
            // What hurts is asked for all the same.
            boolean sameDate = other.nudge().date().equals(e.date()) && nudge.kind() != Kind.PAIN_CHECK;
            if (other.nudge().state() == State.SNOOZED && sameDate
                    || other.meant().equals(e.moment())) {
                return true;
            }
        }
        return false;
    }

    // Two a local day, eight in seven days, two hours apart.
    private boolean capped(Nudge nudge, Expected e) {
        int sameDay = 0;
        int sevenDays = 0;
        for (Seen other : recent(e.moment())) {
            if (other.nudge().id().equals(nudge.id())) {
                continue;
            }
            Instant at = other.nudge().decidedAt();
            if (Duration.between(other.meant(), e.moment()).compareTo(Duration.ofHours(2)) < 0) {
                return true;
            }
            sameDay += dateAt(at, e.zone()).equals(dateAt(e.moment(), e.zone())) ? 1 : 0;
            sevenDays += Duration.between(at, e.moment()).compareTo(Duration.ofDays(7)) < 0 ? 1 : 0;
        }
        return sameDay >= 2 || sevenDays >= 8;
    }

    // Those that were sent in the eight days before or later.
    private List<Seen> recent(Instant moment) {
        List<Seen> recent = new ArrayList<>();
        for (List<String> ids : ofKind.values()) {
            for (int i = ids.size() - 1; i >= 0; i--) {
                Seen seen = seen(ids.get(i));
                if (seen.nudge().decidedAt().isBefore(moment.minus(Duration.ofDays(9)))) {
                    break;
                }
                if (seen.nudge().outcome() == Outcome.SENT && seen.nudge().kind() != Kind.SAFETY) {
                    recent.add(seen);
                }
            }
        }
        return recent;
    }

    // The last three of the kind were let be for a day each, and fewer than two chances have been skipped since.
    // Of nudges older than 42 days nobody knows; what is forgotten once a day is known a little longer.
    private boolean tired(Nudge nudge, Expected e, int days) {
        int skipped = 0;
        int unanswered = 0;
        List<String> ids = ofKind.getOrDefault(nudge.kind(), List.of());
        for (int i = ids.size() - 1; i >= 0 && unanswered < 3; i--) {
            Seen other = seen(ids.get(i));
            Instant at = other.nudge().decidedAt();
            if (other.nudge().outcome() == Outcome.SUPPRESSED) {
                skipped += other.nudge().reason() == Reason.FATIGUE && unanswered == 0 ? 1 : 0;
            } else if (at.isBefore(e.moment().minus(Duration.ofDays(days)))) {
                return false;
            } else if (other.snoozed() || nudge.kind() == Kind.PAIN_CHECK && hasMorningScore(dateAt(at, zone))) {
                return false;
            } else if (nudge.kind() != Kind.PAIN_CHECK && hasSetBetween(at, at.plus(Duration.ofDays(1)), e.moment())) {
                return false;
            } else {
                unanswered++;
            }
        }
        return unanswered == 3 && skipped < 2;
    }

    private boolean hasSetBetween(Instant after, Instant until, Instant now) {
        LocalDate around = dateAt(after, zone);
        for (int d = -2; d <= 3; d++) {
            for (CompletedSet set : near(around).sets(around.plusDays(d))) {
                Instant at = set.time().toInstant();
                if (at.isAfter(after) && !at.isAfter(until) && !at.isAfter(now)) {
                    return true;
                }
            }
        }
        return false;
    }

    private Kind kindBeforehand(Expected e) {
        int missed = missed(e);
        if (missed == 3 || missed == 7 || missed == 14) {
            return Kind.RE_ENGAGE;
        }
        return missed == 1 && wasActiveBefore(e) ? Kind.RECOVERY : Kind.DUE_SOON;
    }

    private static LocalDate earlier(LocalDate a, LocalDate b) {
        return a.isBefore(b) ? a : b;
    }

    // Closed due days without credit that go before a date, at most 15 of them.
    private int missed(Expected e) {
        int missed = 0;
        for (LocalDate d = earlier(e.through(), e.date().minusDays(1));
                isInPlan(d) && missed < 15;
                d = d.minusDays(1)) {
            Oracle.Sums s = sums(d);
            if (s.due() > 0 && s.active()) {
                return missed;
            }
            missed += s.due() > 0 ? 1 : 0;
        }
        return missed;
    }

    private boolean wasActiveBefore(Expected e) {
        for (LocalDate d = earlier(e.through(), e.date().minusDays(1)); isInPlan(d); d = d.minusDays(1)) {
            Oracle.Sums s = sums(d);
            if (s.due() > 0 && s.active()) {
                return true;
            }
        }
        return false;
    }

    private boolean isInPlan(LocalDate date) {
        return !date.isBefore(plan.versions().getFirst().effectiveFrom());
    }

    // Who is encouraged has done enough today, just now, and has a streak or a week worth it.
    private void encouraged(Nudge nudge, Instant now) {
        Oracle.Sums today = sums(nudge.date());
        check(today.due() > 0 && today.done() * 100 >= today.due() * 80, "today is not done", nudge, now);
        int streak = 1;
        for (LocalDate d = closed; isInPlan(d) && streak < 30; d = d.minusDays(1)) {
            Oracle.Sums s = sums(d);
            if (s.due() > 0) {
                if (s.done() * 100 < s.due() * 80) {
                    break;
                }
                streak++;
            }
        }
        long done = 0;
        long due = 0;
        int days = 0;
        for (int i = 0; i < 7; i++) {
            Oracle.Sums s = sums(nudge.date().minusDays(i));
            done += s.done();
            due += s.due();
            days += s.due() > 0 ? 1 : 0;
        }
        boolean much = days >= 3 && done * 100 >= due * 80;
        check(Set.of(3, 7, 14, 28).contains(streak) || much, "nothing was reached, streak " + streak, nudge, now);
        for (String id : ofKind.getOrDefault(Kind.ENCOURAGE, List.of())) {
            Nudge other = seen(id).nudge();
            check(
                    other.outcome() != Outcome.SENT || !other.decidedAt().isAfter(now.minus(Duration.ofDays(3))),
                    "a second one in three days",
                    nudge,
                    now);
        }
    }

    // ---- what was done and due

    private Oracle.Sums sums(LocalDate date) {
        Oracle.Sums known = sums.get(date);
        if (known == null) {
            known = near(date).on(date);
            sums.put(date, known);
        }
        return known;
    }

    private Oracle near(LocalDate date) {
        for (Near near : nears) {
            if (near.serves(date)) {
                return near.oracle();
            }
        }
        LocalDate from = date.minusDays(21);
        LocalDate to = date.plusDays(12);
        if (nears.size() == 4) {
            nears.removeLast();
        }
        nears.addFirst(new Near(from, to, oracle(from, to, folded)));
        return nears.getFirst().oracle();
    }

    private List<Excuse> outOfTheMeasure() {
        List<Excuse> all = new ArrayList<>(excuses);
        all.addAll(restricted.values());
        return all;
    }

    // Of what happened on these dates; what corrects or withdraws something is at most a few days away from it.
    private Oracle oracle(LocalDate from, LocalDate to, int known) {
        List<Integer> numbers = new ArrayList<>();
        for (List<Integer> those :
                byDate.subMap(from.minusDays(7), true, to, true).values()) {
            numbers.addAll(those);
        }
        numbers.sort(null);
        List<Dated> events = new ArrayList<>();
        for (int number : numbers) {
            if (number < known) {
                events.add(accepted.get(number));
            }
        }
        return new Oracle(plan, outOfTheMeasure(), events);
    }

    // ---- clocks on walls

    private ZoneId wanted() {
        ZoneId own = preferences.timeZone();
        return own == null || plan.zonePolicy() == Plan.ZonePolicy.FIXED ? plan.timeZone() : own;
    }

    /// The moment of a decision about a date: half an hour before its first time, or some time after it; null for none.
    private @Nullable Instant moment(boolean beforehand, LocalDate date) {
        Oracle.Sums s = sums(date);
        if (s.due() + s.excused() == 0) {
            return null;
        }
        int first = DAY;
        if (s.due() > 0) {
            for (Plan.Item item : near(date).due(date)) {
                for (LocalTime time : item.schedule().timesOfDay()) {
                    first = Math.min(first, minutes(time));
                }
            }
        }
        first = first == DAY ? minutes(preferences.preferredTime()) : first;
        Instant time = onTheWall(date, first, zone);
        int from = minutes(preferences.quietHours().from());
        int to = minutes(preferences.quietHours().to());
        if (beforehand) {
            Instant half = time.minus(HALF_AN_HOUR);
            if (quiet(half, zone)) {
                Instant end = nextOnTheWall(half, to, zone);
                return end.isAfter(time) ? half : end;
            }
            return half;
        }
        Instant passed = time.plus(Duration.ofHours(2));
        if (from != to) {
            Instant hush = nextOnTheWall(time, from, zone).minus(Duration.ofHours(1));
            passed = hush.isBefore(passed) ? hush : passed;
        }
        boolean tooSoon = passed.isBefore(time.plus(HALF_AN_HOUR));
        return tooSoon || !dateAt(passed, zone).equals(dateAt(time, zone)) ? null : passed;
    }

    private static Instant startOfDay(LocalDate date, ZoneId zone) {
        Instant noon = onTheWall(date, 12 * 60, zone);
        // Back from noon as long as the wall shows the date; clocks change at whole quarters of an hour.
        Instant plain = onTheWall(date, 0, zone);
        boolean usual = dateAt(plain, zone).equals(date)
                && minuteOfDay(plain, zone) == 0
                && !dateAt(plain.minusSeconds(1), zone).equals(date)
                && !dateAt(plain.minusSeconds(3600), zone).equals(date);
        if (usual) {
            return plain;
        }
        Instant start = noon;
        while (dateAt(start.minusSeconds(900), zone).equals(date)) {
            start = start.minusSeconds(900);
        }
        return start;
    }

    /// When the clock shows a time of a date: for the first time where it does so twice; where it never does, as if it
    /// had not been changed yet.
    private static Instant onTheWall(LocalDate date, int minute, ZoneId zone) {
        Instant guess = Instant.ofEpochSecond(date.toEpochDay() * 86_400 + minute * 60L);
        ZoneOffset before = zone.getRules().getOffset(guess.minusSeconds(86_400));
        ZoneOffset after = zone.getRules().getOffset(guess.plusSeconds(86_400));
        Instant first = guess.minusSeconds(before.getTotalSeconds());
        Instant second = guess.minusSeconds(after.getTotalSeconds());
        boolean shown = zone.getRules().getOffset(first).equals(before);
        return shown || !zone.getRules().getOffset(second).equals(after) ? first : second;
    }

    private static Instant nextOnTheWall(Instant from, int minute, ZoneId zone) {
        LocalDate date = dateAt(from, zone);
        Instant same = onTheWall(date, minute, zone);
        return same.isBefore(from) ? onTheWall(date.plusDays(1), minute, zone) : same;
    }

    private static long shown(Instant at, ZoneId zone) {
        return at.getEpochSecond() + zone.getRules().getOffset(at).getTotalSeconds();
    }

    private static LocalDate dateAt(Instant at, ZoneId zone) {
        return LocalDate.ofEpochDay(Math.floorDiv(shown(at, zone), 86_400L));
    }

    private static int minuteOfDay(Instant at, ZoneId zone) {
        return (int) (Math.floorMod(shown(at, zone), 86_400L) / 60);
    }

    private static int minutes(LocalTime time) {
        return time.getHour() * 60 + time.getMinute();
    }

    private static LocalDate localDate(Dated event) {
        return dateAt(event.time().toInstant(), event.zone());
    }

    // ---- objections

    private void check(boolean allowed, String what, Nudge nudge, Instant now) {
        if (!allowed) {
            throw objection(what + ": " + nudge, now);
        }
    }

    private Objection objection(String what, Instant now) {
        return new Objection(
                what + "\nat " + now + " (" + now.atZone(zone).toLocalDateTime() + " in " + zone + "), closed to "
                        + closed + ", edited at " + edited + "\n" + preferences + "\n" + plan + "\n" + excuses);
    }
}
