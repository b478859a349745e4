package dev.adhere.bench;

import dev.adhere.testbed.Processes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A JVM of its own that can be paused, so that what is not being measured costs nothing.
record Child(String name, Process process, Path log) implements AutoCloseable {

    // What the images run with, but a heap that two cores and their neighbours leave room for.
    private static final List<String> JVM = List.of(
            "-Xms512m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /// @param what a main class or `-jar` and a file, and their arguments
    /// @param folder where it runs; its log goes there, too
    static Child start(String name, Path folder, List<String> what) throws IOException {
        Files.createDirectories(folder);
        Path log = folder.resolve(name + ".log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(further(name));
        command.addAll(what);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new Child(name, process, log);
    }

    /// The class path of this JVM, for children that run classes of it.
    static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
    }

    // As for ./adhere up: SESSION_SERVICE_JAVA_OPTIONS and its like.
    private static List<String> further(String name) {
        String variable = name.toUpperCase(Locale.ROOT).replace('-', '_') + "_JAVA_OPTIONS";
        return Arrays.stream(System.getenv().getOrDefault(variable, "").split(" "))
                .filter(option -> !option.isBlank())
                .toList();
    }

    void pause() {
        signal(process.pid(), "STOP");
    }

    void resume() {
        signal(process.pid(), "CONT");
    }

    static void signal(long pid, String signal) {
        try {
            var kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + signal + " " + pid + " fails");
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /// What it said last, for a person to see why it stopped.
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
        } catch (IOException e) {
            return "(its log cannot be read: " + e.getMessage() + ")";
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            resume();
        }
        Processes.stop(process.toHandle());
    }
}
