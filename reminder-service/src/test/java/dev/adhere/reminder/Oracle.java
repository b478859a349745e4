package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Dated;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Section 1 of the rules once more, the slow and obvious way: everything from the raw events, for every
/// date, with no
/// state. Shares only the plan's and events' types with what it checks.
final class Oracle {

    private final Plan plan;
    private final List<Excuse> excuses;
    private final Map<LocalDate, List<CompletedSet>> byDate = new HashMap<>();
    private final Map<LocalDate, List<PainScore>> scores = new HashMap<>();

    /// @param inOrder events as Kafka has them; repeats allowed
    Oracle(Plan plan, List<Excuse> excuses, List<? extends Dated> inOrder) {
        this.plan = plan;
        this.excuses = excuses;
        Map<String, Dated> distinct = new LinkedHashMap<>();
        // What is older than the horizon leaves no trace at all, not even its id.
        inOrder.stream().filter(e -> !ancient(e)).forEach(e -> distinct.putIfAbsent(e.id(), e));
        Map<LocalDate, List<Dated>> kept = new HashMap<>();
        for (Dated e : distinct.values()) {
            if (inTime(e)) {
                kept.computeIfAbsent(e.time().atZoneSameInstant(e.zone()).toLocalDate(), _ -> new ArrayList<>())
                        .add(e);
            }
        }
        List<Dated> all = new ArrayList<>();
        for (List<Dated> facts : kept.values()) {
            facts.sort(Comparator.comparing(Dated::receivedAt).thenComparing(Dated::id));
            all.addAll(facts.subList(0, Math.min(300, facts.size())));
        }
        Map<String, Dated> byId = new HashMap<>();
        all.forEach(e -> byId.put(e.id(), e));
        List<Dated> naming = all.stream().filter(e -> names(e, byId)).toList();
        // What names nothing and is not named stands; to walk from each would take the square of a history.
        Set<@Nullable String> chained = new HashSet<>();
        for (Dated e : naming) {
            chained.add(e.id());
            chained.add(e.replaces());
        }
        for (Dated e : all) {
            LocalDate on = e.time().atZoneSameInstant(e.zone()).toLocalDate();
            if (e instanceof CompletedSet set && (!chained.contains(e.id()) || inForce(e, naming, byId))) {
                byDate.computeIfAbsent(on, _ -> new ArrayList<>()).add(set);
            } else if (e instanceof PainScore score && (!chained.contains(e.id()) || inForce(e, naming, byId))) {
                scores.computeIfAbsent(on, _ -> new ArrayList<>()).add(score);
            }
        }
        for (List<CompletedSet> sets : byDate.values()) {
            sets.sort(Comparator.comparing((CompletedSet e) -> e.time().toInstant())
                    .thenComparing(CompletedSet::id));
        }
    }

    // Whether it names another event, and one that it may correct or withdraw.
    private static boolean names(Dated e, Map<String, Dated> byId) {
        if (e.replaces() == null) {
            return false;
        }
        Dated target = byId.get(e.replaces());
        return target == null
                || target.getClass() == e.getClass()
                || target instanceof Withdrawal
                || e instanceof Withdrawal;
    }

    // Walks from the event to all that it names or that name it, and again from there, until nothing new is found; then
    // nothing found may be newer.
    private static boolean inForce(Dated event, List<Dated> naming, Map<String, Dated> byId) {
        Set<String> chain = new HashSet<>(Set.of(event.id()));
        for (int size = 0; size != chain.size(); ) {
            size = chain.size();
            for (Dated e : naming) {
                // What never came brings only events of one type together.
                String named = byId.containsKey(e.replaces()) ? e.replaces() : e.replaces() + " as " + e.getClass();
                if (chain.contains(e.id()) || chain.contains(named)) {
                    chain.add(e.id());
                    chain.add(named);
                }
            }
        }
        for (String id : chain) {
            Dated e = byId.getOrDefault(id, event);
            int age = e.time().toInstant().compareTo(event.time().toInstant());
            if (age > 0 || age == 0 && e.id().compareTo(event.id()) > 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean ancient(Dated e) {
        LocalDate on = e.time().atZoneSameInstant(e.zone()).toLocalDate();
        return on.plusDays(42).isBefore(e.receivedAt().atZone(e.zone()).toLocalDate());
    }

    private boolean inTime(Dated e) {
        LocalDate on = e.time().atZoneSameInstant(e.zone()).toLocalDate();
        LocalDate received = e.receivedAt().atZone(e.zone()).toLocalDate();
        LocalDate saved = plan.firstSavedAt().atZone(e.zone()).toLocalDate();
        boolean withinAWeek = !on.plusDays(7).isBefore(received);
        boolean history = on.isBefore(saved) && !saved.plusDays(7).isBefore(received);
        return withinAWeek || history;
    }

    /// The sums of one date, in thousandths of a set.
    record Sums(long due, long done, long excused, long rawDone, long over, boolean active) {}

    Sums on(LocalDate date) {
        long due = 0;
        long done = 0;
        long excused = 0;
        long raw = 0;
        long over = 0;
        boolean active = false;
        Plan.Version version = version(date);
        if (version != null) {
            for (Plan.Item item : version.items()) {
                if (!falls(version, item, date)) {
                    continue;
                }
                boolean out = excused(item, date);
                List<Side> sides = item.unilateral() ? List.of(Side.LEFT, Side.RIGHT) : List.of(Side.NONE);
                for (Side side : sides) {
                    for (BigDecimal credit : credits(item, side, date)) {
                        long c = credit.longValueExact();
                        long p = 1000L * item.sets();
                        raw += Math.min(c, p);
                        over += Math.max(0, c - p);
                        if (out) {
                            excused += p;
                        } else {
                            due += p;
                            done += Math.min(c, p);
                            active |= c > 0;
                        }
                    }
                }
            }
        }
        return new Sums(due, done, excused, raw, over, active);
    }

    private boolean excused(Plan.Item item, LocalDate date) {
        boolean out = false;
        for (Excuse x : excuses) {
            boolean covers = !x.from().isAfter(date) && !x.to().isBefore(date);
            out |= covers && (x.exerciseId() == null || x.exerciseId().equals(item.exerciseId()));
        }
        return out;
    }

    /// The items that a date owes, without those that are excused.
    List<Plan.Item> due(LocalDate date) {
        Plan.Version version = version(date);
        return version == null
                ? List.of()
                : version.items().stream()
                        .filter(item -> falls(version, item, date) && !excused(item, date))
                        .toList();
    }

    /// The sets of a date that are in force.
    List<CompletedSet> sets(LocalDate date) {
        return byDate.getOrDefault(date, List.of());
    }

    /// The scores of a date that are in force, in no order.
    List<PainScore> scores(LocalDate date) {
        return scores.getOrDefault(date, List.of());
    }

    private List<BigDecimal> credits(Plan.Item item, Side side, LocalDate date) {
        List<CompletedSet> mine = new ArrayList<>();
        for (CompletedSet e : byDate.getOrDefault(date, List.of())) {
            boolean takes = side == Side.NONE || e.side() == side || e.side() == Side.BOTH;
            if (e.exerciseId().equals(item.exerciseId()) && takes) {
                mine.add(e);
            }
        }
        Set<LocalTime> times = new HashSet<>(item.schedule().timesOfDay());
        int slots = Math.max(1, times.size());
        List<BigDecimal> credits = new ArrayList<>();
        for (int slot = 0; slot < slots; slot++) {
            BigDecimal sum = BigDecimal.ZERO;
            for (int i = 0; i < mine.size(); i++) {
                int belongs = Math.min(i / item.sets(), slots - 1);
                if (belongs == slot) {
                    Integer given = item.reps() != null
                            ? mine.get(i).reps()
                            : mine.get(i).holdSeconds();
                    int amount = given == null ? item.target() : Math.min(given, item.target());
                    sum = sum.add(BigDecimal.valueOf(amount));
                }
            }
            credits.add(sum.multiply(BigDecimal.valueOf(1000))
                    .divide(BigDecimal.valueOf(item.target()), 0, RoundingMode.HALF_UP));
        }
        return credits;
    }

    private Plan.@Nullable Version version(LocalDate date) {
        return plan.versions().stream()
                .filter(v -> !v.effectiveFrom().isAfter(date))
                .max(Comparator.comparing(Plan.Version::effectiveFrom))
                .orElse(null);
    }

    private boolean falls(Plan.Version version, Plan.Item item, LocalDate date) {
        if (item.schedule() instanceof Plan.Schedule.DaysOfWeek s) {
            return s.days().contains(date.getDayOfWeek());
        }
        if (item.schedule() instanceof Plan.Schedule.EveryDays s) {
            LocalDate d = version.effectiveFrom();
            while (d.isBefore(date)) {
                d = d.plusDays(s.n());
            }
            return d.equals(date);
        }
        int owed = ((Plan.Schedule.TimesPerWeek) item.schedule()).n();
        LocalDate monday = date;
        while (monday.getDayOfWeek() != DayOfWeek.MONDAY) {
            monday = monday.minusDays(1);
        }
        Set<LocalDate> chosen = new HashSet<>();
        for (int i = 0; i < 7; i++) {
            LocalDate d = monday.plusDays(i);
            if (chosen.size() < owed && quotaOn(d, item.exerciseId()) != null && hasSet(d, item.exerciseId())) {
                chosen.add(d);
            }
        }
        for (int i = 6; i >= 0; i--) {
            LocalDate d = monday.plusDays(i);
            if (chosen.size() < owed && quotaOn(d, item.exerciseId()) != null && !hasSet(d, item.exerciseId())) {
                chosen.add(d);
            }
        }
        return chosen.contains(date);
    }

    private Plan.@Nullable Item quotaOn(LocalDate date, String exercise) {
        Plan.Version version = version(date);
        if (version == null) {
            return null;
        }
        return version.items().stream()
                .filter(i -> i.exerciseId().equals(exercise) && i.schedule() instanceof Plan.Schedule.TimesPerWeek)
                .findFirst()
                .orElse(null);
    }

    private boolean hasSet(LocalDate date, String exercise) {
        Plan.Item item = quotaOn(date, exercise);
        return item != null
                && byDate.getOrDefault(date, List.of()).stream()
                        .anyMatch(
                                e -> e.exerciseId().equals(exercise) && !(item.unilateral() && e.side() == Side.NONE));
    }

    /// The last local day that is closed at an instant: from the first plan on, and a zone that the user moves to rules
    /// from the next day end on.
    static LocalDate closed(Instant savedAt, ZoneId before, Instant movedAt, ZoneId after, Instant at) {
        LocalDate open = savedAt.atZone(before).toLocalDate();
        ZoneId zone = before;
        // Days begin at whole quarters of an hour everywhere.
        Instant now = savedAt.minusSeconds(savedAt.getEpochSecond() % 900);
        while (!now.isAfter(at)) {
            if (now.atZone(zone).toLocalDate().isAfter(open)) {
                open = open.plusDays(1);
                zone = now.isAfter(movedAt) ? after : before;
            } else {
                now = now.plusSeconds(900);
            }
        }
        return open.minusDays(1);
    }

    /// Windows and streaks up to and including a date.
    record Result(List<Long> a7, List<Long> a28, int streak, int best) {}

    Result through(LocalDate last) {
        int run = 0;
        int best = 0;
        if (!plan.versions().isEmpty()) {
            for (LocalDate d = plan.versions().getFirst().effectiveFrom(); !d.isAfter(last); d = d.plusDays(1)) {
                Sums s = on(d);
                if (s.due() > 0) {
                    run = s.done() * 100 >= s.due() * 80 ? run + 1 : 0;
                    best = Math.max(best, run);
                }
            }
        }
        return new Result(window(last, 7), window(last, 28), run, best);
    }

    List<Long> window(LocalDate last, int days) {
        long[] sum = new long[8];
        for (int i = 0; i < days; i++) {
            Sums s = on(last.minusDays(i));
            sum[0] += s.done();
            sum[1] += s.due();
            sum[2] += s.excused();
            sum[3] += s.rawDone();
            sum[4] += s.over();
            sum[5] += s.due() > 0 ? 1 : 0;
            sum[6] += s.due() > 0 && s.done() * 100 >= s.due() * 80 ? 1 : 0;
            sum[7] += s.due() > 0 && s.active() ? 1 : 0;
        }
        return java.util.Arrays.stream(sum).boxed().toList();
    }

    static List<Long> of(Figures.Window w) {
        return List.of(
                w.done(),
                1000 * w.due(),
                1000 * w.excused(),
                w.rawDone(),
                w.over(),
                (long) w.dueDays(),
                (long) w.adherentDays(),
                (long) w.activeDays());
    }
}
