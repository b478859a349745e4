package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.planA;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Adherence;
import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The vectors of section 1.5, each by its name, through the fold.
class AdherenceVectorTest {

    private static final LocalDate SUNDAY = MONDAY.plusDays(6);

    private static Instant on(LocalDate date, int hour) {
        return date.atTime(hour, 0).atZone(BERLIN).toInstant();
    }

    /// A week with a plan that was saved before it began, and what was done in it.
    private static Story week(List<Plan.Item> items, List<CompletedSet> sets) {
        return from(MONDAY, items, sets, List.of());
    }

    private static Story from(LocalDate first, List<Plan.Item> items, List<CompletedSet> sets, List<Excuse> excuses) {
        var story = new Story(on(first.minusDays(1), 12));
        story.plan(plan(first, story.now, BERLIN, items));
        story.excuses(excuses);
        for (CompletedSet set : sets) {
            story.at(set.receivedAt()).event(set);
        }
        return story;
    }

    private static Story closedOn(Story story, LocalDate last) {
        return story.at(last.plusDays(1).atTime(0, 5).atZone(BERLIN).toInstant());
    }

    private static ZonedDateTime at(LocalDate date, int minute) {
        return date.atTime(10, minute).atZone(BERLIN);
    }

    private static List<CompletedSet> fullA(LocalDate date) {
        return List.of(
                set("bridge", Side.NONE, 10, at(date, 1)),
                set("bridge", Side.NONE, 10, at(date, 2)),
                set("bridge", Side.NONE, 10, at(date, 3)),
                set("tilt", Side.NONE, 10, at(date, 4)),
                set("tilt", Side.NONE, 10, at(date, 5)),
                set("bird-dog", Side.LEFT, 5, at(date, 6)),
                set("bird-dog", Side.LEFT, 5, at(date, 7)),
                set("bird-dog", Side.RIGHT, 5, at(date, 8)),
                set("bird-dog", Side.RIGHT, 5, at(date, 9)));
    }

    private static List<CompletedSet> fullA(LocalDate... dates) {
        var sets = new ArrayList<CompletedSet>();
        for (LocalDate date : dates) {
            sets.addAll(fullA(date));
        }
        return sets;
    }

    private static LocalDate day(int n) {
        return MONDAY.plusDays(n);
    }

    private static void check(
            Adherence got,
            String num,
            long den,
            @Nullable String a,
            @Nullable String d,
            @Nullable String f,
            String r,
            String excused,
            String o) {
        assertThat(got.a7().numerator()).isEqualByComparingTo(num);
        assertThat(got.a7().denominator()).isEqualTo(den);
        same(got.a7().value(), a);
        same(got.d7(), d);
        same(got.f7(), f);
        same(got.r7(), r);
        same(got.a7().excusedShare(), excused);
        same(got.o7(), o);
    }

    private static void same(@Nullable BigDecimal got, @Nullable String wanted) {
        if (wanted == null) {
            assertThat(got).isNull();
        } else {
            assertThat(got).isEqualTo(new BigDecimal(wanted).setScale(1));
        }
    }

    @Test
    void V1_full_on_five_days_and_nothing_on_two() {
        var story = week(planA(), fullA(day(0), day(1), day(2), day(4), day(6)));
        check(closedOn(story, SUNDAY).adherence(), "45", 63, "71.4", "71.4", "71.4", "71.4", "0", "0");
    }

    @Test
    void V2_a_day_with_half_a_set_and_one_side_short() {
        var story = week(
                planA(),
                List.of(
                        set("bridge", Side.NONE, 10, at(MONDAY, 1)),
                        set("bridge", Side.NONE, 10, at(MONDAY, 2)),
                        set("bridge", Side.NONE, 5, at(MONDAY, 3)),
                        set("tilt", Side.NONE, 10, at(MONDAY, 4)),
                        set("tilt", Side.NONE, 10, at(MONDAY, 5)),
                        set("bird-dog", Side.LEFT, 5, at(MONDAY, 6)),
                        set("bird-dog", Side.LEFT, 5, at(MONDAY, 7)),
                        set("bird-dog", Side.RIGHT, 5, at(MONDAY, 8))));
        check(closedOn(story, MONDAY).adherence(), "7.5", 9, "83.3", "100", "100", "83.3", "0", "0");
    }

    @Test
    void V3_too_many_bridges_pay_for_no_tilt() {
        var sets = new ArrayList<CompletedSet>();
        for (int i = 0; i < 5; i++) {
            sets.add(set("bridge", Side.NONE, 10, at(MONDAY, i)));
        }
        sets.addAll(fullA(MONDAY).subList(5, 9));
        check(closedOn(week(planA(), sets), MONDAY).adherence(), "7", 9, "77.8", "0", "100", "77.8", "0", "22.2");
    }

    @Test
    void V4_an_excused_day_and_a_missed_one() {
        var story = from(
                MONDAY,
                planA(),
                fullA(day(0), day(1), day(3), day(4), day(6)),
                List.of(new Excuse(day(2), day(2), null, Excuse.Reason.ILLNESS)));
        check(closedOn(story, SUNDAY).adherence(), "45", 54, "83.3", "83.3", "83.3", "71.4", "14.3", "0");
    }

    @Test
    void V5_one_exercise_postponed_for_two_days() {
        var sets = new ArrayList<>(fullA(day(0), day(1), day(2), day(5), day(6)));
        sets.addAll(fullA(day(3)).subList(0, 5));
        sets.addAll(fullA(day(4)).subList(0, 5));
        sets.sort(java.util.Comparator.comparing(CompletedSet::receivedAt));
        var story = from(
                MONDAY, planA(), sets, List.of(new Excuse(day(3), day(4), "bird-dog", Excuse.Reason.PAIN_POSTPONED)));
        check(closedOn(story, SUNDAY).adherence(), "55", 55, "100", "100", "100", "87.3", "12.7", "0");
    }

    @Test
    void V6a_four_left_and_none_right() {
        var sets = new ArrayList<CompletedSet>();
        for (int i = 0; i < 4; i++) {
            sets.add(set("bird-dog", Side.LEFT, 5, at(MONDAY, i)));
        }
        check(
                closedOn(week(planA().subList(2, 3), sets), MONDAY).adherence(),
                "2",
                4,
                "50",
                "0",
                "100",
                "50",
                "0",
                "50");
    }

    @Test
    void V6c_two_sets_of_both_sides() {
        var sets = List.of(set("bird-dog", Side.BOTH, 5, at(MONDAY, 1)), set("bird-dog", Side.BOTH, 5, at(MONDAY, 2)));
        check(
                closedOn(week(planA().subList(2, 3), sets), MONDAY).adherence(),
                "4",
                4,
                "100",
                "100",
                "100",
                "100",
                "0",
                "0");
    }

    @Test
    void V9_and_V9b_wednesdays_sets_arrive_five_days_late() {
        var story = closedOn(week(planA(), fullA(day(0), day(1), day(3), day(4))), SUNDAY);
        check(story.adherence(), "36", 63, "57.1", "57.1", "57.1", "57.1", "0", "0");
        Instant late = on(SUNDAY.plusDays(1), 8);
        int i = 0;
        for (CompletedSet set : fullA(day(2))) {
            story.at(late.plusSeconds(i))
                    .event(set(
                            "late" + i++,
                            set.exerciseId(),
                            set.side(),
                            set.reps(),
                            set.time().atZoneSameInstant(BERLIN),
                            late));
        }
        check(story.adherence(), "45", 63, "71.4", "71.4", "71.4", "71.4", "0", "0");
    }

    @Test
    void V10_four_events_sent_twice() {
        var sets = new ArrayList<>(fullA(MONDAY));
        sets.addAll(sets.subList(0, 4));
        check(closedOn(week(planA(), sets), MONDAY).adherence(), "9", 9, "100", "100", "100", "100", "0", "0");
    }

    @Test
    void V10b_one_event_delivered_three_times() {
        CompletedSet once = set("bridge", Side.NONE, 10, at(MONDAY, 1));
        check(
                closedOn(week(planA().subList(0, 1), List.of(once, once, once)), MONDAY)
                        .adherence(),
                "1",
                3,
                "33.3",
                "0",
                "100",
                "33.3",
                "0",
                "0");
    }

    @Test
    void V11_everything_excused() {
        var story = from(MONDAY, planA(), List.of(), List.of(new Excuse(MONDAY, SUNDAY, null, Excuse.Reason.TRAVEL)));
        check(closedOn(story, SUNDAY).adherence(), "0", 0, null, null, null, "0", "100", "0");
    }

    @Test
    void V12_two_of_three_rounds_up() {
        check(
                closedOn(week(planA().subList(0, 1), fullA(MONDAY).subList(0, 2)), MONDAY)
                        .adherence(),
                "2",
                3,
                "66.7",
                "0",
                "100",
                "66.7",
                "0",
                "0");
    }

    @Test
    void V12_half_of_a_tenth_rounds_up_and_never_to_even() {
        same(AdherenceAnswer.percent(1, 16), "6.3");
        same(AdherenceAnswer.percent(3, 16), "18.8");
    }

    @Test
    void V15_every_other_day_of_28() {
        var dates = new ArrayList<LocalDate>();
        for (int i = 0; i < 28; i += 2) {
            dates.add(day(i));
        }
        var story = closedOn(week(planA(), fullA(dates.toArray(LocalDate[]::new))), day(27));
        Adherence.Share a28 = story.adherence().a28();
        assertThat(a28.numerator()).isEqualByComparingTo("126");
        assertThat(a28.denominator()).isEqualTo(252);
        same(a28.value(), "50");
        Figures.Window w = story.head().figures().a28();
        same(AdherenceAnswer.percent(w.adherentDays(), w.dueDays()), "50");
        same(AdherenceAnswer.percent(w.activeDays(), w.dueDays()), "50");
        same(AdherenceAnswer.percent(w.rawDone(), 1000 * w.prescribed()), "50");
    }

    @Test
    void V16_short_sets_add_up() {
        var sets = new ArrayList<CompletedSet>();
        for (int reps : new int[] {3, 3, 3, 2, 1}) {
            sets.add(set("curl", Side.NONE, reps, at(MONDAY, sets.size())));
        }
        check(
                closedOn(week(List.of(item("curl", 5, 3, false, daily())), sets), MONDAY)
                        .adherence(),
                "4",
                5,
                "80",
                "100",
                "100",
                "80",
                "0",
                "0");
    }

    @Test
    void V17_a_slot_is_rounded_once() {
        var sets = new ArrayList<CompletedSet>();
        for (int reps : new int[] {1, 1, 4}) {
            sets.add(set("curl", Side.NONE, reps, at(MONDAY, sets.size())));
        }
        check(
                closedOn(week(List.of(item("curl", 3, 6, false, daily())), sets), MONDAY)
                        .adherence(),
                "1",
                3,
                "33.3",
                "0",
                "100",
                "33.3",
                "0",
                "0");
    }

    @ParameterizedTest
    @CsvSource({
        "2025-03-29T22:59:59Z, Europe/Berlin, 2025-03-29",
        "2025-03-29T23:00:00Z, Europe/Berlin, 2025-03-30",
        "2025-03-30T21:59:59Z, Europe/Berlin, 2025-03-30",
        "2025-03-30T22:00:00Z, Europe/Berlin, 2025-03-31",
        "2025-10-26T00:30:00Z, Europe/Berlin, 2025-10-26",
        "2025-10-26T01:30:00Z, Europe/Berlin, 2025-10-26",
        "2025-10-26T22:59:59Z, Europe/Berlin, 2025-10-26",
        "2025-10-26T23:00:00Z, Europe/Berlin, 2025-10-27",
        "2025-04-24T21:59:59Z, Africa/Cairo, 2025-04-24",
        "2025-04-24T22:00:00Z, Africa/Cairo, 2025-04-25",
        "2025-03-10T03:30:00Z, America/New_York, 2025-03-09",
        "2025-03-10T03:30:00Z, Europe/Berlin, 2025-03-10"
    })
    void V7_the_events_zone_dates_it(Instant time, ZoneId zone, LocalDate date) {
        assertThat(set("bridge", Side.NONE, 1, time.atZone(zone)).date()).isEqualTo(date);
    }

    @ParameterizedTest
    @CsvSource({
        "2025-03-30, Europe/Berlin, PT23H",
        "2025-10-26, Europe/Berlin, PT25H",
        "2025-04-25, Africa/Cairo, PT23H",
        "2025-09-07, America/Santiago, PT23H"
    })
    void V7_a_day_ends_where_the_next_one_starts(LocalDate date, ZoneId zone, Duration length) {
        assertThat(Duration.between(Fold.dayEnd(date.minusDays(1), zone), Fold.dayEnd(date, zone)))
                .isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({
        "1 1 X 1 0 1 1, 2, 3",
        "1 .83 X X 1, 3, 3",
        "1 .79 1, 1, 1",
        "X X, 0, 0",
        "1 1 1 0 X, 0, 3",
    })
    void streak(String doses, int current, int best) {
        var sets = new ArrayList<CompletedSet>();
        var excuses = new ArrayList<Excuse>();
        int n = 0;
        for (String dose : doses.split(" ")) {
            LocalDate date = day(n++);
            switch (dose) {
                case "X" -> excuses.add(new Excuse(date, date, null, Excuse.Reason.ILLNESS));
                case "0" -> {}
                default ->
                    sets.add(set("hold", Side.NONE, (int) Math.round(100 * Double.parseDouble(dose)), at(date, 1)));
            }
        }
        var story = from(MONDAY, List.of(item("hold", 1, 100, false, daily())), sets, excuses);
        Adherence.Streak streak = closedOn(story, day(n - 1)).adherence().streak();
        assertThat(streak).isEqualTo(new Adherence.Streak(current, best));
    }
}
