package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// OVERDUE, and what stops one kind because of another (sections 3.2 and 3.3).
class NudgeGateTest {

    private static final LocalDate DAY = LocalDate.parse("2025-03-05");

    private static Instant at(LocalDate date, String time) {
        return date.atTime(LocalTime.parse(time)).atZone(BERLIN).toInstant();
    }

    /// Six sets of a bridge at 18:00, every day from DAY on; so one set is a dose of 1/6.
    private static Story sixSetsADayAt(String... times) {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        return story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 6, 10, false, daily(times)))));
    }

    private static Story done(Story story, LocalDate date, String time, int sets) {
        story.at(at(date, time));
        for (int i = 0; i < sets; i++) {
            story.event(set(
                    "bridge", Side.NONE, 10, date.atTime(LocalTime.parse(time)).atZone(BERLIN)));
        }
        return story;
    }

    private static @Nullable Nudge find(Story story, Kind kind, LocalDate date) {
        return story.head().nudges().stream()
                .map(Decision::nudge)
                .filter(n -> n.kind() == kind && n.date().equals(date))
                .findFirst()
                .orElse(null);
    }

    private static Nudge decision(Story story, Kind kind, LocalDate date) {
        return Objects.requireNonNull(find(story, kind, date), () -> kind + " of " + date + " was not decided");
    }

    private static Preferences preferences(String quietFrom, String quietTo, Kind... muted) {
        Preferences d = Preferences.DEFAULT;
        return new Preferences(
                null,
                d.preferredTime(),
                new Preferences.QuietHours(LocalTime.parse(quietFrom), LocalTime.parse(quietTo)),
                d.channels(),
                null,
                Set.of(muted),
                true,
                d.language(),
                1);
    }

    @Test
    void N3_half_done_at_20_00_is_overdue() {
        var story = done(sixSetsADayAt("18:00"), DAY, "17:00", 3).at(at(DAY, "20:30"));
        Nudge nudge = decision(story, Kind.OVERDUE, DAY);
        assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SENT);
        assertThat(nudge.decidedAt()).isEqualTo(at(DAY, "20:00"));
        assertThat(nudge.text()).isEqualTo("Some of today's exercises are still open.");
        assertThat(decision(story, Kind.DUE_SOON, DAY).reason()).isEqualTo(Reason.DONE);
    }

    @Test
    void N4_five_of_six_done_is_done_and_four_is_not() {
        assertThat(decision(done(sixSetsADayAt("18:00"), DAY, "17:00", 5).at(at(DAY, "20:30")), Kind.OVERDUE, DAY)
                        .reason())
                .isEqualTo(Reason.DONE);
        assertThat(decision(done(sixSetsADayAt("18:00"), DAY, "17:00", 4).at(at(DAY, "20:30")), Kind.OVERDUE, DAY)
                        .outcome())
                .isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void a_dose_of_exactly_080_is_done() {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 5, 10, false, daily("18:00")))));
        assertThat(decision(done(story, DAY, "17:00", 4).at(at(DAY, "20:30")), Kind.OVERDUE, DAY)
                        .reason())
                .isEqualTo(Reason.DONE);
    }

    @Test
    void what_was_done_beyond_one_dose_makes_up_for_no_other() {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        story.plan(plan(
                DAY,
                story.now,
                BERLIN,
                List.of(item("bridge", 2, 10, false, daily("18:00")), item("tilt", 2, 10, false, daily("18:00")))));
        assertThat(decision(done(story, DAY, "17:00", 4).at(at(DAY, "20:30")), Kind.OVERDUE, DAY)
                        .outcome())
                .isEqualTo(Nudge.Outcome.SENT);
    }

    @ParameterizedTest
    @CsvSource({
        "18:00, 21:00, 08:00, 20:00",
        "18:30, 21:00, 08:00, 20:00",
        "19:30, 21:00, 08:00, 20:00",
        "19:31, 21:00, 08:00, none",
        "12:00, 21:00, 08:00, 14:00",
        "20:30, 21:00, 08:00, none",
        "22:30, 21:00, 08:00, none",
        "22:30, 12:00, 12:00, none",
        "21:30, 12:00, 12:00, 23:30",
        "21:30, 00:00, 06:00, 23:00",
    })
    void overdue_is_two_hours_after_or_one_before_the_quiet_hours(
            String time, String quietFrom, String quietTo, String expected) {
        var story = sixSetsADayAt(time).preferences(preferences(quietFrom, quietTo));
        Nudge nudge = find(story.at(at(DAY.plusDays(1), "00:00")), Kind.OVERDUE, DAY);
        assertThat(nudge == null ? null : nudge.decidedAt())
                .isEqualTo(expected.equals("none") ? null : at(DAY, expected));
    }

    @Test
    void with_nothing_done_both_kinds_come_two_and_a_half_hours_apart_and_no_third_that_day() {
        var story = sixSetsADayAt("18:00").at(at(DAY, "23:59"));
        assertThat(story.head().nudges())
                .extracting(d -> d.nudge().kind() + " " + d.nudge().outcome())
                .containsExactly("DUE_SOON SENT", "OVERDUE SENT");
    }

    @Test
    void less_than_two_hours_apart_is_one_too_many() {
        var story = sixSetsADayAt("19:15").at(at(DAY, "23:59"));
        assertThat(decision(story, Kind.DUE_SOON, DAY).outcome()).isEqualTo(Nudge.Outcome.SENT);
        assertThat(decision(story, Kind.OVERDUE, DAY).reason()).isEqualTo(Reason.CAP);
    }

    @Test
    void no_more_than_eight_in_seven_days() {
        var story = sixSetsADayAt("18:00");
        for (int i = 0; i < 5; i++) {
            // A set after each nudge, so that fatigue plays no part.
            done(story, DAY.plusDays(i), "18:30", 1);
            done(story, DAY.plusDays(i), "20:40", 1);
        }
        var sent = story.head().nudges().stream().filter(Decision::sent).toList();
        assertThat(sent).hasSize(8);
        assertThat(decision(story, Kind.DUE_SOON, DAY.plusDays(4)).reason()).isEqualTo(Reason.CAP);
        story.at(at(DAY.plusDays(7), "17:30"));
        assertThat(coming(story)).last().isEqualTo("DUE_SOON");
    }

    /// Every other day one of six sets at 17:00: enough that nothing is missed, too little not to be overdue.
    private static Story everyOtherDay(int days) {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        var schedule = new Plan.Schedule.EveryDays(2, List.of(LocalTime.parse("18:00")));
        story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 6, 10, false, schedule))));
        for (int i = 0; i < days; i += 2) {
            done(story, DAY.plusDays(i), "17:00", 1);
        }
        return story;
    }

    private static List<String> overdue(Story story) {
        return story.head().nudges().stream()
                .map(Decision::nudge)
                .filter(n -> n.kind() == Kind.OVERDUE)
                .map(n -> n.reason() == null ? "SENT" : n.reason().name())
                .toList();
    }

    @Test
    void after_three_without_an_answer_two_chances_are_let_go_and_then_it_is_tried_again() {
        assertThat(overdue(everyOtherDay(18).at(at(DAY.plusDays(17), "00:00"))))
                .containsExactly("SENT", "SENT", "SENT", "FATIGUE", "FATIGUE", "SENT", "FATIGUE", "FATIGUE", "SENT");
    }

    @Test
    void a_set_within_a_day_is_an_answer_and_so_is_a_snooze() {
        var story = done(everyOtherDay(6), DAY.plusDays(4), "20:30", 1);
        assertThat(overdue(done(story, DAY.plusDays(6), "17:00", 1).at(at(DAY.plusDays(6), "21:00"))))
                .containsExactly("SENT", "SENT", "SENT", "SENT");

        var snoozing = everyOtherDay(6).at(at(DAY.plusDays(4), "20:05"));
        snoozing.act(new Fold.Snooze(
                decision(snoozing, Kind.OVERDUE, DAY.plusDays(4)).id(), at(DAY.plusDays(4), "20:15")));
        assertThat(overdue(done(snoozing, DAY.plusDays(6), "17:00", 1).at(at(DAY.plusDays(6), "21:00"))))
                .containsExactly("SENT", "SENT", "SENT", "SENT");
    }

    @Test
    void a_set_a_day_and_more_later_is_no_answer() {
        var story = done(everyOtherDay(6), DAY.plusDays(5), "20:01", 1);
        assertThat(overdue(done(story, DAY.plusDays(6), "17:00", 1).at(at(DAY.plusDays(6), "21:00"))))
                .containsExactly("SENT", "SENT", "SENT", "FATIGUE");
    }

    @Test
    void fatigue_is_remembered_for_weekly_plans_too() {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        var schedule = new Plan.Schedule.EveryDays(7, List.of(LocalTime.parse("18:00")));
        story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 6, 10, false, schedule))));
        for (int i = 0; i < 6; i++) {
            done(story, DAY.plusDays(7 * i), "17:00", 1);
        }
        assertThat(overdue(story.at(at(DAY.plusDays(36), "00:00"))))
                .containsExactly("SENT", "SENT", "SENT", "FATIGUE", "FATIGUE", "SENT");
    }

    /// What was decided half an hour before the time of each day, from DAY on.
    private static List<String> coming(Story story) {
        return story.head().nudges().stream()
                .map(Decision::nudge)
                .filter(n ->
                        Set.of(Kind.DUE_SOON, Kind.RECOVERY, Kind.RE_ENGAGE).contains(n.kind()))
                .map(n -> n.kind() + (n.reason() == null ? "" : " " + n.reason()))
                .toList();
    }

    @Test
    void N6_the_day_after_the_first_missed_one_is_a_recovery() {
        var story = done(sixSetsADayAt("18:00"), DAY, "17:00", 6).at(at(DAY.plusDays(3), "18:00"));
        assertThat(coming(story)).containsExactly("DUE_SOON DONE", "DUE_SOON", "RECOVERY", "DUE_SOON");
    }

    @Test
    void who_never_began_recovers_from_nothing() {
        assertThat(coming(sixSetsADayAt("18:00").at(at(DAY.plusDays(1), "18:00"))))
                .containsExactly("DUE_SOON", "DUE_SOON");
    }

    @Test
    void from_the_third_missed_day_on_only_the_third_seventh_and_fourteenth_are_spoken_of() {
        var story = done(sixSetsADayAt("18:00"), DAY, "17:00", 6);
        var expected =
                new java.util.ArrayList<>(List.of("DUE_SOON DONE", "DUE_SOON", "RECOVERY", "DUE_SOON", "RE_ENGAGE"));
        for (int missed = 4; missed <= 20; missed++) {
            expected.add(missed == 7 || missed == 14 ? "RE_ENGAGE" : "DUE_SOON OUTRANKED");
        }
        for (int i = 1; i <= 21; i++) {
            story.at(at(DAY.plusDays(i), "18:00"));
            assertThat(coming(story)).last().isEqualTo(expected.get(i));
        }
        assertThat(overdue(story)
                        .subList(overdue(story).size() - 5, overdue(story).size()))
                .containsOnly("OUTRANKED");
        done(story, DAY.plusDays(21), "19:00", 1).at(at(DAY.plusDays(22), "18:00"));
        assertThat(coming(story)).last().isEqualTo("DUE_SOON");
    }

    @Test
    void missed_days_of_a_weekly_plan_are_counted_for_longer_than_events_are_taken() {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        var schedule = new Plan.Schedule.EveryDays(7, List.of(LocalTime.parse("18:00")));
        story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 6, 10, false, schedule))));
        for (int missed = 0; missed < 20; missed++) {
            story.at(at(DAY.plusDays(7L * missed), "18:00"));
            boolean spokenOf = missed == 3 || missed == 7 || missed == 14;
            assertThat(coming(story))
                    .last()
                    .as("after %d missed", missed)
                    .isEqualTo(spokenOf ? "RE_ENGAGE" : missed < 3 ? "DUE_SOON" : "DUE_SOON OUTRANKED");
        }
    }

    @Test
    void three_days_in_a_row_are_worth_a_word_and_the_next_one_comes_three_days_later_at_the_earliest() {
        var story = sixSetsADayAt("18:00");
        for (int i = 0; i < 14; i++) {
            done(story, DAY.plusDays(i), "17:00", 6).at(at(DAY.plusDays(i), "17:05"));
        }
        assertThat(story.head().nudges().stream()
                        .map(Decision::nudge)
                        .filter(n -> n.kind() == Kind.ENCOURAGE)
                        .map(n -> n.date() + " " + n.text()))
                .containsExactly(
                        "2025-03-07 3 days in a row. Well done!",
                        "2025-03-11 7 days in a row. Well done!",
                        "2025-03-18 14 days in a row. Well done!");
        assertThat(story.head().nudges())
                .filteredOn(Decision::sent)
                .allSatisfy(d -> assertThat(d.nudge().state()).isEqualTo(Nudge.State.DELIVERED));
    }

    @Test
    void most_of_a_week_is_worth_a_word_once_in_fourteen_days() {
        var story = sixSetsADayAt("18:00");
        int[] sets = {6, 4, 6, 4, 6, 4, 6, 6, 4, 6, 4};
        for (int i = 0; i < sets.length; i++) {
            done(story, DAY.plusDays(i), "17:00", sets[i]).at(at(DAY.plusDays(i), "17:05"));
        }
        assertThat(story.head().nudges().stream()
                        .map(Decision::nudge)
                        .filter(n -> n.kind() == Kind.ENCOURAGE)
                        .map(Nudge::text))
                .containsExactly("Most of this week's exercises are done. Well done!");
    }

    @Test
    void nobody_is_encouraged_for_what_comes_in_late() {
        var story = sixSetsADayAt("18:00");
        for (int i = 0; i < 3; i++) {
            story.at(at(DAY.plusDays(i), "17:30"));
            for (int n = 0; n < 6; n++) {
                story.event(set(
                        "late-" + i + n,
                        "bridge",
                        Side.NONE,
                        10,
                        DAY.plusDays(i).atTime(17, 0).atZone(BERLIN),
                        story.now));
            }
        }
        assertThat(story.head().nudges()).noneMatch(d -> d.nudge().kind() == Kind.ENCOURAGE);
    }

    @Test
    void N9_two_of_the_day_leave_no_room_for_a_third() {
        var story = sixSetsADayAt("12:00").preferences(preferences("21:00", "08:00", Kind.PAIN_CHECK));
        for (int i = 0; i < 2; i++) {
            done(story, DAY.plusDays(i), "11:00", 6);
        }
        // Due at 11:30, overdue at 14:00, and then all of it: the third day in a row.
        done(story, DAY.plusDays(2), "17:00", 6);
        assertThat(story.head().nudges())
                .filteredOn(d ->
                        d.nudge().date().equals(DAY.plusDays(2)) && d.nudge().reason() != Reason.MUTED)
                .extracting(d -> d.nudge().kind() + " " + d.nudge().reason())
                .containsExactly("DUE_SOON null", "OVERDUE null", "ENCOURAGE CAP");
    }

    @Test
    void an_edit_sends_nothing_of_the_past() {
        var story = sixSetsADayAt().at(at(DAY, "19:45"));
        Preferences d = preferences("21:00", "08:00");
        assertThat(story.head().nudges()).hasSize(1);
        var later = new Preferences(
                null, LocalTime.parse("16:00"), d.quietHours(), d.channels(), null, Set.of(), true, d.language(), 1);
        story.preferences(later).at(at(DAY, "23:59"));
        assertThat(story.head().nudges())
                .as("18:00 had passed when 16:00 was asked for")
                .hasSize(1);
    }

    @Test
    void a_muted_kind_leaves_the_other_alone() {
        var story = sixSetsADayAt("18:00")
                .preferences(preferences("21:00", "08:00", Kind.DUE_SOON))
                .at(at(DAY, "21:00"));
        assertThat(decision(story, Kind.DUE_SOON, DAY).reason()).isEqualTo(Reason.MUTED);
        assertThat(decision(story, Kind.OVERDUE, DAY).outcome()).isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void in_a_session_nothing_is_overdue() {
        var story = done(sixSetsADayAt("18:00"), DAY, "19:50", 2).at(at(DAY, "20:30"));
        assertThat(decision(story, Kind.OVERDUE, DAY).reason()).isEqualTo(Reason.IN_SESSION);
    }

    @Test
    void an_excused_exercise_is_not_overdue() {
        var story = sixSetsADayAt("18:00").excuses(List.of(new Excuse(DAY, DAY, "bridge", Excuse.Reason.TRAVEL)));
        assertThat(decision(story.at(at(DAY, "20:30")), Kind.OVERDUE, DAY).reason())
                .isEqualTo(Reason.NOT_DUE);
    }

    @Test
    void who_has_not_been_heard_of_today_is_not_told_to_have_missed_something() {
        // The plan is new, so the morning after is asked for, too; that would be the second of two nudges a day.
        var calm = sixSetsADayAt("18:00").preferences(preferences("21:00", "08:00", Kind.PAIN_CHECK));
        var story = done(calm, DAY, "19:00", 5).at(at(DAY.plusDays(1), "20:30"));
        assertThat(decision(story, Kind.OVERDUE, DAY.plusDays(1)).text())
                .startsWith("Nothing has reached us since 5 March 2025")
                .contains("19:00");
        Preferences d = Preferences.DEFAULT;
        var german = sixSetsADayAt("18:00")
                .preferences(new Preferences(
                        null,
                        d.preferredTime(),
                        d.quietHours(),
                        d.channels(),
                        null,
                        Set.of(Kind.PAIN_CHECK),
                        true,
                        Preferences.Language.DE,
                        1));
        assertThat(decision(
                                done(german, DAY, "19:00", 5).at(at(DAY.plusDays(1), "20:30")),
                                Kind.OVERDUE,
                                DAY.plusDays(1))
                        .text())
                .startsWith("Seit 5. März 2025")
                .contains("19:00");
        assertThat(decision(german, Kind.DUE_SOON, DAY.plusDays(1)).text())
                .isEqualTo("Deine Übungen für heute stehen bald an.");
    }

    @Test
    void overdue_may_be_decided_the_moment_the_quiet_hours_end() {
        var story = new Story(at(DAY.minusDays(1), "12:00"));
        story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 6, 10, false, daily("08:00")))));
        story.preferences(preferences("21:00", "10:00"));
        // DUE_SOON of 08:00 lies in the quiet hours and is dropped there; OVERDUE is decided at 10:00, their end.
        story.at(at(DAY, "12:00"));
        assertThat(decision(story, Kind.DUE_SOON, DAY).reason()).isEqualTo(Reason.QUIET_HOURS);
        assertThat(decision(story, Kind.OVERDUE, DAY).outcome()).isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void nothing_is_decided_twice_however_often_the_timer_comes() {
        var story = sixSetsADayAt("18:00").at(at(DAY, "20:00"));
        List<Decision> before = story.head().nudges();
        for (int i = 0; i < 5; i++) {
            story.user = Fold.apply(
                    story.user, new Fold.Due("test"), at(DAY, "20:00").plus(Duration.ofMinutes(i)));
        }
        assertThat(story.head().nudges()).isEqualTo(before);
    }
}
