package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemException;
import dev.adhere.platform.web.Revision;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What a coach can see and do, for whatever shows it: the one door into this package.
///
/// It holds no rule of its own. Reads are what the API answers, made of the same functions; writes go through
/// the API's
/// handlers, with their checks. A user whom the caller does not coach is 404, like one who does not exist.
public final class Coaching {

    /// How far back days, sets and scores are shown.
    public static final int DAYS = Lateness.HORIZON_DAYS;

    /// How far ahead a plan is shown before it is saved.
    public static final int PREVIEW_DAYS = 14;

    private static final int EXERCISE_DAYS = 28;
    private static final int MOST_FOUND = 20;

    private final Cohort cohort;
    private final LiveCohort live;
    private final Access access;
    private final Users users;
    private final AdherenceController adherence;
    private final PlanController plans;
    private final ExcuseController excuses;
    private final AlertController alerts;
    private final PainController pain;
    private final ExplanationController explanations;
    private final InvitationController invitations;
    private final Exercises exercises;
    private final Clock clock;

    Coaching(
            Cohort cohort,
            LiveCohort live,
            Access access,
            Users users,
            AdherenceController adherence,
            PlanController plans,
            ExcuseController excuses,
            AlertController alerts,
            PainController pain,
            ExplanationController explanations,
            InvitationController invitations,
            Exercises exercises,
            Clock clock) {
        this.cohort = cohort;
        this.live = live;
        this.access = access;
        this.users = users;
        this.adherence = adherence;
        this.plans = plans;
        this.excuses = excuses;
        this.alerts = alerts;
        this.pain = pain;
        this.explanations = explanations;
        this.invitations = invitations;
        this.exercises = exercises;
        this.clock = clock;
    }

    // ---- the cohort

    /// Why a client needs a look.
    ///
    /// @param kind what it is about
    /// @param figure alerts, points, days or per cent, as `kind` says; null where nothing was ever received
    public record Reason(String kind, @Nullable BigDecimal figure) {}

    /// Something that a coach should look at.
    ///
    /// @param text in the client's language
    /// @param acknowledgedAt null while nobody said to have seen it
    public record Alerted(
            String id,
            String rule,
            String severity,
            Instant raisedAt,
            String text,
            @Nullable Instant acknowledgedAt,
            @Nullable String acknowledgedBy,
            @Nullable String note) {

        private static Alerted of(Alert a) {
            return new Alerted(
                    a.id(),
                    a.rule().name(),
                    a.severity().name(),
                    a.raisedAt(),
                    a.text(),
                    a.acknowledgedAt(),
                    a.acknowledgedBy(),
                    a.note());
        }
    }

    /// A client at a glance. A figure that is null is not known, which is not 0.
    ///
    /// @param zone of every date below
    /// @param throughDate the last closed day, with which all figures but today's end
    /// @param planned whether the plan has something to do today
    /// @param band of A7: ADHERENT, PARTIAL or LOW
    /// @param trend A7 less A28, in points
    /// @param doneToday sets
    /// @param painMedian of the week's MORNING scores
    /// @param painTrend points above the week before
    /// @param reasons the most urgent first
    public record Client(
            String userId,
            String name,
            ZoneId zone,
            LocalDate throughDate,
            boolean planned,
            @Nullable BigDecimal a7,
            @Nullable String band,
            @Nullable BigDecimal a28,
            @Nullable BigDecimal trend,
            int streak,
            int bestStreak,
            BigDecimal doneToday,
            int dueToday,
            @Nullable Instant lastReceivedAt,
            @Nullable BigDecimal painMedian,
            @Nullable BigDecimal painTrend,
            List<Alerted> openAlerts,
            List<Reason> reasons) {

        private static Client of(CohortRow row) {
            CohortRow.Band band = row.band();
            Figures.Window a28 = row.figures().a28();
            return new Client(
                    row.userId(),
                    row.name(),
                    row.zone(),
                    row.throughDate(),
                    row.planned(),
                    row.a7(),
                    band == null ? null : band.name(),
                    AdherenceAnswer.percent(a28.done(), 1000 * a28.due()),
                    row.trend(),
                    row.figures().streak(),
                    row.figures().bestStreak(),
                    AdherenceAnswer.sets(row.doneToday()),
                    row.dueToday(),
                    row.lastReceivedAt(),
                    row.pain().median(),
                    row.pain().trend(),
                    row.pain().openAlerts().stream().map(Alerted::of).toList(),
                    row.risk().stream()
                            .map(risk -> new Reason(risk.kind().name(), risk.figure()))
                            .toList());
        }
    }

    /// What a list is asked for, as people enter it; what it does not know counts as not said.
    public record Search(String q, String reason, String sort) {}

    /// Names of what a list can be filtered by, the most urgent first.
    public static List<String> reasons() {
        return names(Risk.Kind.values());
    }

    /// Names of what a list can be sorted by, the usual one first.
    public static List<String> sorts() {
        return names(Cohort.Sort.values());
    }

    private static List<String> names(Enum<?>[] constants) {
        return Stream.of(constants).map(Enum::name).toList();
    }

    /// One page of the caller's cohort.
    ///
    /// @param next cursor of the next page; null on the last
    public record Clients(List<Client> items, @Nullable String next) {}

    /// The caller's cohort, in the order that was asked for.
    public Mono<Clients> clients(Caller caller, Search search, int size, @Nullable String cursor) {
        Cohort.Query query = ClientController.query(
                search.q().length() > 64 ? search.q().substring(0, 64) : search.q(),
                reasons().contains(search.reason()) ? search.reason() : null,
                sorts().contains(search.sort()) ? search.sort() : null);
        Cursor after = Cursor.parse(cursor, 2);
        return Blocking.call(() -> {
            Page<Client> page = cohort.page(caller, query, size, after, Client::of);
            return new Clients(page.items(), page.next());
        });
    }

    /// All of the caller's cohort, the most urgent first.
    public Mono<List<Client>> all(Caller caller) {
        return Blocking.call(() -> cohort.rows(caller).stream().map(Client::of).toList());
    }

    /// What changes in a cohort. The stream begins with `Ready`; who has missed something begins anew.
    public sealed interface Update {

        /// From now on every change is told.
        record Ready() implements Update {}

        /// A client as the client is now.
        record Changed(Client client) implements Update {}

        /// Not the caller's client any more.
        record Gone(String userId) implements Update {}

        /// The stream lives.
        record Beat() implements Update {}
    }

    /// The caller's cohort as it changes, at most one update a client a second, for as long as `allowed` says
    /// so.
    ///
    /// @param allowed asked every 15 s
    public Flux<Update> updates(Caller caller, Mono<Boolean> allowed) {
        return live.updates(caller, () -> allowed).map(update -> switch (update) {
            case LiveCohort.Update.Snapshot _ -> new Update.Ready();
            case LiveCohort.Update.Changed(CohortRow row) -> new Update.Changed(Client.of(row));
            case LiveCohort.Update.Gone(String userId) -> new Update.Gone(userId);
            case LiveCohort.Update.Beat() -> new Update.Beat();
        });
    }

    /// Accepts a client's invitation.
    ///
    /// @return whose it is
    /// @throws dev.adhere.platform.web.ProblemException 404 where no invitation has the code, 429 after ten
    /// of those a
    ///     minute
    public Mono<String> accept(Caller caller, String code) {
        return invitations
                .accept(new InvitationController.Body(code), caller)
                .mapNotNull(org.springframework.http.HttpEntity::getBody)
                .map(InvitationController.AssignmentBody::userId);
    }

    // ---- one client

    /// What a day was.
    public enum DayKind {
        /// Before the first plan, or a pause.
        NO_PLAN,
        /// Nothing was due.
        REST,
        /// All that was due was excused.
        EXCUSED,
        /// Day dose of 0.80 or more.
        DONE,
        /// Something was done.
        PARTIAL,
        /// Nothing was done, and something later was received.
        MISSED,
        /// Nothing was received that tells.
        NOT_RECEIVED,
        /// Today: it can still be done.
        OPEN,
        /// To come.
        AHEAD
    }

    /// A day of the calendar. Sets.
    public record DayCell(LocalDate date, DayKind kind, BigDecimal done, int due, int excused, BigDecimal over) {}

    /// An exercise over the last 28 days. Sets.
    ///
    /// @param prescribed not excused
    /// @param done of it
    /// @param over beyond it
    /// @param excused by reason
    public record ExerciseLine(
            String exerciseId,
            String name,
            long prescribed,
            BigDecimal done,
            BigDecimal over,
            Map<String, Long> excused) {}

    /// A score of the pain chart.
    public record Score(Instant time, LocalDate date, int score, String context) {}

    /// Something that was logged: a set, or a score where `score` is there.
    ///
    /// @param exercise name; null where it is about none
    /// @param counts false where it came too late, was corrected, withdrawn or is one too many
    public record Entry(
            Instant time,
            @Nullable String exercise,
            @Nullable String side,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            @Nullable Integer score,
            @Nullable String context,
            @Nullable String sensation,
            @Nullable String region,
            boolean counts) {}

    /// A date with what was logged on it, in order of time.
    public record Logged(LocalDate date, long sets, long scores, List<Entry> entries) {}

    /// A decision to nudge or not to.
    public record Decided(
            LocalDate date,
            Instant at,
            String kind,
            String outcome,
            @Nullable String reason,
            @Nullable String state,
            @Nullable String text) {}

    /// Dates that leave the measure.
    ///
    /// @param to null until a coach ends it
    /// @param exercise null for all
    public record Excused(
            LocalDate from,
            @Nullable LocalDate to,
            @Nullable String exercise,
            String reason) {}

    /// An exercise of a plan.
    ///
    /// @param schedule DAYS, EVERY or WEEKLY
    /// @param days of DAYS
    /// @param n of EVERY and WEEKLY
    /// @param times of day; none for any
    /// @param postponeFrom the score from which it is postponed; null: as the thresholds have it
    public record Item(
            String id,
            String exerciseId,
            String name,
            int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            String schedule,
            Set<DayOfWeek> days,
            int n,
            List<LocalTime> times,
            @Nullable Integer postponeFrom) {}

    /// A version of a plan.
    ///
    /// @param current whether it is valid today
    public record Version(LocalDate from, boolean current, List<Item> items) {}

    /// A client's plan.
    ///
    /// @param revision 0 where there is none
    public record PlanSheet(long revision, ZoneId zone, List<Version> versions) {}

    /// Everything about a client.
    ///
    /// @param conditions reasons to ask a provider before exercising
    /// @param weeks Monday to Sunday, the oldest first
    /// @param logged the newest first
    /// @param decisions of the last 14 days, the newest first
    /// @param seen alerts that somebody has acknowledged, the newest first
    /// @param onHold whether red flags hold everything back until the coach ends it
    public record File(
            Client client,
            LocalDate today,
            Set<String> conditions,
            @Nullable Integer baselinePain,
            List<List<DayCell>> weeks,
            List<ExerciseLine> exercises,
            List<Score> scores,
            List<Logged> logged,
            List<Decided> decisions,
            List<Excused> excuses,
            List<Alerted> seen,
            boolean onHold,
            List<Waiting> waiting,
            PlanSheet plan) {}

    /// An exercise that waits for the coach's approval.
    ///
    /// @param scope CONDITIONS: in spite of the client's conditions; PROGRESS: more of it
    public record Waiting(String exerciseId, String exercise, String scope) {}

    /// A client of the caller.
    public Mono<File> client(Caller caller, String userId) {
        return Blocking.call(() -> {
            UserState head = read(caller, userId);
            Instant now = clock.instant();
            LocalDate today = head.today(now);
            LocalDate first = today.minusDays(DAYS - 1L);
            Map<String, Day> stored = users.days(first.datesUntil(today.plusDays(1))
                    .map(date -> UserDocuments.dayId(userId, date))
                    .toList());
            var days = new TreeMap<LocalDate, Day>();
            stored.values().forEach(day -> days.put(day.date(), day));
            return new File(
                    Client.of(CohortRow.of(head, now)),
                    today,
                    Set.copyOf(names(head.profile().conditions().toArray(Enum[]::new))),
                    head.profile().baselinePain(),
                    weeks(head, today),
                    lines(head, days, today),
                    scores(head, days),
                    logged(head, days),
                    decisions(head),
                    head.excusesInForce().stream()
                            .distinct()
                            .sorted(Comparator.comparing(Excuse::from).reversed())
                            .map(e -> new Excused(
                                    e.from(),
                                    e.to().equals(LocalDate.MAX) ? null : e.to(),
                                    e.exerciseId() == null ? null : name(e.exerciseId()),
                                    e.reason().name()))
                            .toList(),
                    head.pain().alerts().reversed().stream()
                            .filter(a -> a.acknowledgedAt() != null)
                            .map(Alerted::of)
                            .toList(),
                    head.pain().hold() != null,
                    waiting(head.pain()),
                    sheet(head, today));
        });
    }

    private List<Waiting> waiting(PainState pain) {
        return PainController.waiting(pain)
                .map(a -> new Waiting(
                        a.exerciseId(), name(a.exerciseId()), a.scope().name()))
                .toList();
    }

    private UserState read(Caller caller, String userId) {
        caller.require(Role.COACH);
        UserState head = access.read(caller, userId);
        access.requireCoach(caller, head);
        return head;
    }

    private List<List<DayCell>> weeks(UserState head, LocalDate today) {
        var weeks = new ArrayList<List<DayCell>>();
        LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        for (int back = DAYS / 7 - 1; back >= 0; back--) {
            weeks.add(Dose.weekOf(monday.minusWeeks(back)).stream()
                    .map(date -> cell(head, date, today))
                    .toList());
        }
        return weeks;
    }

    private static DayCell cell(UserState head, LocalDate date, LocalDate today) {
        DaySums kept = head.sums().get(date);
        DaySums sums = kept == null ? Fold.sums(head, Day.empty(date)) : kept;
        return new DayCell(
                date,
                kind(head, sums, today),
                AdherenceAnswer.sets(sums.done()),
                sums.due(),
                sums.excused(),
                AdherenceAnswer.sets(sums.over()));
    }

    static DayKind kind(UserState head, DaySums sums, LocalDate today) {
        Plan plan = head.plan();
        Plan.Version version = plan == null ? null : plan.on(sums.date());
        if (version == null || version.items().isEmpty()) {
            return DayKind.NO_PLAN;
        }
        if (sums.date().isAfter(today)) {
            return DayKind.AHEAD;
        }
        if (!sums.isDue()) {
            return sums.excused() > 0 ? DayKind.EXCUSED : DayKind.REST;
        }
        if (sums.adherent()) {
            return DayKind.DONE;
        }
        boolean closed = !sums.date().isAfter(head.throughDate());
        if (sums.active()) {
            return closed ? DayKind.PARTIAL : DayKind.OPEN;
        }
        if (!closed) {
            return DayKind.OPEN;
        }
        return CohortRow.known(head, sums.date()) ? DayKind.MISSED : DayKind.NOT_RECEIVED;
    }

    private List<ExerciseLine> lines(UserState head, Map<LocalDate, Day> days, LocalDate today) {
        final class Sum {
            long prescribed;
            long done;
            long over;
            final Map<Excuse.Reason, Long> excused = new EnumMap<>(Excuse.Reason.class);
        }
        var sums = new TreeMap<String, Sum>();
        for (LocalDate date : today.minusDays(EXERCISE_DAYS - 1L)
                .datesUntil(today.plusDays(1))
                .toList()) {
            for (Slot slot : Fold.slots(head, days.getOrDefault(date, Day.empty(date)))) {
                Sum sum = sums.computeIfAbsent(slot.item().exerciseId(), _ -> new Sum());
                sum.over += slot.over();
                if (slot.excuse() != null) {
                    sum.excused.merge(slot.excuse(), (long) slot.item().sets(), Long::sum);
                } else {
                    sum.prescribed += slot.item().sets();
                    sum.done += slot.capped();
                }
            }
        }
        var lines = new ArrayList<ExerciseLine>();
        sums.forEach((exerciseId, sum) -> {
            var excused = new TreeMap<String, Long>();
            sum.excused.forEach((reason, sets) -> excused.put(reason.name(), sets));
            lines.add(new ExerciseLine(
                    exerciseId,
                    name(exerciseId),
                    sum.prescribed,
                    AdherenceAnswer.sets(sum.done),
                    AdherenceAnswer.sets(sum.over),
                    excused));
        });
        return lines;
    }

    private static List<Score> scores(UserState head, Map<LocalDate, Day> days) {
        Set<String> superseded = head.superseded();
        return days.values().stream()
                .flatMap(day -> day.counted().stream()
                        .filter(fact -> !superseded.contains(fact.id()))
                        .filter(Fact.Score.class::isInstance)
                        .map(Fact.Score.class::cast)
                        .map(s -> new Score(
                                s.time(), day.date(), s.score(), s.context().name())))
                .sorted(Comparator.comparing(Score::time))
                .toList();
    }

    private List<Logged> logged(UserState head, TreeMap<LocalDate, Day> days) {
        Set<String> superseded = head.superseded();
        return days.descendingMap().values().stream()
                .map(day -> {
                    List<Fact> counted = day.counted().stream()
                            .filter(fact -> !superseded.contains(fact.id()))
                            .toList();
                    List<Entry> entries = Stream.concat(
                                    day.counted().stream(),
                                    day.notCounted().stream().map(Day.NotCounted::fact))
                            .filter(fact -> fact instanceof Fact.DoneSet || fact instanceof Fact.Score)
                            .sorted(Fact.BY_TIME)
                            .map(fact -> entry(fact, counted.contains(fact)))
                            .toList();
                    return new Logged(
                            day.date(),
                            counted.stream()
                                    .filter(Fact.DoneSet.class::isInstance)
                                    .count(),
                            counted.stream()
                                    .filter(Fact.Score.class::isInstance)
                                    .count(),
                            entries);
                })
                .filter(logged -> !logged.entries().isEmpty())
                .toList();
    }

    private Entry entry(Fact fact, boolean counts) {
        return switch (fact) {
            case Fact.DoneSet s ->
                new Entry(
                        s.time(),
                        name(s.exerciseId()),
                        s.side() == Side.NONE ? null : s.side().name(),
                        s.reps(),
                        s.holdSeconds(),
                        null,
                        null,
                        null,
                        null,
                        counts);
            case Fact.Score s ->
                new Entry(
                        s.time(),
                        s.exerciseId() == null ? null : name(s.exerciseId()),
                        null,
                        null,
                        null,
                        s.score(),
                        s.context().name(),
                        s.sensation().name(),
                        s.region().name(),
                        counts);
            case Fact.Withdrawn _, Fact.Answers _ -> throw new IllegalArgumentException("neither a set nor a score");
        };
    }

    private static List<Decided> decisions(UserState head) {
        return head.nudges().reversed().stream()
                .map(Decision::nudge)
                .map(n -> new Decided(
                        n.date(),
                        n.decidedAt(),
                        n.kind().name(),
                        n.outcome().name(),
                        text(n.reason()),
                        text(n.state()),
                        n.outcome() == Nudge.Outcome.SENT ? n.text() : null))
                .toList();
    }

    private static @Nullable String text(@Nullable Enum<?> constant) {
        return constant == null ? null : constant.name();
    }

    private String name(String exerciseId) {
        Exercise exercise = exercises.get(exerciseId);
        return exercise == null ? exerciseId : exercise.name();
    }

    // ---- the facts behind a day

    /// A set that fills a slot.
    ///
    /// @param amount of which `target` is a full set; null where the app gave none, which asserts a full set
    public record Filling(
            Instant time, Instant receivedAt, @Nullable Integer amount, int target) {}

    /// A slot of a day. Sets.
    ///
    /// @param state DUE, PARTIAL, DONE, MISSED or EXCUSED
    /// @param counted what of the credit counts
    public record Owed(
            String exercise,
            @Nullable String side,
            @Nullable String timeOfDay,
            int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            String state,
            @Nullable String excuse,
            BigDecimal credit,
            BigDecimal counted,
            List<Filling> fillings) {}

    /// A fact that does not count.
    ///
    /// @param rule why, with the number of the rule
    public record Uncounted(Instant time, Instant receivedAt, String rule) {}

    /// What a day's figures are made of. Sets.
    public record DayFile(
            Client client,
            LocalDate date,
            boolean closed,
            @Nullable LocalDate planFrom,
            BigDecimal done,
            long due,
            long excused,
            BigDecimal over,
            List<Owed> owed,
            List<Uncounted> uncounted,
            List<Why> whys) {}

    /// Why a rule about pain applied, or why a nudge was sent or was not.
    ///
    /// @param rule its number
    /// @param rulesVersion of the thresholds; null where the rule has none that can be set
    public record Why(String text, String rule, @Nullable String rulesVersion) {}

    /// Why a day's figures, postponements and nudges are what they are.
    ///
    /// @param date a local date of the client
    /// @param language `en` or `de`
    public Mono<DayFile> day(Caller caller, String userId, String date, String language) {
        return Mono.zip(
                        Blocking.call(() -> Client.of(CohortRow.of(read(caller, userId), clock.instant()))),
                        adherence.explain(userId, date, caller),
                        explanations.explanation(userId, date, language, caller))
                .map(parts -> {
                    AdherenceController.ExplainBody e = parts.getT2();
                    return new DayFile(
                            parts.getT1(),
                            e.date(),
                            e.closed(),
                            e.planEffectiveFrom(),
                            e.day().done(),
                            e.day().due(),
                            e.day().excused(),
                            e.day().over(),
                            e.slots().stream().map(this::owed).toList(),
                            Stream.concat(e.unassigned().stream(), e.notCounted().stream())
                                    .map(fact -> new Uncounted(fact.time(), fact.receivedAt(), fact.rule()))
                                    .toList(),
                            parts.getT3().statements().stream()
                                    .filter(s ->
                                            s.about() == Explanation.About.PAIN || s.about() == Explanation.About.NUDGE)
                                    .map(s -> new Why(s.text(), s.rule(), s.rulesVersion()))
                                    .toList());
                });
    }

    private Owed owed(AdherenceController.ExplainSlot s) {
        AdherenceController.AgendaItem item = s.slot();
        return new Owed(
                name(item.exerciseId()),
                item.side() == Side.NONE ? null : item.side().name(),
                item.timeOfDay(),
                item.prescribed().sets(),
                item.prescribed().reps(),
                item.prescribed().holdSeconds(),
                item.state().name(),
                text(item.excuse()),
                s.credit(),
                s.counted(),
                s.sets().stream()
                        .map(set -> new Filling(set.time(), set.receivedAt(), set.amount(), set.target()))
                        .toList());
    }

    // ---- the plan

    private PlanSheet sheet(UserState head, LocalDate today) {
        Plan plan = head.plan();
        if (plan == null) {
            return new PlanSheet(0, head.zone(), List.of());
        }
        Plan.Version current = plan.on(today);
        return new PlanSheet(
                plan.revision(),
                plan.timeZone(),
                plan.versions().reversed().stream()
                        .map(v -> new Version(
                                v.effectiveFrom(),
                                v == current,
                                v.items().stream().map(this::item).toList()))
                        .toList());
    }

    private Item item(Plan.Item i) {
        String schedule = switch (i.schedule()) {
            case Plan.Schedule.DaysOfWeek _ -> "DAYS";
            case Plan.Schedule.EveryDays _ -> "EVERY";
            case Plan.Schedule.TimesPerWeek _ -> "WEEKLY";
        };
        int n = switch (i.schedule()) {
            case Plan.Schedule.DaysOfWeek _ -> 1;
            case Plan.Schedule.EveryDays s -> s.n();
            case Plan.Schedule.TimesPerWeek s -> s.n();
        };
        return new Item(
                i.id(),
                i.exerciseId(),
                name(i.exerciseId()),
                i.sets(),
                i.reps(),
                i.holdSeconds(),
                schedule,
                i.schedule() instanceof Plan.Schedule.DaysOfWeek s ? s.days() : Set.of(),
                n,
                i.schedule().timesOfDay(),
                i.postponeFrom());
    }

    /// An exercise as somebody wants to prescribe it; what cannot be read is null and refused where it is
    /// needed.
    ///
    /// @param schedule DAYS, EVERY or WEEKLY
    public record Line(
            String exerciseId,
            @Nullable Integer sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            String schedule,
            List<DayOfWeek> days,
            @Nullable Integer n,
            List<String> times,
            @Nullable Integer postponeFrom) {}

    /// What is to be prescribed from a date on, until something else is.
    ///
    /// @param revision of the plan that it was made over; 0 where there was none
    /// @param zone for a client without a plan
    /// @param lines none for a pause
    public record Draft(long revision, String from, String zone, List<Line> lines) {}

    /// What is wrong with a draft: the field of a line, or null for the whole of it.
    ///
    /// @param line number from 0; null for the whole
    public record Fault(@Nullable Integer line, String text) {}

    /// Something to look at, never an error.
    ///
    /// @param exercise null for the whole
    public record Warning(String code, @Nullable String exercise, String text) {}

    /// What a date would owe.
    public record Ahead(LocalDate date, List<Dosed> dosed) {}

    /// One exercise of a date.
    public record Dosed(
            String exercise,
            int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            List<LocalTime> times) {}

    /// What a draft would do.
    public record Preview(List<Fault> faults, List<Warning> warnings, List<Ahead> days) {}

    /// A client with the plan, for who changes it.
    public record PlanFile(Client client, LocalDate today, Set<String> conditions, PlanSheet plan) {}

    /// The plan of a client.
    public Mono<PlanFile> plan(Caller caller, String userId) {
        return Blocking.call(() -> {
            UserState head = read(caller, userId);
            Instant now = clock.instant();
            return new PlanFile(
                    Client.of(CohortRow.of(head, now)),
                    head.today(now),
                    Set.copyOf(names(head.profile().conditions().toArray(Enum[]::new))),
                    sheet(head, head.today(now)));
        });
    }

    /// What would come of a draft, by the rules of the API; nothing is stored.
    public Mono<Preview> preview(Caller caller, String userId, Draft draft) {
        return Blocking.call(() -> {
            UserState head = read(caller, userId);
            Instant now = clock.instant();
            LocalDate today = head.today(now);
            try {
                Plan plan = body(head.plan(), draft)
                        .toPlan(new PlanBody.Situation(
                                head.plan(),
                                today,
                                !users.day(userId, today)
                                        .sets(head.superseded())
                                        .isEmpty(),
                                now,
                                exercises::get));
                LocalDate from = LocalDate.parse(draft.from());
                LocalDate first = from.isBefore(today) ? today : from;
                return new Preview(
                        List.of(),
                        warnings(PlanWarning.of(plan, exercises::get), draft),
                        first.datesUntil(first.plusDays(PREVIEW_DAYS))
                                .map(date -> ahead(plan, head, date))
                                .toList());
            } catch (ProblemException e) {
                return new Preview(faults(e.problem()), List.of(), List.of());
            }
        });
    }

    private Ahead ahead(Plan plan, UserState head, LocalDate date) {
        var dosed = new ArrayList<Dosed>();
        var shown = new HashSet<String>();
        for (Slot slot : Dose.slots(plan, head.excusesInForce(), date, List.of(), (_, _) -> false)) {
            Plan.Item item = slot.item();
            if (shown.add(item.id()) && !slot.excused()) {
                dosed.add(new Dosed(
                        name(item.exerciseId()),
                        item.sets(),
                        item.reps(),
                        item.holdSeconds(),
                        item.schedule().timesOfDay()));
            }
        }
        return new Ahead(date, dosed);
    }

    /// Writes a draft.
    ///
    /// @return what to look at
    /// @throws dev.adhere.platform.web.ProblemException as `PUT /plan` has it
    public Mono<List<Warning>> save(Caller caller, String userId, Draft draft) {
        return Blocking.call(() -> body(read(caller, userId).plan(), draft))
                .flatMap(body ->
                        plans.put(userId, body, draft.revision() == 0 ? null : Revision.etag(draft.revision()), caller))
                .mapNotNull(org.springframework.http.HttpEntity::getBody)
                .map(saved -> warnings(saved.warnings() == null ? List.of() : saved.warnings(), draft));
    }

    private List<Warning> warnings(List<PlanWarning> all, Draft draft) {
        return all.stream()
                .filter(w -> w.effectiveFrom().equals(draft.from()))
                .map(w -> new Warning(w.code(), w.itemId() == null ? null : name(w.itemId()), w.text()))
                .distinct()
                .toList();
    }

    /// What is wrong, from a problem of the API.
    public static List<Fault> faults(Problem problem) {
        if (problem.errors() == null) {
            return List.of(new Fault(null, String.valueOf(problem.detail())));
        }
        return problem.errors().stream()
                .map(e -> {
                    String field = e.field();
                    int open = field.indexOf(".items[");
                    int close = field.indexOf(']', open + 7);
                    if (open < 0 || close < 0) {
                        return new Fault(null, field + " " + e.message());
                    }
                    String rest = field.substring(close + 1).replaceFirst("^\\.", "");
                    return new Fault(
                            Integer.valueOf(field.substring(open + 7, close)),
                            (rest.isEmpty() ? "" : rest + " ") + e.message());
                })
                .toList();
    }

    // What was prescribed before the draft's date stays, what from it on is the draft's.
    private static PlanBody body(@Nullable Plan plan, Draft draft) {
        var versions = new ArrayList<PlanBody.@Nullable VersionBody>();
        LocalDate from = PlanBody.date(draft.from());
        PlanBody existing = plan == null ? null : PlanBody.of(plan, null);
        if (existing != null && existing.versions() != null && from != null) {
            for (PlanBody.VersionBody version : existing.versions()) {
                if (version != null
                        && version.effectiveFrom() != null
                        && version.effectiveFrom().compareTo(draft.from()) < 0) {
                    versions.add(version);
                }
            }
        }
        versions.add(new PlanBody.VersionBody(
                draft.from(),
                draft.lines().stream()
                        .<PlanBody.@Nullable ItemBody>map(Coaching::item)
                        .toList()));
        return new PlanBody(
                existing == null ? draft.zone() : existing.timeZone(),
                existing == null ? null : existing.zonePolicy(),
                versions,
                null);
    }

    private static PlanBody.ItemBody item(Line line) {
        List<String> times = line.times().isEmpty() ? null : line.times();
        return new PlanBody.ItemBody(
                line.exerciseId(),
                line.exerciseId(),
                line.sets(),
                line.reps(),
                line.holdSeconds(),
                switch (line.schedule()) {
                    case "EVERY" -> new PlanBody.ScheduleBody(null, or(line.n()), null, times);
                    case "WEEKLY" -> new PlanBody.ScheduleBody(null, null, or(line.n()), times);
                    default ->
                        new PlanBody.ScheduleBody(
                                line.days().stream()
                                        .map(day -> day.name().substring(0, 3).toLowerCase(Locale.ROOT))
                                        .toList(),
                                null,
                                null,
                                times);
                },
                line.postponeFrom());
    }

    // A number that cannot be read is one out of range.
    private static int or(@Nullable Integer n) {
        return n == null ? 0 : n;
    }

    /// An exercise that can be prescribed.
    ///
    /// @param kind STRENGTHENING, STRETCHING, MOBILITY or CARDIO
    /// @param holdSeconds what the first source that says so begins with; null where none does
    public record Prescribable(
            String id,
            String name,
            String kind,
            boolean unilateral,
            @Nullable Integer sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds) {}

    /// Published exercises that have every word of `q` in their name or an alias, by name; 20 at most.
    public List<Prescribable> exercises(String q) {
        List<String> words = Stream.of(q.toLowerCase(Locale.ROOT).split("\\s+"))
                .filter(word -> !word.isBlank())
                .toList();
        return exercises.all().stream()
                .filter(e -> e.status() == Exercise.Status.PUBLISHED)
                .filter(e -> {
                    String names = (e.name() + " " + String.join(" ", e.aliases())).toLowerCase(Locale.ROOT);
                    return words.stream().allMatch(names::contains);
                })
                .sorted(Comparator.comparing(Exercise::name, String.CASE_INSENSITIVE_ORDER))
                .limit(MOST_FOUND)
                .map(Coaching::prescribable)
                .toList();
    }

    /// The published exercise of an id, if there is one.
    public @Nullable Prescribable exercise(String id) {
        Exercise exercise = exercises.get(id);
        return exercise == null ? null : prescribable(exercise);
    }

    /// What to fall back to when an exercise is too much (P4); null where nothing published is known.
    public @Nullable Prescribable easierForm(String exerciseId) {
        Exercise exercise = exercises.get(exerciseId);
        Exercise easier =
                exercise == null || exercise.easierForm() == null ? null : exercises.get(exercise.easierForm());
        return easier == null || easier.status() != Exercise.Status.PUBLISHED ? null : prescribable(easier);
    }

    private static Prescribable prescribable(Exercise e) {
        return new Prescribable(
                e.id(),
                e.name(),
                e.kind().name(),
                Boolean.TRUE.equals(e.unilateral()),
                least(e, Exercise.Source::sets),
                least(e, Exercise.Source::reps),
                least(e, Exercise.Source::holdSeconds));
    }

    private static @Nullable Integer least(
            Exercise e, java.util.function.Function<Exercise.Source, Exercise.@Nullable Range> said) {
        for (Exercise.Source source : e.sources()) {
            Exercise.Range range = said.apply(source);
            if (range != null) {
                return range.min();
            }
        }
        return null;
    }

    // ---- alerts, approvals, the hold

    /// Says that the caller has seen an alert.
    public Mono<Void> acknowledge(Caller caller, String userId, String alertId, String note) {
        return alerts.acknowledge(userId, alertId, note.isEmpty() ? null : new AlertController.Body(note), caller)
                .then();
    }

    /// Allows an exercise that waits for it.
    ///
    /// @param scope CONDITIONS or PROGRESS
    public Mono<Void> approve(Caller caller, String userId, String exerciseId, String scope) {
        return pain.approve(userId, exerciseId, new PainController.ApprovalRequest(scope), caller)
                .then();
    }

    /// Ends a hold.
    public Mono<Void> endHold(Caller caller, String userId) {
        return pain.endHold(userId, caller).then();
    }

    // ---- excuses

    /// Takes days out of the measure.
    ///
    /// @throws dev.adhere.platform.web.ProblemException as `POST /excuses` has it
    public Mono<Void> excuse(
            Caller caller, String userId, String from, String to, @Nullable String exerciseId, String reason) {
        return Blocking.call(() -> read(caller, userId))
                .flatMap(_ -> excuses.add(userId, new ExcuseController.Body(from, to, exerciseId, reason), caller))
                .then();
    }
}
