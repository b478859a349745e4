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
            story.at(at(DAY.plusDays(i), "18:00"));
            done(story, DAY.plusDays(i), "18:30", 1);
            done(story.at(at(DAY.plusDays(i), "20:30")), DAY.plusDays(i), "20:40", 1);
        }
        var sent = story.head().nudges().stream().filter(Decision::sent).toList();
        assertThat(sent).hasSize(8);
        assertThat(decision(story, Kind.DUE_SOON, DAY.plusDays(4)).reason()).isEqualTo(Reason.CAP);
        story.at(at(DAY.plusDays(7), "17:30"));
        assertThat(decision(story, Kind.DUE_SOON, DAY.plusDays(7)).outcome()).isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void after_three_without_an_answer_two_chances_are_let_go_and_then_it_is_tried_again() {
        var story = sixSetsADayAt("18:00").preferences(preferences("21:00", "08:00", Kind.OVERDUE));
        story.at(at(DAY.plusDays(8), "23:59"));
        assertThat(story.head().nudges().stream().map(Decision::nudge).filter(n -> n.kind() == Kind.DUE_SOON))
                .extracting(n -> n.reason() == null ? "SENT" : n.reason().name())
                .containsExactly("SENT", "SENT", "SENT", "FATIGUE", "FATIGUE", "SENT", "FATIGUE", "FATIGUE", "SENT");
    }

    @Test
    void a_set_within_a_day_is_an_answer_and_so_is_a_snooze() {
        var story = sixSetsADayAt("18:00").preferences(preferences("21:00", "08:00", Kind.OVERDUE));
        done(story.at(at(DAY.plusDays(2), "17:30")), DAY.plusDays(3), "17:00", 1);
        assertThat(decision(story.at(at(DAY.plusDays(4), "18:00")), Kind.DUE_SOON, DAY.plusDays(4))
                        .outcome())
                .isEqualTo(Nudge.Outcome.SENT);

        var snoozing = sixSetsADayAt("18:00")
                .preferences(preferences("21:00", "08:00", Kind.OVERDUE))
                .at(at(DAY.plusDays(2), "17:40"));
        snoozing.act(new Fold.Snooze(
                decision(snoozing, Kind.DUE_SOON, DAY.plusDays(2)).id(), at(DAY.plusDays(2), "18:00")));
        assertThat(decision(snoozing.at(at(DAY.plusDays(3), "18:00")), Kind.DUE_SOON, DAY.plusDays(3))
                        .outcome())
                .isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void a_set_a_day_and_more_later_is_no_answer() {
        var story = sixSetsADayAt("18:00").preferences(preferences("21:00", "08:00", Kind.OVERDUE));
        story.at(at(DAY.plusDays(2), "23:00"));
        done(story, DAY.plusDays(3), "17:35", 1);
        // The next chance is the day after: that set was 24 hours and five minutes after the third nudge.
        assertThat(decision(story.at(at(DAY.plusDays(3), "18:00")), Kind.DUE_SOON, DAY.plusDays(3))
                        .reason())
                .isEqualTo(Reason.FATIGUE);
        assertThat(decision(story.at(at(DAY.plusDays(4), "18:00")), Kind.DUE_SOON, DAY.plusDays(4))
                        .reason())
                .isEqualTo(Reason.FATIGUE);
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
        var story = done(sixSetsADayAt("18:00"), DAY, "19:00", 5).at(at(DAY.plusDays(1), "20:30"));
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
                        Set.of(),
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
