package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.answers;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.score;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.Alert.Severity;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Kind;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.PainState.Approval;
import dev.adhere.reminder.PainState.Finding;
import dev.adhere.reminder.Situations.Story;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of section 2.3, each with what brings it about and what just does not; T1 to T18 are the vectors of 2.7.
class PainVectorTest {

    private static final LocalDate D = MONDAY.plusDays(3);
    private static final Profile NO_BASELINE = Profile.EMPTY;

    private static ZonedDateTime at(LocalDate date, String time) {
        return date.atTime(java.time.LocalTime.parse(time)).atZone(BERLIN);
    }

    /// Bridge, superman and a stretch, daily at 18:00.
    private static Story story() {
        return story("bridge", "superman", "stretch");
    }

    private static Story sensitive() {
        return story("bridge", "lower-tummy");
    }

    private static Story story(String... exercises) {
        var story = new Story(at(MONDAY, "00:10").toInstant());
        return story.plan(plan(
                MONDAY,
                story.now,
                BERLIN,
                Stream.of(exercises)
                        .map(exercise -> item(exercise, 1, 10, false, daily("18:00")))
                        .toList()));
    }

    private static Story before(Story story, LocalDate date, int score) {
        return story.when(score(score, Context.BEFORE, null, at(date, "09:00")));
    }

    private static Story during(Story story, LocalDate date, String exercise, int score) {
        return story.when(set(exercise, Side.NONE, 10, at(date, "09:10")))
                .when(score(score, Context.DURING, exercise, at(date, "09:11")));
    }

    private static Story morning(Story story, LocalDate date, int score) {
        return story.when(score(score, Context.MORNING, null, at(date, "07:30")));
    }

    private static List<String> findings(Story story) {
        return story.head().pain().findings().stream()
                .filter(f -> f.rule() != Rule.LAPSED)
                .map(f -> f.rule() + (f.exerciseId() == null ? "" : " " + f.exerciseId()))
                .toList();
    }

    private static List<Rule> alerts(Story story) {
        return story.head().pain().alerts().stream()
                .map(Alert::rule)
                .filter(rule -> rule != Rule.LAPSED)
                .toList();
    }

    private static Set<String> excused(Story story, LocalDate date) {
        var day = story.user.days().getOrDefault(date, Day.empty(date));
        return Fold.slots(story.head(), day).stream()
                .filter(Slot::excused)
                .map(slot -> slot.item().exerciseId() + " " + slot.excuse())
                .collect(java.util.stream.Collectors.toSet());
    }

    private static List<Nudge> nudges(Story story, Kind kind) {
        return story.head().nudges().stream()
                .map(Decision::nudge)
                .filter(nudge -> nudge.kind() == kind)
                .toList();
    }

    private static Map<RedFlag, Boolean> flags(RedFlag... yes) {
        var answers = new EnumMap<RedFlag, Boolean>(RedFlag.class);
        for (RedFlag flag : RedFlag.values()) {
            answers.put(flag, List.of(yes).contains(flag));
        }
        return answers;
    }

    @Test
    void T1_amber_is_allowed() {
        var story = story();
        before(story, D, 2);
        during(story, D, "bridge", 4);
        morning(story, D.plusDays(1), 2);
        assertThat(findings(story)).isEmpty();
        assertThat(alerts(story)).isEmpty();
    }

    @Test
    void T2_P1_stops_an_exercise_for_today_and_tomorrow() {
        var story = story();
        before(story, D, 2);
        during(story, D, "bridge", 6);
        assertThat(findings(story)).containsExactly("P1 bridge");
        assertThat(excused(story, D)).containsExactly("bridge PAIN_POSTPONED");
        assertThat(excused(story, D.plusDays(1))).containsExactly("bridge PAIN_POSTPONED");
        assertThat(excused(story, D.plusDays(2))).isEmpty();
        assertThat(story.head().figures().a7().excused()).isZero();
        story.at(at(D.plusDays(1), "00:01").toInstant());
        assertThat(story.head().figures().a7().excused()).isEqualTo(1);
        assertThat(nudges(story, Kind.SAFETY)).singleElement().satisfies(nudge -> {
            assertThat(nudge.text()).contains("You scored 6 or more, so bridge is paused", "7 March 2025");
            assertThat(nudge.state()).isEqualTo(Nudge.State.DELIVERED);
            assertThat(nudge.channel()).isEqualTo(Nudge.Channel.INBOX);
        });
    }

    @Test
    void T3_P3_postpones_what_had_not_settled() {
        var story = story();
        before(story, D, 3);
        during(story, D, "superman", 5);
        during(story, D, "bridge", 2);
        morning(story, D.plusDays(1), 5);
        assertThat(findings(story)).containsExactly("P3 superman");
        assertThat(excused(story, D.plusDays(1))).containsExactly("superman PAIN_POSTPONED");
        assertThat(excused(story, D)).isEmpty();
        assertThat(excused(story, D.plusDays(2))).isEmpty();
    }

    @Test
    void T4_P3H_is_caution_and_nothing_more() {
        var story = story();
        before(story, D, 3);
        during(story, D, "bridge", 5);
        morning(story, D.plusDays(1), 4);
        assertThat(findings(story)).containsExactly("P3H");
        assertThat(excused(story, D.plusDays(1))).isEmpty();
        assertThat(alerts(story)).isEmpty();
    }

    @Test
    void P3_without_scores_during_exercise_postpones_all_that_strengthens() {
        var story = story();
        before(story, D, 3);
        story.when(set("bridge", Side.NONE, 10, at(D, "09:10"))).when(set("stretch", Side.NONE, 10, at(D, "09:20")));
        morning(story, D.plusDays(1), 5);
        assertThat(excused(story, D.plusDays(1))).containsExactly("bridge PAIN_POSTPONED");
    }

    @Test
    void P3_of_a_session_that_is_told_after_the_morning() {
        var story = story();
        before(story, D, 3);
        morning(story, D.plusDays(1), 6);
        assertThat(findings(story)).isEmpty();
        // An offline phone: yesterday's score comes now, and takes effect from now on.
        var late = score(4, Context.DURING, "bridge", at(D, "09:11"));
        story.at(at(D.plusDays(1), "10:00").toInstant()).event(received(late, at(D.plusDays(1), "10:00")));
        assertThat(findings(story)).containsExactly("P3 bridge");
        assertThat(excused(story, D.plusDays(1))).containsExactly("bridge PAIN_POSTPONED");
    }

    private static SessionEvent received(SessionEvent.PainScore e, ZonedDateTime at) {
        var x = e.envelope();
        return new SessionEvent.PainScore(
                new SessionEvent.Envelope(
                        x.userId(), x.id(), x.source(), x.type(), x.time(), at.toInstant(), x.extensions()),
                e.data(),
                e.score(),
                e.context(),
                e.sensation(),
                e.region(),
                e.exerciseId(),
                e.zone(),
                e.sessionId(),
                e.replaces());
    }

    @Test
    void a_late_score_never_takes_credit_back() {
        var story = story();
        story.when(set("bridge", Side.NONE, 10, at(D, "09:10")));
        var late = score(7, Context.DURING, "bridge", at(D, "09:11"));
        story.at(at(D.plusDays(1), "12:00").toInstant()).event(received(late, at(D.plusDays(1), "12:00")));
        assertThat(findings(story)).containsExactly("P1 bridge");
        assertThat(excused(story, D)).isEmpty();
        assertThat(excused(story, D.plusDays(1))).containsExactly("bridge PAIN_POSTPONED");
        assertThat(excused(story, D.plusDays(2))).isEmpty();

        var later = story();
        later.at(at(D.plusDays(3), "12:00").toInstant()).event(received(late, at(D.plusDays(3), "12:00")));
        assertThat(findings(later)).containsExactly("P1 bridge");
        assertThat(excused(later, D.plusDays(3))).isEmpty();
        assertThat(nudges(later, Kind.SAFETY)).isEmpty();
    }

    @Test
    void T6_P2_postpones_the_low_tummy_only_and_releases_it() {
        var story = sensitive();
        before(story, D, 1);
        assertThat(findings(story)).containsExactly("P2 lower-tummy");
        assertThat(excused(story, D)).containsExactly("lower-tummy PAIN_POSTPONED");
        story.when(score(0, Context.AD_HOC, null, at(D, "15:00")));
        assertThat(excused(story, D)).isEmpty();
        story.when(score(1, Context.AD_HOC, null, at(D, "16:00")));
        assertThat(excused(story, D)).containsExactly("lower-tummy PAIN_POSTPONED");
        // An older score that comes later is not the newest word.
        story.at(at(D, "17:00").toInstant())
                .event(received(score(0, Context.AD_HOC, null, at(D, "15:30")), at(D, "17:00")));
        assertThat(excused(story, D)).containsExactly("lower-tummy PAIN_POSTPONED");
    }

    @Test
    void P2_is_asked_again_when_the_next_day_begins() {
        var story = sensitive();
        story.when(score(2, Context.AD_HOC, null, at(D, "20:00")));
        story.at(at(D.plusDays(1), "00:05").toInstant());
        assertThat(excused(story, D.plusDays(1))).containsExactly("lower-tummy PAIN_POSTPONED");
        // 24 hours later the score speaks no more.
        story.at(at(D.plusDays(2), "00:05").toInstant());
        assertThat(excused(story, D.plusDays(2))).isEmpty();
    }

    @Test
    void P2_looks_at_pain_in_the_low_back_only() {
        var story = sensitive();
        story.when(score(5, Context.AD_HOC, Sensation.PAIN, Region.HIP, null, at(D, "09:00")))
                .when(score(5, Context.AD_HOC, Sensation.EFFORT, Region.LOW_BACK, null, at(D, "09:01")));
        assertThat(excused(story, D)).isEmpty();
    }

    @Test
    void P2_from_where_the_coach_says() {
        var story = new Story(at(MONDAY, "00:10").toInstant());
        var sensitive = item("lower-tummy", 1, 10, false, daily("18:00"));
        story.plan(plan(
                MONDAY,
                story.now,
                BERLIN,
                List.of(new Plan.Item(
                        sensitive.id(),
                        sensitive.exerciseId(),
                        1,
                        10,
                        null,
                        sensitive.schedule(),
                        sensitive.traits(),
                        3))));
        story.when(score(2, Context.AD_HOC, null, at(D, "09:00")));
        assertThat(excused(story, D)).isEmpty();
        story.when(score(3, Context.AD_HOC, null, at(D, "09:30")));
        assertThat(excused(story, D)).containsExactly("lower-tummy PAIN_POSTPONED");
    }

    @Test
    void P4_tells_the_coach_of_what_was_stopped_twice_in_a_fortnight() {
        var story = story();
        during(story, D, "bridge", 6);
        during(story, D.plusDays(13), "bridge", 7);
        assertThat(findings(story)).containsExactly("P1 bridge", "P11", "P1 bridge", "P4 bridge");
        assertThat(alerts(story)).contains(Rule.P4);

        var apart = story();
        during(apart, D, "bridge", 6);
        during(apart, D.plusDays(14), "bridge", 7);
        assertThat(findings(apart)).containsExactly("P1 bridge", "P11", "P1 bridge");
    }

    @Test
    void T7_P5_tells_the_coach_at_once_and_asks_for_red_flags() {
        var story = story();
        story.when(score(8, Context.AD_HOC, null, at(D, "12:00")));
        assertThat(findings(story)).startsWith("P5");
        assertThat(story.head().pain().alerts()).first().satisfies(alert -> {
            assertThat(alert.severity()).isEqualTo(Severity.URGENT);
            assertThat(alert.rulesVersion()).isEqualTo("1");
            assertThat(alert.raisedAt()).isEqualTo(at(D, "12:00").toInstant().plusSeconds(2));
        });
        assertThat(story.head().pain().ask()).isEqualTo(Rule.P5);
        assertThat(nudges(story, Kind.SAFETY))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.text())
                        .contains("Please contact your physiotherapist or doctor", "not watched round the clock"));
        story.when(answers(flags(), at(D, "12:05")));
        assertThat(story.head().pain().ask()).isNull();
        assertThat(story.head().pain().hold()).isNull();
    }

    @Test
    void P6_two_sessions_in_a_row_had_not_settled() {
        var story = story();
        before(story, D, 2);
        during(story, D, "bridge", 4);
        morning(story, D.plusDays(1), 4);
        assertThat(alerts(story)).doesNotContain(Rule.P6);
        story.when(score(2, Context.BEFORE, null, at(D.plusDays(3), "09:00")));
        during(story, D.plusDays(3), "superman", 4);
        morning(story, D.plusDays(4), 4);
        assertThat(findings(story)).contains("P3 bridge", "P3 superman", "P6");
        assertThat(alerts(story)).contains(Rule.P6);
    }

    @Test
    void T8_effort_is_no_pain() {
        var story = story();
        story.when(score(7, Context.DURING, Sensation.EFFORT, Region.LOW_BACK, "bridge", at(D, "09:00")))
                .when(score(9, Context.DURING, Sensation.STRETCH, Region.BOTH_LEGS, "bridge", at(D, "09:01")));
        assertThat(findings(story)).isEmpty();
        assertThat(excused(story, D)).isEmpty();
        assertThat(alerts(story)).isEmpty();
    }

    @Test
    void T9_P8_two_high_mornings() {
        var story = story();
        for (int i = 0; i < 2; i++) {
            story.when(score(6, Context.BEFORE, Sensation.PAIN, Region.HIP, null, at(D.plusDays(i), "08:00")));
            story.when(set("bridge", Side.NONE, 10, at(D.plusDays(i), "09:00")));
            story.when(score(6, Context.MORNING, Sensation.PAIN, Region.HIP, null, at(D.plusDays(i + 1), "07:00")));
        }
        assertThat(findings(story)).containsExactly("P8");
        assertThat(story.head().pain().alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.severity()).isEqualTo(Severity.URGENT));
    }

    private static Story mornings(int[] first, int[] second) {
        var story = story();
        for (int i = 0; i < first.length; i++) {
            morning(story, D.plusDays(i), first[i]);
        }
        for (int i = 0; i < second.length; i++) {
            morning(story, D.plusDays(7 + i), second[i]);
        }
        return story;
    }

    @Test
    void T10_P7_a_week_that_is_worse_by_two() {
        assertThat(findings(mornings(new int[] {3, 3, 3}, new int[] {5, 5, 5}))).contains("P7");
        assertThat(alerts(mornings(new int[] {3, 3, 3}, new int[] {5, 5, 5}))).contains(Rule.P7);
        assertThat(findings(mornings(new int[] {3, 3}, new int[] {5, 5}))).doesNotContain("P7");
        assertThat(findings(mornings(new int[] {3, 3, 3}, new int[] {4, 4, 4}))).doesNotContain("P7");
    }

    @Test
    void T12_P0A_holds_everything_until_a_coach_ends_it() {
        var story = story();
        story.when(answers(Map.of(RedFlag.SADDLE_NUMBNESS, true), at(D, "12:00")));
        assertThat(findings(story)).containsExactly("P0A");
        assertThat(excused(story, D)).hasSize(3).allMatch(slot -> slot.endsWith("RED_FLAG_HOLD"));
        assertThat(excused(story, D.plusDays(300))).hasSize(3);
        assertThat(excused(story, D.minusDays(1))).isEmpty();
        assertThat(story.head().pain().alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.severity()).isEqualTo(Severity.CRITICAL));
        assertThat(nudges(story, Kind.SAFETY))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.text())
                        .startsWith("These symptoms need urgent medical assessment now.")
                        .doesNotContain("112", "911", "999"));
        // N12: nothing at 17:30.
        story.at(at(D, "23:59").toInstant());
        assertThat(story.head().nudges().stream()
                        .map(Decision::nudge)
                        .filter(nudge -> nudge.kind() != Kind.SAFETY
                                && nudge.date().equals(D)
                                && nudge.decidedAt().isAfter(at(D, "12:01").toInstant())))
                .hasSize(2)
                .allSatisfy(nudge -> assertThat(nudge.reason()).isEqualTo(Nudge.Reason.HOLD));
        // Neither time nor a better answer lifts it, a coach does.
        story.when(answers(flags(), at(D.plusDays(1), "09:00")));
        assertThat(story.head().pain().hold()).isNotNull();
        story.at(at(D.plusDays(2), "10:00").toInstant()).act(new Fold.EndHold("coach-anna"));
        assertThat(excused(story, D.plusDays(1))).hasSize(3);
        assertThat(excused(story, D.plusDays(2))).isEmpty();
        assertThat(story.head().pain().restrictions())
                .singleElement()
                .satisfies(r -> assertThat(r.endedBy()).isEqualTo("coach-anna"));
        // A new yes holds anew.
        story.when(answers(Map.of(RedFlag.CHEST_PAIN, true), at(D.plusDays(2), "11:00")));
        assertThat(story.head().pain().hold()).isNotNull();
        assertThat(alerts(story)).containsExactly(Rule.P0A, Rule.P0A);
    }

    @Test
    void T13_P0B_holds_for_fever() {
        var story = story();
        story.when(answers(flags(RedFlag.FEVER, RedFlag.CANCER_HISTORY), at(D, "12:00")));
        assertThat(findings(story)).containsExactly("P0B", "P0C");
        assertThat(story.head().pain().alerts())
                .extracting(Alert::severity)
                .containsExactly(Severity.URGENT, Severity.ROUTINE);
        assertThat(excused(story, D)).hasSize(3);
    }

    @Test
    void answers_hold_even_where_they_come_too_late_to_count() {
        var story = story();
        var answers = answers(flags(RedFlag.BLADDER_OR_BOWEL), at(D.minusDays(5), "12:00"));
        var e = answers.envelope();
        var late = new SessionEvent.RedFlagAnswers(
                new SessionEvent.Envelope(
                        e.userId(),
                        e.id(),
                        e.source(),
                        e.type(),
                        e.time(),
                        at(D.plusDays(10), "12:00").toInstant(),
                        e.extensions()),
                answers.data(),
                answers.answers(),
                answers.zone(),
                null);
        story.when(late);
        assertThat(story.head().pain().hold()).isNotNull();
        assertThat(excused(story, D.plusDays(9))).isEmpty();
        assertThat(excused(story, D.plusDays(10))).hasSize(3);
    }

    @Test
    void T15_nothing_to_compare_with() {
        var story = story();
        assertThat(story.head().profile()).isEqualTo(NO_BASELINE);
        story.when(set("bridge", Side.NONE, 10, at(D, "09:10")));
        morning(story, D.plusDays(1), 5);
        assertThat(findings(story)).contains("REF_MISSING").noneMatch(f -> f.startsWith("P3"));

        var told = story();
        told.act(new Fold.EditProfile(new Profile("Sam", Set.of(), 3, null, 1), false));
        told.when(set("bridge", Side.NONE, 10, at(D, "09:10")));
        morning(told, D.plusDays(1), 5);
        assertThat(findings(told)).contains("P3 bridge");
    }

    @Test
    void a_session_is_compared_with_the_newest_score_of_the_day_before_it() {
        var story = story();
        story.when(score(1, Context.AD_HOC, Sensation.PAIN, Region.HIP, null, at(D.minusDays(1), "20:00")))
                .when(score(3, Context.AD_HOC, Sensation.PAIN, Region.HIP, null, at(D.minusDays(1), "21:00")))
                .when(set("bridge", Side.NONE, 10, at(D, "18:00")));
        morning(story, D.plusDays(1), 4);
        assertThat(findings(story)).contains("P3H");
    }

    @Test
    void T18_the_same_event_twice_is_one_finding_and_one_alert() {
        var story = story();
        var score = score(6, Context.DURING, "bridge", at(D, "09:11"));
        story.when(score);
        Fold.User once = story.user;
        story.event(score).event(score);
        assertThat(story.head().pain()).isEqualTo(once.head().pain());
        assertThat(findings(story)).containsExactly("P1 bridge");
        assertThat(alerts(story)).containsExactly(Rule.P1);
        assertThat(nudges(story, Kind.SAFETY)).hasSize(1);
    }

    @Test
    void P9_no_better_after_four_weeks() {
        var story = story();
        for (int i = 0; i < 3; i++) {
            morning(story, D.plusDays(i), 4);
        }
        for (int i = 0; i < 3; i++) {
            morning(story, MONDAY.plusDays(28 + i), 3);
        }
        assertThat(findings(story)).containsExactly("P9");
        assertThat(nudges(story, Kind.SAFETY))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.text()).contains("have not gone down over 4 weeks"));
        for (int i = 0; i < 10; i++) {
            morning(story, MONDAY.plusDays(31 + i), 3);
        }
        assertThat(findings(story)).filteredOn("P9"::equals).hasSize(1);

        var better = story();
        for (int i = 0; i < 3; i++) {
            morning(better, D.plusDays(i), 3);
            // One point of three is 33 per cent.
        }
        for (int i = 0; i < 3; i++) {
            morning(better, MONDAY.plusDays(28 + i), 2);
        }
        assertThat(findings(better)).doesNotContain("P9");
    }

    @Test
    void P10_a_new_place() {
        var story = story();
        story.when(score(3, Context.AD_HOC, Sensation.PAIN, Region.LOWER_LEG, null, at(D, "12:00")));
        assertThat(findings(story)).containsExactly("P10");
        assertThat(story.head().pain().ask()).isEqualTo(Rule.P10);
        assertThat(story.head().pain().alerts().getFirst().severity()).isEqualTo(Severity.ROUTINE);

        var both = story();
        both.when(score(3, Context.AD_HOC, Sensation.PAIN, Region.BOTH_LEGS, null, at(D, "12:00")));
        assertThat(both.head().pain().alerts().getFirst().severity()).isEqualTo(Severity.URGENT);

        var hip = story();
        hip.when(score(3, Context.AD_HOC, Sensation.PAIN, Region.HIP, null, at(D, "12:00")));
        assertThat(findings(hip)).isEmpty();
        hip.when(score(3, Context.AD_HOC, Sensation.PAIN, Region.HIP, null, at(D.plusDays(20), "12:00")))
                .when(score(3, Context.AD_HOC, Sensation.PAIN, Region.HIP, null, at(D.plusDays(40), "12:00")));
        assertThat(findings(hip)).isEmpty();
        hip.when(score(2, Context.AD_HOC, Sensation.PAIN, Region.THIGH, null, at(D.plusDays(40), "13:00")));
        assertThat(findings(hip)).isEmpty();
        hip.when(score(3, Context.AD_HOC, Sensation.PAIN, Region.FOOT, null, at(D.plusDays(40), "14:00")));
        assertThat(findings(hip)).containsExactly("P10");
    }

    @Test
    void P11_silence_after_a_high_score_asks_the_user_and_then_the_coach() {
        var story = story();
        during(story, D, "bridge", 7);
        story.at(at(D.plusDays(1), "08:31").toInstant());
        assertThat(nudges(story, Kind.PAIN_CHECK)).hasSize(1);
        story.at(at(D.plusDays(1), "21:10").toInstant());
        assertThat(alerts(story)).doesNotContain(Rule.P11);
        story.at(at(D.plusDays(1), "21:12").toInstant());
        assertThat(alerts(story)).contains(Rule.P11);

        var answered = story();
        during(answered, D, "bridge", 7);
        morning(answered, D.plusDays(1), 3);
        answered.at(at(D.plusDays(3), "12:00").toInstant());
        assertThat(alerts(answered)).doesNotContain(Rule.P11);
    }

    @Test
    void P11_asks_a_day_later_who_did_no_exercise() {
        var story = story();
        story.when(score(8, Context.AD_HOC, null, at(D, "12:00")));
        story.at(at(D.plusDays(1), "11:59").toInstant());
        assertThat(nudges(story, Kind.PAIN_CHECK)).isEmpty();
        story.at(at(D.plusDays(1), "12:01").toInstant());
        assertThat(nudges(story, Kind.PAIN_CHECK))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SENT));
    }

    /// Every exercise, with a score during bridge, and a calm morning after.
    private static Story easyDays(Story story, LocalDate from, int days, int score) {
        for (int i = 0; i < days; i++) {
            LocalDate date = from.plusDays(i);
            morning(story, date, 0);
            before(story, date, 0);
            during(story, date, "bridge", score);
            story.when(set("superman", Side.NONE, 10, at(date, "09:20")))
                    .when(set("stretch", Side.NONE, 10, at(date, "09:40")));
        }
        return story;
    }

    @Test
    void P12_tells_the_coach_who_is_ready_for_more_and_changes_nothing() {
        var story = story();
        easyDays(story, MONDAY, 7, 2);
        assertThat(findings(story)).containsExactly("P12 bridge");
        assertThat(alerts(story)).containsExactly(Rule.P12);
        Plan before = story.head().plan();
        story.at(at(MONDAY.plusDays(8), "10:00").toInstant());
        assertThat(story.head().plan()).isEqualTo(before);
        assertThat(nudges(story, Kind.PROGRESS_READY)).isEmpty();

        assertThat(findings(easyDays(story(), MONDAY, 7, 3))).doesNotContain("P12 bridge");
        var unscored = story();
        for (int i = 0; i < 7; i++) {
            unscored.when(set("bridge", Side.NONE, 10, at(MONDAY.plusDays(i), "09:10")));
        }
        assertThat(findings(unscored)).isEmpty();
        var postponed = story();
        during(postponed, MONDAY, "bridge", 6);
        assertThat(findings(easyDays(postponed, MONDAY.plusDays(2), 10, 1))).doesNotContain("P12 bridge");
        var rose = story();
        easyDays(rose, MONDAY, 3, 1);
        morning(rose, MONDAY.plusDays(3), 1);
        assertThat(findings(rose)).contains("P3H").doesNotContain("P12 bridge");
    }

    @Test
    void a_coach_approves_more_and_the_user_is_told_the_next_morning() {
        var story = easyDays(story(), MONDAY, 7, 1);
        story.at(at(MONDAY.plusDays(7), "15:00").toInstant())
                .act(new Fold.Approve(new Approval("bridge", Approval.Scope.PROGRESS, story.now, "coach-anna")));
        assertThat(story.head().pain().alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.acknowledgedBy()).isEqualTo("coach-anna"));
        story.at(at(MONDAY.plusDays(8), "08:59").toInstant());
        assertThat(nudges(story, Kind.PROGRESS_READY)).isEmpty();
        story.at(at(MONDAY.plusDays(8), "09:01").toInstant());
        assertThat(nudges(story, Kind.PROGRESS_READY))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SENT));
        story.at(at(MONDAY.plusDays(20), "12:00").toInstant());
        assertThat(nudges(story, Kind.PROGRESS_READY)).hasSize(1);
    }

    @Test
    void P13_postponed_three_times_in_a_fortnight() {
        var story = sensitive();
        // On the day itself, and when the next begins, 15 hours after the score.
        before(story, D, 1);
        story.at(at(D.plusDays(2), "10:00").toInstant());
        assertThat(findings(story)).containsExactly("P2 lower-tummy", "P2 lower-tummy");
        assertThat(alerts(story)).doesNotContain(Rule.P13);
        before(story, D.plusDays(4), 1);
        assertThat(alerts(story)).contains(Rule.P13);
    }

    @Test
    void P14_a_condition_lets_every_exercise_wait_for_the_coach() {
        var story = story();
        story.at(at(D, "12:00").toInstant())
                .act(new Fold.EditProfile(
                        new Profile("Sam", Set.of(Profile.Condition.SPINAL_STENOSIS), null, null, 1), false));
        assertThat(excused(story, D)).hasSize(3).allMatch(slot -> slot.endsWith("COACH_PAUSE"));
        assertThat(excused(story, D.minusDays(1))).isEmpty();
        assertThat(alerts(story)).containsExactly(Rule.P14);
        story.act(new Fold.Approve(new Approval("bridge", Approval.Scope.CONDITIONS, story.now, "coach-anna")));
        assertThat(excused(story, D)).hasSize(2).noneMatch(slot -> slot.startsWith("bridge"));
        Story talked = new Story(story.now);
        talked.user = story.user;
        // The coach can take the condition away; the user cannot, nor a coach by any later edit.
        story.act(new Fold.EditProfile(new Profile("Sam", Set.of(), null, null, 2), true));
        assertThat(excused(story, D)).isEmpty();
        talked.act(new Fold.EditProfile(new Profile("Sam", Set.of(), null, null, 2), false));
        assertThat(excused(talked, D)).hasSize(2);
        talked.act(new Fold.EditProfile(new Profile("Sam", Set.of(), 4, null, 3), true));
        assertThat(excused(talked, D)).hasSize(2);
    }

    @Test
    void P14_gates_what_a_later_plan_brings() {
        var story = new Story(at(MONDAY, "00:10").toInstant());
        story.act(new Fold.EditProfile(
                new Profile("Sam", Set.of(Profile.Condition.DISC_DEGENERATION), null, null, 1), false));
        story.act(new Fold.Approve(new Approval("bridge", Approval.Scope.CONDITIONS, story.now, "coach-anna")));
        story.plan(plan(
                MONDAY,
                story.now,
                BERLIN,
                List.of(item("bridge", 1, 10, false, daily("18:00")), item("superman", 1, 10, false, daily("18:00")))));
        assertThat(excused(story, MONDAY)).containsExactly("superman COACH_PAUSE");
    }

    @Test
    void LAPSED_after_seven_due_days_without_a_set() {
        var story = story();
        story.at(at(MONDAY.plusDays(6), "23:59").toInstant());
        assertThat(story.head().pain().alerts()).isEmpty();
        story.at(at(MONDAY.plusDays(7), "00:01").toInstant());
        assertThat(story.head().pain().alerts()).extracting(Alert::rule).containsExactly(Rule.LAPSED);
        story.at(at(MONDAY.plusDays(14), "00:01").toInstant());
        assertThat(story.head().pain().alerts()).extracting(Alert::rule).containsExactly(Rule.LAPSED);
    }

    @Test
    void N13_the_morning_after_is_asked_for_unless_it_was_told() {
        var story = story();
        during(story, D.plusDays(7), "bridge", 4);
        story.at(at(D.plusDays(8), "08:29").toInstant());
        assertThat(nudges(story, Kind.PAIN_CHECK)).isEmpty();
        story.at(at(D.plusDays(8), "08:31").toInstant());
        assertThat(nudges(story, Kind.PAIN_CHECK))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.outcome()).isEqualTo(Nudge.Outcome.SENT));

        var told = story();
        during(told, D.plusDays(7), "bridge", 4);
        told.when(score(1, Context.MORNING, null, at(D.plusDays(8), "08:10")));
        told.at(at(D.plusDays(8), "09:00").toInstant());
        assertThat(nudges(told, Kind.PAIN_CHECK))
                .singleElement()
                .satisfies(nudge -> assertThat(nudge.reason()).isEqualTo(Nudge.Reason.DONE));
    }

    @Test
    void P11_tells_the_coach_however_late_the_timer_is() {
        var story = story();
        story.when(score(9, Context.AD_HOC, null, at(D, "12:00")));
        // The service was off for a week.
        Fold.User after = Fold.apply(
                new Fold.User(story.head(), story.user.days()),
                new Fold.Due("test"),
                at(D.plusDays(8), "12:00").toInstant());
        assertThat(after.head().pain().alerts()).extracting(Alert::rule).contains(Rule.P11);
        assertThat(after.head().nextDueAt()).isAfter(at(D.plusDays(8), "12:00").toInstant());
    }

    @Test
    void a_second_yes_is_told_while_the_programme_is_on_hold() {
        var story = story();
        story.when(answers(Map.of(RedFlag.CHEST_PAIN, true), at(D, "12:00")));
        story.when(answers(Map.of(RedFlag.SADDLE_NUMBNESS, true), at(D.plusDays(2), "12:00")));
        assertThat(alerts(story)).containsExactly(Rule.P0A, Rule.P0A);
        assertThat(nudges(story, Kind.SAFETY)).hasSize(2);
        assertThat(story.head().pain().restrictions()).hasSize(1);
    }

    @Test
    void a_yes_holds_even_from_a_phone_whose_clock_is_months_behind() {
        var story = story();
        var answers = answers(Map.of(RedFlag.CHEST_PAIN, true), at(D.minusDays(100), "12:00"));
        story.at(at(D, "12:00").toInstant()).event(received(answers, at(D, "12:00")));
        assertThat(story.head().pain().hold()).isNotNull();
    }

    private static SessionEvent received(SessionEvent.RedFlagAnswers e, ZonedDateTime at) {
        var x = e.envelope();
        return new SessionEvent.RedFlagAnswers(
                new SessionEvent.Envelope(
                        x.userId(), x.id(), x.source(), x.type(), x.time(), at.toInstant(), x.extensions()),
                e.data(),
                e.answers(),
                e.zone(),
                null);
    }

    @Test
    void answers_of_before_a_score_do_not_answer_what_it_asks() {
        var story = story();
        var early = answers(flags(), at(D, "09:00"));
        story.when(score(9, Context.AD_HOC, null, at(D, "12:00")));
        story.at(at(D, "15:00").toInstant()).event(received(early, at(D, "15:00")));
        assertThat(story.head().pain().ask()).isEqualTo(Rule.P5);
        assertThat(story.head().pain().lastAnsweredAt())
                .isEqualTo(at(D, "09:00").toInstant());
    }

    @Test
    void P2_after_an_outage_heeds_what_came_since_the_day_began() {
        var story = sensitive();
        story.when(score(0, Context.AD_HOC, null, at(D, "20:00")));
        var worse = score(3, Context.AD_HOC, null, at(D.plusDays(1), "08:00"));
        // No timer fires before noon.
        story.event(worse);
        var day = Fold.apply(
                new Fold.User(story.head(), story.user.days()),
                new Fold.Due("test"),
                at(D.plusDays(1), "12:00").toInstant());
        assertThat(day.head().pain().restrictions()).anyMatch(r -> r.covers(D.plusDays(1), "lower-tummy"));

        var better = sensitive();
        better.when(score(3, Context.AD_HOC, null, at(D, "20:00")));
        better.event(score(0, Context.AD_HOC, null, at(D.plusDays(1), "08:00")));
        var calm = Fold.apply(
                new Fold.User(better.head(), better.user.days()),
                new Fold.Due("test"),
                at(D.plusDays(1), "12:00").toInstant());
        assertThat(calm.head().pain().restrictions()).noneMatch(r -> r.covers(D.plusDays(1), "lower-tummy"));
    }

    @Test
    void P10_in_both_legs_is_urgent_behind_another_place_too() {
        var story = story();
        story.when(score(3, Context.AD_HOC, Sensation.PAIN, Region.LOWER_LEG, null, at(D, "12:00")))
                .when(score(5, Context.AD_HOC, Sensation.PAIN, Region.BOTH_LEGS, null, at(D, "13:00")));
        assertThat(story.head().pain().alerts())
                .extracting(Alert::severity)
                .containsExactly(Severity.ROUTINE, Severity.URGENT);
    }

    @Test
    void nobody_is_ready_for_more_while_on_hold() {
        var story = easyDays(story(), MONDAY, 3, 1);
        story.when(answers(Map.of(RedFlag.CHEST_PAIN, true), at(MONDAY.plusDays(3), "08:00")));
        story.at(at(MONDAY.plusDays(6), "12:00").toInstant());
        assertThat(findings(story)).doesNotContain("P12 bridge");
    }

    @Test
    void effort_does_not_end_the_silence_after_a_high_score() {
        var story = story();
        story.when(score(9, Context.AD_HOC, null, at(D, "12:00")))
                .when(score(4, Context.DURING, Sensation.EFFORT, Region.LOW_BACK, "bridge", at(D, "12:05")));
        story.at(at(D.plusDays(2), "00:30").toInstant());
        assertThat(alerts(story)).contains(Rule.P11);
    }

    @Test
    void what_comes_out_of_order_is_found_all_the_same() {
        var story = story();
        var monday = score(6, Context.DURING, "bridge", at(D, "09:00"));
        during(story, D.plusDays(2), "bridge", 7);
        story.at(at(D.plusDays(3), "12:00").toInstant()).event(received(monday, at(D.plusDays(3), "12:00")));
        assertThat(findings(story)).contains("P4 bridge");

        var weeks = story();
        weeks.at(at(D.plusDays(10), "12:00").toInstant());
        for (int i : new int[] {9, 8, 7, 2, 1, 0}) {
            var e = score(i >= 7 ? 5 : 3, Context.MORNING, null, at(D.plusDays(i), "07:30"));
            weeks.event(received(e, at(D.plusDays(10), "12:00")));
        }
        // The first three came more than a week late and do not count.
        assertThat(findings(weeks)).doesNotContain("P7");

        var fresh = mornings(new int[] {3, 3, 3}, new int[] {});
        fresh.at(at(D.plusDays(10), "12:00").toInstant());
        for (int i : new int[] {9, 8, 7}) {
            var e = score(5, Context.MORNING, null, at(D.plusDays(i), "07:30"));
            fresh.event(received(e, at(D.plusDays(10), "12:00")));
        }
        assertThat(findings(fresh)).contains("P7");
    }

    @Test
    void a_late_set_without_a_score_takes_part_in_P3() {
        var story = story();
        before(story, D, 3);
        morning(story, D.plusDays(1), 6);
        story.when(set("superman", Side.NONE, 10, at(D.plusDays(1), "09:00")));
        story.at(at(D.plusDays(1), "12:00").toInstant())
                .event(set(
                        "late",
                        "bridge",
                        Side.NONE,
                        10,
                        at(D, "09:10"),
                        at(D.plusDays(1), "12:00").toInstant()));
        assertThat(findings(story)).contains("P3 bridge");
    }

    @Test
    void thresholds_of_another_kind_need_another_version() {
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> new PainRules("1", 7, 3, 2, 1, 8, 6, 2, 28, 2, 30, 3, 2, 80, null));
        var strict = new PainRules("clinic-2", 5, 3, 2, 1, 8, 6, 2, 28, 2, 30, 3, 2, 80, "112");
        var story = story();
        var user = Fold.apply(
                story.user,
                new Fold.Happened(score(5, Context.DURING, "bridge", at(D, "09:11")), "topic", 99),
                at(D, "09:12").toInstant(),
                strict);
        assertThat(user.head().pain().findings())
                .extracting(Finding::rule, Finding::rulesVersion)
                .contains(org.assertj.core.groups.Tuple.tuple(Rule.P1, "clinic-2"));
    }

    @Test
    void a_text_about_health_that_is_put_off_keeps_no_reminder_away() {
        var story = story().when(score(8, Context.AD_HOC, null, at(MONDAY, "12:00")));
        Nudge safety = nudges(story, Kind.SAFETY).getFirst();
        story.at(at(MONDAY, "17:00").toInstant())
                .act(new Fold.Snooze(safety.id(), at(MONDAY, "18:30").toInstant()))
                .at(at(MONDAY, "17:40").toInstant());
        assertThat(nudges(story, Kind.DUE_SOON))
                .singleElement()
                .extracting(Nudge::outcome)
                .isEqualTo(Nudge.Outcome.SENT);
    }

    @Test
    void a_set_that_comes_in_after_the_next_morning_s_score_is_folded_with_what_it_needs() {
        LocalDate next = MONDAY.plusDays(1);
        var story = before(story(), MONDAY, 1);
        story.at(at(next, "07:00").toInstant()).event(set("bridge", Side.NONE, 10, at(next, "06:50")));
        morning(story, next, 5);
        story.at(at(next, "08:00").toInstant())
                .event(set(
                        "late",
                        "bridge",
                        Side.NONE,
                        10,
                        at(MONDAY, "18:00"),
                        at(next, "08:00").toInstant()));
        assertThat(excused(story, next)).contains("bridge PAIN_POSTPONED");
    }
}
