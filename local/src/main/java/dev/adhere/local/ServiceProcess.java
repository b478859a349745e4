package dev.adhere.local;

import dev.adhere.testbed.Processes;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One service as its own JVM from its own jar, with the configuration that the jar has, told only what differs on this
/// machine.
///
/// @param name as in `catalog-service`
/// @param port of its API
/// @param managementPort of health and metrics
/// @param process the JVM
/// @param log what it printed
record ServiceProcess(String name, int port, int managementPort, Process process, Path log) {

    /// What sets the services apart.
    record Kind(String name, String database, int port, int managementPort) {
        private static final Pattern SHARING = Pattern.compile(
                "-Xshare|-XX:(AOT|Shared|DumpLoadedClassList|ArchiveClassesAtExit|[+-]AutoCreateShared)");

        static final List<Kind> ALL = List.of(
                new Kind("catalog-service", "adhere_catalog", 8081, 9081),
                new Kind("session-service", "adhere_session", 8082, 9082),
                new Kind("reminder-service", "adhere_reminder", 8083, 9083));

        /// What `SESSION_SERVICE_JAVA_OPTIONS` and its like hold, such as `-Xmx256m`; the last of an option counts.
        List<String> javaOptions(Map<String, String> environment) {
            return options(environment, name().toUpperCase(Locale.ROOT).replace('-', '_') + "_JAVA_OPTIONS");
        }

        /// The option that names the service's AOT cache; none where there is no such file, and none beside options
        /// about caches, archives and class lists: most of them together end the JVM.
        List<String> aotCache(Path cache, Map<String, String> environment) {
            boolean usable = Files.exists(cache)
                    && !cache.toString().contains(File.pathSeparator)
                    && Stream.of(
                                    javaOptions(environment),
                                    options(environment, "JAVA_TOOL_OPTIONS"),
                                    options(environment, "JDK_JAVA_OPTIONS"),
                                    options(environment, "_JAVA_OPTIONS"))
                            .flatMap(List::stream)
                            .noneMatch(option -> SHARING.matcher(option).lookingAt());
            return usable ? List.of("-XX:AOTCache=" + cache) : List.of();
        }

        private static List<String> options(Map<String, String> environment, String variable) {
            return Arrays.stream(environment.getOrDefault(variable, "").split(" "))
                    .filter(option -> !option.isBlank())
                    .toList();
        }
    }

    // One that records for its AOT cache writes down at the end what it has seen.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    static ServiceProcess start(Kind kind, Path root, Path data, int portOffset, List<String> settings)
            throws IOException {
        Path log = data.resolve("logs").resolve(kind.name() + ".log");
        int port = kind.port() + portOffset;
        int managementPort = kind.managementPort() + portOffset;
        Path app = root.resolve(kind.name()).resolve("target").resolve("app");
        Path jar = app.resolve(kind.name() + "-0.1.0.jar");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + root.resolve("local").resolve("service.options"));
        command.addAll(kind.javaOptions(System.getenv()));
        command.addAll(kind.aotCache(app.resolve(kind.name() + ".aot"), System.getenv()));
        command.add(marker(data));
        command.add("-jar");
        command.add(jar.toString());
        command.add("--server.port=" + port);
        command.add("--server.address=127.0.0.1");
        command.add("--management.server.port=" + managementPort);
        command.add("--management.server.address=127.0.0.1");
        command.addAll(settings);
        Process process = new ProcessBuilder(command)
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process.getOutputStream().close();
        return new ServiceProcess(kind.name(), port, managementPort, process, log);
    }

    /// By this argument a later start knows a child of an earlier one on the same data folder.
    static String marker(Path data) {
        return "-Dadhere.data=" + data;
    }

    boolean ready(HttpClient http) {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + managementPort + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The end of its log, for a person to see why it stopped.
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.subList(Math.max(0, lines.size() - 25), lines.size()).stream()
                    .map(ServiceProcess::readable)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e.getMessage() + ")";
        }
    }

    // The log is JSON; what a person needs of a line are its words and where they come from.
    static String readable(String line) {
        if (!line.startsWith("{")) {
            return line;
        }
        try {
            JsonNode said = JsonMapper.shared().readTree(line);
            String stack = said.at("/error/stack_trace").asString("");
            return "%s %s %s%s"
                    .formatted(
                            said.at("/log/level").asString(""),
                            said.at("/log/logger").asString(""),
                            said.path("message").asString(""),
                            stack.isEmpty() ? "" : "\n" + stack.strip());
        } catch (JacksonException _) {
            return line;
        }
    }

    void stop() {
        Processes.stop(process.toHandle(), PATIENCE);
    }
}
