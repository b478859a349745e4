package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemException;
import dev.adhere.reminder.Coaching.Ahead;
import dev.adhere.reminder.Coaching.Dosed;
import dev.adhere.reminder.Coaching.Draft;
import dev.adhere.reminder.Coaching.Fault;
import dev.adhere.reminder.Coaching.Item;
import dev.adhere.reminder.Coaching.Line;
import dev.adhere.reminder.Coaching.PlanSheet;
import dev.adhere.reminder.Coaching.Prescribable;
import dev.adhere.reminder.Coaching.Preview;
import dev.adhere.reminder.Coaching.Version;
import dev.adhere.reminder.Coaching.Warning;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A plan as a coach reads and drafts it, in the terms of the API and by its checks.
final class PlanDrafts {

    private static final int MOST_FOUND = 20;

    private final Exercises exercises;

    PlanDrafts(Exercises exercises) {
        this.exercises = exercises;
    }

    /// The plan that is there.
    PlanSheet sheet(UserState head, LocalDate today) {
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
                exercises.name(i.exerciseId()),
                i.sets(),
                i.reps(),
                i.holdSeconds(),
                schedule,
                i.schedule() instanceof Plan.Schedule.DaysOfWeek s ? s.days() : Set.of(),
                n,
                i.schedule().timesOfDay(),
                i.postponeFrom());
    }

    /// What would come of a draft.
    ///
    /// @param begun whether there is a set of today
    Preview preview(UserState head, Draft draft, boolean begun, Instant now) {
        LocalDate today = head.today(now);
        try {
            Plan plan = body(head.plan(), draft)
                    .toPlan(new PlanBody.Situation(head.plan(), today, begun, now, exercises::get));
            LocalDate from = LocalDate.parse(draft.from());
            LocalDate first = from.isBefore(today) ? today : from;
            return new Preview(
                    List.of(),
                    warnings(PlanWarning.of(plan, exercises::get), draft),
                    first.datesUntil(first.plusDays(Coaching.PREVIEW_DAYS))
                            .map(date -> ahead(plan, head, date))
                            .toList());
        } catch (ProblemException e) {
            return new Preview(faults(e.problem()), List.of(), List.of());
        }
    }

    private Ahead ahead(Plan plan, UserState head, LocalDate date) {
        var dosed = new ArrayList<Dosed>();
        var shown = new HashSet<String>();
        for (Slot slot : Dose.slots(plan, head.excusesInForce(), date, List.of(), (_, _) -> false)) {
            Plan.Item item = slot.item();
            if (shown.add(item.id()) && !slot.excused()) {
                dosed.add(new Dosed(
                        exercises.name(item.exerciseId()),
                        item.sets(),
                        item.reps(),
                        item.holdSeconds(),
                        item.schedule().timesOfDay()));
            }
        }
        return new Ahead(date, dosed);
    }

    /// What to look at in what a draft is about.
    List<Warning> warnings(List<PlanWarning> all, Draft draft) {
        return all.stream()
                .filter(w -> w.effectiveFrom().equals(draft.from()))
                .map(w -> new Warning(w.code(), w.itemId() == null ? null : exercises.name(w.itemId()), w.text()))
                .distinct()
                .toList();
    }

    /// What is wrong, from a problem of the API.
    static List<Fault> faults(Problem problem) {
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

    /// What was prescribed before the draft's date stays, what from it on is the draft's.
    static PlanBody body(@Nullable Plan plan, Draft draft) {
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
                        .<PlanBody.@Nullable ItemBody>map(PlanDrafts::item)
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

    /// Published exercises that have every word of `q` in their name or an alias, by name; 20 at most.
    List<Prescribable> exercises(String q) {
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
                .map(PlanDrafts::prescribable)
                .toList();
    }

    /// The published exercise of an id, if there is one.
    @Nullable
    Prescribable exercise(String id) {
        Exercise exercise = exercises.get(id);
        return exercise == null ? null : prescribable(exercise);
    }

    /// What to fall back to when an exercise is too much (P4); null where nothing published is known.
    @Nullable
    Prescribable easierForm(String exerciseId) {
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

    private static @Nullable Integer least(Exercise e, Function<Exercise.Source, Exercise.@Nullable Range> said) {
        for (Exercise.Source source : e.sources()) {
            Exercise.Range range = said.apply(source);
            if (range != null) {
                return range.min();
            }
        }
        return null;
    }
}
