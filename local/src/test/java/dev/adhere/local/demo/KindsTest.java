package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The two tables of what the demo shows.
class KindsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T15:00:00Z");

    private static Kinds.Sent sent(String userId, int secondsAgo) {
        return new Kinds.Sent(userId, NOW.minusSeconds(secondsAgo), "text");
    }

    private static String line(String table, String name) {
        return table.lines()
                .filter(line -> line.strip().startsWith(name + " "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKindHasALineWithHowManyAndAnExampleOrWhenItComes() {
        var kinds = new Kinds(
                Map.of(
                        Cue.SAFETY, List.of(sent("user-017", 5), sent("user-051", 60)),
                        Cue.DUE_SOON, List.of(sent("user-017", 90), sent("user-018", 30))),
                Map.of(
                        Cue.PAIN_CHECK, NOW.plusSeconds(45),
                        Cue.DUE_SOON, NOW.minusSeconds(1),
                        Cue.PROGRESS_READY, NOW.plus(Duration.ofMinutes(31))));
        String table = kinds.table(NOW);
        assertThat(table.lines()).hasSize(1 + 8);
        assertThat(line(table, "SAFETY")).matches(" +SAFETY +2  user-051  14:59:00 .*");
        assertThat(line(table, "PAIN_CHECK")).matches(" +PAIN_CHECK +0  user-052  15:00:45, in 45 s .*");
        assertThat(line(table, "DUE_SOON")).matches(" +DUE_SOON +2  user-056  14:59:59, any moment .*");
        assertThat(line(table, "PROGRESS_READY")).matches(" +PROGRESS_READY +0  user-057  15:31:00, in 31 min .*");
        assertThat(line(table, "ENCOURAGE")).matches(" +ENCOURAGE +0  user-058  not so far .*");
        assertThat(line(new Kinds(kinds.sent(), Map.of()).table(NOW), "DUE_SOON"))
                .contains(" 2  user-018  14:59:30 ");
    }

    @Test
    void whatIsToComeIsKnownByItsMomentUntilNobodyWaitsForIt() {
        var kinds = new Kinds(
                Map.of(), Map.of(Cue.DUE_SOON, NOW, Cue.OVERDUE, NOW, Cue.PROGRESS_READY, NOW.plusSeconds(900)));
        assertThat(kinds.before(NOW)).isEmpty();
        assertThat(kinds.before(NOW.plusSeconds(1))).containsExactly(Cue.OVERDUE, Cue.DUE_SOON);
        assertThat(kinds.without(kinds.before(NOW.plusSeconds(1))).due()).containsOnlyKeys(Cue.PROGRESS_READY);
    }

    @Test
    void aRuleHasALineWithHowOftenAndAnExampleAndTheRequiredOnesInAnyCase() {
        LocalDate date = LocalDate.parse("2026-11-20");
        var findings = List.of(
                new Finding("P1", "user-017", "bridge", date),
                new Finding("P1", "user-051", "bridge", date.minusDays(3)),
                new Finding("P1", "user-051", "bridge", date.minusDays(6)),
                new Finding("P7", "user-010", null, date),
                new Finding("P9", "user-001", null, date));
        String table = Finding.table(findings);
        assertThat(line(table, "P1")).matches(" +P1 +3 +2  user-051 bridge  .*");
        assertThat(line(table, "P7")).matches(" +P7 +1 +1  user-010  .*");
        assertThat(line(table, "P12")).matches(" +P12 +0 +0  nobody .*");
        assertThat(table).contains("P9").doesNotContain("P13", "P5");
        assertThat(Finding.missing(findings)).containsExactlyInAnyOrder("P2", "P3", "P4", "P12");
    }
}
