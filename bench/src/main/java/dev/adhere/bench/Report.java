package dev.adhere.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What was measured, as a person reads it.
final class Report {

    private final PrintStream out;
    private final long beganNanos = System.nanoTime();
    private final List<String> missed = new ArrayList<>();
    private int aims;

    Report(PrintStream out) {
        this.out = out;
    }

    /// What happens now, with the seconds since the start.
    void progress(String words, Object... values) {
        out.printf(
                Locale.ROOT,
                "%5.0f s  %s%n",
                (System.nanoTime() - beganNanos) / 1e9,
                String.format(Locale.ROOT, words, values));
        out.flush();
    }

    void heading(String words) {
        out.printf(Locale.ROOT, "%n%-52s %25s  %17s%n", words, "a second: min median max", "ratio");
    }

    /// What others are held against.
    void reference(String name, Series perSecond) {
        out.printf(Locale.ROOT, "%-52s %25s%n", name, perSecond.show("%8.0f"));
        out.flush();
    }

    void ratio(String name, Series perSecond, Series reference) {
        out.println(line(name, perSecond, reference));
        out.flush();
    }

    /// @param aim the least that the median ratio is to be
    void ratio(String name, Series perSecond, Series reference, double aim) {
        boolean met = perSecond.over(reference).median() >= aim;
        judge(name, met);
        out.printf(Locale.ROOT, "%s  aim %.2f %s%n", line(name, perSecond, reference), aim, met ? "met" : "MISSED");
        out.flush();
    }

    private static String line(String name, Series perSecond, Series reference) {
        return String.format(
                Locale.ROOT,
                "%-52s %25s  %17s",
                name,
                perSecond.show("%8.0f"),
                perSecond.over(reference).show("%5.2f"));
    }

    /// @param millis ascending
    /// @param aim the most that the 99th percentile is to be
    void latency(String name, double[] millis, double aim) {
        double p99 = Series.percentile(millis, 0.99);
        judge(name, p99 <= aim);
        out.printf(Locale.ROOT, "%s  aim %.0f ms %s%n", line(name, millis), aim, p99 <= aim ? "met" : "MISSED");
        out.flush();
    }

    /// One that nothing is asked of.
    void latency(String name, double[] millis) {
        out.println(line(name, millis));
    }

    /// @param seconds that something took
    /// @param aim the most that it is to be
    void seconds(String name, double seconds, double aim) {
        judge(name, seconds <= aim);
        out.printf(
                Locale.ROOT, "%-52s %6.1f s  aim %.0f s %s%n", name, seconds, aim, seconds <= aim ? "met" : "MISSED");
        out.flush();
    }

    private static String line(String name, double[] millis) {
        return String.format(
                Locale.ROOT,
                "%-52s p50 %6.1f ms  p99 %6.1f ms  max %6.1f ms",
                name,
                Series.percentile(millis, 0.5),
                Series.percentile(millis, 0.99),
                millis[millis.length - 1]);
    }

    /// Who kept the processors busy during what was shown last.
    void processors(Usage usage) {
        out.printf("    processors: %s%n", usage.show());
        out.flush();
    }

    /// @param events that were answered with `retry` and count as nothing above: some where the service has more
    ///     to do than it can, many where the machine stands still for seconds
    void toSendAgain(long events) {
        if (events > 0) {
            out.printf(Locale.ROOT, "    %,d events were to be sent again and do not count%n", events);
        }
    }

    private void judge(String name, boolean met) {
        aims++;
        if (!met) {
            missed.add(name);
        }
    }

    void end() {
        out.printf(
                Locale.ROOT,
                "%n%d of %d aims met%s%n",
                aims - missed.size(),
                aims,
                missed.isEmpty() ? "" : "; missed: " + missed);
        progress("DONE");
    }
}
