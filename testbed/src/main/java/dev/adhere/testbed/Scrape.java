package dev.adhere.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a management port shows at `/actuator/prometheus`, for tests to compare with what was there before.
///
/// @param text as it came
/// @param series of the system's own metrics (`adhere_...`), as in `adhere_events_rejected_total{problem="x"}`, without
///     the label `service` and without buckets
public record Scrape(String text, Map<String, Double> series) {

    private static final Pattern SERIES = Pattern.compile("(adhere_\\w+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (adhere_\\w+) (\\w+)");
    private static final Pattern ROW = Pattern.compile("\\| `(adhere_\\w+)` \\|[^|]*\\|[^|]*\\|[^|]*\\| ([^|]*) \\|.*");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// @param managementPort on loopback
    public static Scrape of(int managementPort) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/actuator/prometheus"))
                .timeout(PATIENCE)
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("the management port answers " + answer.statusCode());
            }
            return of(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while scraping", e);
        }
    }

    static Scrape of(String text) {
        var series = new TreeMap<String, Double>();
        text.lines().map(SERIES::matcher).filter(m -> m.matches()).forEach(line -> {
            if (!line.group(1).endsWith("_bucket")) {
                String labels = line.group(2) == null ? "" : line.group(2);
                String own = List.of(labels.split(",")).stream()
                        .filter(label -> !label.isEmpty() && !label.startsWith("service="))
                        .sorted()
                        .collect(Collectors.joining(","));
                series.put(line.group(1) + (own.isEmpty() ? "" : "{" + own + "}"), Double.valueOf(line.group(3)));
            }
        });
        return new Scrape(text, series);
    }

    /// What counted since then, by series; what did not move is left out. Only what counts: `_total` and `_count`.
    public Map<String, Long> since(Scrape earlier) {
        var moved = new TreeMap<String, Long>();
        series.forEach((name, value) -> {
            double by = value - earlier.series().getOrDefault(name, 0.0);
            String metric = name.replaceFirst("\\{.*", "");
            if (by != 0 && (metric.endsWith("_total") || metric.endsWith("_count"))) {
                moved.put(name, Math.round(by));
            }
        });
        return moved;
    }

    /// The sum of all series of a metric.
    public double sum(String metric) {
        return series.entrySet().stream()
                .filter(entry -> entry.getKey().equals(metric) || entry.getKey().startsWith(metric + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /// The metrics that are shown, histograms by the name that their buckets, sums and counts begin with.
    public Set<String> metrics() {
        var types = new TreeMap<String, String>();
        text.lines().map(TYPE::matcher).filter(m -> m.matches()).forEach(m -> types.put(m.group(1), m.group(2)));
        return types.keySet().stream()
                .filter(name ->
                        !"histogram".equals(types.get(name.replaceFirst("_max$", ""))) || !name.endsWith("_max"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The metrics that a table of the documentation says a service shows: its first column names them, its fifth the
    /// services.
    public static Set<String> documented(Path page, String service) throws IOException {
        return Files.readAllLines(page).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches() && row.group(2).contains(service))
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
