package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.adhere.testbed.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./adhere demo` as a newcomer sees it: what it prints until READY, that its own check of what came out holds, and
/// that within minutes every kind of nudge has come.
class DemoIT {

    private static final Duration READY_WITHIN = Duration.ofMinutes(11);
    private static final Duration ALL_KINDS_WITHIN = Duration.ofMinutes(7);
    private static final List<String> KINDS = List.of(
            "SAFETY", "PAIN_CHECK", "RECOVERY", "RE_ENGAGE", "OVERDUE", "DUE_SOON", "PROGRESS_READY", "ENCOURAGE");
    private static final int OFFSET = 3_200;

    @TempDir
    private Path dir;

    @Test
    void theSummaryOfAFreshDemoFindsEverythingAsItMustBeAndEveryKindOfNudgeComes() throws IOException {
        Path root = Path.of(System.getProperty("adhere.root"));
        Path terminal = dir.resolve("terminal.log");
        Process launcher = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + root.resolve("local/launcher.options"),
                        "-Dadhere.root=" + root,
                        "-jar",
                        root.resolve("local/target/app/local-0.1.0.jar").toString(),
                        "demo",
                        "--port-offset=" + OFFSET,
                        "--data=" + dir.resolve("data"),
                        // A Sunday on which clocks go back in New York: some people's days are 25 hours long. And soon
                        // it is 09:00 somewhere, which PROGRESS_READY waits for.
                        "--now=2027-11-07T17:56:00Z")
                .redirectErrorStream(true)
                .redirectOutput(terminal.toFile())
                .start();
        try {
            await().atMost(READY_WITHIN)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() ->
                            !launcher.isAlive() || Files.readString(terminal).contains("\nREADY"));
            String shown = Files.readString(terminal);
            System.out.println(shown);
            assertThat(launcher.isAlive()).as("the demo runs").isTrue();
            assertThat(shown.lines().filter(line -> line.matches("  user-0\\d\\d  .*/.*")))
                    .as("a line a person")
                    .hasSize(32);
            assertThat(shown)
                    .containsPattern("stored +[\\d,]{5,}, each once - as it must be")
                    .contains("of every line - as it must be")
                    .contains("32 of 32 people is what the simulator itself counts - as it must be")
                    .containsPattern("event-in-future \\d")
                    .contains("invalid-body 3", "reserved-field 1", "unknown-event-type 1", "validation-failed 2");
            for (String rule : List.of("P1", "P2", "P3", "P4", "P7", "P12")) {
                assertThat(shown).containsPattern("\n  " + rule + " +[1-9]\\d* +[1-9]\\d* +user-0");
            }
            await().atMost(ALL_KINDS_WITHIN)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> !launcher.isAlive()
                            || Files.readString(terminal).contains("PROGRESS_READY to ")
                            || Files.readString(terminal).contains("HAS NOT COME"));
            // The table that follows it.
            String news = await().until(
                            () -> Files.readString(terminal).substring(shown.length()),
                            text -> text.lines()
                                            .filter(line -> line.startsWith("  ENCOURAGE "))
                                            .count()
                                    == 1);
            System.out.println(news);
            assertThat(news).doesNotContain("HAS NOT COME");
            for (String kind : KINDS) {
                assertThat(news).containsPattern("\n  " + kind + " +[1-9]\\d* +user-05\\d +\\d\\d:\\d\\d:\\d\\d ");
            }
        } finally {
            Processes.stop(launcher.toHandle(), Duration.ofSeconds(90));
        }
    }
}
