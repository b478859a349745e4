package dev.adhere.local.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What makes a kind of nudge come while somebody watches: a person of its own, who lives where it is the
/// right time of day for it and whose day is laid around the demo's first start. Kinds stand in the order in
/// which they outrank one another.
enum Cue {
    SAFETY(51, Habit.FLARING, "13:00", -3, "a score calls for it at once: 6 or more while exercising, say"),
    PAIN_CHECK(52, Habit.SORE, "10:00", 8 * 60, "yesterday's session hurt; asked at 08:30 or when the quiet hours end"),
    RECOVERY(53, Habit.SKIPPED, "11:00", 40, "yesterday was missed; half an hour before the usual time"),
    RE_ENGAGE(54, Habit.AWAY, "16:00", 40, "nothing on three due days; half an hour before the usual time"),
    OVERDUE(55, Habit.LATE, "15:00", -120, "two hours after the usual time, and less than 80 % done"),
    DUE_SOON(56, Habit.PUNCTUAL, "12:00", 40, "half an hour before the usual time"),
    PROGRESS_READY(57, Habit.APPROVED, "09:00", 8 * 60, "the coach approved more of an exercise; told at 09:00"),
    ENCOURAGE(58, Habit.ON_A_ROLL, "14:00", -3, "the third due day in a row is done");

    // Later, a person's day has gone on too far to be laid out.
    private static final Duration LAID_OUT_WITHIN = Duration.ofHours(3);
    // How long a phone may take to tell what has just been done.
    private static final Duration TOLD_WITHIN = Duration.ofMinutes(1);
    private static final Duration LEAST_NOTICE = Duration.ofSeconds(30);
    private static final Duration LEAST_NOTICE_OF_PROGRESS = Duration.ofMinutes(3);
    private static final Duration SESSION = Duration.ofMinutes(4);
    private static final LocalTime PROGRESS_AT = LocalTime.of(9, 0);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    // One for each offset that is in use, of those whose clocks are never changed.
    private static final List<ZoneId> ZONES = List.of(
                    "Pacific/Pago_Pago",
                    "Pacific/Honolulu",
                    "Pacific/Marquesas",
                    "Pacific/Gambier",
                    "Pacific/Pitcairn",
                    "America/Phoenix",
                    "America/Costa_Rica",
                    "America/Lima",
                    "America/Puerto_Rico",
                    "America/Montevideo",
                    "America/Noronha",
                    "Atlantic/Cape_Verde",
                    "Africa/Abidjan",
                    "Africa/Lagos",
                    "Africa/Johannesburg",
                    "Asia/Riyadh",
                    "Asia/Tehran",
                    "Asia/Dubai",
                    "Asia/Kabul",
                    "Asia/Tashkent",
                    "Asia/Kolkata",
                    "Asia/Kathmandu",
                    "Asia/Dhaka",
                    "Asia/Yangon",
                    "Asia/Bangkok",
                    "Asia/Singapore",
                    "Australia/Eucla",
                    "Asia/Tokyo",
                    "Australia/Darwin",
                    "Australia/Brisbane",
                    "Pacific/Guadalcanal",
                    "Pacific/Tarawa")
            .stream()
            .map(ZoneId::of)
            .toList();

    private final int number;
    private final Habit habit;
    private final LocalTime local;
    private final Duration trains;
    private final String words;

    /// @param local about the time of day where the person lives when the demo starts
    /// @param trains minutes from the start to the usual session
    /// @param words when the kind is sent
    Cue(int number, Habit habit, String local, int trains, String words) {
        this.number = number;
        this.habit = habit;
        this.local = LocalTime.parse(local);
        this.trains = Duration.ofMinutes(trains);
        this.words = words;
    }

    String words() {
        return words;
    }

    String userId() {
        return String.format(Locale.ROOT, "user-%03d", number);
    }

    /// To whom the nudge comes.
    ///
    /// @param began the demo's first start
    Person person(Instant began) {
        ZoneId zone = zone(began);
        LocalTime trainsAt = LocalTime.ofInstant(began.plus(trains), zone).truncatedTo(ChronoUnit.MINUTES);
        return new Person(number, habit, zone, Programme.SHORT, Person.Rhythm.DAILY, trainsAt);
    }

    private ZoneId zone(Instant began) {
        Comparator<ZoneId> fits = this == PROGRESS_READY
                ? Comparator.comparing(zone -> next(began.plus(LEAST_NOTICE_OF_PROGRESS), PROGRESS_AT, zone))
                : Comparator.comparing(zone -> Duration.between(LocalTime.ofInstant(began, zone), local)
                        .abs());
        return ZONES.stream().min(fits).orElseThrow();
    }

    /// When the nudge is due, if the day is laid out now: in a minute and a half at the most, and not in the
    /// next half, for [#preferences] to be written; PROGRESS_READY when it is 09:00 somewhere; what answers to
    /// a session at its end.
    ///
    /// @param began the demo's first start
    /// @return null where it cannot come any more today
    @Nullable
    Instant at(Instant began, Instant now) {
        Instant at = momentOf(began, now);
        Instant last = answersToSession() ? at.plus(TOLD_WITHIN) : at;
        return now.isBefore(last) && now.isBefore(began.plus(LAID_OUT_WITHIN)) ? at : null;
    }

    private boolean answersToSession() {
        return this == SAFETY || this == ENCOURAGE;
    }

    private Instant momentOf(Instant began, Instant now) {
        return switch (this) {
            case SAFETY, ENCOURAGE ->
                began.plus(trains).truncatedTo(ChronoUnit.MINUTES).plus(SESSION);
            case PROGRESS_READY -> next(began.plus(LEAST_NOTICE_OF_PROGRESS), PROGRESS_AT, zone(began));
            case PAIN_CHECK, RECOVERY, RE_ENGAGE, OVERDUE, DUE_SOON ->
                now.plus(LEAST_NOTICE).truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        };
    }

    /// What the person prefers so that the nudge is due then, as the app writes it; null where that does not
    /// depend on preferences.
    @Nullable
    String preferences(Instant at, ZoneId zone) {
        return switch (this) {
            case SAFETY, ENCOURAGE, PROGRESS_READY -> null;
            case PAIN_CHECK -> "{\"quietHours\":{\"from\":\"21:00\",\"to\":\"" + TIME.format(at.atZone(zone)) + "\"}}";
            case OVERDUE -> preferredTime(at.minus(Duration.ofHours(2)), zone);
            case RECOVERY, RE_ENGAGE, DUE_SOON -> preferredTime(at.plus(Duration.ofMinutes(30)), zone);
        };
    }

    private static String preferredTime(Instant at, ZoneId zone) {
        return "{\"preferredTime\":\"" + TIME.format(at.atZone(zone)) + "\"}";
    }

    private static Instant next(Instant from, LocalTime time, ZoneId zone) {
        ZonedDateTime same = from.atZone(zone).with(time);
        return (same.toInstant().isBefore(from) ? same.plusDays(1) : same).toInstant();
    }
}
