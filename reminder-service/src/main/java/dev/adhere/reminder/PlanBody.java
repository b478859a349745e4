package dev.adhere.reminder;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A plan as HTTP speaks it, and what it must fulfil to become one.
///
/// @param timeZone an IANA region, or UTC; counts until the user prefers another
/// @param zonePolicy FIXED: the plan's zone rules whatever the user prefers; FOLLOW_USER if absent
/// @param versions each is valid from its date until the next one's
/// @param warnings said by the service, ignored when it comes back
@FromClient
@Schema(name = "Plan", example = """
                {"timeZone":"Europe/Berlin","zonePolicy":"FOLLOW_USER","versions":[{"effectiveFrom":"2026-11-20","items":[
                {"id":"bridge","exerciseId":"bridge","sets":3,"reps":10,"schedule":{"everyDays":1,"timesOfDay":["18:00"]}}]}]}""")
record PlanBody(
        @Schema(requiredMode = REQUIRED, example = "Europe/Berlin") @Nullable
        String timeZone,

        @Schema(implementation = Plan.ZonePolicy.class) @Nullable
        String zonePolicy,

        @ArraySchema(minItems = 1, maxItems = MOST_VERSIONS, arraySchema = @Schema(requiredMode = REQUIRED)) @Nullable
        List<@Nullable VersionBody> versions,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<PlanWarning> warnings) {

    /// What is prescribed from a date on.
    ///
    /// @param effectiveFrom the first date; no two versions have the same
    /// @param items what is to be done; none for a pause
    @FromClient
    @Schema(name = "PlanVersion")
    record VersionBody(
            @Schema(format = "date", requiredMode = REQUIRED, example = "2026-11-20") @Nullable
            String effectiveFrom,

            @ArraySchema(maxItems = MOST_ITEMS, arraySchema = @Schema(requiredMode = REQUIRED)) @Nullable
            List<@Nullable ItemBody> items) {}

    /// One exercise of a version. Dosed by `reps` if it has them, else by `holdSeconds`; it needs one of
    /// both.
    ///
    /// @param id unique within its version
    /// @param exerciseId an exercise of the catalogue, once a version
    /// @param sets per side and per time of day
    /// @param reps repetitions of a set
    /// @param holdSeconds seconds of a set
    /// @param schedule when it is due
    /// @param postponeFrom the low back's pain score from which it is postponed (P2), for an exercise that
    ///     the catalogue says to postpone on discomfort; left out: the lowest that the thresholds have
    @FromClient
    @Schema(name = "PlanItem")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ItemBody(
            @Schema(pattern = ID, requiredMode = REQUIRED, example = "bridge") @Nullable
            String id,

            @Schema(pattern = ID, requiredMode = REQUIRED, example = "bridge") @Nullable
            String exerciseId,

            @Schema(minimum = "1", maximum = "100", requiredMode = REQUIRED, example = "3") @Nullable
            Integer sets,

            @Schema(minimum = "1", maximum = "1000", example = "10") @Nullable
            Integer reps,

            @Schema(minimum = "1", maximum = "14400", example = "30") @Nullable
            Integer holdSeconds,

            @Schema(requiredMode = REQUIRED) @Nullable ScheduleBody schedule,

            @Schema(minimum = "1", maximum = "10", example = "2") @Nullable
            Integer postponeFrom) {}

    /// When an item is due: exactly one of `dayOfWeek`, `everyDays` and `timesPerWeek`.
    ///
    /// @param dayOfWeek on these days
    /// @param everyDays every so many days, counted from `effectiveFrom`
    /// @param timesPerWeek on so many days of an ISO week, any of them
    /// @param timesOfDay local times of each of those days; any time if absent
    @FromClient
    @Schema(name = "Schedule", example = "{\"dayOfWeek\":[\"mon\",\"wed\",\"fri\"],\"timesOfDay\":[\"08:00\"]}")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ScheduleBody(
            @ArraySchema(
                    minItems = 1,
                    schema = @Schema(allowableValues = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}))
            @Nullable
            List<String> dayOfWeek,

            @Schema(minimum = "1", maximum = "365") @Nullable
            Integer everyDays,

            @Schema(minimum = "1", maximum = "7") @Nullable Integer timesPerWeek,

            @ArraySchema(minItems = 1, maxItems = 24, uniqueItems = true, schema = @Schema(pattern = TIME_OF_DAY))
            @Nullable
            List<String> timesOfDay) {}

    /// What is known when a plan is written.
    ///
    /// @param plan the one in force; null before the first
    /// @param today the user's local date
    /// @param loggedToday whether a set of today counts already
    /// @param exercises what was ever published, by id
    record Situation(
            @Nullable Plan plan,
            LocalDate today,
            boolean loggedToday,
            Instant now,
            Function<String, @Nullable Exercise> exercises) {}

    static final String ID = "^[A-Za-z0-9._~-]{1,64}$";
    static final String TIME_OF_DAY = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
    private static final int MOST_VERSIONS = 100;
    private static final int MOST_ITEMS = 50;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    /// Checks everything and makes the plan.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 422 `validation-failed`, `overlapping-versions`,
    ///     `duplicate-exercise`, `unknown-reference`, `version-in-force` or `already-logged-today`
    Plan toPlan(Situation situation) {
        var check = new Check(situation);
        ZoneId zone = timeZone == null ? null : SessionEvents.zoneOf(timeZone);
        if (zone == null) {
            check.fault("timeZone", "is required, an IANA region such as Europe/Berlin, or UTC");
        }
        Plan.ZonePolicy policy = zonePolicy == null || zonePolicy.equals("FOLLOW_USER")
                ? Plan.ZonePolicy.FOLLOW_USER
                : Plan.ZonePolicy.FIXED;
        if (zonePolicy != null && !zonePolicy.equals(policy.name())) {
            check.fault("zonePolicy", "must be FOLLOW_USER or FIXED");
        }
        List<Plan.Version> checked = check.versions(versions);
        if (zone == null || !check.faults.isEmpty()) {
            throw Problem.validationFailed(check.faults).asException();
        }
        check.noDateTwice(checked);
        check.noExerciseTwice(checked);
        check.knownExercises();
        Plan existing = situation.plan();
        List<Plan.Version> versions = existing == null ? check.first(checked) : check.later(existing, checked);
        return new Plan(
                zone,
                policy,
                versions,
                existing == null ? 1 : existing.revision() + 1,
                existing == null ? situation.now() : existing.firstSavedAt(),
                situation.now());
    }

    static PlanBody of(Plan plan, @Nullable List<PlanWarning> warnings) {
        return new PlanBody(
                plan.timeZone().getId(),
                plan.zonePolicy().name(),
                plan.versions().stream()
                        .<@Nullable VersionBody>map(PlanBody::version)
                        .toList(),
                warnings);
    }

    private static VersionBody version(Plan.Version v) {
        return new VersionBody(
                v.effectiveFrom().toString(),
                v.items().stream().<@Nullable ItemBody>map(PlanBody::item).toList());
    }

    private static ItemBody item(Plan.Item i) {
        List<String> times =
                i.schedule().timesOfDay().stream().map(TIME::format).toList();
        List<String> timesOfDay = times.isEmpty() ? null : times;
        ScheduleBody schedule = switch (i.schedule()) {
            case Plan.Schedule.DaysOfWeek s ->
                new ScheduleBody(
                        s.days().stream()
                                .sorted()
                                .map(d -> DAYS.get(d.ordinal()))
                                .toList(),
                        null,
                        null,
                        timesOfDay);
            case Plan.Schedule.EveryDays s -> new ScheduleBody(null, s.n(), null, timesOfDay);
            case Plan.Schedule.TimesPerWeek s -> new ScheduleBody(null, null, s.n(), timesOfDay);
        };
        return new ItemBody(i.id(), i.exerciseId(), i.sets(), i.reps(), i.holdSeconds(), schedule, i.postponeFrom());
    }

    /// One run through a body.
    private static final class Check {
        final Situation situation;
        final List<FieldError> faults = new ArrayList<>();
        final List<FieldError> unknown = new ArrayList<>();

        Check(Situation situation) {
            this.situation = situation;
        }

        void fault(String field, String message) {
            faults.add(new FieldError(field, message));
        }

        List<Plan.Version> versions(@Nullable List<@Nullable VersionBody> bodies) {
            var versions = new ArrayList<Plan.Version>();
            if (bodies == null || bodies.isEmpty() || bodies.size() > MOST_VERSIONS) {
                fault("versions", "is required, 1-" + MOST_VERSIONS + " versions");
                return versions;
            }
            for (int v = 0; v < bodies.size(); v++) {
                String at = "versions[" + v + "]";
                VersionBody body = bodies.get(v);
                LocalDate from = body == null ? null : date(body.effectiveFrom());
                if (from == null) {
                    fault(at + ".effectiveFrom", "is required, a date such as 2026-11-16");
                }
                List<@Nullable ItemBody> itemBodies = body == null ? null : body.items();
                if (itemBodies == null || itemBodies.size() > MOST_ITEMS) {
                    fault(at + ".items", "is required, at most " + MOST_ITEMS + " items; none for a pause");
                    continue;
                }
                var items = new ArrayList<Plan.Item>();
                var ids = new HashSet<String>();
                for (int i = 0; i < itemBodies.size(); i++) {
                    Plan.Item item = item(at + ".items[" + i + "]", itemBodies.get(i));
                    if (item != null) {
                        items.add(item);
                        if (!ids.add(item.id())) {
                            fault(at + ".items[" + i + "].id", "must be unique within its version");
                        }
                    }
                }
                if (from != null) {
                    versions.add(new Plan.Version(from, items));
                }
            }
            return versions;
        }

        private Plan.@Nullable Item item(String at, @Nullable ItemBody body) {
            if (body == null) {
                fault(at, "is no item");
                return null;
            }
            int before = faults.size();
            String exerciseId = body.exerciseId();
            if (!SessionEvents.isId(body.id())) {
                fault(at + ".id", "is required, 1-64 of A-Z a-z 0-9 . _ ~ -");
            }
            if (!SessionEvents.isId(exerciseId)) {
                fault(at + ".exerciseId", "is required, an exercise of the catalogue");
            }
            within(at + ".sets", body.sets(), 1, 100, true);
            within(at + ".reps", body.reps(), 1, 1000, false);
            within(at + ".holdSeconds", body.holdSeconds(), 1, 14_400, false);
            within(at + ".postponeFrom", body.postponeFrom(), 1, 10, false);
            if (body.reps() == null && body.holdSeconds() == null) {
                fault(at, "needs reps or holdSeconds");
            }
            Plan.Schedule schedule = schedule(at + ".schedule", body.schedule());
            if (faults.size() > before
                    || schedule == null
                    || body.id() == null
                    || exerciseId == null
                    || body.sets() == null) {
                return null;
            }
            Exercise exercise = situation.exercises().apply(exerciseId);
            if (exercise == null) {
                unknown.add(new FieldError(at + ".exerciseId", "is no exercise of the catalogue"));
            }
            Plan.Item.Traits traits = exercise == null
                    ? new Plan.Item.Traits(exerciseId, false, null, false)
                    : new Plan.Item.Traits(
                            exercise.name(),
                            Boolean.TRUE.equals(exercise.unilateral()),
                            exercise.kind(),
                            exercise.postponeOnDiscomfort());
            if (body.postponeFrom() != null && exercise != null && !exercise.postponeOnDiscomfort()) {
                fault(at + ".postponeFrom", "is for an exercise that is postponed on discomfort");
            }
            return new Plan.Item(
                    body.id(),
                    exerciseId,
                    body.sets(),
                    body.reps(),
                    body.holdSeconds(),
                    schedule,
                    traits,
                    body.postponeFrom());
        }

        private void within(String field, @Nullable Integer value, int min, int max, boolean required) {
            if (value == null ? required : value < min || value > max) {
                fault(field, (required ? "is required, " : "must be ") + "a whole number " + min + "-" + max);
            }
        }

        private Plan.@Nullable Schedule schedule(String at, @Nullable ScheduleBody body) {
            if (body == null) {
                fault(at, "is required");
                return null;
            }
            int kinds = (body.dayOfWeek() != null ? 1 : 0)
                    + (body.everyDays() != null ? 1 : 0)
                    + (body.timesPerWeek() != null ? 1 : 0);
            if (kinds != 1) {
                fault(at, "must have exactly one of dayOfWeek, everyDays and timesPerWeek");
                return null;
            }
            List<LocalTime> times = times(at + ".timesOfDay", body.timesOfDay());
            if (body.dayOfWeek() != null) {
                var days = EnumSet.noneOf(DayOfWeek.class);
                for (String day : body.dayOfWeek()) {
                    int index = DAYS.indexOf(day);
                    if (index < 0) {
                        fault(at + ".dayOfWeek", "must be some of " + DAYS);
                        return null;
                    }
                    days.add(DayOfWeek.of(index + 1));
                }
                if (days.isEmpty()) {
                    fault(at + ".dayOfWeek", "must name a day");
                    return null;
                }
                return new Plan.Schedule.DaysOfWeek(days, times);
            }
            if (body.everyDays() != null) {
                within(at + ".everyDays", body.everyDays(), 1, 365, false);
                return new Plan.Schedule.EveryDays(body.everyDays(), times);
            }
            int perWeek = body.timesPerWeek() == null ? 0 : body.timesPerWeek();
            within(at + ".timesPerWeek", perWeek, 1, 7, false);
            return new Plan.Schedule.TimesPerWeek(perWeek, times);
        }

        private List<LocalTime> times(String at, @Nullable List<String> texts) {
            var times = new TreeSet<LocalTime>();
            for (String text : texts == null ? List.<String>of() : texts) {
                LocalTime time = time(text);
                if (time == null || !times.add(time)) {
                    fault(at, "must be distinct times of day such as 08:00");
                }
            }
            if (texts != null && (texts.isEmpty() || texts.size() > 24)) {
                fault(at, "must be 1-24 times where it is given");
            }
            return List.copyOf(times);
        }

        void noDateTwice(List<Plan.Version> versions) {
            var dates = new HashSet<LocalDate>();
            for (Plan.Version version : versions) {
                if (!dates.add(version.effectiveFrom())) {
                    throw Problem.of(ProblemType.OVERLAPPING_VERSIONS).asException();
                }
            }
        }

        void noExerciseTwice(List<Plan.Version> versions) {
            for (Plan.Version version : versions) {
                var exercises = new HashSet<String>();
                for (Plan.Item item : version.items()) {
                    if (!exercises.add(item.exerciseId())) {
                        throw Problem.of(ProblemType.DUPLICATE_EXERCISE).asException();
                    }
                }
            }
        }

        void knownExercises() {
            if (!unknown.isEmpty()) {
                throw Problem.of(
                                ProblemType.UNKNOWN_REFERENCE,
                                "The plan names an exercise that the catalogue does not have.")
                        .with(unknown)
                        .asException();
            }
        }

        // A first plan may tell what has been the case for up to 42 days, so that history can be brought
        // in.
        List<Plan.Version> first(List<Plan.Version> versions) {
            LocalDate earliest = situation.today().minusDays(Lateness.HORIZON_DAYS);
            for (Plan.Version version : versions) {
                if (version.effectiveFrom().isBefore(earliest)) {
                    throw Problem.validationFailed(
                                    "versions.effectiveFrom",
                                    "may lie at most " + Lateness.HORIZON_DAYS + " days in the past")
                            .asException();
                }
            }
            return versions;
        }

        // Rule 7: past slots are never rewritten. What is in force keeps its items as they were frozen.
        List<Plan.Version> later(Plan existing, List<Plan.Version> versions) {
            var result = new ArrayList<Plan.Version>();
            for (Plan.Version version : versions) {
                Plan.Version same = find(existing.versions(), version.effectiveFrom());
                boolean unchanged = same != null && sameDose(same, version);
                if (!unchanged && version.effectiveFrom().isBefore(situation.today())) {
                    throw inForce();
                }
                if (!unchanged && version.effectiveFrom().equals(situation.today()) && situation.loggedToday()) {
                    throw same == null
                            ? Problem.of(ProblemType.ALREADY_LOGGED_TODAY).asException()
                            : inForce();
                }
                result.add(unchanged && same != null ? same.knowing(version) : version);
            }
            for (Plan.Version old : existing.versions()) {
                boolean fixed = old.effectiveFrom().isBefore(situation.today())
                        || old.effectiveFrom().equals(situation.today()) && situation.loggedToday();
                if (fixed && find(versions, old.effectiveFrom()) == null) {
                    throw inForce();
                }
            }
            return result;
        }

        private static Plan.@Nullable Version find(List<Plan.Version> versions, LocalDate from) {
            for (Plan.Version version : versions) {
                if (version.effectiveFrom().equals(from)) {
                    return version;
                }
            }
            return null;
        }

        // The catalogue may have changed an exercise's sides since: a version that comes back unchanged
        // keeps its own.
        private static boolean sameDose(Plan.Version a, Plan.Version b) {
            return a.items().stream()
                    .map(PlanBody::item)
                    .toList()
                    .equals(b.items().stream().map(PlanBody::item).toList());
        }

        private static dev.adhere.platform.web.ProblemException inForce() {
            return Problem.of(ProblemType.VERSION_IN_FORCE).asException();
        }
    }

    static @Nullable LocalDate date(@Nullable String text) {
        try {
            LocalDate date = text == null || text.length() != 10 ? null : LocalDate.parse(text);
            return date == null || date.getYear() < 2000 || date.getYear() > 2200 ? null : date;
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    static @Nullable LocalTime time(@Nullable String text) {
        try {
            return text == null ? null : LocalTime.parse(text, TIME);
        } catch (DateTimeParseException _) {
            return null;
        }
    }
}
