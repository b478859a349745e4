package dev.adhere.testbed;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/// A real Kafka in this JVM: broker and controller of one KRaft node. Topics, records and committed offsets stay in its
/// folder, and a later start finds them, on other ports too.
public final class LocalKafka implements AutoCloseable {

    private static final String NODE = "1";

    private final KafkaRaftServer server;
    private final int port;

    private LocalKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /// Starts and returns once the broker takes requests.
    ///
    /// @param dir where the data is kept; made and formatted if new
    /// @param port of the broker, loopback only
    /// @param controllerPort of the controller, loopback only
    public static LocalKafka start(Path dir, int port, int controllerPort) {
        try {
            Files.createDirectories(dir);
            if (!Files.exists(dir.resolve("meta.properties"))) {
                format(dir);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("Kafka's folder " + dir + " cannot be formatted", e);
        }
        var server = new KafkaRaftServer(KafkaConfig.fromProps(settings(dir, port, controllerPort)), Time.SYSTEM);
        server.startup();
        return new LocalKafka(server, port);
    }

    /// What clients take as `bootstrap.servers`.
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Properties settings(Path dir, int port, int controllerPort) {
        var settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", NODE);
        // A static voter: the quorum is found at whatever port this start was given.
        settings.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("log.dirs", dir.toString());
        // After a kill the controller refuses the new broker until the session of the dead one has ended. But with a
        // session of only a few seconds a machine that stands still for a moment takes the broker out of service.
        settings.put("broker.session.timeout.ms", "12000");
        settings.put("broker.heartbeat.interval.ms", "1000");
        // A topic that nobody declared is a bug that has to show.
        settings.put("auto.create.topics.enable", "false");
        settings.put("default.replication.factor", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "3");
        // Offsets of a data folder that lay untouched for a month still count.
        settings.put("offsets.retention.minutes", String.valueOf(60 * 24 * 365));
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "3");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("log.segment.bytes", String.valueOf(16 << 20));
        settings.put("log.retention.check.interval.ms", "300000");
        settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(2 << 20));
        settings.put("log.cleaner.threads", "1");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "2");
        return settings;
    }

    private static void format(Path dir) throws Exception {
        try (var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            var formatter = new Formatter();
            var _ = formatter
                    .setPrintStream(silent)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(Integer.parseInt(NODE))
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setUnstableFeatureVersionsEnabled(false)
                    .setIgnoreFormatted(true)
                    .setDirectories(List.of(dir.toString()))
                    .setMetadataLogDirectory(dir.toString());
            formatter.run();
        }
    }
}
