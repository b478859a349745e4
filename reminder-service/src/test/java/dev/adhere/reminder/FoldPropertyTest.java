package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.SessionEvent.Dated;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The fold against its oracle: random histories of 60 days, in any order, with any repetition, in zones
/// that change their
/// clocks.
class FoldPropertyTest {

    private static final int HISTORIES = Integer.getInteger("adhere.histories", 2_000);
    private static final long SEED = Long.getLong("adhere.seed", 20_261_121L);
    private static final List<String> EXERCISES = List.of("bridge", "tilt", "bird-dog", "plank");
    private static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2027-12-31T00:00:00Z");

    // All zones that change their clocks in these years, and where each does so for the first time.
    private static final List<ZoneId> ZONES = ZoneId.getAvailableZoneIds().stream()
            .filter(id -> id.contains("/") && !id.startsWith("SystemV/") && !id.startsWith("Etc/"))
            .sorted()
            .map(ZoneId::of)
            .filter(zone -> {
                var next = zone.getRules().nextTransition(FROM);
                return next != null && next.getInstant().isBefore(TO);
            })
            .toList();

    /// @param first from its `firstSavedAt` on, with the first half of the excuses; `last` from `editedAt` on, with all
    /// @param zone that the user wants from `movedAt` on
    private record History(
            Plan first,
            Plan last,
            Instant editedAt,
            ZoneId zone,
            Instant movedAt,
            List<Excuse> excuses,
            List<Dated> events,
            Instant end) {

        List<Excuse> earlyExcuses() {
            return excuses.subList(0, excuses.size() / 2);
        }

        Preferences preferences() {
            Preferences p = Preferences.DEFAULT;
            return new Preferences(
                    zone,
                    p.preferredTime(),
                    p.quietHours(),
                    p.channels(),
                    p.email(),
                    p.mutedKinds(),
                    p.nudges(),
                    p.language(),
                    p.revision());
        }

        /// What is before any edit.
        History unedited() {
            Instant first = editedAt.isBefore(movedAt) ? editedAt : movedAt;
            Instant until = end.isBefore(first) ? end : first.minusSeconds(1);
            return new History(first(), first(), editedAt, zone, movedAt, excuses, events, until);
        }

        LocalDate closed(Instant movedAt) {
            return Oracle.closed(first.firstSavedAt(), first.timeZone(), movedAt, zone, end);
        }
    }

    private static History random(Random random, ZoneId zone) {
        return random(random, zone, 60);
    }

    private static History random(Random random, ZoneId zone, int days) {
        var transition = zone.getRules().nextTransition(FROM.plusSeconds(86_400L * random.nextInt(900)));
        Instant around = transition == null ? FROM.plusSeconds(86_400L * 200) : transition.getInstant();
        Instant start = around.minusSeconds(86_400L * (5 + random.nextInt(50))).plusSeconds(random.nextInt(86_400));
        LocalDate firstDay = LocalDate.ofInstant(start, zone);
        // The last day of the horizon is as likely as all before it.
        LocalDate from = firstDay.minusDays(random.nextInt(3) > 0 ? 0 : random.nextBoolean() ? 42 : random.nextInt(43));
        var versions = new ArrayList<Plan.Version>();
        versions.add(new Plan.Version(from, items(random)));
        var first = new Plan(zone, Plan.ZonePolicy.FOLLOW_USER, List.copyOf(versions), 1, start, start);
        Instant editedAt = start.plusSeconds(86_400L * (1 + random.nextInt(40)));
        LocalDate editDay = LocalDate.ofInstant(editedAt, zone);
        for (int v = random.nextInt(3); v > 0; v--) {
            LocalDate begins = editDay.plusDays(1 + random.nextInt(12));
            if (versions.stream().noneMatch(x -> x.effectiveFrom().equals(begins))) {
                versions.add(new Plan.Version(begins, random.nextInt(6) == 0 ? List.of() : items(random)));
            }
        }
        var last = new Plan(zone, Plan.ZonePolicy.FOLLOW_USER, versions, 2, start, editedAt);
        var excuses = new ArrayList<Excuse>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            // Those of the second half come with the edit, which excuses nothing that is beyond the horizon.
            boolean beyond = i >= count / 2 && from.isBefore(editDay.minusDays(42));
            LocalDate x = (beyond ? editDay.minusDays(42) : from).plusDays(random.nextInt(70));
            excuses.add(new Excuse(
                    x,
                    x.plusDays(random.nextInt(4)),
                    random.nextBoolean() ? null : EXERCISES.get(random.nextInt(EXERCISES.size())),
                    Excuse.Reason.ILLNESS));
        }
        var events = new ArrayList<Dated>();
        double habit = random.nextDouble();
        for (LocalDate date = from.minusDays(2); date.isBefore(firstDay.plusDays(days)); date = date.plusDays(1)) {
            if (random.nextDouble() > habit) {
                continue;
            }
            // Now and then about as many as a date may have: one in seven comes too late, again or for another date.
            for (int n = random.nextInt(60) == 0 ? 320 + random.nextInt(60) : 1 + random.nextInt(12); n > 0; n--) {
                ZoneId where = random.nextInt(6) == 0 ? ZONES.get(random.nextInt(ZONES.size())) : zone;
                var time = date.atStartOfDay(where).plusSeconds(random.nextInt(90_000));
                Instant received = time.toInstant()
                        .plusSeconds(
                                switch (random.nextInt(8)) {
                                    case 0 -> 86_400L * random.nextInt(12);
                                    case 1 -> 86_400L * 7 + random.nextInt(86_400) - 43_200;
                                    default -> random.nextInt(600);
                                });
                received = received.isBefore(start) && random.nextBoolean()
                        ? start.plusSeconds(random.nextInt(86_400 * 9))
                        : received;
                int earlier = events.isEmpty() ? 0 : random.nextInt(events.size());
                boolean again = random.nextInt(25) == 0
                        && !events.isEmpty()
                        && events.get(earlier).id().equals("e" + earlier)
                        && meet(events.get(earlier), time.toInstant(), received);
                String id = "e" + (again ? earlier : events.size());
                // What is named came before, or comes only later, or never.
                int other = Math.max(0, events.size() - 40 + random.nextInt(45));
                boolean near = other >= events.size() || meet(events.get(other), time.toInstant(), received);
                String replaces = random.nextInt(12) == 0 && near && !id.equals("e" + other) ? "e" + other : null;
                if (replaces != null && random.nextInt(3) == 0) {
                    events.add(Situations.withdrawal(replaces, id, time, received));
                    continue;
                }
                if (replaces != null && random.nextBoolean() && other < events.size()) {
                    // A correction usually keeps the time of what it corrects.
                    time = events.get(other).time().atZoneSameInstant(where);
                    received = received.isBefore(time.toInstant()) ? time.toInstant() : received;
                }
                if (random.nextInt(8) == 0) {
                    events.add(Situations.score(replaces, id, random.nextInt(11), time, received));
                    continue;
                }
                events.add(Situations.correction(
                        replaces,
                        id,
                        EXERCISES.get(random.nextInt(EXERCISES.size())),
                        Side.values()[random.nextInt(4)],
                        random.nextInt(5) == 0 ? null : 1 + random.nextInt(18),
                        random.nextInt(5) == 0 ? null : 1 + random.nextInt(18),
                        time,
                        received));
            }
        }
        events.sort(Comparator.comparing(Dated::receivedAt));
        return new History(
                first,
                last,
                editedAt,
                random.nextBoolean() ? zone : ZONES.get(random.nextInt(ZONES.size())),
                start.plusSeconds(1 + random.nextInt(86_400 * 55)),
                excuses,
                events,
                start.plusSeconds(86_400L * days));
    }

    // Whether both are known when the later of them comes: what has left the horizon is forgotten, and counts
    // anew. Two days are for the zones, in which it is another date.
    private static boolean meet(Dated one, Instant time, Instant received) {
        Instant both = one.receivedAt().isAfter(received) ? one.receivedAt() : received;
        Instant known = both.minus(Lateness.HORIZON_DAYS - 2, ChronoUnit.DAYS);
        return one.time().toInstant().isAfter(known) && time.isAfter(known);
    }

    private static List<Plan.Item> items(Random random) {
        if (random.nextInt(5) == 0) {
            // A single weekly quota leaves days on which nothing is due and nothing was done.
            String exercise = EXERCISES.get(random.nextInt(EXERCISES.size()));
            return List.of(item(random, exercise, new Plan.Schedule.TimesPerWeek(1 + random.nextInt(7), List.of())));
        }
        var items = new ArrayList<Plan.Item>();
        for (String exercise : EXERCISES) {
            if (random.nextInt(3) > 0) {
                var times = new TreeSet<LocalTime>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    times.add(LocalTime.of(random.nextInt(24), 0));
                }
                List<LocalTime> timesOfDay = List.copyOf(times);
                Plan.Schedule schedule = switch (random.nextInt(3)) {
                    case 0 -> new Plan.Schedule.DaysOfWeek(days(random), timesOfDay);
                    case 1 -> new Plan.Schedule.EveryDays(1 + random.nextInt(4), timesOfDay);
                    default -> new Plan.Schedule.TimesPerWeek(1 + random.nextInt(7), timesOfDay);
                };
                items.add(item(random, exercise, schedule));
            }
        }
        return items;
    }

    private static Plan.Item item(Random random, String exercise, Plan.Schedule schedule) {
        // Of 16 credits can end in half a thousandth.
        int target = random.nextInt(4) == 0 ? 16 : 1 + random.nextInt(12);
        boolean bySeconds = random.nextInt(4) == 0;
        return new Plan.Item(
                exercise,
                exercise,
                1 + random.nextInt(4),
                bySeconds ? null : target,
                bySeconds ? Integer.valueOf(target) : random.nextBoolean() ? null : 5,
                schedule,
                Situations.traits(exercise, random.nextInt(3) == 0),
                null);
    }

    private static Set<DayOfWeek> days(Random random) {
        var days = EnumSet.noneOf(DayOfWeek.class);
        for (DayOfWeek day : DayOfWeek.values()) {
            if (random.nextBoolean()) {
                days.add(day);
            }
        }
        return days.isEmpty() ? EnumSet.of(DayOfWeek.MONDAY) : days;
    }

    /// Plays a history in the order in which things arrive, timers in between.
    private static Story played(History h) {
        var story = new Story(h.first().firstSavedAt().minusSeconds(86_400));
        var edits = new TreeMap<Instant, Consumer<Story>>();
        edits.put(h.first().firstSavedAt(), s -> s.plan(h.first()).excuses(h.earlyExcuses()));
        edits.put(h.editedAt(), s -> s.plan(h.last()).excuses(h.excuses()));
        edits.put(h.movedAt(), s -> s.preferences(h.preferences()));
        assertThat(edits).hasSize(3);
        edits.tailMap(h.end(), false).clear();
        for (Dated event : h.events()) {
            while (!edits.isEmpty() && !event.receivedAt().isBefore(edits.firstKey())) {
                edit(story, edits);
            }
            if (event.receivedAt().isAfter(h.end())) {
                break;
            }
            if (event.receivedAt().isAfter(story.now)) {
                story.at(event.receivedAt());
            }
            story.event(event);
        }
        while (!edits.isEmpty()) {
            edit(story, edits);
        }
        return story.at(h.end());
    }

    private static void edit(Story story, TreeMap<Instant, Consumer<Story>> edits) {
        var next = edits.pollFirstEntry();
        next.getValue().accept(story.at(next.getKey()));
    }

    private static Oracle.Result figures(UserState head) {
        Figures f = head.figures();
        return new Oracle.Result(Oracle.of(f.a7()), Oracle.of(f.a28()), f.streak(), f.bestStreak());
    }

    private static void holdsAgainstTheOracle(History h, List<Excuse> excuses) {
        Story story = played(h);
        List<Dated> seen = h.events().stream()
                .filter(e -> !e.receivedAt().isAfter(h.end()))
                .toList();
        var oracle = new Oracle(h.last(), excuses, seen);
        assertThat(story.head().throughDate()).as("closed days").isEqualTo(h.closed(h.movedAt()));
        // A date of which the fold keeps nothing has to be one on which there is nothing.
        LocalDate last = story.head().throughDate();
        for (LocalDate date = last.minusDays(41); !date.isAfter(last); date = date.plusDays(1)) {
            DaySums day = story.head().sums().get(date);
            Oracle.Sums sums = day == null
                    ? new Oracle.Sums(0, 0, 0, 0, 0, false)
                    : new Oracle.Sums(
                            1000L * day.due(),
                            day.done(),
                            1000L * day.excused(),
                            day.rawDone(),
                            day.over(),
                            day.active());
            assertThat(sums).as("%s", date).isEqualTo(oracle.on(date));
        }
        assertThat(figures(story.head()))
                .as("in %s", story.head().zone())
                .isEqualTo(oracle.through(story.head().throughDate()));
    }

    private interface OfOneHistory {
        void of(Random random, int number);
    }

    /// On all cores. A history has a generator of its own, so seed, test and number stand for it.
    private static void histories(int test, int count, OfOneHistory check) {
        int only = Integer.getInteger("adhere.history", -1);
        IntStream.range(0, count).parallel().filter(i -> only < 0 || i == only).forEach(i -> {
            // Not of the sum itself: what neighbouring seeds of Random begin with is alike.
            var random = new Random(new SplittableRandom((SEED + test) * 1_000_000 + i).nextLong());
            try {
                check.of(random, i);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "-Dadhere.seed=%d -Dadhere.history=%d: %s".formatted(SEED, i, e.getMessage()), e);
            }
        });
    }

    @Test
    void figures_equal_the_oracles() {
        System.out.println("seed " + SEED + ", " + HISTORIES + " histories, " + ZONES.size() + " zones");
        histories(0, HISTORIES, (random, number) -> {
            History h = random(random, ZONES.get(number % ZONES.size()));
            holdsAgainstTheOracle(h, h.excuses());
        });
    }

    @Test
    void figures_of_the_first_days_equal_the_oracles() {
        histories(2, HISTORIES, (random, number) -> {
            History h = random(random, ZONES.get(number % ZONES.size()), 1 + random.nextInt(9))
                    .unedited();
            holdsAgainstTheOracle(h, h.earlyExcuses());
        });
    }

    /// A day ends with its date, whether it has 23, 24 or 25 hours.
    @Test
    void days_end_as_the_oracles_where_clocks_change() {
        for (ZoneId zone : ZONES) {
            Instant change =
                    Objects.requireNonNull(zone.getRules().nextTransition(FROM)).getInstant();
            Instant saved = change.minusSeconds(2 * 86_400);
            LocalDate from = LocalDate.ofInstant(saved, zone);
            var story = new Story(saved).plan(Situations.plan(from, saved, zone, Situations.planA()));
            for (Instant at = change.minusSeconds(86_400); at.isBefore(change.plusSeconds(3 * 86_400)); ) {
                assertThat(story.at(at).head().throughDate())
                        .as("%s at %s", zone, at)
                        .isEqualTo(Oracle.closed(saved, zone, saved, zone, at));
                at = at.plusSeconds(900);
            }
        }
    }

    @Test
    void what_is_computed_anew_from_the_facts_is_what_was_there() {
        histories(4, HISTORIES / 10, (random, number) -> {
            History h = random(random, ZONES.get(random.nextInt(ZONES.size())));
            Story story = played(h);
            UserState head = story.head();
            Fold.User rebuilt = Fold.apply(story.user, new Fold.Rebuild(), h.end());
            assertThat(rebuilt.head()).isEqualTo(head);

            // Damaged, as by a fault of an earlier release.
            var damaged = head.draft();
            damaged.sums.replaceAll((date, sums) ->
                    random.nextBoolean() ? sums : DaySums.of(Day.empty(date), List.of(), List.of(), List.of()));
            damaged.links.values().removeIf(link -> random.nextBoolean());
            var mended = Fold.apply(new Fold.User(damaged.done(), story.user.days()), new Fold.Rebuild(), h.end());
            assertThat(mended.head().figures()).isEqualTo(head.figures());
            assertThat(mended.head().nudges()).isEqualTo(head.nudges());
        });
    }

    @Test
    void events_that_are_sent_again_restore_the_facts_and_cause_nothing() {
        histories(3, HISTORIES / 40, (random, number) -> {
            History h = random(random, ZONES.get(random.nextInt(ZONES.size())));
            Story story = played(h);
            UserState head = story.head();
            // As session-service stores them: the first of an id.
            var ids = new TreeSet<String>();
            List<Dated> seen = h.events().stream()
                    .filter(e -> !e.receivedAt().isAfter(h.end()) && ids.add(e.id()))
                    .toList();
            var again = new Story(h.end());
            again.user = story.user;
            seen.forEach(e -> again.act(new Fold.Replayed(e)));
            assertThat(again.head().sums()).as("known").isEqualTo(head.sums());

            // The plan was restored from a backup, the facts are lost.
            var lost = new Story(h.first().firstSavedAt().minusSeconds(86_400));
            lost.plan(h.last()).excuses(h.excuses());
            seen.forEach(e -> lost.act(new Fold.Replayed(e)));
            assertThat(lost.head().nudges()).isEmpty();
            assertThat(lost.head().pain().findings()).isEmpty();
            assertThat(lost.head().pain().alerts()).isEmpty();
        });
    }

    @Test
    void any_order_and_any_repetition_give_the_same_figures() {
        histories(1, HISTORIES / 10, (random, number) -> {
            History h = random(random, ZONES.get(random.nextInt(ZONES.size())));
            // Of one id with several contents the first in Kafka counts, so those keep their order: one
            // content an id here.
            var ids = new java.util.HashSet<String>();
            List<Dated> events = h.events().stream()
                    .filter(e -> !e.receivedAt().isAfter(h.end()) && ids.add(e.id()))
                    .toList();
            var story = new Story(h.first().firstSavedAt());
            story.plan(h.first()).excuses(h.earlyExcuses()).preferences(h.preferences());
            var shuffled = new ArrayList<>(events);
            for (int n = events.size() / 5; n > 0; n--) {
                shuffled.add(events.get(random.nextInt(events.size())));
            }
            Collections.shuffle(shuffled, random);
            // Timers come after all of it: they never overtake the backlog.
            shuffled.forEach(story::event);
            story.plan(h.last()).excuses(h.excuses());
            story.at(h.end());
            assertThat(story.head().throughDate())
                    .as("closed days")
                    .isEqualTo(h.closed(h.first().firstSavedAt()));
            assertThat(figures(story.head()))
                    .isEqualTo(new Oracle(h.last(), h.excuses(), events)
                            .through(story.head().throughDate()));
        });
    }
}
