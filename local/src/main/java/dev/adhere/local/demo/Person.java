package dev.adhere.local.demo;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// One of the simulated cohort.
///
/// @param number as in `user-001`
/// @param trainsAt local time of the usual session, early enough that it ends on the same day
record Person(int number, Habit habit, ZoneId zone, Programme programme, Rhythm rhythm, LocalTime trainsAt) {

    /// On which days the plan is due.
    enum Rhythm {
        DAILY("\"everyDays\":1"),
        EVERY_OTHER_DAY("\"everyDays\":2"),
        WORKDAYS("\"dayOfWeek\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"]");

        private static final Set<DayOfWeek> WEEKEND = Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);
        private final String json;

        Rhythm(String json) {
            this.json = json;
        }

        boolean due(LocalDate from, LocalDate date) {
            return switch (this) {
                case DAILY -> true;
                case EVERY_OTHER_DAY -> ChronoUnit.DAYS.between(from, date) % 2 == 0;
                case WORKDAYS -> !WEEKEND.contains(date.getDayOfWeek());
            };
        }
    }

    private static final int FIRST_STAGE_DAYS = 21;

    /// All sorts of habits, spread around the globe so that somebody is always awake.
    static final List<Person> COHORT = List.of(
            person(1, Habit.STEADY, "Europe/Berlin", Programme.CORE, Rhythm.DAILY, 18, 0),
            person(2, Habit.STEADY, "America/New_York", Programme.STRONG, Rhythm.DAILY, 7, 15),
            person(3, Habit.READY, "Asia/Kolkata", Programme.STRETCH, Rhythm.DAILY, 20, 0),
            person(4, Habit.STEADY, "Asia/Kathmandu", Programme.GENTLE, Rhythm.DAILY, 6, 45),
            person(5, Habit.STEADY, "Pacific/Auckland", Programme.CORE, Rhythm.EVERY_OTHER_DAY, 17, 30),
            person(6, Habit.MOSTLY, "Pacific/Honolulu", Programme.STRETCH, Rhythm.DAILY, 16, 0),
            person(7, Habit.MOSTLY, "America/Sao_Paulo", Programme.CORE, Rhythm.DAILY, 19, 30),
            person(8, Habit.MOSTLY, "Europe/Lisbon", Programme.STRONG, Rhythm.WORKDAYS, 12, 30),
            person(9, Habit.PARTLY, "Asia/Tokyo", Programme.CORE, Rhythm.DAILY, 21, 0),
            person(10, Habit.WORSENING, "Africa/Johannesburg", Programme.STRETCH, Rhythm.DAILY, 17, 0),
            person(11, Habit.LAPSING, "Europe/London", Programme.CORE, Rhythm.DAILY, 18, 30),
            person(12, Habit.LAPSING, "America/Chicago", Programme.STRONG, Rhythm.DAILY, 17, 0),
            person(13, Habit.RETURNING, "Australia/Sydney", Programme.STRETCH, Rhythm.DAILY, 18, 0),
            person(14, Habit.BEGINNER, "America/Mexico_City", Programme.GENTLE, Rhythm.DAILY, 19, 0),
            person(15, Habit.OVERDOING, "America/Los_Angeles", Programme.CORE, Rhythm.DAILY, 18, 0),
            person(16, Habit.OVERDOING, "Europe/Warsaw", Programme.STRONG, Rhythm.DAILY, 19, 0),
            person(17, Habit.IN_PAIN, "Europe/Madrid", Programme.GENTLE, Rhythm.DAILY, 20, 0),
            person(18, Habit.IN_PAIN, "America/Toronto", Programme.CORE, Rhythm.DAILY, 16, 30),
            person(19, Habit.OFFLINE, "Australia/Adelaide", Programme.CORE, Rhythm.DAILY, 7, 0),
            person(20, Habit.OFFLINE, "Africa/Nairobi", Programme.STRETCH, Rhythm.DAILY, 6, 30),
            person(21, Habit.CLOCK_AHEAD, "Asia/Dubai", Programme.CORE, Rhythm.DAILY, 18, 0),
            person(22, Habit.CLOCK_BEHIND, "America/St_Johns", Programme.STRETCH, Rhythm.DAILY, 20, 30),
            person(23, Habit.TWICE, "Europe/Istanbul", Programme.CORE, Rhythm.DAILY, 18, 30),
            person(24, Habit.RUBBISH, "America/Santiago", Programme.GENTLE, Rhythm.DAILY, 19, 0));

    private static Person person(
            int number, Habit habit, String zone, Programme programme, Rhythm rhythm, int hour, int minute) {
        return new Person(number, habit, ZoneId.of(zone), programme, rhythm, LocalTime.of(hour, minute));
    }

    /// Everybody: the cohort, and those to whom a nudge comes soon after the start.
    ///
    /// @param began the demo's first start
    static List<Person> all(Instant began) {
        return Stream.concat(COHORT.stream(), Arrays.stream(Cue.values()).map(cue -> cue.person(began)))
                .toList();
    }

    String userId() {
        return String.format(Locale.ROOT, "user-%03d", number);
    }

    LocalDate date(Instant instant) {
        return LocalDate.ofInstant(instant, zone);
    }

    /// What is prescribed from a date until the next version.
    record Version(LocalDate from, List<Programme.Item> items) {}

    /// The plan, two stages where there was time for them.
    ///
    /// @param began the demo's first start
    List<Version> plan(Instant began) {
        LocalDate from = date(began).minusDays(habit.planDaysAgo());
        LocalDate second = from.plusDays(FIRST_STAGE_DAYS);
        var first = new Version(from, programme.first());
        return second.isBefore(date(began)) ? List.of(first, new Version(second, programme.second())) : List.of(first);
    }

    /// What is due on a date; nothing on a day of rest and before the plan.
    List<Programme.Item> due(LocalDate date, Instant began) {
        return plan(began).reversed().stream()
                .filter(version -> !date.isBefore(version.from()))
                .findFirst()
                .filter(version -> rhythm.due(version.from(), date))
                .map(Version::items)
                .orElse(List.of());
    }

    /// The plan as the coach writes it.
    String planJson(Instant began) {
        var versions = plan(began).stream().map(this::json).toList();
        return "{\"timeZone\":\"" + zone + "\",\"versions\":[" + String.join(",", versions) + "]}";
    }

    private String json(Version version) {
        var items = version.items().stream()
                .map(item -> "{\"id\":\"" + item.exerciseId() + "\",\"exerciseId\":\"" + item.exerciseId()
                        + "\",\"sets\":" + item.sets()
                        + (item.reps() == null ? "" : ",\"reps\":" + item.reps())
                        + (item.holdSeconds() == null ? "" : ",\"holdSeconds\":" + item.holdSeconds())
                        + ",\"schedule\":{" + rhythm.json
                        // Who lives by the clock names the time among the preferences.
                        + (habit.byTheClock() ? "" : ",\"timesOfDay\":[\"" + trainsAt + "\"]") + "}}")
                .toList();
        return "{\"effectiveFrom\":\"" + version.from() + "\",\"items\":[" + String.join(",", items) + "]}";
    }
}
