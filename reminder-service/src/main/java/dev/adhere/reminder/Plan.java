package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A user's exercise plan: versions, each valid from its date until the next one's.
///
/// @param versions by `effectiveFrom`, ascending and distinct
/// @param revision counts the PUTs
/// @param firstSavedAt when the user's first plan was saved; lateness before that day counts from it (rule
///     8)
/// @param editedAt when it was saved last; no nudge is decided for a moment before that
record Plan(
        ZoneId timeZone,
        ZonePolicy zonePolicy,
        List<Version> versions,
        long revision,
        Instant firstSavedAt,
        Instant editedAt) {

    Plan {
        versions = versions.stream()
                .sorted(Comparator.comparing(Version::effectiveFrom))
                .toList();
    }

    /// Whose zone rules day ends and nudges: the user's preferred one, or always the plan's.
    enum ZonePolicy {
        FOLLOW_USER,
        FIXED
    }

    /// The version that is valid on a date; null before the first.
    @Nullable
    Version on(LocalDate date) {
        Version valid = null;
        for (Version version : versions) {
            if (version.effectiveFrom().isAfter(date)) {
                break;
            }
            valid = version;
        }
        return valid;
    }

    /// Whether something of what is valid on a date is new, or more than before, since at most so many
    /// days.
    boolean isNewOn(LocalDate date, int days) {
        Version valid = on(date);
        if (valid == null || !valid.effectiveFrom().isAfter(date.minusDays(days))) {
            return false;
        }
        Version before = on(valid.effectiveFrom().minusDays(1));
        for (Item item : valid.items()) {
            Item was = before == null ? null : before.forExercise(item.exerciseId());
            if (was == null || item.sets() * item.target() > was.sets() * was.target()) {
                return true;
            }
        }
        return false;
    }

    /// What the plan calls an exercise; one that is not in it goes by its id.
    static String name(@Nullable Plan plan, String exerciseId) {
        String name = exerciseId;
        for (Version version : plan == null ? List.<Version>of() : plan.versions()) {
            Item item = version.forExercise(exerciseId);
            name = item == null ? name : item.traits().name();
        }
        return name;
    }

    /// The version that follows another; null after the last.
    @Nullable
    Version after(Version version) {
        int next = versions.indexOf(version) + 1;
        return next < versions.size() ? versions.get(next) : null;
    }

    /// @param items empty for a pause
    record Version(LocalDate effectiveFrom, List<Item> items) {

        Version {
            items = List.copyOf(items);
        }

        /// The same, with what the catalogue says of exercises that an earlier release did not keep; sides stay as they
        /// were
        /// fixed.
        Version knowing(Version same) {
            var known = new ArrayList<Item>();
            for (Item item : items) {
                Item other = same.forExercise(item.exerciseId());
                known.add(item.traits().kind() == null && other != null ? item.knowing(other.traits()) : item);
            }
            return new Version(effectiveFrom, known);
        }

        @Nullable
        Item forExercise(String exerciseId) {
            for (Item item : items) {
                if (item.exerciseId().equals(exerciseId)) {
                    return item;
                }
            }
            return null;
        }
    }

    /// One exercise of a version.
    ///
    /// @param sets at least 1, per side and per time of day
    /// @param holdSeconds seconds
    /// @param traits what the catalogue said of it when the plan was saved: a slot of the past is never
    ///     rewritten
    /// @param postponeFrom the low back's score from which it is postponed (P2), 1-10; null: as the
    ///     thresholds have it
    record Item(
            String id,
            String exerciseId,
            int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            Schedule schedule,
            Traits traits,
            @Nullable Integer postponeFrom) {

        /// What the catalogue says of an exercise, as far as rules read it.
        ///
        /// @param kind null where a plan was saved by a release that did not keep it
        record Traits(String name, boolean unilateral, Exercise.@Nullable Kind kind, boolean postponeOnDiscomfort) {}

        boolean unilateral() {
            return traits.unilateral();
        }

        private Item knowing(Traits told) {
            var known = new Traits(told.name(), unilateral(), told.kind(), told.postponeOnDiscomfort());
            return new Item(id, exerciseId, sets, reps, holdSeconds, schedule, known, postponeFrom);
        }

        /// The low back's score from which it is postponed (P2); null where it never is.
        @Nullable
        Integer postponedFrom(PainRules rules) {
            if (!traits.postponeOnDiscomfort()) {
                return null;
            }
            return postponeFrom == null ? Integer.valueOf(rules.discomfortFrom()) : postponeFrom;
        }

        /// The target T of a set: repetitions if it has them, else seconds.
        int target() {
            if (reps != null) {
                return reps;
            }
            if (holdSeconds == null) {
                throw new IllegalStateException("an item is dosed by repetitions or by seconds");
            }
            return holdSeconds;
        }
    }

    /// On which days an item is due, and at which times of the day.
    sealed interface Schedule {

        /// Ascending; empty where any time will do.
        List<LocalTime> timesOfDay();

        record DaysOfWeek(Set<DayOfWeek> days, List<LocalTime> timesOfDay) implements Schedule {
            public DaysOfWeek {
                days = Set.copyOf(days);
                timesOfDay = List.copyOf(new TreeSet<>(timesOfDay));
            }
        }

        /// Every n-th day, counted from the version's `effectiveFrom`.
        record EveryDays(int n, List<LocalTime> timesOfDay) implements Schedule {
            public EveryDays {
                timesOfDay = List.copyOf(new TreeSet<>(timesOfDay));
            }

            boolean falls(LocalDate from, LocalDate date) {
                return ChronoUnit.DAYS.between(from, date) % n == 0;
            }
        }

        /// So many days of an ISO week, any of them (rule 12).
        record TimesPerWeek(int n, List<LocalTime> timesOfDay) implements Schedule {
            public TimesPerWeek {
                timesOfDay = List.copyOf(new TreeSet<>(timesOfDay));
            }
        }
    }
}
