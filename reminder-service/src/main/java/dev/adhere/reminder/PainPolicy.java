package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.Alert.Severity;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The comparisons of section 2: what a date's scores say. Pure; what follows from them is `Pain`'s.
final class PainPolicy {

    /// P4, P12, P13.
    static final int FORTNIGHT = 14;

    /// P2, and what a session is compared with: how long a score speaks.
    static final Duration SPEAKS = Duration.ofHours(24);

    /// P11: how long nothing may be heard of after a high score, before the user and before the coach is
    /// asked.
    static final Duration SILENCE = Duration.ofHours(24);

    static final Duration LONG_SILENCE = Duration.ofHours(36);

    /// P9, P10 and how often red-flag questions are asked.
    static final int FOUR_WEEKS = 28;

    private static final int SCORES_OF_A_WEEK = 3;
    private static final int SESSIONS_TO_PROGRESS = 3;
    private static final int DAYS_RUNNING = 7;
    private static final int TIMES_POSTPONED = 3;

    private PainPolicy() {}

    /// GREEN 0-2, AMBER 3-5, RED 6-10.
    enum Zone {
        GREEN,
        AMBER,
        RED;

        static Zone of(int score, PainRules rules) {
            if (score >= rules.stopFrom()) {
                return RED;
            }
            return score >= rules.loadFrom() ? AMBER : GREEN;
        }
    }

    /// What rules read that look back: a date's sums by date.
    interface Days {

        /// @return null where nothing is known of the date
        @Nullable
        DaySums on(LocalDate date);

        /// What the date's scores say; [DayPain#NONE] where nothing is known of it.
        default DayPain painOn(LocalDate date) {
            DaySums sums = on(date);
            return sums == null ? DayPain.NONE : sums.pain();
        }

        /// A date with a set, or a score during one.
        default boolean sessionOn(LocalDate date) {
            DaySums sums = on(date);
            return sums != null
                    && (sums.firstSetAt() != null || !sums.pain().during().isEmpty());
        }

        static Days of(NavigableMap<LocalDate, DaySums> sums) {
            return sums::get;
        }
    }

    /// med7(t): the median of the MORNING scores on the dates t-6 to t; null for less than three of them.
    static @Nullable Double median(Days days, LocalDate t) {
        var scores = new ArrayList<Integer>();
        for (LocalDate date = t.minusDays(6); !date.isAfter(t); date = date.plusDays(1)) {
            scores.addAll(days.painOn(date).mornings());
        }
        if (scores.size() < SCORES_OF_A_WEEK) {
            return null;
        }
        scores.sort(null);
        int middle = scores.size() / 2;
        return scores.size() % 2 == 1 ? scores.get(middle) : (scores.get(middle - 1) + scores.get(middle)) / 2.0;
    }

    /// What a session is compared with: its last BEFORE score; else the newest score of the 24 hours before
    /// it; else the score with which the user began; null where there is none (REF_MISSING).
    ///
    /// @param scores of the session's date and of the date before, in force, in order of time
    /// @param date of the session
    /// @param start of the session; null where nothing tells
    static @Nullable Integer reference(
            List<Scored> scores, LocalDate date, @Nullable Instant start, @Nullable Integer baseline) {
        Integer before = null;
        Integer earlier = null;
        for (Scored scored : scores) {
            Fact.Score score = scored.score();
            if (score.sensation() != Sensation.PAIN) {
                continue;
            }
            if (score.context() == Context.BEFORE && scored.date().equals(date)) {
                before = score.score();
            }
            if (start != null && score.time().isBefore(start) && !score.time().isBefore(start.minus(SPEAKS))) {
                earlier = score.score();
            }
        }
        if (before != null) {
            return before;
        }
        return earlier == null ? baseline : earlier;
    }

    /// A score and the date on which it counts.
    record Scored(LocalDate date, Fact.Score score) {}

    /// The newest score of pain in the low back within the last 24 hours (P2); null for none.
    static Fact.@Nullable Score discomfort(List<Scored> scores, Instant at) {
        Fact.Score newest = null;
        for (Scored scored : scores) {
            Fact.Score score = scored.score();
            if (score.sensation() == Sensation.PAIN
                    && score.region() == Region.LOW_BACK
                    && score.time().isAfter(at.minus(SPEAKS))
                    && !score.time().isAfter(at.plus(Lateness.AHEAD))) {
                newest = score;
            }
        }
        return newest;
    }

    /// P10: pain in a leg below the knee or in both legs, or in a place where nothing was felt for four
    /// weeks though scores older than that exist.
    static boolean newPlace(Fact.Score score, LocalDate date, Days days, @Nullable LocalDate firstScoreOn) {
        if (score.region() == Region.LOWER_LEG || score.region() == Region.BOTH_LEGS) {
            return true;
        }
        if (firstScoreOn == null || !firstScoreOn.isBefore(date.minusDays(FOUR_WEEKS))) {
            return false;
        }
        for (LocalDate each = date.minusDays(FOUR_WEEKS); each.isBefore(date); each = each.plusDays(1)) {
            if (days.painOn(each).regions().contains(score.region())) {
                return false;
            }
        }
        return true;
    }

    /// P9: not better than at first, by points and by share.
    static boolean notImproving(double first, double now, PainRules rules) {
        return first > 0 && first - now < rules.improvedBy() && 100 * (first - now) < rules.improvedPercent() * first;
    }

    /// The date of the session before this one (P6); null where none is known.
    static @Nullable LocalDate sessionBefore(LocalDate date, Days days) {
        for (LocalDate each = date.minusDays(1); !each.isBefore(date.minusDays(FOUR_WEEKS)); each = each.minusDays(1)) {
            if (days.sessionOn(each)) {
                return each;
            }
        }
        return null;
    }

    /// The date of the session after this one (P6); null where none is known.
    static @Nullable LocalDate sessionAfter(LocalDate date, Days days) {
        for (LocalDate each = date.plusDays(1); !each.isAfter(date.plusDays(FOUR_WEEKS)); each = each.plusDays(1)) {
            if (days.sessionOn(each)) {
                return each;
            }
        }
        return null;
    }

    /// How often a rule applied to an exercise in the fortnight that ends with a date.
    static long times(Collection<PainState.Finding> findings, Rule rule, @Nullable String exerciseId, LocalDate date) {
        return findings.stream()
                .filter(f -> f.rule() == rule
                        && Objects.equals(f.exerciseId(), exerciseId)
                        && !f.date().isAfter(date)
                        && f.date().isAfter(date.minusDays(FORTNIGHT)))
                .count();
    }

    /// P1 and P5 after which no score came.
    static List<PainState.Finding> unanswered(List<PainState.Finding> findings, @Nullable Instant lastScoreAt) {
        return findings.stream()
                .filter(f -> f.rule() == Rule.P1 || f.rule() == Rule.P5)
                .filter(f -> lastScoreAt == null || !lastScoreAt.isAfter(f.time()))
                .toList();
    }

    /// P13: postponed three times in a fortnight, or for more than seven days running.
    static boolean postponedOften(List<PainState.Restriction> restrictions, String exerciseId, LocalDate date) {
        List<PainState.Restriction> mine = restrictions.stream()
                .filter(r -> r.postpones() && exerciseId.equals(r.exerciseId()))
                .toList();
        long times = mine.stream()
                .filter(r -> !r.from().isAfter(date) && r.from().isAfter(date.minusDays(FORTNIGHT)))
                .count();
        return times >= TIMES_POSTPONED || running(mine, date);
    }

    private static boolean running(List<PainState.Restriction> restrictions, LocalDate date) {
        for (LocalDate each = date.minusDays(DAYS_RUNNING); !each.isAfter(date); each = each.plusDays(1)) {
            LocalDate day = each;
            if (restrictions.stream().noneMatch(r -> r.covers(day))) {
                return false;
            }
        }
        return true;
    }

    /// P12: whether an exercise may be made harder, as a coach may be told when a date has closed: its last
    /// three dates on which it was due before that one were done in full and scored as easy, and nothing
    /// speaks against it.
    ///
    /// @param dueOn the dates on which the exercise was due, not excused
    static boolean readyToProgress(
            String exerciseId,
            LocalDate closed,
            Collection<LocalDate> dueOn,
            Days days,
            List<PainState.Restriction> restrictions,
            List<PainState.Finding> findings,
            PainRules rules) {
        var due = new TreeSet<>(dueOn).headSet(closed, false).descendingSet();
        if (due.size() < SESSIONS_TO_PROGRESS) {
            return false;
        }
        LocalDate oldest = closed;
        int seen = 0;
        for (LocalDate date : due) {
            DayPain.During during = days.painOn(date).during(exerciseId);
            if (during == null || !during.full() || during.worst() > rules.easyUpTo()) {
                return false;
            }
            oldest = date;
            if (++seen == SESSIONS_TO_PROGRESS) {
                break;
            }
        }
        LocalDate first = oldest;
        boolean rose = findings.stream()
                .anyMatch(f -> f.rule() == Rule.P3 && f.date().isAfter(first)
                        || f.rule() == Rule.P3H && f.date().isAfter(closed.minusDays(7)));
        boolean postponed = restrictions.stream()
                .anyMatch(r -> r.postpones()
                        && exerciseId.equals(r.exerciseId())
                        && (r.to() == null || r.to().isAfter(closed.minusDays(FORTNIGHT))));
        return !rose && !postponed;
    }

    /// How urgently a coach should look at what a rule found; null where a rule tells no coach.
    static @Nullable Severity severity(Rule rule) {
        return switch (rule) {
            case P0A -> Severity.CRITICAL;
            case P0B, P5, P8 -> Severity.URGENT;
            case P0C, P1, P4, P6, P7, P9, P10, P11, P12, P13, P14, LAPSED -> Severity.ROUTINE;
            case P2, P3, P3H, REF_MISSING -> null;
        };
    }

    /// The id of the one alert that a rule raises about a user and a date.
    ///
    /// @param about the exercise, or what else tells two of a date apart; null for nothing
    static String alertId(String userId, Rule rule, @Nullable String about, LocalDate date) {
        String name = userId + "|" + rule + "|" + (about == null ? "" : about) + "|" + date;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /// Whether a routine alert would only repeat one that nobody has acknowledged.
    static boolean repeats(List<Alert> alerts, Rule rule, @Nullable String exerciseId) {
        return alerts.stream()
                .anyMatch(a ->
                        a.rule() == rule && a.acknowledgedAt() == null && Objects.equals(a.exerciseId(), exerciseId));
    }

    /// How pain has developed since the user began: `improvedBy` points, `improvedPercent` per cent, or
    /// both.
    ///
    /// @param improvedAbs a drop of 2 points or more
    /// @param improvedRel a drop of 30 per cent or more
    record Response(double start, double now, boolean improvedAbs, boolean improvedRel, Verdict verdict) {

        enum Verdict {
            MEANINGFUL,
            POSSIBLE,
            NONE
        }

        static Response of(double start, double now, PainRules rules) {
            boolean abs = start - now >= rules.improvedBy();
            boolean rel = start > 0 && 100 * (start - now) >= rules.improvedPercent() * start;
            Verdict both = abs && rel ? Verdict.MEANINGFUL : Verdict.POSSIBLE;
            return new Response(start, now, abs, rel, abs || rel ? both : Verdict.NONE);
        }
    }
}
