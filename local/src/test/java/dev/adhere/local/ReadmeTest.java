package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Prose that names a class names one that is there.
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
}
