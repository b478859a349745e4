package dev.adhere.bench;

import dev.adhere.bench.Options.Part;
import dev.adhere.testbed.LocalMongo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// `./adhere bench`: the services beside what they are built on, in one run, as ratios.
///
/// Everything shares one machine, so a service and its reference take turns within seconds; what is not
/// measured is paused or not started yet. The load generator shares no code with the services.
public final class Bench {

    private final Options options;
    private final Stack stack;
    private final Report report;

    private Bench(Options options, Stack stack, Report report) {
        this.options = options;
        this.stack = stack;
        this.report = report;
    }

    /// @param arguments see [Options#USAGE]
    public static void main(String[] arguments) {
        int status = 1;
        try {
            run(Options.parse(List.of(arguments)));
            status = 0;
        } catch (Options.Unusable | NoMongod e) {
            System.err.println(e.getMessage());
        } catch (Exception e) {
            e.printStackTrace();
        }
        System.exit(status);
    }

    private static final class NoMongod extends Exception {
        NoMongod() {
            super("The benchmark needs a mongod on the PATH.");
        }
    }

    private static void run(Options options) throws NoMongod, IOException, InterruptedException {
        Path mongod = LocalMongo.onPath().orElseThrow(NoMongod::new);
        Path root =
                Path.of(System.getProperty("adhere.root", ".")).toAbsolutePath().normalize();
        Path data = options.data() == null ? Files.createTempDirectory("adhere-bench-") : options.data();
        var report = new Report(System.out);
        report.progress("Starting a broker and a mongod");
        try (var stack = new Stack(options, root, mongod, data)) {
            new Bench(options, stack, report).measure();
        }
        report.end();
        if (options.data() == null) {
            delete(data);
        }
    }

    private boolean measures(Part part) {
        return options.only().contains(part);
    }

    private void measure() throws IOException, InterruptedException {
        var size = options.size();
        report.progress("Starting catalog-service and session-service");
        Child catalog = stack.catalogService();
        Child session = stack.sessionService();
        if (measures(Part.INGEST)) {
            new Ingest(stack, report, size.sendMillis()).run(size.repetitions());
            forgetEvents();
        }
        if (measures(Part.DRAIN)) {
            new Drain(stack, report, session, size.drained()).run(size.repetitions());
        }
        if (measures(Part.KEEPER) || measures(Part.LATENCY) || measures(Part.HERD)) {
            // What was for the recorder alone is not for the keeper.
            startAtTheEnd(Population.GROUP);
            report.progress("Starting reminder-service");
            Child reminder = stack.reminderService();
            catalog.close();
            if (measures(Part.KEEPER) || measures(Part.LATENCY)) {
                session.pause();
                var keeping = new Keeping(stack, report, reminder, size);
                keeping.prepare();
                if (measures(Part.KEEPER)) {
                    keeping.run(size.repetitions());
                }
                session.resume();
                if (measures(Part.LATENCY)) {
                    new Latency(stack, report, keeping, size.streams()).run(size.latencySeconds());
                }
            }
            if (measures(Part.HERD)) {
                // After so many the services' compilers have little left to do.
                new Herd(stack, report).run(size.herd(), size.quick() ? 0 : size.herd() * 2 / 5);
            }
        }
    }

    // What ingest left behind would be stored in the next measurement.
    private void forgetEvents() {
        var all = new HashMap<TopicPartition, RecordsToDelete>();
        ends().forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end.offset())));
        var _ = Waits.result(stack.admin().deleteRecords(all).all());
    }

    private void startAtTheEnd(String group) {
        var _ = Waits.result(
                stack.admin().alterConsumerGroupOffsets(group, ends()).all());
    }

    private Map<TopicPartition, OffsetAndMetadata> ends() {
        var ends = new HashMap<TopicPartition, OffsetAndMetadata>();
        Population.ends(stack).forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end)));
        return ends;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
