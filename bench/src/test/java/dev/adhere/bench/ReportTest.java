package dev.adhere.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    @Test
    void an_aim_is_met_or_missed_by_the_median_ratio_and_counted() {
        var bytes = new ByteArrayOutputStream();
        var report = new Report(new PrintStream(bytes));
        var reference = new Series(List.of(100.0, 100.0, 100.0));

        report.ratio("just", new Series(List.of(10.0, 20.0, 90.0)), reference, 0.2);
        report.ratio("hardly", new Series(List.of(10.0, 19.0, 90.0)), reference, 0.2);
        report.latency("in time", new double[] {1, 250}, 250);
        report.end();

        assertThat(bytes.toString())
                .containsPattern("just .* 0\\.10 +0\\.20 +0\\.90 +aim 0\\.20 met")
                .containsPattern("hardly .* aim 0\\.20 MISSED")
                .contains("2 of 3 aims met; missed: [hardly]");
    }
}
