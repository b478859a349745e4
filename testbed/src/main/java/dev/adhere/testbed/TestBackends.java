package dev.adhere.testbed;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.mongodb.MongoDBContainer;

/// The broker and the MongoDB of this test JVM, started at first use and stopped at its end.
///
/// The broker is real and runs in this process. MongoDB is, in this order: what `MONGODB_URI` names; a container, where
/// a
/// Docker engine answers and has `mongo:8` or gets it within 30 s; a child `mongod` of the `PATH`; the in-JVM server.
/// One
/// line on standard output says which, for a build to check.
public final class TestBackends {

    private static final String IMAGE = "mongo:8";
    private static final String SUFFIX =
            Long.toString(ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE), Character.MAX_RADIX);

    private TestBackends() {}

    /// `spring.kafka.bootstrap-servers`.
    public static String kafkaBootstrap() {
        return Backends.RUNNING.kafka().bootstrap();
    }

    /// `spring.mongodb.uri` of a database that no other JVM uses: the name gets a suffix of this one.
    public static String mongoUri(String database) {
        String name = database + "_" + SUFFIX;
        var running = Backends.RUNNING;
        var _ = running.databases().add(name);
        return LocalMongo.withDatabase(running.mongo().uri(), name);
    }

    private record Mongo(String kind, String uri, Runnable stop) {}

    private record Backends(LocalKafka kafka, Mongo mongo, Path dir, Set<String> databases) {

        static final Backends RUNNING = start();

        private static Backends start() {
            try {
                Path dir = Files.createTempDirectory("adhere-test-");
                var mongo = pick(dir);
                Runtime.getRuntime().addShutdownHook(new Thread(mongo.stop(), "mongo-stop"));
                var kafka = LocalKafka.start(dir.resolve("kafka"), FreePorts.one(), FreePorts.one());
                var backends = new Backends(kafka, mongo, dir, ConcurrentHashMap.newKeySet());
                Runtime.getRuntime().addShutdownHook(new Thread(backends::stop, "backends-stop"));
                System.out.println("adhere-backends: kafka=in-process mongodb=" + mongo.kind() + " "
                        + LocalMongo.version(mongo.uri()));
                return backends;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void stop() {
            if (mongo.kind().equals("real")) {
                dropDatabases();
            }
            mongo.stop().run();
            kafka.close();
            delete(dir);
        }

        private void dropDatabases() {
            var uri = new ConnectionString(mongo.uri());
            try (MongoClient client = MongoClients.create(uri)) {
                databases.forEach(name -> client.getDatabase(name).drop());
            } catch (MongoException _) {
                // A server that the test took away has nothing to be dropped.
            }
        }
    }

    private static Mongo pick(Path dir) {
        String given = System.getenv("MONGODB_URI");
        if (given != null && !given.isBlank()) {
            return new Mongo("real", given, () -> {});
        }
        Mongo container = container();
        if (container != null) {
            return container;
        }
        var mongod = LocalMongo.onPath();
        if (mongod.isPresent()) {
            var child = LocalMongo.start(mongod.get(), dir.resolve("mongo"), FreePorts.one());
            return new Mongo("mongod", child.uri("test"), child::close);
        }
        var inJvm = LocalMongo.inJvm(dir.resolve("mongo.h2"), FreePorts.one());
        return new Mongo("in-jvm", inJvm.uri("test"), inJvm::close);
    }

    private static @Nullable Mongo container() {
        if (!succeeds(Duration.ofSeconds(5), "docker", "info")) {
            return null;
        }
        if (!succeeds(Duration.ofSeconds(5), "docker", "image", "inspect", IMAGE)
                && !succeeds(Duration.ofSeconds(30), "docker", "pull", "--quiet", IMAGE)) {
            return null;
        }
        try {
            var container = new MongoDBContainer(IMAGE).withReplicaSet();
            container.start();
            return new Mongo("container", container.getReplicaSetUrl(), container::stop);
        } catch (RuntimeException e) {
            System.out.println("adhere-backends: the Docker engine answers, but no container of " + IMAGE + " starts: "
                    + e.getMessage());
            return null;
        }
    }

    private static boolean succeeds(Duration limit, String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue() == 0;
            }
            Processes.stop(process.toHandle());
            return false;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "interrupted while %s ran", String.join(" ", command)), e);
        }
    }

    private static void delete(Path dir) {
        try {
            var _ = Files.walkFileTree(dir, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException fault) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException _) {
            // The system clears its temporary folder.
        }
    }
}
