package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo finds out when services do wrong, and does nothing twice itself.
class DemoTest {

    private static final Instant NOW = Instant.parse("2026-11-21T15:00:00Z");

    @TempDir
    private Path dir;

    private StubServices services;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        services = new StubServices(at(NOW), dir.resolve("ledger"));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    private static Clock at(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    private Demo demo() throws Exception {
        return demo(at(NOW));
    }

    private Demo demo(Clock clock) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        Ledger ledger = Ledger.open(dir.resolve("ledger"), Demo.SEED, NOW);
        var tokens = new Tokens(http, services.uri(), "demo");
        return new Demo(http, tokens, services.uri(), services.uri(), clock, ledger, Duration.ofMillis(1));
    }

    private Summary start(Demo demo) throws Exception {
        Summary summary = demo.bringIn(said::add);
        demo.close();
        return summary;
    }

    @Test
    void aFirstStartBringsEverythingInAndShowsItAsItMustBe() throws Exception {
        Summary summary = start(demo());
        assertThat(summary.isAsExpected()).isTrue();
        assertThat(services.plans).hasSize(33).containsKey("user-025");
        assertThat(summary.toString())
                .contains(String.format("%,d, each once - as it must be", services.stored()))
                .contains("32 of 32 people")
                .contains("3 with other content under the same id")
                .contains("event-in-future 2", "invalid-body 3")
                .contains("user-024 ", "America/Santiago");
        assertThat(said.getLast()).contains("waiting");
        assertThat(said).anyMatch(words -> words.matches("\\[#{20}] ([\\d,]+) of \\1 events in"));
    }

    @Test
    void aSecondStartSendsNothingAgainButWhatPhonesHadKeptBack() throws Exception {
        var _ = start(demo());
        int before = services.stored();
        var _ = start(demo());
        int flushed = services.stored() - before;
        assertThat(flushed).as("two phones were offline for three days").isBetween(10, 90);
        Summary third = start(demo());
        assertThat(third.isAsExpected()).isTrue();
        assertThat(third.toString()).contains("sent      0 lines");
        assertThat(services.stored()).isEqualTo(before + flushed);
    }

    @Test
    void aBusyServiceGetsEveryEventAllTheSame() throws Exception {
        services.retryEach = 50;
        Summary summary = start(demo());
        assertThat(summary.isAsExpected()).isTrue();
        assertThat(summary.toString()).contains("of them again");
    }

    @Test
    void aLostEventIsMissed() throws Exception {
        services.loses = id -> id.endsWith("00");
        Summary summary = start(demo());
        assertThat(summary.isAsExpected()).isFalse();
        assertThat(summary.toString()).contains("ACCEPTED EVENTS ARE MISSING");
    }

    @Test
    void aWrongFigureIsSeen() throws Exception {
        services.miscounts = 1;
        Summary summary = start(demo());
        assertThat(summary.isAsExpected()).isFalse();
        assertThat(summary.toString()).contains("0 of 32 people", "NOT OF ALL: user-001");
    }

    @Test
    void somebodyElsesPlanIsLeftAloneAndNotJudged() throws Exception {
        services.plans.put("user-001", "{\"versions\":[{\"effectiveFrom\":\"2026-11-18\",\"items\":[]}]}");
        services.miscounts = 0;
        Summary summary = start(demo());
        assertThat(services.plans.get("user-001")).contains("2026-11-18");
        assertThat(summary.toString()).contains("31 of 31 people", "plans that are not the demo's");
    }

    @Test
    void whoIsThereForAKindSaysWhenAndTheCoachAllowsMore() throws Exception {
        Summary summary = start(demo());
        assertThat(services.written)
                .containsOnlyKeys(
                        "user-052/preferences",
                        "user-053/preferences",
                        "user-054/preferences",
                        "user-055/preferences",
                        "user-056/preferences",
                        "user-057/approvals/bridge")
                .containsEntry("user-057/approvals/bridge", "{\"scope\":\"PROGRESS\"}");
        assertThat(summary.toString())
                .containsPattern("PAIN_CHECK +0  user-052  15:01:00, in 60 s")
                .containsPattern("PROGRESS_READY +0  user-057  16:00:00, in 60 min")
                .containsPattern("P12 +0 +0  nobody");
        assertThat(summary.showsRules()).isFalse();
    }

    @Test
    void aSecondStartLaysOutOnlyWhatHasNotComeYet() throws Exception {
        var _ = start(demo());
        services.written.clear();
        inbox(Cue.DUE_SOON, Cue.PAIN_CHECK, Cue.PROGRESS_READY, Cue.SAFETY);
        Summary second = start(demo());
        assertThat(services.written)
                .containsOnlyKeys("user-053/preferences", "user-054/preferences", "user-055/preferences");
        assertThat(second.toString()).containsPattern("DUE_SOON +1  user-056  15:00:00 ");
    }

    @Test
    void eachKindIsToldWhenItComesAndSoIsOneThatDoesNot() throws Exception {
        var clock = new Hands(NOW);
        Demo demo = demo(clock);
        var _ = demo.bringIn(_ -> {});

        demo.news(said::add);
        assertThat(said).as("nothing is due").isEmpty();

        clock.now = NOW.plusSeconds(70);
        inbox(Cue.SAFETY, Cue.PAIN_CHECK, Cue.RECOVERY, Cue.RE_ENGAGE, Cue.OVERDUE, Cue.ENCOURAGE);
        demo.news(said::add);
        assertThat(said)
                .hasSize(6)
                .contains("RECOVERY to user-053: Text of RECOVERY.")
                .noneMatch(words -> words.contains("DUE_SOON"));

        said.clear();
        clock.now = NOW.plus(Duration.ofMinutes(5));
        demo.news(said::add);
        assertThat(said).hasSize(2);
        assertThat(said.getFirst()).startsWith("DUE_SOON HAS NOT COME to user-056");
        assertThat(said.getLast()).containsPattern("PROGRESS_READY +0  user-057  16:00:00, in 55 min");

        said.clear();
        clock.now = NOW.plus(Duration.ofMinutes(61));
        inbox(Cue.PROGRESS_READY);
        demo.news(said::add);
        demo.news(said::add);
        assertThat(said).hasSize(2);
        assertThat(said.getFirst()).isEqualTo("PROGRESS_READY to user-057: Text of PROGRESS_READY.");
        demo.close();
    }

    private void inbox(Cue... kinds) {
        for (Cue kind : kinds) {
            services.nudges.put(
                    kind.userId(),
                    List.of("{\"kind\":\"" + kind + "\",\"decidedAt\":\"" + NOW + "\",\"text\":\"Text of " + kind
                            + ".\"}"));
        }
    }

    @Test
    void theCommandsNameTheAddresses() throws Exception {
        String commands = demo().commands(
                        URI.create("http://localhost:9100"),
                        URI.create("http://localhost:8182"),
                        URI.create("http://localhost:8183"));
        assertThat(commands)
                .contains("http://localhost:9100/oauth2/token")
                .contains("http://localhost:8183/v1/users/user-019/adherence ")
                .contains("http://localhost:8182/v1/users/user-023/events/conflicts ")
                .contains("explain?date=2026-11-20'");
    }
}
