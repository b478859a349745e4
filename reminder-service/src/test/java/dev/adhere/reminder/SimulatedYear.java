package dev.adhere.reminder;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/// Many `SimulatedLife`s at a time: what `SimulatedYearTest` lives around the clock changes, and a whole year of very
/// many people by command (`ops/simulate.sh`).
final class SimulatedYear {

    private static final Instant FROM = Instant.parse("2026-11-01T00:00:00Z");
    private static final Duration YEAR = Duration.ofDays(365);

    /// Zones whose clocks change within the year.
    static final List<ZoneId> CHANGING = zones(zone -> {
        ZoneOffsetTransition next = zone.getRules().nextTransition(FROM);
        return next != null && next.getInstant().isBefore(FROM.plus(YEAR));
    });

    /// Zones whose clocks do not, and that are not whole hours from UTC.
    static final List<ZoneId> STEADY = zones(
            zone -> !CHANGING.contains(zone) && zone.getRules().getOffset(FROM).getTotalSeconds() % 3600 != 0);

    static final List<ZoneId> ALL =
            java.util.stream.Stream.concat(CHANGING.stream(), STEADY.stream()).toList();

    private SimulatedYear() {}

    private static List<ZoneId> zones(Predicate<ZoneId> those) {
        return ZoneId.getAvailableZoneIds().stream()
                .filter(id -> id.contains("/") && !id.startsWith("SystemV/") && !id.startsWith("Etc/"))
                .sorted()
                .map(ZoneId::of)
                .filter(those)
                .toList();
    }

    /// What was seen.
    ///
    /// @param counts how often what was decided, sent and compared
    record Seen(int people, long userDays, long events, Map<String, Integer> counts) {}

    private record Life(int number, ZoneId zone, Instant start, int days) {}

    /// Lives that begin some weeks before the clocks of their zone go forward, or back.
    static Seen aroundChange(boolean forward, int people, int days, long seed) {
        return live(seed, people, i -> {
            // Every tenth lives where clocks never change.
            ZoneId zone =
                    i % 10 == 9 ? STEADY.get(i / 10 % STEADY.size()) : CHANGING.get((i - i / 10) % CHANGING.size());
            Instant change = FROM;
            ZoneOffsetTransition next = zone.getRules().nextTransition(FROM);
            while (next != null && next.isGap() != forward) {
                next = zone.getRules().nextTransition(next.getInstant());
            }
            change = next == null ? FROM.plus(Duration.ofDays(200)) : next.getInstant();
            return new Life(i, zone, change.minus(Duration.ofDays(10 + i % 40)), days);
        });
    }

    /// Lives of a year, the first of them that of a number.
    static Seen year(int first, int people, int days, long seed) {
        return live(seed, people, i -> new Life(first + i, ALL.get((first + i) % ALL.size()), FROM, days));
    }

    private static Seen live(long seed, int people, IntFunction<Life> lives) {
        var outcomes = new ArrayList<Future<SimulatedLife.Outcome>>();
        long userDays = 0;
        long events = 0;
        var counts = new TreeMap<String, Integer>();
        try (var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            try {
                for (int i = 0; i < people; i++) {
                    Life life = lives.apply(i);
                    userDays += life.days();
                    outcomes.add(threads.submit(() ->
                            SimulatedLife.live(seed, life.number(), life.zone(), ALL, life.start(), life.days())));
                }
                for (Future<SimulatedLife.Outcome> outcome : outcomes) {
                    events += outcome.get().events();
                    outcome.get().counts().forEach((what, n) -> counts.merge(what, n, Integer::sum));
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof AssertionError objection ? objection : new AssertionError(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        return new Seen(people, userDays, events, counts);
    }

    /// Lives and prints: `--users N --days N --seed S --first N`.
    public static void main(String[] arguments) {
        int users = number(arguments, "--users", 10_000);
        int days = number(arguments, "--days", 365);
        int first = number(arguments, "--first", 0);
        long seed = number(arguments, "--seed", 20_261_121);
        System.out.printf(
                "%d people from number %d on, %d days from %s, seed %d; %d zones that change their clocks, %d that do not%n",
                users, first, days, FROM, seed, CHANGING.size(), STEADY.size());
        long began = System.nanoTime();
        Seen seen = year(first, users, days, seed);
        double seconds = (System.nanoTime() - began) / 1e9;
        print(seen);
        System.out.printf(
                Locale.ROOT,
                "%,d user-days and %,d events in %.0f s: %,.0f user-days a second on %d processors; no objection%n",
                seen.userDays(),
                seen.events(),
                seconds,
                seen.userDays() / seconds,
                Runtime.getRuntime().availableProcessors());
    }

    static void print(Seen seen) {
        seen.counts().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .forEach(e -> System.out.printf(Locale.ROOT, "  %-32s %,12d%n", e.getKey(), e.getValue()));
    }

    private static int number(String[] arguments, String name, int otherwise) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(name)) {
                return Integer.parseInt(arguments[i + 1]);
            }
        }
        return otherwise;
    }
}
