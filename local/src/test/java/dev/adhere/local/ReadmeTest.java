package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Prose, rules and drawings that name something name what is there.
class ReadmeTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void every_class_of_the_table_exists() throws IOException {
        Set<String> classes;
        try (var files = Files.walk(ROOT)) {
            classes = files.filter(
                            f -> f.toString().endsWith(".java") && f.toString().contains("src/main"))
                    .map(f -> f.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        String readme = Files.readString(ROOT.resolve("README.md"));
        String table =
                readme.substring(readme.indexOf("## Where does X happen?"), readme.indexOf("## What it promises"));
        var named = new TreeSet<String>();
        var names = Pattern.compile("`([A-Z][A-Za-z]+)`").matcher(table);
        while (names.find()) {
            named.add(names.group(1));
        }
        assertThat(named).hasSizeGreaterThan(15);
        assertThat(classes).containsAll(named);
    }

    @Test
    void every_metric_of_the_alerts_and_the_dashboard_is_documented() throws IOException {
        String documented = Files.readString(ROOT.resolve("docs/metrics.md"));
        var used = new TreeSet<String>();
        for (String file : List.of("prometheus/alerts.yml", "grafana/dashboards/adhere.json")) {
            var metrics = Pattern.compile("adhere_\\w+")
                    .matcher(Files.readString(ROOT.resolve("ops").resolve(file)));
            while (metrics.find()) {
                used.add(metrics.group().replaceFirst("_(bucket|count|sum)$", ""));
            }
        }
        assertThat(used)
                .hasSizeGreaterThan(8)
                .allSatisfy(metric -> assertThat(documented).contains("| `" + metric + "` |"));
    }
}
