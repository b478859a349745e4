package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final Instant EIGHT = Instant.parse("2026-11-20T08:00:00Z");

    private static Sessions.Moment at(int minute, @Nullable String session, boolean set) {
        return new Sessions.Moment("e" + minute, EIGHT.plusSeconds(60L * minute), session, set);
    }

    @Test
    void events_with_an_id_are_one_session_and_others_end_with_30_minutes_of_silence() {
        var sessions = Sessions.of(List.of(
                at(90, null, true),
                at(0, null, true),
                at(30, null, false),
                at(61, null, true),
                at(5, "morning", true),
                at(300, "morning", false)));
        assertThat(sessions)
                .containsExactly(
                        new Sessions.Session("e61", EIGHT.plusSeconds(3660), EIGHT.plusSeconds(5400), 2, 0),
                        new Sessions.Session("morning", EIGHT.plusSeconds(300), EIGHT.plusSeconds(18_000), 1, 1),
                        new Sessions.Session("e0", EIGHT, EIGHT.plusSeconds(1800), 1, 1));
    }
}
