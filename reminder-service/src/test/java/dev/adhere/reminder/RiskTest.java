package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.daily;
import static dev.adhere.reminder.Situations.item;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.score;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Side;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who needs a look, and why.
class RiskTest {

    private static final Instant NOW = Instant.parse("2025-03-10T12:00:00Z");

    private static CohortRow row(
            String userId,
            PainGlance pain,
            int missedInRow,
            long done,
            int due,
            @Nullable Instant lastReceivedAt,
            boolean planned) {
        var week = new Figures.Window(done, due, 0, done, 0, 7, 0, 0);
        var row = new CohortRow(
                userId,
                null,
                BERLIN,
                LocalDate.parse("2025-03-09"),
                planned,
                new Figures(week, week, 0, 0),
                0,
                9,
                missedInRow,
                lastReceivedAt,
                planned ? NOW.minus(Duration.ofDays(30)) : null,
                pain,
                List.of());
        return new CohortRow(
                row.userId(),
                row.pseudonym(),
                row.zone(),
                row.throughDate(),
                row.planned(),
                row.figures(),
                row.doneToday(),
                row.dueToday(),
                row.missedInRow(),
                row.lastReceivedAt(),
                row.firstPlanAt(),
                row.pain(),
                Risk.of(row, NOW));
    }

    private static CohortRow fine(String userId) {
        return row(userId, PainGlance.NONE, 0, 9_000, 10, NOW, true);
    }

    private static Alert open(Alert.Severity severity) {
        return new Alert(
                "a",
                Alert.Rule.P8,
                severity,
                null,
                LocalDate.parse("2025-03-10"),
                NOW,
                "samples",
                "Have a look.",
                null,
                null,
                null,
                null);
    }

    private static PainGlance alert(Alert.Severity severity) {
        return new PainGlance(null, null, List.of(open(severity)));
    }

    private static PainGlance up(String points) {
        return new PainGlance(BigDecimal.valueOf(6), new BigDecimal(points), List.of());
    }

    private static List<Risk.Kind> kinds(CohortRow row) {
        return row.risk().stream().map(Risk::kind).toList();
    }

    @Test
    void who_is_fine_has_no_reason() {
        assertThat(kinds(fine("a"))).isEmpty();
    }

    @Test
    void an_open_alert_counts_from_urgent_on() {
        assertThat(kinds(row("a", alert(Alert.Severity.CRITICAL), 0, 9_000, 10, NOW, true)))
                .containsExactly(Risk.Kind.CRITICAL_ALERT);
        assertThat(kinds(row("a", alert(Alert.Severity.URGENT), 0, 9_000, 10, NOW, true)))
                .containsExactly(Risk.Kind.URGENT_ALERT);
        assertThat(kinds(row("a", alert(Alert.Severity.ROUTINE), 0, 9_000, 10, NOW, true)))
                .isEmpty();
    }

    @Test
    void pain_counts_from_two_points_more_on() {
        assertThat(kinds(row("a", up("2"), 0, 9_000, 10, NOW, true))).containsExactly(Risk.Kind.PAIN_UP);
        assertThat(kinds(row("a", up("1.5"), 0, 9_000, 10, NOW, true))).isEmpty();
        assertThat(kinds(row("a", up("-3"), 0, 9_000, 10, NOW, true))).isEmpty();
    }

    @Test
    void missed_days_count_from_two_in_a_row_on() {
        assertThat(kinds(row("a", PainGlance.NONE, 2, 9_000, 10, NOW, true))).containsExactly(Risk.Kind.DAYS_MISSED);
        assertThat(kinds(row("a", PainGlance.NONE, 1, 9_000, 10, NOW, true))).isEmpty();
    }

    @Test
    void a7_counts_below_fifty_and_not_where_nothing_was_due() {
        assertThat(kinds(row("a", PainGlance.NONE, 0, 4_999, 10, NOW, true))).containsExactly(Risk.Kind.LOW_ADHERENCE);
        assertThat(kinds(row("a", PainGlance.NONE, 0, 5_000, 10, NOW, true))).isEmpty();
        assertThat(kinds(row("a", PainGlance.NONE, 0, 0, 0, NOW, true))).isEmpty();
    }

    @Test
    void silence_counts_from_three_days_on_and_only_where_something_is_planned() {
        Instant threeDays = NOW.minus(Duration.ofDays(3));
        assertThat(kinds(row("a", PainGlance.NONE, 0, 9_000, 10, threeDays, true)))
                .containsExactly(Risk.Kind.NO_CONTACT);
        assertThat(kinds(row("a", PainGlance.NONE, 0, 9_000, 10, threeDays.plusMillis(1), true)))
                .isEmpty();
        assertThat(kinds(row("a", PainGlance.NONE, 0, 9_000, 10, threeDays, false)))
                .isEmpty();
        assertThat(row("a", PainGlance.NONE, 0, 0, 0, null, true).risk())
                .containsExactly(new Risk(Risk.Kind.NO_CONTACT, null));
        assertThat(kinds(row("a", PainGlance.NONE, 0, 0, 0, null, false))).isEmpty();
    }

    @Test
    void reasons_come_the_most_urgent_first_and_read_as_words() {
        var both = new PainGlance(BigDecimal.valueOf(6), BigDecimal.valueOf(2), List.of(open(Alert.Severity.URGENT)));
        var row = row("a", both, 3, 1_000, 10, NOW.minus(Duration.ofDays(4)), true);
        assertThat(row.risk())
                .extracting(Risk::text)
                .containsExactly(
                        "1 urgent alert open",
                        "Morning pain up 2 on the week before",
                        "3 due days missed in a row",
                        "A7 at 10.0 %",
                        "Nothing received for 4 days");
    }

    @Test
    void each_reason_outweighs_all_that_come_after_it_then_the_lower_a7_comes_first() {
        Instant silent = NOW.minus(Duration.ofDays(5));
        List<CohortRow> expected = List.of(
                row("critical", alert(Alert.Severity.CRITICAL), 0, 10_000, 10, NOW, true),
                row("urgent", alert(Alert.Severity.URGENT), 0, 10_000, 10, NOW, true),
                row("pain-and-low", up("2"), 0, 1_000, 10, NOW, true),
                row("pain", up("2"), 0, 10_000, 10, NOW, true),
                row("missed", PainGlance.NONE, 2, 10_000, 10, NOW, true),
                row("low-and-silent", PainGlance.NONE, 0, 4_000, 10, silent, true),
                row("lowest", PainGlance.NONE, 0, 1_000, 10, NOW, true),
                row("low", PainGlance.NONE, 0, 4_000, 10, NOW, true),
                row("silent", PainGlance.NONE, 0, 10_000, 10, silent, true),
                row("a7-60", PainGlance.NONE, 0, 6_000, 10, NOW, true),
                fine("a7-90"),
                row("nothing-due", PainGlance.NONE, 0, 0, 0, NOW, true));
        var random = new Random(6);
        for (int i = 0; i < 50; i++) {
            var shuffled = new ArrayList<>(expected);
            Collections.shuffle(shuffled, random);
            shuffled.sort(Risk.MOST_URGENT_FIRST);
            assertThat(shuffled).isEqualTo(expected);
        }
    }

    // ---- what a row makes of a head

    private static ZonedDateTime at(LocalDate date, String time) {
        return date.atTime(LocalTime.parse(time)).atZone(BERLIN);
    }

    private static Situations.Story story() {
        Instant start = at(MONDAY, "06:00").toInstant();
        return new Situations.Story(start)
                .plan(plan(MONDAY, start, BERLIN, List.of(item("bridge", 3, 10, false, daily("18:00")))));
    }

    private static CohortRow seen(Situations.Story story, ZonedDateTime when) {
        story.at(when.toInstant());
        return CohortRow.of(story.user.head(), when.toInstant());
    }

    @Test
    void a_day_of_which_nothing_was_received_is_not_missed() {
        Situations.Story story = story();
        story.at(at(MONDAY, "18:00").toInstant()).event(set("bridge", Side.NONE, 10, at(MONDAY, "18:00")));
        CohortRow thursday = seen(story, at(MONDAY.plusDays(3), "12:00"));
        assertThat(thursday.missedInRow()).isZero();
        assertThat(kinds(thursday)).doesNotContain(Risk.Kind.DAYS_MISSED);
        assertThat(kinds(seen(story, at(MONDAY.plusDays(3), "18:01")))).contains(Risk.Kind.NO_CONTACT);
    }

    @Test
    void days_are_missed_when_something_later_was_received() {
        Situations.Story story = story();
        story.at(at(MONDAY, "18:00").toInstant()).event(set("bridge", Side.NONE, 10, at(MONDAY, "18:00")));
        // Of an exercise that is not in the plan: the app is back, and Tuesday and Wednesday brought nothing.
        ZonedDateTime thursday = at(MONDAY.plusDays(3), "09:00");
        story.at(thursday.toInstant()).event(set("stretch", Side.NONE, 10, thursday));
        CohortRow row = seen(story, at(MONDAY.plusDays(3), "10:00"));
        assertThat(row.missedInRow()).isEqualTo(2);
        assertThat(kinds(row)).contains(Risk.Kind.DAYS_MISSED);
    }

    @Test
    void the_median_of_the_week_and_the_open_alerts_are_those_of_the_head() {
        Situations.Story story = story();
        for (int day = 0; day < 14; day++) {
            ZonedDateTime morning = at(MONDAY.plusDays(day), "08:00");
            story.at(morning.toInstant()).event(score(day < 7 ? 2 : 5, Context.MORNING, null, morning));
        }
        CohortRow row = seen(story, at(MONDAY.plusDays(13), "09:00"));
        assertThat(row.pain().median()).isEqualByComparingTo("5");
        assertThat(row.pain().trend()).isEqualByComparingTo("3");
        assertThat(kinds(row)).contains(Risk.Kind.PAIN_UP);
        assertThat(row.pain().openAlerts()).extracting(Alert::rule).contains(Alert.Rule.P7);
    }

    @Test
    void a_set_ends_the_row_of_missed_days_and_excused_days_do_not_count() {
        Situations.Story story = story();
        ZonedDateTime wednesday = at(MONDAY.plusDays(2), "18:00");
        story.at(wednesday.toInstant()).event(set("bridge", Side.NONE, 10, wednesday));
        assertThat(seen(story, at(MONDAY.plusDays(3), "12:00")).missedInRow()).isZero();

        Situations.Story excused = story();
        excused.excuses(List.of(new Excuse(MONDAY.plusDays(1), MONDAY.plusDays(1), null, Excuse.Reason.ILLNESS)));
        excused.at(wednesday.toInstant()).event(set("stretch", Side.NONE, 10, wednesday));
        assertThat(seen(excused, at(MONDAY.plusDays(2), "19:00")).missedInRow()).isEqualTo(1);
    }
}
