package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adhere.local.demo.Demo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void withoutAnyTheDataStaysBesideTheSources() throws Exception {
        assertThat(Options.parse(List.of()))
                .isEqualTo(new Options(0, Path.of(".adhere").toAbsolutePath(), null, null));
    }

    @Test
    void allCanBeGivenInEitherForm() throws Exception {
        var expected =
                new Options(100, Path.of("elsewhere").toAbsolutePath(), Instant.parse("2026-10-24T21:55:00Z"), null);
        assertThat(Options.parse(
                        List.of("--port-offset", "100", "--data", "elsewhere", "--now", "2026-10-24T23:55:00+02:00")))
                .isEqualTo(expected);
        assertThat(Options.parse(List.of("--port-offset=100", "--data=elsewhere", "--now=2026-10-24T21:55:00Z")))
                .isEqualTo(expected);
    }

    @Test
    void theDemoHasASeedThatCanBeChosen() throws Exception {
        assertThat(Options.parse(List.of("up")).seed()).isNull();
        assertThat(Options.parse(List.of("demo")).seed()).isEqualTo(Demo.SEED);
        assertThat(Options.parse(List.of("demo", "--seed", "-7", "--port-offset=1")))
                .isEqualTo(new Options(1, Path.of(".adhere").toAbsolutePath(), null, -7L));
    }

    @Test
    void whatCannotBeFollowedIsSaid() {
        for (List<String> arguments : List.of(
                List.of("--port-offset", "x"),
                List.of("--port-offset", "-1"),
                List.of("--now", "yesterday"),
                List.of("--data"),
                List.of("down"),
                List.of("demo", "up"),
                List.of("up", "--seed", "1"),
                List.of("--seed", "1"),
                List.of("demo", "--seed", "1.5"),
                List.of("demo", "--seed"),
                List.of("--what", "ever"))) {
            assertThatThrownBy(() -> Options.parse(arguments)).isInstanceOf(Options.Unusable.class);
        }
    }

    @Test
    void aClientIdHasOneRoleOrIsNobody() {
        assertThat(Issuer.roleOf("user-001")).isEqualTo("user");
        assertThat(Issuer.roleOf("user-999")).isEqualTo("user");
        assertThat(Issuer.roleOf("coach-ben")).isEqualTo("coach");
        assertThat(Issuer.roleOf("ops")).isEqualTo("ops");
        assertThat(Issuer.roleOf("user-000")).isNull();
        assertThat(Issuer.roleOf("user-1000")).isNull();
        assertThat(Issuer.roleOf("coach-eve")).isNull();
    }
}
