package dev.adhere.reminder.dashboard;

import dev.adhere.reminder.Coaching;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/// A plan as the editor's form has it: what somebody typed, right or wrong, so that it can be shown again.
///
/// @param revision of the plan that it was begun over
/// @param from date from which it counts
/// @param find what an exercise is searched by
record PlanForm(long revision, String from, String zone, String find, List<Row> rows) {

    static final int MOST_ROWS = 50;

    /// One exercise.
    ///
    /// @param days names of days of the week
    /// @param times of day, separated by commas or spaces
    /// @param postpone the score from which it is postponed; empty: as the thresholds have it
    record Row(
            String exerciseId,
            String name,
            String sets,
            String reps,
            String hold,
            String schedule,
            Set<String> days,
            String n,
            String times,
            String postpone) {

        Row withSets(int sets) {
            return new Row(exerciseId, name, String.valueOf(sets), reps, hold, schedule, days, n, times, postpone);
        }

        /// Whether a set can be taken off.
        public boolean hasSetsToSpare() {
            Integer sets = number(this.sets);
            return sets != null && sets > 1;
        }
    }

    /// The form for a change of what is prescribed now, from tomorrow on.
    static PlanForm of(Coaching.PlanFile file) {
        List<Coaching.Item> items = file.plan().versions().stream()
                .filter(Coaching.Version::current)
                .findFirst()
                .map(Coaching.Version::items)
                .orElse(List.of());
        LocalDate from =
                file.plan().revision() == 0 ? file.today() : file.today().plusDays(1);
        return new PlanForm(
                file.plan().revision(),
                from.toString(),
                file.plan().zone().getId(),
                "",
                items.stream().map(PlanForm::row).toList());
    }

    private static Row row(Coaching.Item item) {
        return new Row(
                item.exerciseId(),
                item.name(),
                String.valueOf(item.sets()),
                text(item.reps()),
                text(item.holdSeconds()),
                item.schedule(),
                item.days().stream().map(DayOfWeek::name).collect(Collectors.toSet()),
                String.valueOf(item.n()),
                item.times().stream().map(LocalTime::toString).collect(Collectors.joining(", ")),
                text(item.postponeFrom()));
    }

    private static String text(@Nullable Integer number) {
        return number == null ? "" : number.toString();
    }

    /// Reads what a browser sent; what is not there is empty.
    static PlanForm read(MultiValueMap<String, String> form) {
        var rows = new ArrayList<Row>();
        for (int i = 0; i < MOST_ROWS && form.containsKey("exerciseId" + i); i++) {
            rows.add(new Row(
                    first(form, "exerciseId" + i),
                    first(form, "name" + i),
                    first(form, "sets" + i),
                    first(form, "reps" + i),
                    first(form, "hold" + i),
                    first(form, "schedule" + i),
                    Set.copyOf(form.getOrDefault("days" + i, List.of())),
                    first(form, "n" + i),
                    first(form, "times" + i),
                    first(form, "postpone" + i)));
        }
        Integer revision = number(first(form, "revision"));
        return new PlanForm(
                revision == null ? 0 : revision, first(form, "from"), first(form, "zone"), first(form, "find"), rows);
    }

    static String first(MultiValueMap<String, String> form, String name) {
        String value = form.getFirst(name);
        return value == null ? "" : value.strip();
    }

    PlanForm with(Coaching.Prescribable exercise) {
        if (rows.size() >= MOST_ROWS) {
            return this;
        }
        var more = new ArrayList<>(rows);
        var every = new Row(
                "",
                "",
                "",
                "",
                "",
                "DAYS",
                EnumSet.allOf(DayOfWeek.class).stream().map(DayOfWeek::name).collect(Collectors.toSet()),
                "1",
                "",
                "");
        more.add(row(exercise, every));
        return new PlanForm(revision, from, zone, "", more);
    }

    /// What P4 suggests for a row: the easier form in its place, in the least dose that its sources give;
    /// where there is none, or it is in the plan already, one set less. The coach sees it before it is saved.
    ///
    /// @param easierForm of an exercise's id; null where none is known
    PlanForm easier(int row, Function<String, Coaching.@Nullable Prescribable> easierForm) {
        if (row < 0 || row >= rows.size()) {
            return this;
        }
        Row old = rows.get(row);
        var eased = new ArrayList<>(rows);
        Coaching.Prescribable instead = instead(old, easierForm);
        if (instead != null) {
            eased.set(row, row(instead, old));
        } else if (old.hasSetsToSpare()) {
            eased.set(row, old.withSets(Integer.parseInt(old.sets()) - 1));
        }
        return new PlanForm(revision, from, zone, find, eased);
    }

    // Doses of one exercise say nothing of another's: sets are owed per side where it has sides.
    private static Row row(Coaching.Prescribable exercise, Row when) {
        boolean needsReps = exercise.reps() == null && exercise.holdSeconds() == null;
        return new Row(
                exercise.id(),
                exercise.name(),
                exercise.sets() == null ? "2" : exercise.sets().toString(),
                needsReps ? "10" : text(exercise.reps()),
                text(exercise.holdSeconds()),
                when.schedule(),
                when.days(),
                when.n(),
                when.times(),
                "");
    }

    /// The easier form of a row's exercise; null where there is none or it is in the plan already.
    Coaching.@Nullable Prescribable instead(Row row, Function<String, Coaching.@Nullable Prescribable> easierForm) {
        Coaching.Prescribable form = easierForm.apply(row.exerciseId());
        boolean isThere =
                form != null && rows.stream().anyMatch(each -> each.exerciseId().equals(form.id()));
        return isThere ? null : form;
    }

    PlanForm without(int row) {
        var less = new ArrayList<>(rows);
        if (row >= 0 && row < less.size()) {
            less.remove(row);
        }
        return new PlanForm(revision, from, zone, find, less);
    }

    Coaching.Draft draft() {
        return new Coaching.Draft(
                revision, from, zone, rows.stream().map(PlanForm::line).toList());
    }

    private static Coaching.Line line(Row row) {
        return new Coaching.Line(
                row.exerciseId(),
                number(row.sets()),
                optional(row.reps()),
                optional(row.hold()),
                row.schedule(),
                Arrays.stream(DayOfWeek.values())
                        .filter(day -> row.days().contains(day.name()))
                        .toList(),
                number(row.n()),
                Arrays.stream(row.times().split("[,;\\s]+"))
                        .filter(time -> !time.isEmpty())
                        .toList(),
                optional(row.postpone()));
    }

    // What is there and cannot be read is out of range, and not "not said".
    private static @Nullable Integer optional(String text) {
        Integer number = number(text);
        return text.isEmpty() || number != null ? number : Integer.valueOf(-1);
    }

    static @Nullable Integer number(String text) {
        try {
            return text.isEmpty() ? null : Integer.valueOf(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
