package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.score;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.Channel;
import dev.adhere.contracts.Nudge.Outcome;
import dev.adhere.contracts.Nudge.Reason;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Nudging.Result;
import dev.adhere.reminder.Situations.Story;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of a nudge that was decided: attempts, leases, snoozes, and who no longer wants it.
class NudgingTest {

    private static final LocalDate DAY = LocalDate.parse("2025-03-05");

    private static Instant at(String time) {
        return DAY.atTime(LocalTime.parse(time)).atZone(BERLIN).toInstant();
    }

    private static Preferences mail(boolean nudges) {
        Preferences d = Preferences.DEFAULT;
        return new Preferences(
                null,
                d.preferredTime(),
                d.quietHours(),
                List.of(Channel.EMAIL),
                "someone@example.org",
                Set.of(Nudge.Kind.OVERDUE),
                nudges,
                d.language(),
                1);
    }

    private static Story byInbox() {
        var story = new Story(DAY.minusDays(1).atTime(12, 0).atZone(BERLIN).toInstant());
        return story.plan(plan(DAY, story.now, BERLIN, List.of(item("bridge", 3, 10, false, daily("18:00")))));
    }

    /// Half past five: the first attempt is under way.
    private static Story byMail() {
        return byInbox().preferences(mail(true)).at(at("17:30"));
    }

    private static Decision only(Story story) {
        return only(story, Nudge.Kind.DUE_SOON);
    }

    private static Decision only(Story story, Nudge.Kind kind) {
        var those = story.head().nudges().stream()
                .filter(d -> d.nudge().kind() == kind)
                .toList();
        assertThat(those).hasSize(1);
        return those.getFirst();
    }

    private static Story ended(Story story, Result result) {
        return story.act(new Fold.Attempted(only(story).nudge().id(), "test", Nudging.Ended.with(result)));
    }

    private static void is(Story story, State state, Channel channel) {
        assertThat(only(story).nudge().state()).isEqualTo(state);
        assertThat(only(story).nudge().channel()).isEqualTo(channel);
    }

    @Test
    void an_attempt_stands_in_the_head_before_it_is_made_and_is_told_when_it_ended() {
        var story = byMail();
        is(story, State.SENDING, Channel.EMAIL);
        assertThat(only(story).outgoing()).isEqualTo(new Decision.Outgoing(at("17:32"), at("18:00"), 1, "test"));
        story.act(new Fold.Told(story.head().revision()));
        is(ended(story, Result.TAKEN), State.DELIVERED, Channel.EMAIL);
        assertThat(only(story).outgoing()).isNull();
        assertThat(story.head().pending().nudges())
                .containsExactly(only(story).nudge().id());
    }

    @Test
    void what_changes_again_while_it_is_told_is_told_again() {
        var story = byMail();
        long told = story.head().revision();
        ended(story, Result.TAKEN);
        story.act(new Fold.Told(told));
        assertThat(story.head().pending().nudges())
                .containsExactly(only(story).nudge().id());
        story.act(new Fold.Told(story.head().revision()));
        assertThat(story.head().pending().isEmpty()).isTrue();
    }

    @Test
    void a_server_that_is_away_is_asked_again_ever_more_rarely_and_then_the_inbox_has_to_do() {
        var story = byMail();
        for (String next : List.of("17:30:30", "17:32:30", "17:40:30")) {
            is(ended(story, Result.LATER), State.PENDING, Channel.EMAIL);
            assertThat(story.head().nextDueAt()).isEqualTo(at(next));
            is(story.at(at(next)), State.SENDING, Channel.EMAIL);
        }
        is(ended(story, Result.LATER), State.DELIVERED, Channel.INBOX);
        assertThat(only(story).nudge().outcome()).isEqualTo(Outcome.SENT);
    }

    @Test
    void an_address_that_is_refused_leaves_the_inbox() {
        is(ended(byMail(), Result.REFUSED), State.DELIVERED, Channel.INBOX);
    }

    @Test
    void what_may_have_been_sent_is_not_sent_again() {
        var story = ended(byMail(), Result.UNKNOWN);
        is(story, State.UNKNOWN, Channel.EMAIL);
        is(story.at(at("23:00")), State.UNKNOWN, Channel.EMAIL);
    }

    @Test
    void who_dies_in_the_middle_of_an_attempt_leaves_it_unknown() {
        var story = byMail().at(at("17:31:59"));
        is(story, State.SENDING, Channel.EMAIL);
        is(story.at(at("17:32")), State.UNKNOWN, Channel.EMAIL);
        is(ended(story, Result.TAKEN), State.UNKNOWN, Channel.EMAIL);
    }

    @Test
    void the_result_of_another_claim_changes_nothing() {
        var story = byMail();
        story.act(new Fold.Attempted(only(story).nudge().id(), "somebody else", Nudging.Ended.with(Result.TAKEN)));
        is(story, State.SENDING, Channel.EMAIL);
    }

    @Test
    void work_that_is_done_between_two_attempts_ends_it() {
        var story = ended(byMail(), Result.LATER).at(at("17:30:10"));
        story.event(set("bridge", Side.NONE, 10, DAY.atTime(17, 5).atZone(BERLIN)));
        Nudge nudge = only(story.at(at("17:31"))).nudge();
        assertThat(nudge.outcome()).as("the inbox had it").isEqualTo(Outcome.SENT);
        assertThat(nudge.state()).isEqualTo(State.EXPIRED);
        assertThat(nudge.reason()).isEqualTo(Reason.DONE);
    }

    @Test
    void who_turns_nudges_off_between_two_attempts_gets_none() {
        var story = ended(byMail(), Result.LATER).at(at("17:30:10")).preferences(mail(false));
        assertThat(only(story.at(at("17:31"))).nudge().reason()).isEqualTo(Reason.NOT_ALLOWED);
    }

    @Test
    void an_attempt_that_found_no_free_line_is_looked_at_again_and_not_counted() {
        var story = byMail();
        for (int i = 1; i < 10; i++) {
            is(ended(story, Result.NOT_BEGUN), State.PENDING, Channel.EMAIL);
            is(story.at(at("17:30").plusSeconds(2 * i)), State.SENDING, Channel.EMAIL);
        }
        ended(story, Result.NOT_BEGUN).at(at("17:30:18"));
        story.event(set("bridge", Side.NONE, 10, DAY.atTime(17, 5).atZone(BERLIN)));
        is(story.at(at("17:31")), State.EXPIRED, Channel.EMAIL);
    }

    @Test
    void who_takes_the_address_back_between_two_attempts_has_it_in_the_inbox() {
        var story = ended(byMail(), Result.LATER).at(at("17:30:10")).preferences(Preferences.DEFAULT);
        is(story.at(at("17:31")), State.DELIVERED, Channel.INBOX);
    }

    @Test
    void after_an_outage_of_half_an_hour_it_is_not_tried_again() {
        var story = ended(byMail(), Result.LATER);
        story.user = Fold.apply(story.user, new Fold.Due("test"), at("18:01"));
        assertThat(only(story).nudge().reason()).isEqualTo(Reason.EXPIRED);
    }

    @ParameterizedTest
    @EnumSource(Result.class)
    void a_nudge_dismissed_in_the_middle_of_an_attempt_stays_dismissed(Result result) {
        var story = byMail();
        story.act(new Fold.Dismiss(only(story).nudge().id()));
        ended(story, result).at(at("20:00"));
        assertThat(only(story).nudge().state()).isEqualTo(State.DISMISSED);
        assertThat(only(story).outgoing()).isNull();
    }

    @Test
    void a_snoozed_nudge_comes_again_and_keeps_its_day_s_other_one_away_until_then() {
        var story = byInbox().at(at("17:40"));
        story.act(new Fold.Snooze(only(story).nudge().id(), at("20:10")));
        is(story, State.SNOOZED, Channel.INBOX);
        story.at(at("20:09"));
        assertThat(story.head().nudges())
                .filteredOn(d -> d.nudge().kind() == Nudge.Kind.OVERDUE)
                .extracting(d -> d.nudge().reason())
                .containsExactly(Reason.OUTRANKED);
        is(story.at(at("20:10")), State.DELIVERED, Channel.INBOX);
        assertThat(only(story).moment()).isEqualTo(at("20:10"));
    }

    @Test
    void a_snoozed_nudge_that_is_dismissed_does_not_come_again() {
        for (Story story : List.of(byInbox(), ended(byMail(), Result.TAKEN))) {
            String id = only(story.at(at("17:45"))).nudge().id();
            story.act(new Fold.Snooze(id, at("18:15")));
            story.at(at("18:00")).act(new Fold.Dismiss(id));
            assertThat(only(story.at(at("18:15"))).nudge().state()).isEqualTo(State.DISMISSED);
            assertThat(only(story).outgoing()).isNull();
        }
    }

    @Test
    void a_snoozed_mail_is_sent_again() {
        var story = ended(byMail(), Result.TAKEN).at(at("17:45"));
        story.act(new Fold.Snooze(only(story).nudge().id(), at("18:15")));
        is(story.at(at("18:15")), State.SENDING, Channel.EMAIL);
    }

    @Test
    void a_snoozed_nudge_does_not_come_after_the_work_is_done_nor_in_the_quiet_hours() {
        var story = byInbox().at(at("17:40"));
        story.act(new Fold.Snooze(only(story).nudge().id(), at("18:40")));
        story.at(at("18:00"))
                .event(set("bridge", Side.NONE, 10, DAY.atTime(18, 0).atZone(BERLIN)));
        is(story.at(at("18:40")), State.EXPIRED, Channel.INBOX);
        assertThat(only(story).nudge().outcome()).isEqualTo(Outcome.SENT);

        var late = byInbox().at(at("20:40"));
        late.act(new Fold.Snooze(only(late).nudge().id(), at("21:30")));
        is(late.at(at("21:30")), State.EXPIRED, Channel.INBOX);
    }

    @Test
    void a_nudge_that_comes_again_counts_for_the_two_hours_between_nudges() {
        var story = byInbox().at(at("17:40"));
        story.act(new Fold.Snooze(only(story).nudge().id(), at("18:30")));
        story.at(at("20:30"));
        assertThat(story.head().nudges())
                .filteredOn(d -> d.nudge().kind() == Nudge.Kind.OVERDUE)
                .extracting(d -> d.nudge().reason())
                .containsExactly(Reason.CAP);
    }

    @Test
    void what_was_not_sent_cannot_be_snoozed() {
        var story = byInbox()
                .excuses(List.of(new Excuse(DAY, DAY, null, Excuse.Reason.ILLNESS)))
                .at(at("17:40"));
        Decision before = only(story);
        story.act(new Fold.Snooze(before.nudge().id(), at("18:30")));
        story.act(new Fold.Dismiss(before.nudge().id()));
        assertThat(only(story)).isEqualTo(before);
    }

    static Preferences by(Channel... channels) {
        Preferences d = Preferences.DEFAULT;
        return new Preferences(
                null,
                d.preferredTime(),
                d.quietHours(),
                List.of(channels),
                "someone@example.org",
                Set.of(Nudge.Kind.OVERDUE),
                true,
                d.language(),
                new Preferences.Webhook("https://hooks.example.org/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                1);
    }

    private static Story through(Channel... channels) {
        return byInbox().preferences(by(channels)).at(at("17:30"));
    }

    @Test
    void channels_are_tried_in_the_order_that_the_user_gave_until_one_takes_it() {
        var story = through(Channel.WEB_PUSH, Channel.INBOX, Channel.WEBHOOK, Channel.EMAIL);
        is(story, State.SENDING, Channel.WEB_PUSH);
        is(ended(story, Result.REFUSED), State.PENDING, Channel.WEBHOOK);
        is(story.at(at("17:30:01")), State.SENDING, Channel.WEBHOOK);
        is(ended(story, Result.REFUSED), State.PENDING, Channel.EMAIL);
        is(story.at(at("17:30:02")), State.SENDING, Channel.EMAIL);
        is(ended(story, Result.TAKEN), State.DELIVERED, Channel.EMAIL);
    }

    @Test
    void after_four_attempts_the_next_channel_is_tried_and_has_attempts_of_its_own() {
        var story = through(Channel.WEBHOOK, Channel.EMAIL);
        for (String next : List.of("17:30:30", "17:32:30", "17:40:30")) {
            ended(story, Result.LATER).at(at(next));
            is(story, State.SENDING, Channel.WEBHOOK);
        }
        is(ended(story, Result.LATER), State.PENDING, Channel.EMAIL);
        is(story.at(at("17:40:31")), State.SENDING, Channel.EMAIL);
        for (String next : List.of("17:41:01", "17:43:01", "17:51:01")) {
            ended(story, Result.LATER).at(at(next));
            is(story, State.SENDING, Channel.EMAIL);
        }
        is(ended(story, Result.LATER), State.DELIVERED, Channel.INBOX);
    }

    @Test
    void who_asks_to_be_left_alone_for_a_while_is() {
        var story = through(Channel.WEBHOOK);
        story.act(new Fold.Attempted(
                only(story).nudge().id(), "test", new Nudging.Ended(Result.LATER, Duration.ofMinutes(5))));
        is(story.at(at("17:34:59")), State.PENDING, Channel.WEBHOOK);
        is(story.at(at("17:35")), State.SENDING, Channel.WEBHOOK);
    }

    @Test
    void who_asks_for_longer_than_the_nudge_lives_makes_room_for_the_next_channel() {
        var story = through(Channel.WEBHOOK, Channel.EMAIL);
        story.act(new Fold.Attempted(
                only(story).nudge().id(), "test", new Nudging.Ended(Result.LATER, Duration.ofMinutes(31))));
        is(story, State.PENDING, Channel.EMAIL);
    }

    @Test
    void a_channel_whose_other_end_is_gone_is_switched_off_for_good() {
        var story = ended(through(Channel.WEBHOOK, Channel.EMAIL), Result.GONE);
        is(story, State.PENDING, Channel.EMAIL);
        assertThat(story.head().preferences().channels()).containsExactly(Channel.EMAIL);
        assertThat(story.head().preferences().revision()).isEqualTo(2);

        var last = ended(through(Channel.WEBHOOK), Result.GONE);
        is(last, State.DELIVERED, Channel.INBOX);
        assertThat(last.head().preferences().channels()).containsExactly(Channel.INBOX);
    }

    @ParameterizedTest
    @EnumSource(
            value = Channel.class,
            names = {"WEBHOOK", "WEB_PUSH"})
    void where_a_message_can_be_told_apart_one_of_unknown_fate_is_sent_again(Channel channel) {
        var story = ended(through(channel), Result.UNKNOWN);
        is(story, State.PENDING, channel);
        is(story.at(at("17:30:30")), State.SENDING, channel);
        // Whoever made the second attempt died.
        is(story.at(at("17:32:30")), State.PENDING, channel);
    }

    @Test
    void a_message_keeps_its_name_over_all_attempts_and_gets_another_one_after_a_snooze() {
        var story = through(Channel.WEBHOOK);
        String name = only(story).messageId();
        ended(story, Result.LATER).at(at("17:30:30"));
        assertThat(only(story).messageId()).isEqualTo(name);
        ended(story, Result.TAKEN);
        story.act(new Fold.Snooze(only(story).nudge().id(), at("18:00")));
        story.at(at("18:00"));
        assertThat(only(story).messageId()).isNotEqualTo(name);
    }

    @Test
    void after_a_snooze_it_begins_with_the_first_channel_again() {
        var story =
                ended(through(Channel.WEBHOOK, Channel.EMAIL), Result.REFUSED).at(at("17:31"));
        is(ended(story, Result.TAKEN), State.DELIVERED, Channel.EMAIL);
        story.act(new Fold.Snooze(only(story).nudge().id(), at("18:00")));
        is(story.at(at("18:00")), State.SENDING, Channel.WEBHOOK);
    }

    @Test
    void what_is_about_health_stays_in_the_inbox_after_a_snooze_too() {
        var story = byInbox().preferences(by(Channel.EMAIL)).at(at("12:00"));
        story.event(score(8, Context.AD_HOC, null, DAY.atTime(12, 0).atZone(BERLIN)));
        Decision safety = safety(story);
        assertThat(safety.nudge().channel()).isEqualTo(Channel.INBOX);
        story.act(new Fold.Snooze(safety.nudge().id(), at("12:30"))).at(at("12:30"));
        assertThat(safety(story).nudge().channel()).isEqualTo(Channel.INBOX);
        assertThat(safety(story).nudge().state()).isEqualTo(State.DELIVERED);
    }

    private static Decision safety(Story story) {
        return story.head().nudges().stream()
                .filter(decision -> decision.nudge().kind() == Nudge.Kind.SAFETY)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_was_said_can_be_traced_to_the_wording_of_its_day() {
        Nudge nudge = only(through(Channel.EMAIL)).nudge();
        assertThat(nudge.textId())
                .isEqualTo(NudgeTexts.said(Preferences.Language.EN, nudge.kind().name())
                        .id())
                .matches(nudge.kind() + "/en/[0-9a-f]{8}");
        assertThat(NudgeTexts.said(Preferences.Language.DE, "pain.contact").id())
                .startsWith("pain.contact/de/")
                .isNotEqualTo(
                        NudgeTexts.said(Preferences.Language.EN, "pain.contact").id());
        assertThat(NudgeTexts.said(Preferences.Language.EN, "pain.notImproving", 3)
                        .id())
                .as("values are no part of the wording")
                .isEqualTo(NudgeTexts.said(Preferences.Language.EN, "pain.notImproving", 4)
                        .id());
    }

    @Test
    void the_first_receipt_of_each_kind_counts_and_opened_is_displayed_too() {
        var story = ended(through(Channel.EMAIL), Result.TAKEN);
        String id = only(story).nudge().id();
        story.at(at("17:35")).act(new Fold.Receipt(id, false));
        story.at(at("17:36")).act(new Fold.Receipt(id, false));
        assertThat(only(story).nudge().displayedAt()).isEqualTo(at("17:35"));
        assertThat(only(story).nudge().openedAt()).isNull();
        story.at(at("17:37")).act(new Fold.Receipt(id, true));
        story.at(at("17:38")).act(new Fold.Receipt(id, true));
        assertThat(only(story).nudge().displayedAt()).isEqualTo(at("17:35"));
        assertThat(only(story).nudge().openedAt()).isEqualTo(at("17:37"));
        is(story, State.DELIVERED, Channel.EMAIL);

        var other = ended(through(Channel.EMAIL), Result.TAKEN).at(at("17:40"));
        other.act(new Fold.Receipt(only(other).nudge().id(), true));
        assertThat(only(other).nudge().displayedAt()).isEqualTo(at("17:40"));
    }

    @Test
    void a_receipt_stays_through_what_becomes_of_the_nudge() {
        var story = through(Channel.EMAIL);
        story.act(new Fold.Receipt(only(story).nudge().id(), true));
        ended(story, Result.TAKEN);
        story.act(new Fold.Dismiss(only(story).nudge().id()));
        assertThat(only(story).nudge().openedAt()).isEqualTo(at("17:30"));
    }

    @Test
    void what_a_rule_says_for_a_new_score_is_there_again_though_it_was_dismissed() {
        var story = byInbox();
        story.when(score(null, "late", 9, at("10:00").atZone(BERLIN).minusDays(1), at("10:00")));
        Decision first = only(story, Nudge.Kind.SAFETY);
        story.at(at("11:00")).act(new Fold.Dismiss(first.nudge().id()));
        assertThat(only(story, Nudge.Kind.SAFETY).nudge().state()).isEqualTo(State.DISMISSED);

        story.when(score(null, "new", 9, at("12:00").atZone(BERLIN), at("12:00")));
        Nudge again = only(story, Nudge.Kind.SAFETY).nudge();
        assertThat(again.id()).isEqualTo(first.nudge().id());
        assertThat(again.state()).isEqualTo(State.DELIVERED);
        assertThat(again.decidedAt()).isEqualTo(at("12:00"));
    }

    @Test
    void what_was_not_sent_has_no_receipt() {
        var story = byInbox()
                .excuses(List.of(new Excuse(DAY, DAY, null, Excuse.Reason.ILLNESS)))
                .at(at("17:40"));
        Decision before = only(story);
        story.act(new Fold.Receipt(before.nudge().id(), true));
        assertThat(only(story)).isEqualTo(before);
    }
}
