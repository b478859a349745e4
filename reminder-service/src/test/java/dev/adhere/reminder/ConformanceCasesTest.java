package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.SessionEvent.Dated;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The cases of `docs/adherence.md` against the fold: the same files that `conformance/run.py` takes to any service
/// over
/// HTTP. A case that names no instant is run as of several, on the mornings after a clock change too.
class ConformanceCasesTest {

    private static final Path CASES = Path.of("..", "conformance", "cases");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> USUAL =
            List.of("2026-11-20T12:00:00Z", "2026-10-26T09:00:00Z", "2027-03-29T09:00:00Z");
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    @TestFactory
    List<DynamicTest> cases() {
        var tests = new ArrayList<DynamicTest>();
        var names = new HashSet<String>();
        try (Stream<Path> files = Files.list(CASES)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode one : JSON.readTree(Files.readString(file)).path("cases")) {
                    String name = one.path("name").asString();
                    assertThat(names.add(name))
                            .as("%s is the name of one case", name)
                            .isTrue();
                    List<String> instants =
                            one.has("asOf") ? List.of(one.path("asOf").asString()) : USUAL;
                    for (String asOf : instants) {
                        tests.add(DynamicTest.dynamicTest(
                                name + " as of " + asOf, () -> new Run(one, Instant.parse(asOf)).check()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(tests).hasSizeGreaterThan(100);
        return tests;
    }

    @TestFactory
    List<DynamicTest> a_wrong_figure_is_found() {
        JsonNode one = JSON.readTree("""
                {"name": "wrong", "plan": [{"from": -1, "items": [{"exercise": "bridge", "sets": 3, "reps": 10,
                  "schedule": {"everyDays": 1}}]}],
                 "steps": [{"events": [{"day": -1, "at": "10:00", "exercise": "bridge", "reps": 10}],
                   "expect": {"a7": {"numerator": 2, "denominator": 3}}}]}""");
        return List.of(DynamicTest.dynamicTest("2 where 1 was done", () -> {
            var run = new Run(one, Instant.parse(USUAL.getFirst()));
            assertThat(org.assertj.core.api.Assertions.catchThrowable(run::check))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("a7.numerator");
        }));
    }

    /// One case as of one instant.
    private static final class Run {
        private final JsonNode given;
        private final Instant asOf;
        private final ZoneId zone;
        private final LocalDate today;
        private final Story story;
        private int unnamed;

        Run(JsonNode given, Instant asOf) {
            this.given = given;
            this.asOf = asOf;
            zone = ZoneId.of(given.path("zone").asString("Europe/Berlin"));
            today = LocalDate.ofInstant(asOf, zone);
            Instant saved =
                    given.has("saved") ? local(given.path("saved"), zone).toInstant() : asOf;
            story = new Story(saved);
            var versions = new ArrayList<Plan.Version>();
            for (JsonNode version : given.path("plan")) {
                var items = new ArrayList<Plan.Item>();
                version.path("items").forEach(i -> items.add(item(i)));
                versions.add(new Plan.Version(date(version.path("from")), items));
            }
            story.plan(new Plan(zone, Plan.ZonePolicy.FOLLOW_USER, versions, 1, saved, saved));
        }

        void check() {
            var excuses = new ArrayList<Excuse>();
            for (JsonNode step : given.path("steps")) {
                for (JsonNode e : step.path("excuses")) {
                    excuses.add(new Excuse(
                            date(e.path("from")),
                            date(e.path("to")),
                            e.path("exercise").asString(null),
                            Excuse.Reason.COACH_PAUSE));
                }
                if (step.has("excuses")) {
                    story.excuses(excuses);
                }
                for (JsonNode e : step.path("events")) {
                    Instant received =
                            e.has("received") ? local(e.path("received"), zone).toInstant() : asOf;
                    story.at(received);
                    events(e, received);
                }
                story.at(asOf);
                same("", step.path("expect"), JSON.valueToTree(story.adherence()));
            }
        }

        private void same(String path, JsonNode expected, JsonNode actual) {
            if (expected.isObject()) {
                for (String field : expected.propertyNames()) {
                    same(path.isEmpty() ? field : path + "." + field, expected.path(field), actual.path(field));
                }
            } else if (expected.isNumber() && actual.isNumber()) {
                assertThat(actual.decimalValue()).as(path).isEqualByComparingTo(expected.decimalValue());
            } else {
                assertThat(actual).as(path).isEqualTo(expected);
            }
        }

        private LocalDate date(JsonNode day) {
            return today.plusDays(day.asInt());
        }

        private ZonedDateTime local(JsonNode when, ZoneId in) {
            return date(when.path("day"))
                    .atTime(LocalTime.parse(when.path("at").asString()))
                    .atZone(in);
        }

        // As many sets as `count` says, a minute apart, each as often as `sent` says.
        private void events(JsonNode e, Instant received) {
            ZoneId in = ZoneId.of(e.path("zone").asString(zone.getId()));
            ZonedDateTime first = e.has("time")
                    ? OffsetDateTime.parse(e.path("time").asString()).atZoneSameInstant(in)
                    : local(e, in);
            for (int n = 0; n < e.path("count").asInt(1); n++) {
                String id = e.has("id") ? e.path("id").asString() : "n" + unnamed++;
                Dated event = event(e, id, first.plusMinutes(n), received);
                for (int sent = 0; sent < e.path("sent").asInt(1); sent++) {
                    story.event(event);
                }
            }
        }

        private static Dated event(JsonNode e, String id, ZonedDateTime time, Instant received) {
            String replaces = e.path("replaces").asString(null);
            return switch (e.path("kind").asString("set")) {
                case "withdrawal" -> Situations.withdrawal(e.path("replaces").asString(), id, time, received);
                case "pain" -> Situations.score(replaces, id, e.path("score").asInt(), time, received);
                default ->
                    Situations.correction(
                            replaces,
                            id,
                            e.path("exercise").asString(),
                            Side.valueOf(e.path("side").asString("NONE")),
                            number(e.path("reps")),
                            number(e.path("holdSeconds")),
                            time,
                            received);
            };
        }

        private static @Nullable Integer number(JsonNode n) {
            return n.isNumber() ? Integer.valueOf(n.asInt()) : null;
        }

        private static Plan.Item item(JsonNode i) {
            String exercise = i.path("exercise").asString();
            return new Plan.Item(
                    exercise,
                    exercise,
                    i.path("sets").asInt(),
                    number(i.path("reps")),
                    number(i.path("holdSeconds")),
                    schedule(i.path("schedule")),
                    Situations.traits(exercise, i.path("unilateral").asBoolean(false)),
                    null);
        }

        private static Plan.Schedule schedule(JsonNode s) {
            var times = new ArrayList<LocalTime>();
            s.path("timesOfDay").forEach(t -> times.add(LocalTime.parse(t.asString())));
            if (s.has("everyDays")) {
                return new Plan.Schedule.EveryDays(s.path("everyDays").asInt(), times);
            }
            if (s.has("timesPerWeek")) {
                return new Plan.Schedule.TimesPerWeek(s.path("timesPerWeek").asInt(), times);
            }
            Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
            s.path("dayOfWeek")
                    .forEach(d ->
                            days.add(DayOfWeek.of(DAYS.indexOf(d.asString().toLowerCase(Locale.ROOT)) + 1)));
            return new Plan.Schedule.DaysOfWeek(days, times);
        }
    }
}
