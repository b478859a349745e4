package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantTextTest {

    @Test
    void reads_whatever_an_instant_writes() {
        var random = new Random(20261121);
        for (int i = 0; i < 20_000; i++) {
            int nanos = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextInt(1_000) * 1_000_000;
                case 2 -> random.nextInt(1_000_000) * 1_000;
                default -> random.nextInt(1_000_000_000);
            };
            // From the year 1 to the year 11000.
            Instant instant = Instant.ofEpochSecond(random.nextLong(-62_135_596_800L, 284_990_745_600L), nanos);
            assertThat(InstantText.parse(instant.toString())).isEqualTo(instant);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-20T07:45:02.1Z",
                "2026-11-20T07:45:02.Z",
                "2026-11-20T07:45:02.123456789Z",
                "2026-11-20T24:00:00Z",
                "2016-12-31T23:59:60Z",
                "2026-11-20T07:45:02+01:00",
                "2026-11-20t07:45:02z"
            })
    void takes_what_the_parser_of_the_jdk_takes(String text) {
        assertThat(InstantText.parse(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-11-20",
                "2026-11-20T07:45Z",
                "2026-13-20T07:45:02Z",
                "2026-02-30T07:45:02Z",
                "2026-11-20T25:45:02Z",
                "2026-11-20T07:45:02.1234567890Z",
                "2026-11-20T07:45:02,123Z",
                "2026-11-20 07:45:02Z"
            })
    void refuses_what_is_no_instant(String text) {
        assertThatThrownBy(() -> InstantText.parse(text)).isInstanceOf(DateTimeException.class);
    }
}
