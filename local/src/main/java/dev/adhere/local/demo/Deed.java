package dev.adhere.local.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that a person does or feels, as the phone tells it.
sealed interface Deed {

    /// A UUID of version 7 that follows from the seed, the person and the date alone.
    String id();

    /// When it happens, by the true clock, in the person's zone.
    ZonedDateTime at();

    String type();

    /// The event's `data`, JSON.
    String data();

    /// @param number of the set within its exercise and side, from 1
    /// @param amount repetitions or seconds, as the item is dosed
    record DidSet(
            String id,
            ZonedDateTime at,
            String sessionId,
            Programme.Item item,
            String side,
            int number,
            int amount,
            int exertion)
            implements Deed {

        @Override
        public String type() {
            return "dev.adhere.completed-set.v1";
        }

        @Override
        public String data() {
            return "{\"exerciseId\":\"" + item.exerciseId() + "\",\"zone\":\"" + at.getZone() + "\",\"sessionId\":\""
                    + sessionId + "\",\"setNumber\":" + number + ",\"side\":\"" + side + "\",\""
                    + (item.reps() == null ? "holdSeconds" : "reps") + "\":" + amount + ",\"exertion\":" + exertion
                    + "}";
        }
    }

    record Felt(
            String id,
            ZonedDateTime at,
            int score,
            String context,
            String sensation,
            @Nullable String exerciseId) implements Deed {

        @Override
        public String type() {
            return "dev.adhere.pain-score.v1";
        }

        @Override
        public String data() {
            return "{\"score\":" + score + ",\"context\":\"" + context + "\",\"sensation\":\"" + sensation
                    + "\",\"region\":\"LOW_BACK\""
                    + (exerciseId == null ? "" : ",\"exerciseId\":\"" + exerciseId + "\"")
                    + ",\"zone\":\"" + at.getZone() + "\"}";
        }

        boolean inTheMorning() {
            return context.equals("MORNING");
        }
    }

    /// The line that the phone sends of it.
    ///
    /// @param moment when it really happened; the phone's clock says something else if it is off
    default String json(Person person, Instant moment) {
        return "{\"specversion\":\"1.0\",\"id\":\"" + id() + "\",\"source\":\"app/demo\",\"type\":\"" + type()
                + "\",\"time\":\"" + phoneTime(person, moment) + "\",\"data\":" + data() + "}";
    }

    /// What the phone's clock shows, RFC 3339 with the zone's offset at that moment.
    static String phoneTime(Person person, Instant moment) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                moment.plus(person.habit().clockAhead())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .atZone(person.zone())
                        .toOffsetDateTime());
    }

    /// What a person does and feels on a date, in the order of time; the same for the same arguments.
    ///
    /// @param began the demo's first start
    static List<Deed> on(LocalDate date, Person person, Instant began, long seed) {
        return new Day(date, person, began, seed).deeds(began);
    }

    /// Scores told a minute or less before a moment; a phone whose clock is ahead dates them after it.
    static List<Deed> justBefore(Instant moment, Person person, long seed) {
        var day = new Day(person.date(moment), person, moment, ~seed);
        return List.of(
                day.felt(moment.minusSeconds(60).atZone(person.zone()), "AD_HOC", null),
                day.felt(moment.minusSeconds(10).atZone(person.zone()), "AD_HOC", null));
    }

    /// One person's date while it is made up.
    final class Day {
        private final LocalDate date;
        private final Person person;
        private final int daysBefore;
        private final Random chance;
        private final Random ids;

        private Day(LocalDate date, Person person, Instant began, long seed) {
            this.date = date;
            this.daysBefore = (int) ChronoUnit.DAYS.between(date, person.date(began));
            this.person = person;
            this.chance = new Random(mix(seed, 2L * person.number(), date.toEpochDay()));
            this.ids = new Random(mix(seed, 2L * person.number() + 1, date.toEpochDay()));
        }

        private List<Deed> deeds(Instant began) {
            var deeds = new ArrayList<Deed>();
            List<Programme.Item> due = person.due(date, began);
            Habit habit = person.habit();
            boolean asked = chance.nextInt(100) < habit.scores();
            if (asked && habit.tellsMornings() && !due.isEmpty()) {
                deeds.add(felt(local(6, 5 + chance.nextInt(20)), "MORNING", null));
            }
            if (!due.isEmpty() && chance.nextInt(100) < habit.showsUp(daysBefore)) {
                session(due, asked, deeds);
            }
            return deeds;
        }

        private void session(List<Programme.Item> due, boolean asked, List<Deed> deeds) {
            Habit habit = person.habit();
            ZonedDateTime at = local(
                            person.trainsAt().getHour(), person.trainsAt().getMinute())
                    .plusMinutes(habit.byTheClock() ? 0 : chance.nextInt(25));
            String sessionId = id(at);
            if (asked) {
                deeds.add(felt(at, "BEFORE", null));
            }
            for (Programme.Item item : due) {
                for (String side : item.sides()) {
                    int sets = habit.sets(item.sets(), chance);
                    for (int number = 1; number <= sets; number++) {
                        at = at.plusSeconds(habit.byTheClock() ? 60 : 50 + chance.nextInt(60));
                        int amount = habit.amount(item.target(), chance);
                        int exertion = habit == Habit.OVERDOING ? 8 + chance.nextInt(2) : 3 + chance.nextInt(4);
                        deeds.add(new DidSet(id(at), at, sessionId, item, side, number, amount, exertion));
                    }
                }
                if (asked && item.equals(due.getLast())) {
                    at = at.plusSeconds(10);
                    deeds.add(felt(at, "DURING", item.exerciseId()));
                }
            }
            if (asked) {
                deeds.add(felt(at.plusMinutes(5), "AFTER", null));
            }
        }

        private Felt felt(ZonedDateTime at, String context, @Nullable String exerciseId) {
            // Who over-does feels the effort, which is no pain.
            boolean effort = person.habit() == Habit.OVERDOING && context.equals("DURING");
            int score = effort ? 7 : person.habit().pain(daysBefore, context, chance);
            return new Felt(id(at), at, score, context, effort ? "EFFORT" : "PAIN", exerciseId);
        }

        // A time that the date does not have (a clock change) becomes the one that clocks show then.
        private ZonedDateTime local(int hour, int minute) {
            return ZonedDateTime.of(date, java.time.LocalTime.of(hour, minute), person.zone());
        }

        private String id(ZonedDateTime at) {
            long random = ids.nextLong();
            long high = at.toInstant().toEpochMilli() << 16 | 0x7000 | random & 0xfff;
            long low = ids.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
            return new UUID(high, low).toString();
        }

        // Neighbouring seeds of Random begin alike; this spreads them.
        private static long mix(long... values) {
            long z = 0;
            for (long value : values) {
                z += value + 0x9e3779b97f4a7c15L;
                z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
                z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
                z ^= z >>> 31;
            }
            return z;
        }
    }
}
