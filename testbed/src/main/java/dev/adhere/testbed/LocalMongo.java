package dev.adhere.testbed;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A MongoDB beside this JVM or inside it, with its data kept in a folder.
public sealed interface LocalMongo extends AutoCloseable {

    /// The connection string of one database.
    String uri(String database);

    /// Stops it; what was acknowledged is in its folder.
    @Override
    void close();

    /// A `mongod` of its own as a child process: a replica set of one member, so that it journals and knows majorities
    /// as
    /// a large one does. A `mongod` left over on the same folder, whose parent was killed, is stopped first.
    ///
    /// @param mongod the program
    /// @param dir its `--dbpath`; its log goes beside it
    /// @param port loopback only
    static Child start(Path mongod, Path dir, int port) {
        return Child.start(mongod, dir.toAbsolutePath().normalize(), port);
    }

    /// Stops a `mongod` that runs on this folder although nobody here started it: its parent was killed.
    static void stopLeftOver(Path dir) {
        try {
            Child.stopLeftOver(dir.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The in-JVM server, for trying out: no replica set, no transactions; see [InJvm].
    ///
    /// @param file where the data is kept
    /// @param port loopback only
    static InJvm inJvm(Path file, int port) {
        return InJvm.start(file, port);
    }

    /// The first `mongod` on the `PATH`.
    static Optional<Path> onPath() {
        String path = System.getenv("PATH");
        return path == null
                ? Optional.empty()
                : Arrays.stream(path.split(File.pathSeparator))
                        .filter(folder -> !folder.isBlank())
                        .map(folder -> Path.of(folder, "mongod"))
                        .filter(Files::isExecutable)
                        .findFirst();
    }

    /// The same connection with another database: options and hosts stay.
    static String withDatabase(String uri, String database) {
        int scheme = uri.indexOf("://") + 3;
        int options = uri.indexOf('?');
        String hosts = options < 0 ? uri : uri.substring(0, options);
        int slash = hosts.indexOf('/', scheme);
        String host = slash < 0 ? hosts : hosts.substring(0, slash);
        return host + "/" + database + (options < 0 ? "" : uri.substring(options));
    }

    /// What the server behind a connection string says it is, such as `6.0.5`.
    static String version(String uri) {
        try (MongoClient client = MongoClients.create(new ConnectionString(uri))) {
            return client.getDatabase("admin")
                    .runCommand(new Document("buildInfo", 1))
                    .getString("version");
        }
    }

    /// A child process.
    final class Child implements LocalMongo {

        private static final Logger LOG = LoggerFactory.getLogger(LocalMongo.class);
        private static final int ALREADY_INITIALIZED = 23;

        private final Process process;
        private final int port;

        private Child(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        private static Child start(Path mongod, Path dir, int port) {
            Path log = dir.resolveSibling(dir.getFileName() + ".log");
            try {
                Files.createDirectories(dir);
                stopLeftOver(dir);
                Process process = new ProcessBuilder(
                                mongod.toString(),
                                "--dbpath",
                                dir.toString(),
                                "--port",
                                String.valueOf(port),
                                "--bind_ip",
                                "127.0.0.1",
                                "--replSet",
                                "rs0",
                                "--wiredTigerCacheSizeGB",
                                "0.25",
                                "--oplogSize",
                                "64",
                                "--setParameter",
                                "diagnosticDataCollectionEnabled=false",
                                "--nounixsocket",
                                // It would log a slow operation with the documents that it wrote.
                                "--slowms",
                                "2147483647",
                                "--quiet")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
                var child = new Child(process, port);
                // Until the caller holds it, nothing else would stop it should this JVM end now.
                var guard = new Thread(child::close, "mongod-stop");
                Runtime.getRuntime().addShutdownHook(guard);
                try {
                    child.becomePrimary();
                } catch (RuntimeException e) {
                    child.close();
                    throw new IllegalStateException("mongod did not start, see " + log, e);
                }
                var _ = Runtime.getRuntime().removeShutdownHook(guard);
                return child;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void stopLeftOver(Path dir) throws IOException {
            Path lock = dir.resolve("mongod.lock");
            String pid = Files.exists(lock) ? Files.readString(lock).strip() : "";
            if (!pid.matches("\\d{1,10}")) {
                return;
            }
            ProcessHandle.of(Long.parseLong(pid))
                    // A number is reused after a reboot: only a mongod that was given this very folder is ours.
                    .filter(process -> process.info()
                            .arguments()
                            .map(arguments -> List.of(arguments).contains(dir.toString()))
                            .orElse(false))
                    .ifPresent(process -> {
                        LOG.warn("A mongod (process {}) was left over on this folder: stopping it", pid);
                        Processes.stop(process);
                    });
        }

        private void becomePrimary() {
            var direct = "mongodb://127.0.0.1:" + port + "/?directConnection=true&serverSelectionTimeoutMS=5000";
            try (MongoClient client = MongoClients.create(direct)) {
                MongoDatabase admin = client.getDatabase("admin");
                awaitAnswer(admin);
                var member = new Document("_id", 0).append("host", "127.0.0.1:" + port);
                try {
                    var _ = admin.runCommand(new Document(
                            "replSetInitiate", new Document("_id", "rs0").append("members", List.of(member))));
                } catch (MongoCommandException e) {
                    if (e.getErrorCode() != ALREADY_INITIALIZED) {
                        throw e;
                    }
                    moveMember(admin);
                }
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (!admin.runCommand(new Document("hello", 1)).getBoolean("isWritablePrimary", false)) {
                    if (System.nanoTime() > end || !process.isAlive()) {
                        throw new IllegalStateException("mongod is no primary after 30 s");
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                }
            }
        }

        // On a busy machine it takes its time; one that has ended will never answer.
        private void awaitAnswer(MongoDatabase admin) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
            while (true) {
                try {
                    var _ = admin.runCommand(new Document("hello", 1));
                    return;
                } catch (MongoTimeoutException e) {
                    if (!process.isAlive() || System.nanoTime() > end) {
                        throw e;
                    }
                }
            }
        }

        // A kept folder names the port of its last start; on another port the set would look for itself in vain.
        private void moveMember(MongoDatabase admin) {
            Document config =
                    admin.runCommand(new Document("replSetGetConfig", 1)).get("config", Document.class);
            List<Document> members = config.getList("members", Document.class);
            String host = "127.0.0.1:" + port;
            if (!host.equals(members.getFirst().getString("host"))) {
                members.getFirst().put("host", host);
                config.put("version", config.getInteger("version") + 1);
                var _ = admin.runCommand(new Document("replSetReconfig", config).append("force", true));
            }
        }

        @Override
        public String uri(String database) {
            return "mongodb://127.0.0.1:" + port + "/" + database + "?replicaSet=rs0";
        }

        /// The process id.
        public long pid() {
            return process.pid();
        }

        @Override
        public void close() {
            Processes.stop(process.toHandle());
        }
    }

    /// mongo-java-server on an H2 file in this JVM: enough to try everything without a database installed. A write is
    /// on
    /// disk before it is acknowledged; only inserts into `events`, which the recorder can repeat from Kafka, follow
    /// within a second.
    final class InJvm implements LocalMongo {

        private final DurableBackend backend;
        private final de.bwaldvogel.mongo.MongoServer server;
        private final int port;

        private InJvm(DurableBackend backend, de.bwaldvogel.mongo.MongoServer server, int port) {
            this.backend = backend;
            this.server = server;
            this.port = port;
        }

        private static InJvm start(Path file, int port) {
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var backend = DurableBackend.open(file);
            var server = new de.bwaldvogel.mongo.MongoServer(backend);
            server.bind("127.0.0.1", port);
            return new InJvm(backend, server, port);
        }

        @Override
        public String uri(String database) {
            return String.format(Locale.ROOT, "mongodb://127.0.0.1:%d/%s", port, database);
        }

        @Override
        public void close() {
            server.shutdownNow();
            backend.stop();
        }
    }
}
