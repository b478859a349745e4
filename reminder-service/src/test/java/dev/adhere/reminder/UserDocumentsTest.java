package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What earlier releases stored is read for good. `stored/` holds heads and days as the first release of each schema
/// wrote them: two days of plan A with three bridges and one on Monday, two and one on Tuesday, an excuse on Wednesday.
class UserDocumentsTest {

    private static Document stored(int schema) {
        String file = "/stored/user-schema-" + schema + ".json";
        try (var in = UserDocumentsTest.class.getResourceAsStream(file)) {
            return Document.parse(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Fold.User user(Document stored) {
        return new Fold.User(
                UserDocuments.state(stored.get("head", Document.class)),
                stored.getList("days", Document.class).stream()
                        .map(UserDocuments::day)
                        .collect(Collectors.toMap(Day::date, day -> day)));
    }

    /// @param done in thousandths of a set, both days together: the later files have a correction of 10 to 7
    /// repetitions
    @ParameterizedTest
    @CsvSource({"1, 6600", "3, 6300", "5, 6300"})
    void what_an_earlier_release_stored_goes_on(int schema, long done) {
        Fold.User read = user(stored(schema));
        Figures.Window a7 = read.head().figures().a7();
        assertThat(a7.done()).isEqualTo(done);
        assertThat(a7.due()).isEqualTo(18);
        assertThat(read.head().throughDate()).isEqualTo(MONDAY.plusDays(1));
        assertThat(read.head().preferences().timeZone()).isEqualTo(BERLIN);
        assertThat(read.head().excuses())
                .containsExactly(new Excuse(MONDAY.plusDays(2), MONDAY.plusDays(2), "tilt", Excuse.Reason.ILLNESS));

        var at = MONDAY.plusDays(2).atTime(20, 31).atZone(BERLIN);
        var story = new Story(at.toInstant());
        story.user = read;
        story.act(new Fold.Happened(set("bridge", Side.NONE, 10, at), "another topic", 0))
                .at(MONDAY.plusDays(3).atStartOfDay(BERLIN).toInstant());
        assertThat(story.head().figures().a7().done()).isEqualTo(done + 1000);
        // Of nine sets on Wednesday two are excused.
        assertThat(story.head().figures().a7().due()).isEqualTo(18 + 7);
    }

    @Test
    void care_of_schema_3_is_read() {
        UserState head = user(stored(3)).head();
        assertThat(head.preferences().language()).isEqualTo(Preferences.Language.DE);
        assertThat(head.profile().pseudonym()).isEqualTo("Otter");
        assertThat(head.links()).hasSize(2);
        assertThat(user(stored(1)).head().preferences().language()).isEqualTo(Preferences.Language.EN);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void what_was_read_is_written_as_of_now_and_reads_the_same(int schema) {
        Fold.User read = user(stored(schema));
        Document head = UserDocuments.of(read.head(), 3);
        assertThat(head.getInteger("schema")).isEqualTo(UserDocuments.SCHEMA);
        assertThat(UserDocuments.of(UserDocuments.state(head), 3)).isEqualTo(head);
        assertThat(UserDocuments.state(head)).isEqualTo(read.head());
        assertThat(read.days()).hasSizeGreaterThan(1);
        for (Day day : read.days().values()) {
            assertThat(UserDocuments.day(UserDocuments.of("user-001", day))).isEqualTo(day);
        }
    }

    @Test
    void scores_of_schema_5_are_read() {
        DaySums wednesday = user(stored(5)).head().sums().get(MONDAY.plusDays(2));
        assertThat(wednesday).isNotNull();
        assertThat(wednesday.pain())
                .isEqualTo(new DayPain(
                        List.of(2),
                        List.of(new DayPain.During("bridge", 1, false)),
                        Set.of(SessionEvent.Region.LOW_BACK)));
    }

    @Test
    void sums_are_read_as_they_were_written() {
        var random = new Random(20261122);
        for (int i = 0; i < 2_000; i++) {
            DaySums sums = sums(random);
            assertThat(SumsBytes.read(SumsBytes.of(sums))).isEqualTo(sums);
        }
    }

    /// For good: made by another program, after what `SumsBytes` says.
    @Test
    void sums_of_schema_6_stand_byte_for_byte_where_they_stood() {
        var sums = new DaySums(
                LocalDate.parse("2026-11-22"),
                9,
                8_500,
                2,
                9_100,
                300,
                true,
                new TreeSet<>(Set.of("bird-dog", "bridge|")),
                Instant.parse("2026-11-22T06:41:06.123Z"),
                Instant.parse("2026-11-22T06:59:00Z"),
                new DayPain(
                        List.of(2, 3),
                        List.of(new DayPain.During("bridge", 4, true)),
                        Set.of(SessionEvent.Region.LOW_BACK)),
                new int[] {-5, 7});
        byte[] bytes = HexFormat.of()
                .parseHex("0000512b00000009000000000000213400000002000000000000238c000000000000012c0100020008626972"
                        + "642d646f6700076272696467657c01000000006b028e820754d4c001000000006b0292b40000000001000202"
                        + "03000100066272696467650401000100084c4f575f4241434b0002fffffffb00000007");
        assertThat(SumsBytes.read(bytes)).isEqualTo(sums);
        assertThat(SumsBytes.of(sums)).isEqualTo(bytes);
    }

    // Most of it is nothing most of the time, and now and then as much as there can be.
    private static DaySums sums(Random random) {
        Instant first = random.nextBoolean()
                ? null
                : Instant.ofEpochSecond(random.nextLong(4_000_000_000L), random.nextInt(1_000_000_000));
        var exercises = new TreeSet<String>();
        var during = new ArrayList<DayPain.During>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String exercise = "ex-" + "x".repeat(random.nextInt(60)) + i;
            exercises.add(exercise + (random.nextBoolean() ? "|" : ""));
            during.add(new DayPain.During(exercise, random.nextInt(11), random.nextBoolean()));
        }
        var regions = EnumSet.noneOf(SessionEvent.Region.class);
        for (SessionEvent.Region region : SessionEvent.Region.values()) {
            if (random.nextInt(3) == 0) {
                regions.add(region);
            }
        }
        return new DaySums(
                LocalDate.ofEpochDay(random.nextInt(-40_000, 40_000)),
                random.nextInt(100),
                random.nextLong(1L << 40),
                random.nextInt(100),
                random.nextLong(1L << 40),
                random.nextLong(1L << 40),
                random.nextBoolean(),
                exercises,
                first,
                first == null ? null : first.plusNanos(random.nextLong(86_400_000_000_000L)),
                regions.isEmpty()
                        ? DayPain.NONE
                        : new DayPain(
                                random.ints(random.nextInt(4), 0, 11).boxed().toList(), during, regions),
                random.ints(random.nextInt(10) == 0 ? Day.MOST + Day.MOST_NOT_COUNTED : random.nextInt(20))
                        .sorted()
                        .toArray());
    }

    @Test
    void what_a_later_release_stored_is_refused() {
        Document head = stored(3).get("head", Document.class).append("schema", UserDocuments.SCHEMA + 1);
        assertThatThrownBy(() -> UserDocuments.state(head)).isInstanceOf(IllegalStateException.class);
    }
}
