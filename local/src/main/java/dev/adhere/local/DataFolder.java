package dev.adhere.local;

import dev.adhere.testbed.Processes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The folder that one running stack has to itself, and what it remembers from one start to the next.
final class DataFolder implements AutoCloseable {

    private final Path dir;
    private final FileLock lock;

    private DataFolder(Path dir, FileLock lock) {
        this.dir = dir;
        this.lock = lock;
    }

    /// The folder, or nothing if another launcher runs on it.
    static Optional<DataFolder> open(Path dir) throws IOException {
        Files.createDirectories(dir.resolve("logs"));
        var channel = FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new DataFolder(dir, lock));
    }

    Path path(String name) {
        return dir.resolve(name);
    }

    /// Stops the services of a launcher that was killed. How many there were.
    int stopLeftOvers() throws IOException {
        Path file = dir.resolve("children");
        if (!Files.exists(file)) {
            return 0;
        }
        String marker = ServiceProcess.marker(dir);
        List<ProcessHandle> left = Files.readAllLines(file).stream()
                .filter(line -> line.matches("\\d{1,10}"))
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line)).stream())
                // A process id is reused sooner or later; only one that was started for this folder is ours.
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> Arrays.asList(arguments).contains(marker))
                        .orElse(false))
                .toList();
        left.parallelStream().forEach(Processes::stop);
        Files.delete(file);
        return left.size();
    }

    void remember(List<ServiceProcess> services) throws IOException {
        var _ = Files.write(
                dir.resolve("children"),
                services.stream()
                        .map(service -> String.valueOf(service.process().pid()))
                        .toList());
    }

    boolean careTeamIsSet() {
        return Files.exists(dir.resolve("care-team-set"));
    }

    void careTeamSet() throws IOException {
        var _ = Files.writeString(dir.resolve("care-team-set"), "");
    }

    @Override
    public void close() {
        try {
            lock.acquiredBy().close();
        } catch (IOException _) {
            // It ends with the process anyway.
        }
    }
}
