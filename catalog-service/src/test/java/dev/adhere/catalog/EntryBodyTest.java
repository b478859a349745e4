package dev.adhere.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryBodyTest {

    private static final String SOUND = "\"name\":\"Wall sit\",\"kind\":\"STRENGTHENING\",\"status\":\"PUBLISHED\"";

    private static Entry read(String json) {
        return EntryBody.read(json.getBytes(StandardCharsets.UTF_8)).toEntry("wall-sit");
    }

    private static Problem problem(String json) {
        var refused = catchThrowableOfType(ProblemException.class, () -> read(json));
        assertThat(refused).as(json).isNotNull();
        return refused.problem();
    }

    @Test
    void a_foreign_exercise_needs_a_name_a_kind_and_a_status_and_no_source() {
        Entry entry = read("{" + SOUND + "}");
        assertThat(entry.id()).isEqualTo("wall-sit");
        assertThat(entry.sources()).isEmpty();
        assertThat(entry.aliases()).isEmpty();
        assertThat(entry.unilateral()).isNull();
    }

    @Test
    void what_the_service_says_of_itself_may_come_back() {
        assertThat(read("{\"id\":\"wall-sit\",\"revision\":7," + SOUND + "}").revision())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"id\":\"other\"'| id",
                "'\"aliases\":[\"\"]'| aliases[0]",
                "'\"aliases\":[\"...\"]'| aliases[0]",
                "'\"aliases\":[\"a\",\"a\"]'| aliases",
                "'\"aliases\":[null]'| aliases[0]",
                "'\"aliasOrigins\":[{\"alias\":\"a\",\"origin\":\"b\"}]'| aliasOrigins[0].alias",
                "'\"position\":\" \"'| position",
                "'\"targetMuscles\":[\"\"]'| targetMuscles[0]",
                "'\"variantOf\":\"wall-sit\"'| variantOf",
                "'\"variantOf\":\"Wall Sit\"'| variantOf",
                "'\"easierForm\":\"wall-sit\"'| easierForm",
                "'\"easierForm\":\"Wall Sit\"'| easierForm",
                "'\"related\":[{\"id\":\"x_\",\"relation\":\"r\"}]'| related[0].id",
                "'\"draftReason\":\"why\"'| draftReason",
                "'\"sources\":[{\"title\":\"t\"}]'| sources[0].file",
                "'\"sources\":[null]'| sources[0]",
                "'\"sources\":[{\"file\":\"f\",\"title\":\"t\",\"detail\":\"FOO\"}]'| sources[0].detail",
                "'\"sources\":[{\"file\":\"f\",\"title\":\"t\",\"reps\":{\"min\":5,\"max\":4}}]'| sources[0].reps",
                "'\"sources\":[{\"file\":\"f\",\"title\":\"t\",\"reps\":{\"min\":1,\"max\":1000000000}}]'|"
                        + " sources[0].reps",
                "'\"sources\":[{\"file\":\"f\",\"title\":\"t\",\"sets\":{\"min\":-1,\"max\":4}}]'| sources[0].sets",
                "'\"sources\":[{\"file\":\"f\",\"title\":\"t\",\"intensity\":{\"a\":1e400}}]'| sources[0].intensity",
                "'\"sources\":[{\"file\":\"f\",\"title\":\"t\",\"intensity\":12}]'| sources[0].intensity",
            })
    void a_field_that_breaks_its_rule_is_named(String more, String field) {
        Problem problem = problem("{" + SOUND + "," + more + "}");
        assertThat(problem.type()).endsWith(":validation-failed");
        assertThat(problem.errors()).extracting(Problem.FieldError::field).containsExactly(field);
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        assertThat(problem("{\"kind\":\"FOO\"}").errors())
                .extracting(Problem.FieldError::field)
                .containsExactlyInAnyOrder("name", "kind", "status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0007b", "a\\u202Eb", "a\\r\\nb", "%s"})
    void a_name_has_neither_control_characters_nor_more_than_200(String name) {
        String given = name.equals("%s") ? "x".repeat(201) : name;
        assertThat(problem("{\"name\":\"" + given + "\",\"kind\":\"CARDIO\",\"status\":\"DRAFT\"}")
                        .errors())
                .extracting(Problem.FieldError::field)
                .containsExactly("name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"export", "import"})
    void an_exercise_is_not_named_like_a_resource_beside_it(String id) {
        var body = EntryBody.read(("{" + SOUND + "}").getBytes(StandardCharsets.UTF_8));
        var refused = catchThrowableOfType(ProblemException.class, () -> body.toEntry(id));
        assertThat(refused).isNotNull();
        assertThat(refused.problem().errors())
                .extracting(Problem.FieldError::field)
                .containsExactly("id");
    }

    @Test
    void markup_and_templates_are_only_text() {
        String text = "<script>alert(1)</script> ${jndi:x} #{T(Runtime)} {{7*7}} =HYPERLINK(1)";
        assertThat(read("{\"name\":\"" + text + "\",\"kind\":\"CARDIO\",\"status\":\"DRAFT\"}")
                        .name())
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"userId", "receivedAt", "roles", "_id", "_class"})
    void the_service_s_own_fields_are_refused(String field) {
        assertThat(problem("{" + SOUND + ",\"" + field + "\":1}").type()).endsWith(":reserved-field");
        assertThat(problem("{" + SOUND + ",\"sources\":[{\"" + field + "\":1}]}")
                        .type())
                .endsWith(":reserved-field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{} {}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"name\":5}",
                "{\"name\":{\"$gt\":\"\"}}",
                "{\"$where\":\"1\"}",
                "{\"a.b\":1}",
                "{\"__proto__\":{}}",
                "{\"dirty\":false}",
                "{\"published\":true}",
                "{\"unilateral\":\"true\"}",
                "{\"name\":\"a\\u0000b\"}",
                "{\"name\":\"\\ud800\"}",
                "{\"name\":NaN}",
                "{\"sources\":[{\"intensity\":{\"$gt\":1}}]}",
                "{\"revision\":1234567890123456789012345678901}"
            })
    void what_is_no_exercise_at_all_is_an_invalid_body(String json) {
        assertThat(problem(json).type()).endsWith(":invalid-body");
    }

    @Test
    void depth_and_length_have_an_end() {
        assertThat(problem("{\"revision\":" + "[".repeat(40) + "]".repeat(40) + "}")
                        .type())
                .endsWith(":invalid-body");
        assertThat(problem("{\"name\":\"" + "a".repeat(2_001) + "\"}").type()).endsWith(":invalid-body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "a-", "-a", "A", "a_b", "a.b", "a b", "ä", "%s"})
    void an_id_is_plain(String id) {
        assertThat(EntryBody.isId(id.equals("%s") ? "a".repeat(65) : id)).isFalse();
        assertThat(EntryBody.isId("a")).isTrue();
        assertThat(EntryBody.isId("a".repeat(64))).isTrue();
        assertThat(EntryBody.isId("step-up-2")).isTrue();
    }
}
