package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.score;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Explanation.About;
import dev.adhere.reminder.Explanation.Statement;
import dev.adhere.reminder.Preferences.Language;
import dev.adhere.reminder.Situations.Story;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplanationTest {

    private static final LocalDate DAY = LocalDate.parse("2025-03-05");

    private static ZonedDateTime at(String time) {
        return DAY.atTime(LocalTime.parse(time)).atZone(BERLIN);
    }

    private static Story story() {
        var story = new Story(DAY.minusDays(1).atTime(12, 0).atZone(BERLIN).toInstant());
        return story.plan(plan(
                DAY,
                story.now,
                BERLIN,
                List.of(item("bridge", 3, 10, false, daily("18:00")), item("bird-dog", 2, 5, true, daily("18:00")))));
    }

    private static List<Statement> explain(Story story, LocalDate date, Language language) {
        return Explanation.of(
                story.head(),
                story.user.days().getOrDefault(date, Day.empty(date)),
                story.head().nudges().stream()
                        .map(Decision::nudge)
                        .filter(nudge -> nudge.date().equals(date))
                        .toList(),
                PainRules.SAMPLES,
                language,
                story.now);
    }

    /// The id of the one set of the day.
    private static String only(Story story) {
        var sets = story.user.days().getOrDefault(DAY, Day.empty(DAY)).sets(Set.of());
        assertThat(sets).hasSize(1);
        return sets.getFirst().id();
    }

    private static List<String> texts(List<Statement> statements, About about) {
        return statements.stream()
                .filter(s -> s.about() == about)
                .map(Statement::text)
                .toList();
    }

    @Test
    void a_nudge_that_was_not_sent_names_its_step_and_the_work_behind_it() {
        var story = story();
        story.when(set("bridge", Side.NONE, 10, at("16:00")));
        story.at(at("17:30").toInstant());
        assertThat(explain(story, DAY, Language.EN))
                .filteredOn(s -> s.about() == About.NUDGE)
                .singleElement()
                .satisfies(s -> {
                    assertThat(s.text())
                            .isEqualTo("A due-soon nudge was not sent at 17:30: enough of the day had been done.");
                    assertThat(s.rule()).isEqualTo("3.3 (3)");
                    assertThat(s.at()).isEqualTo(at("17:30").toInstant());
                    assertThat(s.facts()).containsExactly(only(story));
                });
    }

    @Test
    void a_set_that_came_after_the_decision_is_not_behind_it() {
        var story = story();
        story.when(set("bridge", Side.NONE, 10, at("16:00")));
        story.at(at("17:30").toInstant());
        story.when(set("bridge", Side.NONE, 10, at("17:40")));
        assertThat(explain(story, DAY, Language.EN))
                .filteredOn(s -> s.about() == About.NUDGE)
                .singleElement()
                .satisfies(s -> assertThat(s.facts()).hasSize(1));
    }

    @Test
    void a_nudge_that_was_sent_says_why_and_what_became_of_it() {
        var story = story();
        story.at(at("17:30").toInstant());
        assertThat(texts(explain(story, DAY, Language.EN), About.NUDGE))
                .containsExactly("A due-soon nudge was sent at 17:30: work was coming up, and nothing of the day was "
                        + "done. It was delivered in the inbox.");
    }

    @Test
    void a_dose_names_every_set_and_what_it_counts_for() {
        var story = story();
        story.when(set("bridge", Side.NONE, 10, at("16:00"))).when(set("bridge", Side.NONE, 5, at("16:02")));
        List<Statement> all = explain(story, DAY, Language.EN);
        assertThat(texts(all, About.SLOT))
                .contains("bridge, 18:00: 1.5 of 3 sets count. Logged: 16:00 (10 of 10), 16:02 (5 of 10).");
        assertThat(texts(all, About.FIGURES))
                .containsExactly(
                        "1.5 of the 7 sets that were due on 5 March 2025 count; 0 more were excused.",
                        "The day is still open: what is done until it ends counts.");
    }

    @Test
    void nothing_received_is_not_told_as_missed() {
        var story = story();
        story.at(DAY.plusDays(1).atTime(9, 0).atZone(BERLIN).toInstant());
        assertThat(texts(explain(story, DAY, Language.EN), About.SLOT))
                .allMatch(text -> text.contains("nobody knows whether it was done"));
        story.when(set("bridge", Side.NONE, 10, at("20:00").plusDays(1)));
        assertThat(texts(explain(story, DAY, Language.EN), About.SLOT))
                .allMatch(text -> text.contains("Something was received after the day"));
    }

    @Test
    void pain_names_score_threshold_and_version() {
        var story = story();
        story.when(set("bridge", Side.NONE, 10, at("09:10"))).when(score(7, Context.DURING, "bridge", at("09:11")));
        assertThat(explain(story, DAY, Language.EN))
                .filteredOn(s -> s.about() == About.PAIN)
                .extracting(Statement::text, Statement::rule, Statement::rulesVersion)
                .contains(
                        org.assertj.core.groups.Tuple.tuple(
                                "bridge was scored 7. From 6 on it rests that day and the next.", "P1", "1"),
                        org.assertj.core.groups.Tuple.tuple(
                                "bridge waits because of P1, up to and including 6 March 2025.", "P1", "1"));
        assertThat(texts(explain(story, DAY, Language.DE), About.PAIN))
                .contains("bridge wurde mit 7 bewertet. Ab 6 ruht es an diesem Tag und am nächsten.");
    }

    @ParameterizedTest
    @EnumSource
    void there_is_a_text_for_everything_that_can_be_said(Language language) {
        var keys = new ArrayList<String>();
        add(keys, "pain.", Alert.Rule.values());
        add(keys, "kind.", Nudge.Kind.values());
        add(keys, "why.", Nudge.Kind.values());
        add(keys, "reason.", Nudge.Reason.values());
        add(keys, "state.", Nudge.State.values());
        add(keys, "channel.", Nudge.Channel.values());
        add(keys, "excuse.", Excuse.Reason.values());
        add(keys, "fact.", Day.Flag.values());
        Function<String, Stream<String>> said =
                key -> Stream.of(NudgeTexts.text(language, "explain." + key, "a", "b", "c", "d"));
        assertThat(keys.stream().flatMap(said)).doesNotContain("").hasSize(keys.size());
    }

    private static void add(List<String> keys, String prefix, Enum<?>[] values) {
        Arrays.stream(values).forEach(value -> keys.add(prefix + value));
    }
}
