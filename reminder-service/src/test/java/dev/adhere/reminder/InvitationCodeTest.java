package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvitationCodeTest {

    @ParameterizedTest
    @CsvSource({
        "7ZK4M-Q0T9X",
        "7zk4m-q0t9x",
        "7ZK4MQ0T9X",
        "' 7zk4 m-q-0 t9x '",
        "7ZK4M-QOT9X",
    })
    void a_code_is_read_however_it_is_typed(String typed) {
        InvitationCode read = InvitationCode.read(typed);
        assertThat(read).isNotNull();
        assertThat(read.shown()).isEqualTo("7ZK4M-Q0T9X");
    }

    @Test
    void i_and_l_are_one() {
        assertThat(InvitationCode.read("iIlL1-00000")).isEqualTo(new InvitationCode("1111100000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7ZK4M-Q0T9", "7ZK4M-Q0T9XX", "UUUUU-UUUUU", "7ZK4M-Q0T9ä", "7ZK4M_Q0T9X"})
    void what_cannot_be_a_code_is_none(String typed) {
        @Nullable InvitationCode read = InvitationCode.read(typed);
        assertThat(read).isNull();
    }

    @Test
    void codes_are_ten_digits_that_nobody_can_foresee_and_do_not_print() {
        var codes = Stream.generate(InvitationCode::random).limit(1_000).toList();
        assertThat(codes).doesNotHaveDuplicates().allSatisfy(code -> {
            assertThat(InvitationCode.read(code.shown())).isEqualTo(code);
            assertThat(code.toString()).doesNotContain(code.value());
            assertThat(code.hash()).hasSize(64).doesNotContain(code.value());
        });
    }
}
