package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Dated;
import dev.adhere.contracts.SessionEvent.Envelope;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.RedFlagAnswers;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One invented person's months with the real fold: a plan that is edited, sets on time, late, early and in bursts
/// after
/// days offline, corrections, withdrawals, pain, excuses, journeys, snoozes, failing mail, outages. Timers fire when
/// the
/// fold asks for them, a little late, and never before everything that had arrived by then was folded, as in the
/// service.
///
/// A `Witness` sees every step. The same seed and number live the same life.
final class SimulatedLife {

    private static final List<String> EXERCISES = List.of("bridge", "tilt", "bird-dog", "plank", "lower-tummy");
    private static final Set<String> TWO_SIDED = Set.of("bird-dog", "plank");
    private static final ObjectNode NO_DATA = JsonNodeFactory.instance.objectNode();
    private static final int TRACE = 60;

    private final Random random;
    private final String name;
    private final List<ZoneId> everywhere;
    private final Instant start;
    private final Instant end;
    private final PriorityQueue<Todo> todo = new PriorityQueue<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private long sequence;

    // The service.
    private Fold.User user;
    private final Map<LocalDate, Day> days = new HashMap<>();
    private Instant now;
    private Instant lastFoldAt = Instant.EPOCH;
    private Instant downUntil = Instant.EPOCH;
    private long offset;
    private int claims;
    private @Nullable Instant wake;
    private final Set<String> attempts = new HashSet<>();
    private final Set<String> answered = new HashSet<>();

    // The person.
    private ZoneId where;
    private final double diligence;
    private final int punctuality;
    private final boolean earlyBird;
    private final boolean byMail;
    private final double painful;
    private final boolean keepsDiary;
    private Instant offlineUntil = Instant.EPOCH;
    private double mood = 1;
    private int events;
    private final List<Dated> latest = new ArrayList<>();

    private Plan plan;
    private Preferences preferences;
    private List<Excuse> excuses = new ArrayList<>();
    private final Witness witness;

    private record Todo(Instant at, long sequence, Runnable what) implements Comparable<Todo> {
        @Override
        public int compareTo(Todo o) {
            int byTime = at.compareTo(o.at);
            return byTime == 0 ? Long.compare(sequence, o.sequence) : byTime;
        }
    }

    /// What came of it.
    ///
    /// @param counts how often what was seen
    record Outcome(int events, Map<String, Integer> counts) {}

    /// @param zone where the person lives
    /// @param everywhere where journeys may lead
    static Outcome live(long seed, int number, ZoneId zone, List<ZoneId> everywhere, Instant start, int days) {
        var life = new SimulatedLife(seed, number, zone, everywhere, start, days);
        try {
            life.live();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(life.name + ": " + e.getMessage() + "\n" + String.join("\n", life.trace), e);
        }
        return new Outcome(life.events, life.witness.counts);
    }

    private SimulatedLife(long seed, int number, ZoneId zone, List<ZoneId> everywhere, Instant start, int days) {
        random = new Random(seed * 1_000_003 + number * 7919L);
        random.nextLong();
        name = "seed " + seed + ", person " + number + " of " + zone;
        this.everywhere = everywhere;
        this.start = start.plusSeconds(random.nextInt(86_400));
        end = this.start.plus(Duration.ofDays(days));
        now = this.start;
        where = zone;
        diligence = List.of(0.98, 0.9, 0.75, 0.5, 0.2, 0.05).get(random.nextInt(6));
        punctuality = 1 + random.nextInt(90);
        earlyBird = chance(0.1);
        byMail = chance(0.4);
        painful = random.nextDouble() * (chance(0.15) ? 8 : 3);
        keepsDiary = chance(0.25);
        LocalDate today = LocalDate.ofInstant(now, zone);
        LocalDate from = today.minusDays(chance(0.3) ? random.nextInt(43) : 0);
        plan = new Plan(
                zone,
                chance(0.1) ? Plan.ZonePolicy.FIXED : Plan.ZonePolicy.FOLLOW_USER,
                List.of(new Plan.Version(from, items())),
                1,
                now,
                now);
        preferences = chance(0.5) ? Preferences.DEFAULT : preferences(null);
        user = Fold.User.unknown("user-" + number, now);
        fold(new Fold.EditPreferences(preferences));
        fold(new Fold.EditPlan(plan));
        witness = new Witness(plan, preferences, now);
    }

    private boolean chance(double p) {
        return random.nextDouble() < p;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private void at(Instant when, Runnable what) {
        todo.add(new Todo(when, sequence++, what));
    }

    private Instant in(long leastMillis, long mostMillis) {
        return now.plusMillis(leastMillis + (long) (random.nextDouble() * (mostMillis - leastMillis)));
    }

    private void trace(String what) {
        if (trace.size() == TRACE) {
            trace.removeFirst();
        }
        trace.addLast(now + " " + what);
    }

    // ---- time

    private void live() {
        history();
        LocalDate today = LocalDate.ofInstant(now, where);
        at(now, () -> day(today));
        for (int i = 0; i < 2; i++) {
            at(
                    start.plusSeconds((long)
                            (random.nextDouble() * Duration.between(start, end).toSeconds())),
                    () -> witness.figures(user.head(), now, false));
        }
        if (chance(0.3)) {
            at(
                    start.plusSeconds((long)
                            (random.nextDouble() * Duration.between(start, end).toSeconds())),
                    this::outage);
        }
        witness.sees(user.head(), now);
        while (true) {
            Instant next = todo.isEmpty() ? Instant.MAX : todo.element().at();
            Instant due = user.head().nextDueAt();
            // Only now is all known that had arrived by then.
            if (due != null && wake == null && next.isAfter(due)) {
                Instant barrier = lastFoldAt;
                Instant ready = latest(due, barrier);
                wake = latest(latest(ready, downUntil), now)
                        .plusMillis(chance(0.02) ? random.nextInt(2_000_000) : 1 + random.nextInt(900));
            }
            boolean timer = wake != null && wake.isBefore(next);
            Instant then = timer && wake != null ? wake : next;
            if (then.isAfter(end)) {
                break;
            }
            now = latest(now, then);
            if (timer) {
                timer();
            } else {
                todo.remove().what().run();
            }
        }
        witness.figures(user.head(), now, true);
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private void timer() {
        wake = null;
        fold(new Fold.Due("claim-" + claims++));
        witness.seesAfterTimer(user.head(), now);
        react();
        Instant next = user.head().nextDueAt();
        if (next != null && !next.isAfter(now)) {
            throw new AssertionError("a timer that fired is due again at once: " + next);
        }
        told();
    }

    // Whoever edits something or puts a nudge off waits while the service is down, and usually comes after what was
    // due.
    private void edit(Runnable what) {
        if (now.isBefore(downUntil) || wake != null && chance(0.9)) {
            at(latest(downUntil, wake == null ? now : wake).plusMillis(1 + random.nextInt(3_000)), () -> edit(what));
            return;
        }
        what.run();
        witness.sees(user.head(), now);
        react();
        told();
    }

    private void told() {
        if (!user.head().pending().isEmpty()) {
            fold(new Fold.Told(user.head().revision()));
        }
    }

    private void fold(Fold.Input input) {
        trace(input instanceof Fold.Happened h ? said(h) : input.toString());
        var needed = new HashMap<LocalDate, Day>();
        for (LocalDate date : Fold.needs(user.head(), input)) {
            needed.put(date, days.getOrDefault(date, Day.empty(date)));
        }
        Instant dueBefore = user.head().nextDueAt();
        Fold.User after = Fold.apply(new Fold.User(user.head(), needed), input, now);
        days.putAll(after.days());
        user = new Fold.User(after.head().stored(), Map.of());
        if (dueBefore == null || !dueBefore.equals(user.head().nextDueAt())) {
            wake = null;
        }
    }

    private static String said(Fold.Happened h) {
        return h.event() instanceof Dated d
                ? d.type() + " " + d.id() + " of " + d.date() + " at "
                        + d.time().toInstant() + ", received " + d.receivedAt()
                        + (d.replaces() == null ? "" : ", for " + d.replaces())
                : h.toString();
    }

    private void outage() {
        downUntil = now.plusSeconds(60L * (5 + random.nextInt(chance(0.3) ? 4_000 : 240)));
        trace("down until " + downUntil);
        lastFoldAt = latest(lastFoldAt, downUntil);
    }

    // ---- what the person does

    private void history() {
        LocalDate from = plan.versions().getFirst().effectiveFrom();
        for (LocalDate d = from; d.isBefore(LocalDate.ofInstant(now, where)); d = d.plusDays(1)) {
            for (CompletedSet set : session(d, onTheDay(d, random.nextInt(20 * 60)))) {
                send(set, now.plusSeconds(10 + random.nextInt(3 * 86_400)));
            }
        }
    }

    private Instant onTheDay(LocalDate date, int minute) {
        return date.atStartOfDay(where).toInstant().plusSeconds(60L * minute);
    }

    private void day(LocalDate date) {
        LocalDate tomorrow = date.plusDays(1);
        if (now.isBefore(end)) {
            at(latest(now.plusSeconds(1), tomorrow.atStartOfDay(where).toInstant()), () -> day(tomorrow));
        }
        if (chance(0.03)) {
            mood = chance(0.5) ? 1 : random.nextDouble() * 0.3;
        }
        if (chance(0.04)) {
            offlineUntil = now.plusSeconds(3600L * (6 + random.nextInt(chance(0.2) ? 240 : 72)));
        }
        Plan.Version version = plan.on(date);
        if (version != null && chance(diligence * mood)) {
            int usual = minuteOf(version);
            if (chance(0.2)) {
                // The first set arrives at the last moment before the nudge.
                exercise(date, onTheDay(date, Math.max(1, usual - 30)).minusSeconds(10 + random.nextInt(40)));
            }
            boolean closeCall = chance(0.2);
            int minute = closeCall
                    ? usual - 50 + random.nextInt(180)
                    : earlyBird || chance(0.05)
                            ? 240 + random.nextInt(180)
                            : chance(0.1) ? random.nextInt(1_440) : usual + (int) (random.nextGaussian() * punctuality);
            exercise(date, onTheDay(date, Math.clamp(minute, 0, 1_430)));
            if (chance(0.1)) {
                exercise(date, onTheDay(date, random.nextInt(1_430)));
            }
        }
        if (chance(0.2)) {
            pain(onTheDay(date, 240 + random.nextInt(480)), Context.MORNING, null);
        }
        if (chance(0.05)) {
            pain(onTheDay(date, random.nextInt(1_430)), Context.AD_HOC, null);
        }
        if (chance(0.01)) {
            answerQuestions(onTheDay(date, random.nextInt(1_430)));
        }
        edits(date);
    }

    // Nearly always no to everything.
    private void answerQuestions(Instant time) {
        var answers = new EnumMap<RedFlag, Boolean>(RedFlag.class);
        for (RedFlag flag : RedFlag.values()) {
            answers.put(flag, chance(0.01));
        }
        live(new RedFlagAnswers(envelope(RedFlagAnswers.TYPE, time), NO_DATA, answers, where, null));
    }

    private int minuteOf(Plan.Version version) {
        int first = 1_440;
        for (Plan.Item item : version.items()) {
            for (LocalTime time : item.schedule().timesOfDay()) {
                first = Math.min(first, time.getHour() * 60 + time.getMinute());
            }
        }
        LocalTime preferred = preferences.preferredTime();
        return first == 1_440 ? preferred.getHour() * 60 + preferred.getMinute() : first;
    }

    private void exercise(LocalDate date, Instant begin) {
        if (chance(0.3)) {
            pain(begin.minusSeconds(30), Context.BEFORE, null);
        }
        Instant last = begin;
        List<CompletedSet> sets = session(date, begin);
        for (int i = 0; i < sets.size(); i++) {
            CompletedSet set = sets.get(i);
            live(set);
            last = set.time().toInstant();
            boolean over = i + 1 == sets.size() || !sets.get(i + 1).exerciseId().equals(set.exerciseId());
            if (over && keepsDiary || chance(0.05)) {
                pain(last.plusSeconds(2), Context.DURING, set.exerciseId());
            }
        }
        if (chance(0.3)) {
            pain(last.plusSeconds(120), Context.AFTER, null);
        }
    }

    private List<CompletedSet> session(LocalDate date, Instant begin) {
        Plan.Version version = plan.on(date);
        List<CompletedSet> sets = new ArrayList<>();
        if (version == null) {
            return sets;
        }
        double thoroughness = chance(0.7) ? 1 : random.nextDouble();
        Instant at = begin;
        for (Plan.Item item : version.items()) {
            if (!likely(version, item, date)) {
                continue;
            }
            int times = Math.max(1, item.schedule().timesOfDay().size());
            List<Side> sides = !TWO_SIDED.contains(item.exerciseId())
                    ? List.of(chance(0.1) ? Side.BOTH : Side.NONE)
                    : chance(0.1)
                            ? List.of(Side.BOTH)
                            : chance(0.03) ? List.of(Side.NONE) : List.of(Side.LEFT, Side.RIGHT);
            for (Side side : sides) {
                for (int n = item.sets() * times + (chance(0.05) ? 2 : 0); n > 0; n--) {
                    at = at.plusSeconds(5 + random.nextInt(50));
                    if (chance(thoroughness)) {
                        Integer amount = chance(0.1)
                                ? null
                                : chance(0.9) ? item.target() : Integer.valueOf(1 + random.nextInt(20));
                        sets.add(set(item.exerciseId(), side, amount, at, null));
                    }
                }
            }
        }
        return sets;
    }

    private boolean likely(Plan.Version version, Plan.Item item, LocalDate date) {
        return switch (item.schedule()) {
            case Plan.Schedule.DaysOfWeek s -> s.days().contains(date.getDayOfWeek());
            case Plan.Schedule.EveryDays s ->
                ChronoUnit.DAYS.between(version.effectiveFrom(), date) % s.n() == 0 || chance(0.05);
            case Plan.Schedule.TimesPerWeek s -> chance(s.n() / 6.0);
        };
    }

    private Envelope envelope(String type, Instant time) {
        OffsetDateTime shown = time.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
        return new Envelope(user.head().userId(), "e" + events++, "app/simulated", type, shown, time, Map.of());
    }

    private CompletedSet set(
            String exercise, Side side, @Nullable Integer amount, Instant time, @Nullable String replaces) {
        return new CompletedSet(
                envelope(CompletedSet.TYPE, time),
                NO_DATA,
                exercise,
                where,
                side,
                amount,
                amount,
                null,
                null,
                null,
                replaces);
    }

    private void pain(Instant time, Context context, @Nullable String exercise) {
        int score = (int) Math.clamp(Math.round(painful + random.nextGaussian() * 1.5), 0, 10);
        Sensation sensation = chance(0.85) ? Sensation.PAIN : one(List.of(Sensation.EFFORT, Sensation.STRETCH));
        Region region = chance(0.8) ? Region.LOW_BACK : one(List.of(Region.values()));
        live(new PainScore(
                envelope(PainScore.TYPE, time),
                NO_DATA,
                score,
                context,
                sensation,
                region,
                exercise,
                where,
                null,
                null));
    }

    // As it happens: at once, a little later, or once there is a line again; now and then twice, corrected or taken
    // back.
    private void live(Dated event) {
        Instant time = event.time().toInstant();
        Instant sent = time.plusMillis(chance(0.85) ? 200 + random.nextInt(4_000) : random.nextInt(900_000));
        if (chance(0.03)) {
            // A clock that is fast; more than ten minutes would be refused.
            sent = time.minusSeconds(random.nextInt(590));
        }
        Instant received = latest(
                latest(sent, offlineUntil.isAfter(time) ? offlineUntil.plusMillis(random.nextInt(5_000)) : sent),
                now.plusMillis(1));
        send(event, received);
        if (chance(0.05)) {
            send(event, received.plusSeconds(random.nextInt(4_000)));
        }
        if (event instanceof PainScore && chance(0.02)) {
            Instant taken = time.plusSeconds(60);
            send(new Withdrawal(envelope(Withdrawal.TYPE, taken), NO_DATA, event.id(), where), latest(received, taken));
        }
        if (event instanceof CompletedSet set && chance(0.04)) {
            // It names the set and is dated after it, up to three days later in arriving.
            Instant corrected = time.plusSeconds(1 + random.nextInt(60));
            Instant arrives = received.plusSeconds(random.nextInt(chance(0.3) ? 250_000 : 600));
            if (chance(0.5)) {
                Side side = chance(0.8) ? set.side() : one(List.of(Side.values()));
                send(
                        set(set.exerciseId(), side, 1 + random.nextInt(15), corrected, set.id()),
                        latest(arrives, corrected));
            } else {
                send(
                        new Withdrawal(envelope(Withdrawal.TYPE, corrected), NO_DATA, set.id(), where),
                        latest(arrives, corrected));
            }
        }
    }

    private void send(Dated event, Instant receivedAt) {
        at(receivedAt, () -> received(event));
    }

    private void received(Dated sent) {
        Dated event = received(sent, now);
        witness.accepted(event);
        lastFoldAt = latest(
                latest(lastFoldAt, downUntil),
                now.plusMillis(chance(0.3) ? random.nextInt(90_000) : 5 + random.nextInt(200)));
        at(lastFoldAt, () -> folded(event));
    }

    private static Dated received(Dated e, Instant at) {
        Envelope v = e.envelope();
        var envelope = new Envelope(v.userId(), v.id(), v.source(), v.type(), v.time(), at, v.extensions());
        return switch (e) {
            case CompletedSet s ->
                new CompletedSet(
                        envelope,
                        s.data(),
                        s.exerciseId(),
                        s.zone(),
                        s.side(),
                        s.reps(),
                        s.holdSeconds(),
                        null,
                        null,
                        null,
                        s.replaces());
            case PainScore p ->
                new PainScore(
                        envelope,
                        p.data(),
                        p.score(),
                        p.context(),
                        p.sensation(),
                        p.region(),
                        p.exerciseId(),
                        p.zone(),
                        null,
                        p.replaces());
            case RedFlagAnswers a -> new RedFlagAnswers(envelope, a.data(), a.answers(), a.zone(), a.replaces());
            case Withdrawal w -> new Withdrawal(envelope, w.data(), w.replaces(), w.zone());
        };
    }

    private void folded(Dated event) {
        if (now.isBefore(downUntil)) {
            at(downUntil, () -> folded(event));
            return;
        }
        fold(new Fold.Happened(event, "topic", offset++));
        witness.folded();
        witness.seesAfterEvent(user.head(), now);
        react();
        told();
    }

    // ---- what is edited

    private void edits(LocalDate today) {
        if (chance(0.025)) {
            at(onTheDay(today, random.nextInt(1_440)), () -> edit(this::editPlan));
        }
        if (chance(0.02)) {
            at(onTheDay(today, random.nextInt(1_440)), () -> edit(() -> save(preferences(preferences.timeZone()))));
        }
        if (chance(0.01)) {
            at(onTheDay(today, random.nextInt(1_440)), this::travel);
        }
        if (chance(0.04)) {
            at(onTheDay(today, random.nextInt(1_440)), () -> edit(this::excuse));
        }
        if (chance(0.004)) {
            at(onTheDay(today, random.nextInt(1_440)), () -> edit(this::condition));
        }
        if (chance(0.3)) {
            at(onTheDay(today, random.nextInt(1_440)), () -> edit(this::coach));
        }
    }

    private void editPlan() {
        LocalDate today = LocalDate.ofInstant(now, witness.zone());
        // What began already stays as it is; of today only what nobody has worked on may be changed.
        LocalDate first = today.plusDays(chance(0.2) && !days.containsKey(today) ? 0 : 1 + random.nextInt(6));
        var versions = new ArrayList<Plan.Version>();
        for (Plan.Version version : plan.versions()) {
            if (version.effectiveFrom().isBefore(first)
                    && (!version.effectiveFrom().isAfter(today) || chance(0.5))) {
                versions.add(version);
            }
        }
        if (versions.isEmpty()) {
            return;
        }
        versions.add(new Plan.Version(first, chance(0.12) ? List.of() : items()));
        plan = new Plan(plan.timeZone(), plan.zonePolicy(), versions, plan.revision() + 1, plan.firstSavedAt(), now);
        fold(new Fold.EditPlan(plan));
        witness.plan(plan, now);
    }

    private void save(Preferences changed) {
        preferences = changed;
        fold(new Fold.EditPreferences(changed));
        witness.preferences(changed, now);
    }

    private Preferences preferences(@Nullable ZoneId zone) {
        LocalTime from = one(List.of(
                LocalTime.of(21, 0),
                LocalTime.of(22, 30),
                LocalTime.of(0, 0),
                LocalTime.of(2, 30),
                LocalTime.of(13, 0),
                LocalTime.of(19, 0)));
        LocalTime to = chance(0.15)
                ? from
                : one(List.of(
                        LocalTime.of(8, 0),
                        LocalTime.of(6, 15),
                        LocalTime.of(2, 30),
                        LocalTime.of(3, 0),
                        LocalTime.of(15, 0)));
        var muted = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            if (chance(0.05)) {
                muted.add(kind);
            }
        }
        boolean mail = byMail && chance(0.8);
        return new Preferences(
                zone,
                time(),
                chance(0.6) ? Preferences.DEFAULT.quietHours() : new Preferences.QuietHours(from, to),
                mail ? List.of(Nudge.Channel.EMAIL) : List.of(Nudge.Channel.INBOX),
                mail ? "someone@example.org" : null,
                muted,
                chance(0.95),
                Preferences.Language.EN,
                preferences == null ? 1 : preferences.revision() + 1);
    }

    private void travel() {
        where = one(everywhere);
        trace("travels to " + where);
        if (chance(0.8)) {
            ZoneId there = where;
            at(
                    now.plusSeconds(random.nextInt(100_000)),
                    () -> edit(() -> {
                        Preferences p = preferences;
                        save(new Preferences(
                                there,
                                p.preferredTime(),
                                p.quietHours(),
                                p.channels(),
                                p.email(),
                                p.mutedKinds(),
                                p.nudges(),
                                p.language(),
                                p.revision() + 1));
                    }));
        }
    }

    private void excuse() {
        LocalDate today = LocalDate.ofInstant(now, witness.zone());
        boolean coach = chance(0.4);
        LocalDate from = today.plusDays(coach ? random.nextInt(14) - 10 : random.nextInt(5) - 1);
        String exercise = chance(0.5) ? null : one(EXERCISES);
        Excuse.Reason reason = !coach
                ? one(List.of(Excuse.Reason.ILLNESS, Excuse.Reason.OVEREXERTION, Excuse.Reason.TRAVEL))
                : exercise == null ? Excuse.Reason.COACH_PAUSE : Excuse.Reason.PAIN_POSTPONED;
        excuses = new ArrayList<>(excuses);
        excuses.add(new Excuse(from, from.plusDays(random.nextInt(5)), exercise, reason));
        fold(new Fold.EditExcuses(excuses));
        witness.excuses(excuses, now);
    }

    // A condition asks for the coach's approval of each exercise.
    private void condition() {
        Profile p = user.head().profile();
        boolean had = !p.conditions().isEmpty();
        Set<Profile.Condition> conditions = had ? Set.of() : Set.of(one(List.of(Profile.Condition.values())));
        fold(new Fold.EditProfile(
                new Profile(
                        p.pseudonym(),
                        conditions,
                        chance(0.5) ? Integer.valueOf(3) : p.baselinePain(),
                        p.onboardedOn(),
                        p.revision() + 1),
                had));
    }

    // Looks after what the rules say: sees alerts, ends a hold, allows exercises, and more of one.
    private void coach() {
        for (Alert alert : user.head().pain().alerts()) {
            if (alert.acknowledgedAt() == null && chance(0.7)) {
                if (alert.rule() == Alert.Rule.P12 && alert.exerciseId() != null) {
                    fold(new Fold.Approve(new PainState.Approval(
                            alert.exerciseId(), PainState.Approval.Scope.PROGRESS, now, "coach")));
                }
                fold(new Fold.Acknowledge(alert.id(), "coach", null));
            }
        }
        if (user.head().pain().hold() != null && chance(0.5)) {
            fold(new Fold.EndHold("coach"));
            witness.holdEnded();
        }
        if (user.head().pain().gatedAt() != null && chance(0.7)) {
            for (String exercise : EXERCISES) {
                fold(new Fold.Approve(
                        new PainState.Approval(exercise, PainState.Approval.Scope.CONDITIONS, now, "coach")));
            }
        }
    }

    private LocalTime time() {
        return chance(0.05)
                ? one(List.of(
                        LocalTime.of(0, 10),
                        LocalTime.of(2, 0),
                        LocalTime.of(2, 30),
                        LocalTime.of(3, 0),
                        LocalTime.of(23, 50)))
                : LocalTime.of(6 + random.nextInt(17), one(List.of(0, 0, 15, 30)));
    }

    private List<Plan.Item> items() {
        var items = new ArrayList<Plan.Item>();
        boolean timed = chance(0.6);
        for (String exercise : EXERCISES) {
            if (chance(0.4)) {
                continue;
            }
            var times = new TreeSet<LocalTime>();
            for (int i = timed ? 1 + random.nextInt(2) : 0; i > 0; i--) {
                times.add(time());
            }
            List<LocalTime> timesOfDay = List.copyOf(times);
            Plan.Schedule schedule = switch (random.nextInt(6)) {
                case 0 -> new Plan.Schedule.EveryDays(one(List.of(1, 2, 3, 7, 14)), timesOfDay);
                case 1 -> new Plan.Schedule.TimesPerWeek(1 + random.nextInt(7), timesOfDay);
                case 2, 3 -> new Plan.Schedule.DaysOfWeek(daysOfWeek(), timesOfDay);
                default -> new Plan.Schedule.DaysOfWeek(EnumSet.allOf(DayOfWeek.class), timesOfDay);
            };
            int target = 1 + random.nextInt(16);
            boolean bySeconds = chance(0.3);
            items.add(new Plan.Item(
                    exercise,
                    exercise,
                    1 + random.nextInt(3),
                    bySeconds ? null : target,
                    bySeconds ? target : null,
                    schedule,
                    Situations.traits(exercise, TWO_SIDED.contains(exercise)),
                    chance(0.2) ? 3 : null));
        }
        return items;
    }

    private Set<DayOfWeek> daysOfWeek() {
        var some = EnumSet.of(one(List.of(DayOfWeek.values())));
        for (DayOfWeek day : DayOfWeek.values()) {
            if (chance(0.4)) {
                some.add(day);
            }
        }
        return some;
    }

    // ---- what becomes of nudges

    private void react() {
        for (Decision decision : user.head().nudges()) {
            Nudge nudge = decision.nudge();
            if (nudge.state() == State.SENDING
                    && decision.outgoing() != null
                    && decision.outgoing().holder() != null) {
                String claim = decision.outgoing().holder();
                if (attempts.add(nudge.id() + claim)) {
                    witness.attempted(decision.messageId(), nudge, now);
                    attempt(decision, claim);
                }
            }
            boolean here = nudge.state() == State.DELIVERED || nudge.state() == State.SENDING;
            if (here && answered.add(nudge.id() + decision.moment()) && chance(0.3)) {
                at(in(1_000, 3_600_000), () -> edit(() -> answer(nudge.id())));
            }
        }
    }

    private void attempt(Decision decision, String claim) {
        if (chance(0.05)) {
            return;
        }
        Nudging.Result result = chance(0.6) ? Nudging.Result.TAKEN : one(List.of(Nudging.Result.values()));
        boolean sent = result == Nudging.Result.TAKEN || result == Nudging.Result.UNKNOWN;
        at(
                in(50, chance(0.1) ? 150_000 : 5_000),
                () -> edit(() -> {
                    if (!sent) {
                        witness.notSent(decision.messageId());
                    }
                    fold(new Fold.Attempted(decision.nudge().id(), claim, Nudging.Ended.with(result)));
                }));
    }

    private void answer(String id) {
        Nudge nudge = user.head().nudges().stream()
                .map(Decision::nudge)
                .filter(n -> n.id().equals(id))
                .findFirst()
                .orElse(null);
        if (nudge == null || nudge.state() == State.DISMISSED || nudge.state() == State.EXPIRED) {
            return;
        }
        if (chance(0.3)) {
            fold(new Fold.Dismiss(id));
            return;
        }
        Instant until = now.plusSeconds(60L * (5 + random.nextInt(236)));
        if (chance(0.1)) {
            Instant over = nudge.date().plusDays(1).atStartOfDay(witness.zone()).toInstant();
            until = latest(until, over.plusSeconds(60L * random.nextInt(20)));
        }
        // The endpoint takes no time after the date, nor one in the quiet hours; now and then an edit comes in between.
        boolean past = !LocalDate.ofInstant(until, witness.zone()).equals(nudge.date());
        if (!past || chance(0.2)) {
            witness.snoozed(id, until);
            fold(new Fold.Snooze(id, until));
            if (chance(0.2)) {
                at(in(1_000, 3_600_000), () -> edit(() -> fold(new Fold.Dismiss(id))));
            }
        }
    }
}
