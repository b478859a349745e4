package dev.adhere.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adhere.bench.Connection.Outcomes;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class OutcomesTest {

    private static String line(String status) {
        return "{\"line\":1,\"id\":\"e1\",\"status\":\"" + status + "\"}\n";
    }

    @Test
    void accepted_and_retry_are_told_apart() throws IOException {
        assertThat(Outcomes.in(line("accepted") + line("retry") + line("accepted")))
                .isEqualTo(new Outcomes(2, 1));
        assertThat(Outcomes.in("")).isEqualTo(new Outcomes(0, 0));
    }

    @Test
    void what_is_rejected_ends_the_measurement() {
        assertThatThrownBy(() -> Outcomes.in(line("accepted") + line("rejected")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rejected");
    }

    @Test
    void every_event_of_a_request_has_an_outcome() throws IOException {
        assertThat(Outcomes.of(2, line("accepted") + line("retry"))).isEqualTo(new Outcomes(1, 1));
        assertThatThrownBy(() -> Outcomes.of(2, line("accepted"))).hasMessage("1 of 2 events have an outcome");
    }

    @Test
    void a_503_is_retry_for_all() throws IOException {
        String problem = "{\"type\":\"urn:adhere:problem:temporarily-unavailable\",\"status\":503}";
        assertThat(Outcomes.of(3, problem)).isEqualTo(new Outcomes(0, 3));
    }
}
