package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Rule 10 in the figures: what a correction or a withdrawal does to days, open and closed.
class CorrectionTest {

    private static final ZonedDateTime MORNING = MONDAY.atTime(8, 0).atZone(BERLIN);

    private static Story planned() {
        return planned(daily());
    }

    private static Story planned(Plan.Schedule schedule) {
        Instant saved = MONDAY.atStartOfDay(BERLIN).toInstant();
        return new Story(saved)
                .plan(Situations.plan(MONDAY, saved, BERLIN, List.of(item("bridge", 3, 10, false, schedule))))
                .at(MORNING.toInstant());
    }

    private static long done(Story story) {
        DaySums sums = story.head().sums().get(MONDAY);
        return sums == null ? 0 : sums.done();
    }

    private static Story with(Story story, String id, String replaces, int reps, ZonedDateTime time) {
        return story.event(Situations.correction(
                replaces,
                id,
                "bridge",
                Side.NONE,
                reps,
                null,
                time,
                time.toInstant().plusSeconds(3)));
    }

    @Test
    void a_corrected_set_counts_with_its_new_amount_only() {
        Story story = planned().event(Situations.set("e1", "bridge", Side.NONE, 10, MORNING, MORNING.toInstant()));
        assertThat(done(story)).isEqualTo(1000);
        assertThat(done(with(story, "e2", "e1", 4, MORNING))).isEqualTo(400);
        assertThat(done(with(story, "e3", "e2", 7, MORNING))).isEqualTo(700);
    }

    @Test
    void a_correction_that_comes_first_waits_for_what_it_names() {
        Story story = with(planned(), "e2", "e1", 4, MORNING);
        assertThat(done(story)).isEqualTo(400);
        assertThat(done(story.event(Situations.set("e1", "bridge", Side.NONE, 10, MORNING, MORNING.toInstant()))))
                .isEqualTo(400);
    }

    @Test
    void a_correction_may_move_a_set_to_another_day() {
        Story story = planned()
                .event(Situations.set("e1", "bridge", Side.NONE, 10, MORNING, MORNING.toInstant()))
                .at(MORNING.plusDays(1).toInstant());
        with(story, "e2", "e1", 10, MORNING.plusDays(1));
        assertThat(done(story)).isZero();
        assertThat(story.head().sums().get(MONDAY.plusDays(1)).done()).isEqualTo(1000);
    }

    @Test
    void a_withdrawal_takes_credit_of_a_closed_day_back() {
        Story story = planned();
        for (int i = 1; i <= 3; i++) {
            story.event(Situations.set("e" + i, "bridge", Side.NONE, 10, MORNING, MORNING.toInstant()));
        }
        story.at(MORNING.plusDays(2).toInstant());
        assertThat(story.adherence().streak().best()).isEqualTo(1);
        ZonedDateTime later = MORNING.plusDays(2);
        story.event(Situations.withdrawal("e2", "w1", later, later.toInstant()));
        assertThat(done(story)).isEqualTo(2000);
        assertThat(story.adherence().streak().best()).isZero();
        // The same withdrawal again, and one of nothing, change nothing.
        story.event(Situations.withdrawal("e2", "w1", later, later.toInstant()));
        story.event(Situations.withdrawal("never-came", "w2", later, later.toInstant()));
        assertThat(done(story)).isEqualTo(2000);
    }

    @Test
    void a_correction_that_comes_too_late_leaves_what_counted() {
        Story story = planned()
                .event(Situations.set("e1", "bridge", Side.NONE, 10, MORNING, MORNING.toInstant()))
                .at(MORNING.plusDays(9).toInstant());
        story.event(Situations.correction(
                "e1",
                "e2",
                "bridge",
                Side.NONE,
                1,
                null,
                MORNING,
                MORNING.plusDays(9).toInstant()));
        assertThat(done(story)).isEqualTo(1000);
    }

    @Test
    void a_pain_score_that_comes_first_on_its_date_leaves_the_weekly_quota_alone() {
        Story story = planned(new Plan.Schedule.TimesPerWeek(2, List.of()));
        story.event(Situations.set("e1", "bridge", Side.NONE, 10, MORNING, MORNING.toInstant()));
        ZonedDateTime tuesday = MORNING.plusDays(1);
        story.at(tuesday.toInstant()).event(Situations.score(null, "p1", 3, tuesday, tuesday.toInstant()));
        assertThat(done(story)).isEqualTo(1000);
    }

    @Test
    void a_pain_score_under_the_id_that_two_corrections_name_parts_them() {
        Story story = planned(new Plan.Schedule.TimesPerWeek(2, List.of()));
        with(story, "e2", "e1", 10, MORNING);
        assertThat(done(with(story, "e3", "e1", 10, MORNING.plusMinutes(1)))).isEqualTo(1000);
        story.event(
                Situations.score(null, "e1", 3, MORNING, MORNING.plusMinutes(2).toInstant()));
        assertThat(done(story)).isEqualTo(2000);
    }

    @Test
    void a_pain_score_that_takes_the_place_of_a_set_among_300_moves_the_weekly_quota() {
        Story story = planned(new Plan.Schedule.TimesPerWeek(1, List.of()));
        for (int i = 1; i < Day.MOST; i++) {
            story.event(Situations.score(
                    null, "p" + i, 3, MORNING, MORNING.plusSeconds(i).toInstant()));
        }
        story.event(Situations.set(
                "e1", "bridge", Side.NONE, 10, MORNING, MORNING.plusHours(1).toInstant()));
        assertThat(done(story)).isEqualTo(1000);
        story.event(Situations.score(
                null, "p300", 3, MORNING, MORNING.plusMinutes(30).toInstant()));
        assertThat(done(story)).isEqualTo(0);
        assertThat(story.at(MORNING.plusDays(7).toInstant())
                        .head()
                        .figures()
                        .a7()
                        .due())
                .isEqualTo(3);
    }
}
