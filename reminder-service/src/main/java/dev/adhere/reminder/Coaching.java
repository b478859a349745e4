package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Revision;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
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
    private final ClientFiles files;
    private final PlanDrafts drafts;
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
        this.drafts = new PlanDrafts(exercises);
        this.files = new ClientFiles(exercises, drafts);
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

        static Alerted of(Alert a) {
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

        static Client of(CohortRow row) {
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
            var days = new TreeMap<LocalDate, Day>();
            users.days(today.minusDays(DAYS - 1L)
                            .datesUntil(today.plusDays(1))
                            .map(date -> UserDocuments.dayId(userId, date))
                            .toList())
                    .values()
                    .forEach(day -> days.put(day.date(), day));
            return files.file(head, days, now);
        });
    }

    private UserState read(Caller caller, String userId) {
        caller.require(Role.COACH);
        UserState head = access.read(caller, userId);
        access.requireCoach(caller, head);
        return head;
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
                            e.slots().stream().map(files::owed).toList(),
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

    // ---- the plan

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
                    ClientFiles.conditions(head),
                    drafts.sheet(head, head.today(now)));
        });
    }

    /// What would come of a draft, by the rules of the API; nothing is stored.
    public Mono<Preview> preview(Caller caller, String userId, Draft draft) {
        return Blocking.call(() -> {
            UserState head = read(caller, userId);
            Instant now = clock.instant();
            boolean begun =
                    !users.day(userId, head.today(now)).sets(head.superseded()).isEmpty();
            return drafts.preview(head, draft, begun, now);
        });
    }

    /// Writes a draft.
    ///
    /// @return what to look at
    /// @throws dev.adhere.platform.web.ProblemException as `PUT /plan` has it
    public Mono<List<Warning>> save(Caller caller, String userId, Draft draft) {
        return Blocking.call(() -> PlanDrafts.body(read(caller, userId).plan(), draft))
                .flatMap(body ->
                        plans.put(userId, body, draft.revision() == 0 ? null : Revision.etag(draft.revision()), caller))
                .mapNotNull(org.springframework.http.HttpEntity::getBody)
                .map(saved -> drafts.warnings(saved.warnings() == null ? List.of() : saved.warnings(), draft));
    }

    /// What is wrong, from a problem of the API.
    public static List<Fault> faults(Problem problem) {
        return PlanDrafts.faults(problem);
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
        return drafts.exercises(q);
    }

    /// The published exercise of an id, if there is one.
    public @Nullable Prescribable exercise(String id) {
        return drafts.exercise(id);
    }

    /// What to fall back to when an exercise is too much (P4); null where nothing published is known.
    public @Nullable Prescribable easierForm(String exerciseId) {
        return drafts.easierForm(exerciseId);
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
