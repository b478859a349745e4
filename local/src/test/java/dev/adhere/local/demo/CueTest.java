package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whenever a demo starts, every kind of nudge is due within minutes to the person who is there for it, by the
/// plain words of sections 3.2 and 3.3 and with none of the service's code; PROGRESS_READY within the hour.
class CueTest {

    private static final Duration BROUGHT_IN_AFTER = Duration.ofSeconds(50);
    private static final LocalTime NIGHT = LocalTime.of(21, 0);
    private static final LocalTime DAY = LocalTime.of(8, 0);

    // Every 37 minutes of days on which clocks change somewhere, the year changes, and a leap day comes.
    private static List<Instant> starts() {
        return Stream.of(
                        "2026-11-21T00:00:13Z",
                        "2027-03-28T00:00:59Z",
                        "2027-11-07T00:00:00Z",
                        "2027-12-31T00:00:30Z",
                        "2028-02-29T00:00:01Z")
                .map(Instant::parse)
                .flatMap(day -> IntStream.range(0, 39).mapToObj(i -> day.plus(Duration.ofMinutes(37L * i))))
                .toList();
    }

    /// One kind's person after one start.
    private record Scene(Cue cue, Instant began, Instant at, Person person, LocalDate today, JsonNode preferences) {

        static Scene of(Cue cue, Instant began) {
            Instant at = cue.at(began, began.plus(BROUGHT_IN_AFTER));
            assertThat(at).as(cue + " after a start at " + began).isNotNull();
            Person person = cue.person(began);
            String preferences = cue.preferences(at, person.zone());
            return new Scene(
                    cue,
                    began,
                    at,
                    person,
                    person.date(began),
                    new JsonMapper().readTree(preferences == null ? "{}" : preferences));
        }

        LocalTime local() {
            return LocalTime.ofInstant(at, person.zone());
        }

        List<Deed> on(int daysBefore) {
            return Deed.on(today.minusDays(daysBefore), person, began, Demo.SEED);
        }

        boolean full(int daysBefore) {
            long sets = on(daysBefore).stream()
                    .filter(Deed.DidSet.class::isInstance)
                    .count();
            assertThat(sets).as("all or nothing").isIn(0L, 4L);
            return sets == 4;
        }

        List<Deed.Felt> scores(int daysBefore, String context) {
            return on(daysBefore).stream()
                    .filter(Deed.Felt.class::isInstance)
                    .map(Deed.Felt.class::cast)
                    .filter(felt -> felt.context().equals(context))
                    .toList();
        }

        int score(int daysBefore, String context) {
            return scores(daysBefore, context).getFirst().score();
        }

        void nothingIsDoneBefore() {
            assertThat(on(0))
                    .as("today")
                    .noneMatch(deed -> deed instanceof Deed.DidSet
                            && !deed.at().toInstant().isAfter(at));
        }

        void preferredTimeIs(Duration fromThen) {
            LocalTime preferred =
                    LocalTime.parse(preferences.path("preferredTime").asString());
            assertThat(local().plus(fromThen)).as("preferred time").isEqualTo(preferred);
            // The default, until the preferences are written, calls for nothing meanwhile.
            assertThat(local()).isBefore(LocalTime.of(17, 30));
        }
    }

    private static List<Scene> scenes(Cue cue) {
        return starts().stream().map(began -> Scene.of(cue, began)).toList();
    }

    @Test
    void everyKindIsDueWithinMinutesOrSaysWhenWithinTheHour() {
        for (Cue cue : Cue.values()) {
            Duration longest = cue == Cue.PROGRESS_READY ? Duration.ofMinutes(64) : Duration.ofMinutes(3);
            for (Scene scene : scenes(cue)) {
                assertThat(Duration.between(scene.began(), scene.at()))
                        .as(cue + " after a start at " + scene.began())
                        .isBetween(Duration.ZERO, longest);
                assertThat(scene.person().date(scene.at()))
                        .as("the day is still the same")
                        .isEqualTo(scene.today());
                assertThat(scene.local())
                        .as(cue + " in the quiet hours of " + scene.person().zone())
                        .isAfterOrEqualTo(DAY)
                        .isBefore(NIGHT);
            }
        }
    }

    @Test
    void whoseTimeIsSetHasHalfAMinuteBeforeIt() {
        Instant began = Instant.parse("2026-11-21T15:00:00Z");
        for (int second = 0; second < 300; second++) {
            Instant now = began.plusSeconds(second);
            for (Cue cue : List.of(Cue.PAIN_CHECK, Cue.RECOVERY, Cue.RE_ENGAGE, Cue.OVERDUE, Cue.DUE_SOON)) {
                assertThat(Duration.between(now, cue.at(began, now)))
                        .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(90));
            }
        }
    }

    @Test
    void nothingIsPromisedThatCannotComeAnyMore() {
        Instant began = Instant.parse("2026-11-21T15:10:00Z");
        for (Cue cue : Cue.values()) {
            assertThat(cue.at(began, began.plus(Duration.ofHours(3))))
                    .as(cue.toString())
                    .isNull();
        }
        assertThat(Cue.PROGRESS_READY.at(began, Instant.parse("2026-11-21T15:59:59Z")))
                .isEqualTo("2026-11-21T16:00:00Z");
        assertThat(Cue.PROGRESS_READY.at(began, Instant.parse("2026-11-21T16:00:00Z")))
                .isNull();
        assertThat(Cue.SAFETY.at(began, began.plus(Duration.ofMinutes(2)))).isNull();
    }

    @Test
    void safetyAnswersToAScoreThatIsToldNow() {
        for (Scene scene : scenes(Cue.SAFETY)) {
            Deed.Felt during = scene.scores(0, "DURING").getFirst();
            assertThat(during.score()).isGreaterThanOrEqualTo(6);
            assertThat(during.at().toInstant()).isBetween(scene.at(), scene.at().plusSeconds(15));
        }
    }

    @Test
    void painIsAskedForAfterASessionThatHurtWhenTheQuietHoursEnd() {
        for (Scene scene : scenes(Cue.PAIN_CHECK)) {
            assertThat(scene.score(1, "DURING")).isGreaterThanOrEqualTo(3);
            assertThat(scene.scores(0, "MORNING")).isEmpty();
            JsonNode quiet = scene.preferences().path("quietHours");
            assertThat(quiet.path("from").asString()).isEqualTo("21:00");
            assertThat(scene.local()).isEqualTo(LocalTime.parse(quiet.path("to").asString()));
            assertThat(scene.local()).as("08:30 is quiet").isAfter(LocalTime.of(8, 30));
            scene.nothingIsDoneBefore();
        }
    }

    @Test
    void recoveryComesAfterOneMissedDay() {
        for (Scene scene : scenes(Cue.RECOVERY)) {
            assertThat(scene.full(1)).isFalse();
            assertThat(scene.full(2)).isTrue();
            scene.preferredTimeIs(Duration.ofMinutes(30));
            scene.nothingIsDoneBefore();
        }
    }

    @Test
    void reEngageComesAfterExactlyThreeMissedDays() {
        for (Scene scene : scenes(Cue.RE_ENGAGE)) {
            assertThat(List.of(scene.full(1), scene.full(2), scene.full(3), scene.full(4)))
                    .containsExactly(false, false, false, true);
            scene.preferredTimeIs(Duration.ofMinutes(30));
            scene.nothingIsDoneBefore();
        }
    }

    @Test
    void overdueComesTwoHoursAfterTheTimeOfADayOnWhichNothingWasDone() {
        for (Scene scene : scenes(Cue.OVERDUE)) {
            assertThat(scene.full(1)).isTrue();
            scene.preferredTimeIs(Duration.ofHours(-2));
            assertThat(scene.local()).as("an hour before the quiet hours").isBefore(LocalTime.of(20, 0));
            scene.nothingIsDoneBefore();
        }
    }

    @Test
    void dueSoonComesHalfAnHourBeforeTheTimeOfWhoDidYesterdaysWork() {
        for (Scene scene : scenes(Cue.DUE_SOON)) {
            assertThat(scene.full(1)).isTrue();
            scene.preferredTimeIs(Duration.ofMinutes(30));
            scene.nothingIsDoneBefore();
        }
    }

    @Test
    void progressIsShownAtNineToWhoDidThreeFullAndEasySessions() {
        for (Scene scene : scenes(Cue.PROGRESS_READY)) {
            assertThat(scene.local()).isEqualTo(LocalTime.of(9, 0));
            for (int daysBefore = 1; daysBefore <= 8; daysBefore++) {
                assertThat(scene.full(daysBefore)).isTrue();
                assertThat(scene.score(daysBefore, "DURING")).isLessThanOrEqualTo(2);
                assertThat(scene.score(daysBefore - 1, "MORNING") - scene.score(daysBefore, "BEFORE"))
                        .isLessThan(1);
            }
        }
    }

    @Test
    void encouragementIsForTheThirdDayInARow() {
        for (Scene scene : scenes(Cue.ENCOURAGE)) {
            assertThat(List.of(scene.full(2), scene.full(1), scene.full(0))).doesNotContain(false);
            assertThat(scene.person().plan(scene.began()).getFirst().from())
                    .isEqualTo(scene.today().minusDays(2));
            Deed last = scene.on(0).stream()
                    .filter(Deed.DidSet.class::isInstance)
                    .toList()
                    .getLast();
            assertThat(last.at().toInstant()).isEqualTo(scene.at());
        }
    }

    @Test
    void whoFlaresUpShowsTheRulesAboutPain() {
        for (Scene scene : scenes(Cue.SAFETY)) {
            assertThat(List.of(scene.score(3, "DURING"), scene.score(6, "DURING")))
                    .as("P1, and P4: twice in 14 days")
                    .allMatch(score -> score >= 6);
            assertThat(scene.score(2, "MORNING") - scene.score(3, "BEFORE"))
                    .as("P3")
                    .isGreaterThanOrEqualTo(2);
            assertThat(scene.score(0, "MORNING")).as("P2").isGreaterThanOrEqualTo(1);
            assertThat(scene.scores(0, "MORNING").getFirst().at().toInstant()).isBefore(scene.began());
            assertThat(scene.person().due(scene.today(), scene.began()))
                    .extracting(Programme.Item::exerciseId)
                    .contains("lower-tummy-strengthening");
        }
    }

    // P12, and P7: med7 now and a week ago, of the mornings of all days that are over.
    @Test
    void othersOfTheCohortAreReadyForMoreOrWorseSinceLastWeek() {
        for (Instant began : starts()) {
            for (Person person : Person.COHORT) {
                var scene = new Scene(
                        Cue.SAFETY, began, began, person, person.date(began), new JsonMapper().createObjectNode());
                if (person.habit() == Habit.WORSENING) {
                    assertThat(median(scene, 1) - median(scene, 8)).isGreaterThanOrEqualTo(2);
                } else if (person.habit() == Habit.READY) {
                    assertThat(List.of(scene.score(1, "DURING"), scene.score(2, "DURING"), scene.score(3, "DURING")))
                            .containsOnly(0);
                }
            }
        }
    }

    private static int median(Scene scene, int to) {
        return IntStream.range(to, to + 7)
                .map(daysBefore -> scene.score(daysBefore, "MORNING"))
                .sorted()
                .toArray()[3];
    }
}
