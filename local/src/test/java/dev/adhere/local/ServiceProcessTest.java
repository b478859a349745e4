package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceProcessTest {

    @Test
    void aLineOfTheLogIsShownToAPersonInWords() {
        assertThat(ServiceProcess.readable(
                        "{\"@timestamp\":\"2026-11-21T08:00:00Z\",\"log\":{\"level\":\"ERROR\",\"logger\":\"a.B\"},\"message\":\"it"
                            + " failed\",\"error\":{\"stack_trace\":\"java.net.BindException: taken\\n"
                            + "\\tat x\\n"
                            + "\"}}"))
                .isEqualTo("ERROR a.B it failed\njava.net.BindException: taken\n\tat x");
        assertThat(ServiceProcess.readable("Error: no such jar")).isEqualTo("Error: no such jar");
        assertThat(ServiceProcess.readable("{no JSON")).isEqualTo("{no JSON");
    }

    @Test
    void aServiceTakesTheJavaOptionsThatCarryItsName() {
        var environment = Map.of("SESSION_SERVICE_JAVA_OPTIONS", " -Xmx256m  -Xlog:gc", "JAVA_OPTIONS", "-Xmx1m");
        assertThat(ServiceProcess.Kind.ALL)
                .extracting(kind -> kind.name() + " " + kind.javaOptions(environment))
                .containsExactly("catalog-service []", "session-service [-Xmx256m, -Xlog:gc]", "reminder-service []");
    }
}
