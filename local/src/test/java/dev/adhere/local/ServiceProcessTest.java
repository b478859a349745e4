package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceProcessTest {

    @Test
    void aServiceTakesTheJavaOptionsThatCarryItsName() {
        var environment = Map.of("SESSION_SERVICE_JAVA_OPTIONS", " -Xmx256m  -Xlog:gc", "JAVA_OPTIONS", "-Xmx1m");
        assertThat(ServiceProcess.Kind.ALL)
                .extracting(kind -> kind.name() + " " + kind.javaOptions(environment))
                .containsExactly("catalog-service []", "session-service [-Xmx256m, -Xlog:gc]", "reminder-service []");
    }
}
