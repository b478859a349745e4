package dev.adhere.reminder;

import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.reminder.Decision.Outgoing;
import dev.adhere.reminder.NudgePolicy.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A user's nudges during one call of the fold: decided once, then on their way until they are delivered,
/// given up or unknown. Pure; what is to be sent stands in the head as SENDING, for whoever's claim it
/// carries.
final class Nudging {

    /// An attempt that brought no result by then has one that cannot be known.
    static final Duration LEASE = Duration.ofSeconds(120);

    private static final int ATTEMPTS = 4;
    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    private static final Duration NOT_BEGUN_AGAIN = Duration.ofSeconds(2);
    private static final Duration REMEMBERED = Duration.ofDays(14);
    private static final Duration TIREDNESS_REMEMBERED = Duration.ofDays(42);

    /// How an attempt ended.
    enum Result {
        /// It was not its turn yet.
        NOT_BEGUN,
        /// The channel has taken it.
        TAKEN,
        /// Not now; it was surely not sent.
        LATER,
        /// Not this one through this channel; it was surely not sent.
        REFUSED,
        /// Nothing through this channel any more, says its other end; it was surely not sent.
        GONE,
        /// It may have been sent.
        UNKNOWN
    }

    /// How an attempt ended.
    ///
    /// @param pause for how long the other end, or our own queue, asks to be left alone
    record Ended(Result result, Duration pause) {

        static Ended with(Result result) {
            return new Ended(result, Duration.ZERO);
        }
    }

    private final UserState.Draft head;
    private final Function<LocalDate, List<Slot>> slots;
    private final PainRules rules;

    /// @param slots of a date, filled as they are now
    Nudging(UserState.Draft head, Function<LocalDate, List<Slot>> slots, PainRules rules) {
        this.head = head;
        this.slots = slots;
        this.rules = rules;
    }

    /// Tells the user at once what a rule of section 2 found. It stands in the inbox and goes nowhere else:
    /// the user is in the app, and it is about health.
    void say(Rule rule, Text text, Instant at) {
        say(rule, "", text, at);
    }

    /// Whether a rule has said something to the user within so many days.
    boolean saidSince(Rule rule, Instant at, int days) {
        LocalDate today = LocalDate.ofInstant(at, head.zone);
        return today.minusDays(days - 1L)
                .datesUntil(today.plusDays(1))
                .map(date -> NudgePolicy.id(head.userId, Kind.SAFETY, date, rule + "|"))
                .anyMatch(id -> head.nudges.stream()
                        .anyMatch(decision -> decision.nudge().id().equals(id)));
    }

    /// @param about what tells two things of a rule and a date apart
    void say(Rule rule, String about, Text text, Instant at) {
        LocalDate today = LocalDate.ofInstant(at, head.zone);
        String id = NudgePolicy.id(head.userId, Kind.SAFETY, today, rule + "|" + about);
        put(Decision.sent(id, Kind.SAFETY, today, at, at, text, Channel.INBOX).delivered(Channel.INBOX));
    }

    /// A kind whose moment for a date has come.
    private record Chance(Kind kind, LocalDate date, Instant moment) {}

    /// Encourages for what today's work has just reached.
    ///
    /// @param before today's sums without the set that was counted last
    void encourage(LocalDate today, DaySums before, Instant now) {
        if (head.plan == null
                || NudgePolicy.encouragedLately(head.nudges, now)
                || isDecided(today, nudge -> nudge.kind() == Kind.ENCOURAGE)) {
            return;
        }
        NudgePolicy.Reached reached = NudgePolicy.reached(head.sums, head.frozen, today, before);
        if (reached != null) {
            settle(new Chance(Kind.ENCOURAGE, today, now), NudgeTexts.of(reached, head.preferences.language()), now);
        }
    }

    /// Decides what these dates' moments are due for, the earliest first.
    void decide(Collection<LocalDate> dates, Instant now) {
        var chances = new ArrayList<Chance>();
        for (LocalDate date : dates) {
            List<Slot> due = slots.apply(date);
            for (Occasion occasion : Occasion.values()) {
                Instant moment = moment(occasion, date, due);
                if (moment != null && !moment.isAfter(now)) {
                    chances.add(new Chance(NudgePolicy.kindOf(occasion, missed(date)), date, moment));
                }
            }
        }
        chances.sort(Comparator.comparing(Chance::moment).thenComparing(Chance::kind));
        for (Chance chance : chances) {
            Text text = NudgeTexts.of(
                    chance.kind(), chance.date(), head.preferences.language(), head.lastReceivedAt, head.zone);
            settle(chance, text, now);
        }
    }

    private void settle(Chance chance, Text text, Instant now) {
        Reason reason = NudgePolicy.gate(situation(chance.kind(), chance.date()), chance.moment(), now);
        String id = NudgePolicy.id(head.userId, chance.kind(), chance.date(), "");
        put(
                reason == null
                        ? Decision.sent(
                                id, chance.kind(), chance.date(), chance.moment(), now, text, first(chance.kind()))
                        : Decision.suppressed(id, chance.kind(), chance.date(), chance.moment(), now, reason));
    }

    /// Takes on what waited until now: attempts, ends of snoozes, leases that brought no result.
    ///
    /// @param claim whose the attempts that begin now are
    void forward(String claim, Instant now) {
        for (Decision decision : List.copyOf(head.nudges)) {
            Outgoing outgoing = decision.outgoing();
            if (outgoing == null || outgoing.at().isAfter(now)) {
                continue;
            }
            if (decision.is(State.SENDING)) {
                put(lost(decision, outgoing, now));
                continue;
            }
            Reason unwanted = unwanted(decision, outgoing, now);
            if (unwanted != null) {
                put(decision.givenUp(unwanted));
                continue;
            }
            Decision due = decision.is(State.SNOOZED)
                    ? decision.again(first(decision.nudge().kind()), now)
                    : decision;
            Channel channel = due.nudge().channel();
            if (channel == null || channel == Channel.INBOX) {
                put(due.delivered(Channel.INBOX));
            } else if (head.preferences.waysOut().contains(channel)) {
                put(due.to(
                        State.SENDING,
                        new Outgoing(now.plus(LEASE), outgoing.expiresAt(), outgoing.attempts() + 1, claim)));
            } else {
                put(next(due, outgoing, now));
            }
        }
    }

    // Where the other end tells the same message apart, the attempt is made again; elsewhere nobody knows.
    private Decision lost(Decision decision, Outgoing outgoing, Instant now) {
        return repeatable(decision.nudge().channel())
                ? again(decision, outgoing, Duration.ZERO, now)
                : decision.to(State.UNKNOWN, null);
    }

    private static boolean repeatable(@Nullable Channel channel) {
        return switch (channel) {
            case WEBHOOK, WEB_PUSH -> true;
            case EMAIL, INBOX -> false;
            case null -> false;
        };
    }

    // The next attempt through the same channel, or the first through the next one.
    private Decision again(Decision decision, Outgoing outgoing, Duration pause, Instant now) {
        Duration wait = FIRST_RETRY.multipliedBy(1L << 2 * (outgoing.attempts() - 1));
        Instant at = now.plus(longer(pause, wait));
        return outgoing.attempts() >= ATTEMPTS || at.isAfter(outgoing.expiresAt())
                ? next(decision, outgoing, now)
                : decision.to(State.PENDING, new Outgoing(at, outgoing.expiresAt(), outgoing.attempts(), null));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    // The channel after the one that failed; where there is none, the inbox has to do.
    private Decision next(Decision decision, Outgoing outgoing, Instant now) {
        List<Channel> order = head.preferences.channels();
        List<Channel> left = order.subList(order.indexOf(decision.nudge().channel()) + 1, order.size());
        return head.preferences.waysOut().stream()
                .filter(left::contains)
                .findFirst()
                .map(channel -> decision.waiting(channel, new Outgoing(now, outgoing.expiresAt(), 0, null)))
                .orElseGet(() -> decision.delivered(Channel.INBOX));
    }

    // Step 10: what made sense when it was decided may not any more.
    private @Nullable Reason unwanted(Decision decision, Outgoing outgoing, Instant now) {
        LocalDate date = decision.nudge().date();
        if (now.isAfter(outgoing.expiresAt()) || !date.isAfter(head.throughDate)) {
            return Reason.EXPIRED;
        }
        return NudgePolicy.unwanted(situation(decision.nudge().kind(), date), now);
    }

    /// Ends the attempt that this claim began, if it is still under way.
    void ended(String id, String claim, Ended ended, Instant now) {
        change(id, decision -> {
            Outgoing outgoing = decision.outgoing();
            Channel channel = decision.nudge().channel();
            if (outgoing == null
                    || channel == null
                    || !decision.is(State.SENDING)
                    || !claim.equals(outgoing.holder())) {
                return decision;
            }
            return switch (ended.result()) {
                case TAKEN -> decision.delivered(channel);
                case UNKNOWN -> lost(decision, outgoing, now);
                case REFUSED -> next(decision, outgoing, now);
                case GONE -> {
                    Decision next = next(decision, outgoing, now);
                    head.preferences = head.preferences.without(channel);
                    yield next;
                }
                case NOT_BEGUN ->
                    decision.to(
                            State.PENDING,
                            new Outgoing(
                                    now.plus(longer(ended.pause(), NOT_BEGUN_AGAIN)),
                                    outgoing.expiresAt(),
                                    outgoing.attempts() - 1,
                                    null));
                case LATER -> again(decision, outgoing, ended.pause(), now);
            };
        });
    }

    /// A client showed a nudge, or says that the user opened it. The first time counts.
    void receipt(String id, boolean opened, Instant now) {
        change(id, decision -> {
            if (!decision.sent()) {
                return decision;
            }
            return opened ? decision.opened(now) : decision.displayed(now);
        });
    }

    void snooze(String id, Instant until) {
        change(
                id,
                decision -> decision.sent()
                        ? decision.snoozed(new Outgoing(until, until.plus(NudgePolicy.TIME_TO_LIVE), 0, null))
                        : decision);
    }

    void dismiss(String id) {
        change(id, decision -> decision.sent() ? decision.to(State.DISMISSED, null) : decision);
    }

    /// Forgets decisions that no rule looks at any more; the log has them all.
    void forget(Instant now) {
        head.nudges.removeIf(decision -> {
            boolean tires = decision.sent() || decision.nudge().reason() == Reason.FATIGUE;
            return decision.nudge().decidedAt().isBefore(now.minus(tires ? TIREDNESS_REMEMBERED : REMEMBERED));
        });
    }

    /// When something is next to be decided for one of these dates, or to be taken on; null for never.
    ///
    /// @param due the slots of a date; how far they are filled plays no part
    @Nullable
    Instant next(Collection<LocalDate> dates, Function<LocalDate, List<Slot>> due) {
        Instant next = null;
        for (LocalDate date : dates) {
            List<Slot> those = due.apply(date);
            for (Occasion occasion : Occasion.values()) {
                next = earlier(next, moment(occasion, date, those));
            }
        }
        for (Decision decision : head.nudges) {
            next = earlier(
                    next,
                    decision.outgoing() == null ? null : decision.outgoing().at());
        }
        return next;
    }

    /// The moment of a decision that is still to be made; null where there is none.
    private @Nullable Instant moment(Occasion occasion, LocalDate date, List<Slot> slots) {
        if (head.plan == null || isDecided(date, occasion::decidedBy)) {
            return null;
        }
        Instant moment = switch (occasion) {
            case MORNING -> checkOn(date);
            case COMING, PASSED -> NudgePolicy.momentOf(occasion, date, slots, head.preferences, head.zone);
            case PROGRESS -> progressOn(date);
        };
        // A moment that had passed at the last edit belongs to what was edited: editing never sends the
        // past.
        boolean past = moment != null && head.editedAt != null && moment.isBefore(head.editedAt);
        return past ? null : moment;
    }

    // PAIN_CHECK: the morning after a session that gives reason to ask, or a day after a high score that
    // nothing followed.
    private @Nullable Instant checkOn(LocalDate date) {
        Instant check = null;
        if (NudgePolicy.asksAfter(date.minusDays(1), head.sums, head.plan, head.pain.findings, rules)) {
            check = NudgePolicy.morning(date, head.preferences.quietHours(), head.zone);
        }
        for (PainState.Finding finding : PainPolicy.unanswered(head.pain.findings, head.pain.lastScoreAt)) {
            Instant silent = NudgePolicy.afterQuiet(
                    finding.at().plus(PainPolicy.SILENCE).atZone(head.zone), head.preferences.quietHours());
            check = LocalDate.ofInstant(silent, head.zone).equals(date) ? earlier(check, silent) : check;
        }
        return check;
    }

    // PROGRESS_READY: the morning after a coach approved more, until it was shown.
    private @Nullable Instant progressOn(LocalDate date) {
        Instant moment = NudgePolicy.progress(date, head.zone);
        boolean waits = head.pain.approvals.stream()
                .anyMatch(approval -> NudgePolicy.waitsToBeShown(approval, moment, head.nudges));
        return waits ? moment : null;
    }

    private boolean isDecided(LocalDate date, Predicate<Nudge> kind) {
        for (Decision decision : head.nudges) {
            if (decision.nudge().date().equals(date) && kind.test(decision.nudge())) {
                return true;
            }
        }
        return false;
    }

    private NudgePolicy.Missed missed(LocalDate date) {
        LocalDate last = earlier(head.throughDate, date.minusDays(1));
        return NudgePolicy.Missed.of(
                head.sums.headMap(last, true).descendingMap().values(), head.frozen);
    }

    private static LocalDate earlier(LocalDate a, LocalDate b) {
        return a.isBefore(b) ? a : b;
    }

    private NudgePolicy.Situation situation(Kind kind, LocalDate date) {
        return new NudgePolicy.Situation(
                kind,
                date,
                slots.apply(date),
                head.preferences,
                head.zone,
                lastSetAt(),
                kind == Kind.PAIN_CHECK ? this::scored : this::active,
                PainState.hold(head.pain.restrictions) != null,
                !painOn(date).mornings().isEmpty(),
                missed(date),
                List.copyOf(head.nudges));
    }

    private @Nullable Instant lastSetAt() {
        Instant last = null;
        for (DaySums sums : head.sums.tailMap(head.throughDate.minusDays(1)).values()) {
            Instant at = sums.lastSetAt();
            last = at != null && (last == null || at.isAfter(last)) ? at : last;
        }
        return last;
    }

    // A date's sets may lie on both sides of one end, never on both sides of a day that lies between the
    // two.
    private boolean active(Instant after, Instant until) {
        for (DaySums sums : head.sums.values()) {
            Instant first = sums.firstSetAt();
            Instant last = sums.lastSetAt();
            if (first != null && last != null && last.isAfter(after) && !first.isAfter(until)) {
                return true;
            }
        }
        return false;
    }

    // What answers a question for pain is a score of that morning.
    private boolean scored(Instant after, Instant until) {
        return !painOn(LocalDate.ofInstant(after, head.zone)).mornings().isEmpty();
    }

    private DayPain painOn(LocalDate date) {
        return PainPolicy.Days.of(head.sums).painOn(date);
    }

    // The inbox always has it; the channels that the user wants are tried in their order. What is about
    // health goes through none of them, after a snooze neither.
    private Channel first(Kind kind) {
        List<Channel> order = head.preferences.waysOut();
        return kind == Kind.SAFETY || order.isEmpty() ? Channel.INBOX : order.getFirst();
    }

    private void change(String id, UnaryOperator<Decision> change) {
        for (Decision decision : List.copyOf(head.nudges)) {
            if (decision.nudge().id().equals(id)) {
                Decision changed = change.apply(decision);
                if (!changed.equals(decision)) {
                    put(changed);
                }
            }
        }
    }

    private void put(Decision decision) {
        String id = decision.nudge().id();
        int at = 0;
        while (at < head.nudges.size() && !head.nudges.get(at).nudge().id().equals(id)) {
            at++;
        }
        if (at == head.nudges.size()) {
            head.nudges.add(decision);
        } else {
            head.nudges.set(at, decision);
        }
        head.pending = head.pending.withNudge(id);
    }

    private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.isBefore(b) ? a : b;
    }
}
