package dev.adhere.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.net.ConnectException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FaultsTest {

    private static final RuntimeException FAULT =
            new IllegalStateException("pain of 7", new ArithmeticException("of user-001"));

    static {
        FAULT.addSuppressed(new IllegalArgumentException("who is nobody"));
    }

    @Test
    void a_fault_shows_its_classes_and_frames_and_nothing_of_what_it_says() {
        assertThat(Faults.name(FAULT))
                .isEqualTo("java.lang.IllegalStateException, caused by java.lang.ArithmeticException");
        assertThat(Faults.frames(FAULT))
                .contains("java.lang.IllegalStateException", "java.lang.ArithmeticException", "at dev.adhere.platform")
                .doesNotContain("pain", "user-001", "nobody");
    }

    @Test
    void what_is_about_addresses_is_said() {
        assertThat(Faults.name(new IllegalStateException("pain of 7", new ConnectException("kafka:9092 refused"))))
                .isEqualTo("java.lang.IllegalStateException, caused by java.net.ConnectException: kafka:9092 refused");
    }

    @Test
    void a_line_for_a_person_has_the_trace_and_no_more_of_a_fault() {
        var event = new LoggingEvent(
                "", new LoggerContext().getLogger("dev.adhere.Somebody"), Level.WARN, "it {}", FAULT, new Object[] {
                    "fails"
                });
        event.setMDCPropertyMap(Map.of(Trace.MDC_KEY, "4bf92f"));
        assertThat(new TerminalLines().format(event))
                .contains("WARN  Somebody [4bf92f]  it fails", "java.lang.ArithmeticException")
                .doesNotContain("pain", "user-001");
    }

    @Test
    void where_there_is_no_terminal_lines_are_json() {
        assertThat(LogFormat.format(null)).isEqualTo(LogFormat.JSON);
    }
}
