package dev.adhere.reminder;

import static dev.adhere.reminder.Preferences.Language.EN;
import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.planA;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When DUE_SOON is decided, and what stops it (sections 3.2 and 3.3).
class DueSoonTest {

    private static final LocalDate DAY = LocalDate.parse("2025-03-05");

    private static Instant berlin(String local) {
        return LocalDateTime.parse(local).atZone(BERLIN).toInstant();
    }

    /// A Berlin user whose daily plan begins on the day, saved the day before.
    private static Story aUserWithAPlanAt(String... times) {
        var story = new Story(berlin("2025-03-04T12:00"));
        return story.plan(plan(DAY, story.now, BERLIN, planA(times)));
    }

    private static List<Nudge> decisionsFor(Story story, LocalDate date) {
        return story.head().nudges().stream()
                .map(Decision::nudge)
                .filter(n -> n.kind() == Nudge.Kind.DUE_SOON && n.date().equals(date))
                .toList();
    }

    private static Nudge decisionFor(Story story, LocalDate date) {
        assertThat(decisionsFor(story, date)).hasSize(1);
        return decisionsFor(story, date).getFirst();
    }

    @Test
    void N1_due_and_nothing_done_is_sent_half_an_hour_before() {
        Nudge nudge = decisionFor(aUserWithAPlanAt("18:00").at(berlin("2025-03-05T18:00")), DAY);
        assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SENT);
        assertThat(nudge.decidedAt()).isEqualTo(berlin("2025-03-05T17:30"));
        assertThat(nudge.state()).isEqualTo(Nudge.State.DELIVERED);
    }

    @Test
    void N2_all_done_before_is_never_nudged() {
        var story = aUserWithAPlanAt("18:00").at(berlin("2025-03-05T17:10"));
        story.event(set("bridge", Side.NONE, 10, DAY.atTime(17, 5).atZone(BERLIN)));
        Nudge nudge = decisionFor(story.at(berlin("2025-03-05T18:00")), DAY);
        assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SUPPRESSED);
        assertThat(nudge.reason()).isEqualTo(Nudge.Reason.DONE);
        assertThat(nudge.text()).isNull();
    }

    @Test
    void N11_a_timer_that_comes_again_decides_nothing_again() {
        var story = aUserWithAPlanAt("18:00").at(berlin("2025-03-05T17:30"));
        story.user = Fold.apply(story.user, new Fold.Due("test"), berlin("2025-03-05T17:30"));
        story.user = Fold.apply(story.user, new Fold.Due("test"), berlin("2025-03-05T17:31"));
        assertThat(decisionsFor(story, DAY)).hasSize(1);
    }

    @Test
    void a_set_of_something_that_is_not_in_the_plan_means_a_session_is_going_on() {
        var story = aUserWithAPlanAt("18:00").at(berlin("2025-03-05T17:20"));
        story.event(set("juggling", Side.NONE, 10, DAY.atTime(17, 15).atZone(BERLIN)));
        assertThat(decisionFor(story.at(berlin("2025-03-05T18:00")), DAY).reason())
                .isEqualTo(Nudge.Reason.IN_SESSION);
    }

    @Test
    void the_first_of_several_times_of_the_day_counts_and_the_preferred_one_where_there_is_none() {
        assertThat(decisionFor(aUserWithAPlanAt("19:00", "12:00").at(berlin("2025-03-05T20:00")), DAY)
                        .decidedAt())
                .isEqualTo(berlin("2025-03-05T11:30"));
        assertThat(decisionFor(aUserWithAPlanAt().at(berlin("2025-03-05T20:00")), DAY)
                        .decidedAt())
                .isEqualTo(berlin("2025-03-05T17:30"));
    }

    @Test
    void in_the_quiet_hours_it_waits_for_their_end_or_is_dropped() {
        assertThat(decisionFor(aUserWithAPlanAt("08:00").at(berlin("2025-03-05T09:00")), DAY))
                .satisfies(n -> {
                    assertThat(n.outcome()).isEqualTo(Nudge.Outcome.SENT);
                    assertThat(n.decidedAt()).isEqualTo(berlin("2025-03-05T08:00"));
                });
        assertThat(decisionFor(aUserWithAPlanAt("07:00").at(berlin("2025-03-05T09:00")), DAY)
                        .reason())
                .isEqualTo(Nudge.Reason.QUIET_HOURS);
        assertThat(decisionFor(aUserWithAPlanAt("21:45").at(berlin("2025-03-05T22:00")), DAY)
                        .reason())
                .isEqualTo(Nudge.Reason.QUIET_HOURS);
        assertThat(decisionFor(aUserWithAPlanAt("00:10").at(berlin("2025-03-05T09:00")), DAY)
                        .reason())
                .isEqualTo(Nudge.Reason.QUIET_HOURS);
    }

    @Test
    void who_wants_no_nudges_or_not_this_kind_gets_none() {
        Preferences d = Preferences.DEFAULT;
        var off = new Preferences(null, d.preferredTime(), d.quietHours(), d.channels(), null, Set.of(), false, EN, 1);
        var muted = new Preferences(
                null, d.preferredTime(), d.quietHours(), d.channels(), null, Set.of(Nudge.Kind.DUE_SOON), true, EN, 1);
        assertThat(decisionFor(aUserWithAPlanAt("18:00").preferences(off).at(berlin("2025-03-05T18:00")), DAY)
                        .reason())
                .isEqualTo(Nudge.Reason.NOT_ALLOWED);
        assertThat(decisionFor(aUserWithAPlanAt("18:00").preferences(muted).at(berlin("2025-03-05T18:00")), DAY)
                        .reason())
                .isEqualTo(Nudge.Reason.MUTED);
    }

    @Test
    void an_excused_day_is_not_due_and_a_rest_day_is_not_decided() {
        var story = aUserWithAPlanAt("18:00").excuses(List.of(new Excuse(DAY, DAY, null, Excuse.Reason.ILLNESS)));
        assertThat(decisionFor(story.at(berlin("2025-03-05T18:00")), DAY).reason())
                .isEqualTo(Nudge.Reason.NOT_DUE);
        assertThat(decisionsFor(story, DAY.minusDays(1))).isEmpty();
    }

    @Test
    void after_an_outage_days_close_and_decisions_are_stale_without_a_burst() {
        var story = aUserWithAPlanAt("18:00");
        Instant back = berlin("2025-03-12T03:00");
        story.user = Fold.apply(story.user, new Fold.Due("test"), back);
        assertThat(story.head().throughDate()).isEqualTo(LocalDate.parse("2025-03-11"));
        assertThat(story.head().nudges())
                .hasSize(14)
                .allSatisfy(d -> assertThat(d.nudge().reason()).isIn(Nudge.Reason.STALE, Nudge.Reason.OUTRANKED));
    }

    @Test
    void a_timer_that_is_25_minutes_late_is_still_sent_and_one_of_31_is_not() {
        var story = aUserWithAPlanAt("18:00").at(berlin("2025-03-05T17:00"));
        assertThat(decisionFor(late(story, "2025-03-05T17:55"), DAY).outcome()).isEqualTo(Nudge.Outcome.SENT);
        assertThat(decisionFor(late(story, "2025-03-05T18:01"), DAY).reason()).isEqualTo(Nudge.Reason.STALE);
    }

    private static Story late(Story story, String local) {
        var copy = new Story(story.now);
        copy.user = Fold.apply(story.user, new Fold.Due("test"), berlin(local));
        return copy;
    }

    @Test
    void a_plan_saved_after_the_moment_does_not_nudge_for_it() {
        var story = new Story(berlin("2025-03-05T17:45"));
        story.plan(plan(DAY, story.now, BERLIN, planA("18:00"))).at(berlin("2025-03-05T23:00"));
        assertThat(decisionsFor(story, DAY)).isEmpty();
        assertThat(decisionsFor(story.at(berlin("2025-03-06T18:00")), DAY.plusDays(1)))
                .hasSize(1);
    }

    @Test
    void a_plan_that_begins_later_nudges_on_no_day_before() {
        var story = new Story(berlin("2025-03-01T12:00"));
        story.plan(plan(DAY, story.now, BERLIN, planA("18:00"))).at(berlin("2025-03-06T00:00"));
        assertThat(story.head().nudges()).extracting(d -> d.nudge().date()).containsOnly(DAY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-30", "2025-10-26"})
    void on_the_night_of_a_clock_change_0230_nudges_once(String date) {
        LocalDate night = LocalDate.parse(date);
        var story = new Story(night.minusDays(2).atTime(12, 0).atZone(BERLIN).toInstant());
        Preferences d = Preferences.DEFAULT;
        story.plan(plan(night.minusDays(1), story.now, BERLIN, planA("03:00")))
                .preferences(new Preferences(
                        null,
                        d.preferredTime(),
                        new Preferences.QuietHours(LocalTime.NOON, LocalTime.NOON),
                        d.channels(),
                        null,
                        Set.of(),
                        true,
                        EN,
                        1))
                .at(night.plusDays(2).atStartOfDay(BERLIN).toInstant());
        Nudge nudge = decisionFor(story, night);
        Instant three = night.atTime(3, 0).atZone(BERLIN).toInstant();
        assertThat(nudge.decidedAt()).isEqualTo(three.minus(Duration.ofMinutes(30)));
        assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void a_day_closes_at_its_end_in_the_users_zone_and_a_new_zone_rules_from_then_on() {
        var story = aUserWithAPlanAt("18:00").at(berlin("2025-03-05T12:00"));
        Preferences d = Preferences.DEFAULT;
        ZoneId auckland = ZoneId.of("Pacific/Auckland");
        story.preferences(new Preferences(
                auckland, d.preferredTime(), d.quietHours(), d.channels(), null, Set.of(), true, EN, 1));
        assertThat(story.head().zone()).isEqualTo(BERLIN);
        story.at(berlin("2025-03-05T23:59"));
        assertThat(story.head().throughDate()).isEqualTo(DAY.minusDays(1));
        story.at(berlin("2025-03-06T00:00"));
        assertThat(story.head().throughDate()).isEqualTo(DAY);
        assertThat(story.head().zone()).isEqualTo(auckland);
        assertThat(story.head().nextDueAt())
                .isBefore(DAY.plusDays(2).atStartOfDay(auckland).toInstant().plusSeconds(1));
    }
}
