package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessTest {

    @Test
    void aLineOfTheLogIsShownToAPersonInWords() {
        assertThat(ServiceProcess.readable(
                        "{\"@timestamp\":\"2026-11-21T08:00:00Z\",\"log\":{\"level\":\"ERROR\",\"logger\":\"a.B\"},\"message\":\"it"
                                + " failed\",\"error\":{\"stack_trace\":\"java.net.BindException: taken\\n"
                                + "\\tat x\\n"
                                + "\"}}"))
                .isEqualTo("ERROR a.B it failed\njava.net.BindException: taken\n\tat x");
        assertThat(ServiceProcess.readable("Error: no such jar")).isEqualTo("Error: no such jar");
        assertThat(ServiceProcess.readable("{no JSON")).isEqualTo("{no JSON");
    }

    @Test
    void aServiceTakesTheJavaOptionsThatCarryItsName() {
        var environment = Map.of("SESSION_SERVICE_JAVA_OPTIONS", " -Xmx256m  -Xlog:gc", "JAVA_OPTIONS", "-Xmx1m");
        assertThat(ServiceProcess.Kind.ALL)
                .extracting(kind -> kind.name() + " " + kind.javaOptions(environment))
                .containsExactly("catalog-service []", "session-service [-Xmx256m, -Xlog:gc]", "reminder-service []");
    }

    @Test
    void aServiceHasItsAotCacheUnlessAnOptionIsAboutSuchThings(@TempDir Path dir) throws IOException {
        var kind = ServiceProcess.Kind.ALL.getFirst();
        Path cache = dir.resolve("catalog-service.aot");
        assertThat(kind.aotCache(cache, Map.of())).isEmpty();
        Files.createFile(cache);
        assertThat(kind.aotCache(cache, Map.of("CATALOG_SERVICE_JAVA_OPTIONS", "-Xmx256m -XX:+UseG1GC")))
                .containsExactly("-XX:AOTCache=" + cache);
        for (String option : List.of(
                "-Xshare:auto",
                "-XX:SharedArchiveFile=a.jsa",
                "-XX:AOTCache=other.aot",
                "-XX:AOTCacheOutput=new.aot",
                "-XX:AOTMode=off",
                "-XX:ArchiveClassesAtExit=a.jsa",
                "-XX:+AutoCreateSharedArchive",
                "-XX:DumpLoadedClassList=classes")) {
            for (String variable :
                    List.of("CATALOG_SERVICE_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
                assertThat(kind.aotCache(cache, Map.of(variable, "-Xmx256m " + option)))
                        .as("%s in %s", option, variable)
                        .isEmpty();
            }
        }
        Path parted = Files.createDirectories(dir.resolve("a" + File.pathSeparator + "b"));
        assertThat(kind.aotCache(Files.createFile(parted.resolve("c.aot")), Map.of()))
                .isEmpty();
    }
}
