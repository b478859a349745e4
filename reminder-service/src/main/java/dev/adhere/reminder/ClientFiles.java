package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Coaching.Alerted;
import dev.adhere.reminder.Coaching.DayCell;
import dev.adhere.reminder.Coaching.DayKind;
import dev.adhere.reminder.Coaching.Decided;
import dev.adhere.reminder.Coaching.Entry;
import dev.adhere.reminder.Coaching.Excused;
import dev.adhere.reminder.Coaching.ExerciseLine;
import dev.adhere.reminder.Coaching.Filling;
import dev.adhere.reminder.Coaching.Logged;
import dev.adhere.reminder.Coaching.Owed;
import dev.adhere.reminder.Coaching.Score;
import dev.adhere.reminder.Coaching.Waiting;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a coach reads about one client, made of the client's aggregate and days by the fold's own functions.
final class ClientFiles {

    private static final int EXERCISE_DAYS = 28;

    private final Exercises exercises;
    private final PlanDrafts drafts;

    ClientFiles(Exercises exercises, PlanDrafts drafts) {
        this.exercises = exercises;
        this.drafts = drafts;
    }

    /// @param days of the last `Coaching.DAYS` dates, those that are stored
    Coaching.File file(UserState head, TreeMap<LocalDate, Day> days, Instant now) {
        LocalDate today = head.today(now);
        return new Coaching.File(
                Coaching.Client.of(CohortRow.of(head, now)),
                today,
                conditions(head),
                head.profile().baselinePain(),
                weeks(head, today),
                lines(head, days, today),
                scores(head, days),
                logged(head, days),
                decisions(head),
                excuses(head),
                head.pain().alerts().reversed().stream()
                        .filter(a -> a.acknowledgedAt() != null)
                        .map(Alerted::of)
                        .toList(),
                head.pain().hold() != null,
                waiting(head.pain()),
                drafts.sheet(head, today));
    }

    /// Names of the client's conditions.
    static Set<String> conditions(UserState head) {
        return head.profile().conditions().stream().map(Enum::name).collect(Collectors.toUnmodifiableSet());
    }

    private List<Excused> excuses(UserState head) {
        return head.excusesInForce().stream()
                .distinct()
                .sorted(Comparator.comparing(Excuse::from).reversed())
                .map(e -> new Excused(
                        e.from(),
                        e.to().equals(LocalDate.MAX) ? null : e.to(),
                        e.exerciseId() == null ? null : exercises.name(e.exerciseId()),
                        e.reason().name()))
                .toList();
    }

    private List<Waiting> waiting(PainState pain) {
        return PainController.waiting(pain)
                .map(a -> new Waiting(
                        a.exerciseId(),
                        exercises.name(a.exerciseId()),
                        a.scope().name()))
                .toList();
    }

    private List<List<DayCell>> weeks(UserState head, LocalDate today) {
        var weeks = new ArrayList<List<DayCell>>();
        LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        for (int back = Coaching.DAYS / 7 - 1; back >= 0; back--) {
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
                    exercises.name(exerciseId),
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
                        exercises.name(s.exerciseId()),
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
                        s.exerciseId() == null ? null : exercises.name(s.exerciseId()),
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

    /// A slot of a day, as the API explains it.
    Owed owed(AdherenceController.ExplainSlot s) {
        AdherenceController.AgendaItem item = s.slot();
        return new Owed(
                exercises.name(item.exerciseId()),
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

    private static @Nullable String text(@Nullable Enum<?> constant) {
        return constant == null ? null : constant.name();
    }
}
