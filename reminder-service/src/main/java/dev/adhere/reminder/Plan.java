package dev.adhere.reminder;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A user's exercise plan: versions, each valid from its date until the next one's.
///
/// @param versions by `effectiveFrom`, ascending and distinct
/// @param revision counts the PUTs
/// @param firstSavedAt when the user's first plan was saved; lateness before that day counts from it (rule 8)
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

    /// @param items empty for a pause
    record Version(LocalDate effectiveFrom, List<Item> items) {

        Version {
            items = List.copyOf(items);
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
    /// @param unilateral as the catalogue had it when the plan was saved: a slot of the past is never rewritten
    record Item(
            String id,
            String exerciseId,
            int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            Schedule schedule,
            boolean unilateral) {

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
