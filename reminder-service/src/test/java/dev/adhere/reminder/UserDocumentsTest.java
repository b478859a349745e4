package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Situations.Story;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
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

    /// @param done in thousandths of a set, both days together: the second file has a correction of 10 to 7 repetitions
    @ParameterizedTest
    @CsvSource({"1, 6600", "3, 6300"})
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
    @ValueSource(ints = {1, 3})
    void what_was_read_is_written_as_of_now_and_reads_the_same(int schema) {
        Fold.User read = user(stored(schema));
        Document head = UserDocuments.of(read.head(), 3);
        assertThat(head.getInteger("schema")).isEqualTo(UserDocuments.SCHEMA);
        assertThat(UserDocuments.of(UserDocuments.state(head), 3)).isEqualTo(head);
        assertThat(read.days()).hasSize(2);
        for (Day day : read.days().values()) {
            assertThat(UserDocuments.day(UserDocuments.of("user-001", day))).isEqualTo(day);
        }
    }

    @Test
    void what_a_later_release_stored_is_refused() {
        Document head = stored(3).get("head", Document.class).append("schema", UserDocuments.SCHEMA + 1);
        assertThatThrownBy(() -> UserDocuments.state(head)).isInstanceOf(IllegalStateException.class);
    }
}
