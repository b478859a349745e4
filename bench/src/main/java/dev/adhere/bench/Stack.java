package dev.adhere.bench;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.adhere.testbed.LocalMongo;
import dev.adhere.testbed.TestIssuer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/// A broker, a mongod and the services, each a process of its own, from the very jars that `./adhere up`
/// runs.
final class Stack implements AutoCloseable {

    static final int PARTITIONS = 6;

    private static final Duration READY_WITHIN = Duration.ofMinutes(10);

    private final int offset;
    private final Path root;
    private final Path data;
    private final Deque<AutoCloseable> toStop = new ArrayDeque<>();
    private final Map<String, ProcessHandle> processes = new LinkedHashMap<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final TestIssuer issuer;
    private final LocalMongo.Child mongod;
    private final MongoClient mongo;
    private final Admin admin;

    /// @param root of the repository, where the jars are
    Stack(Options options, Path root, Path mongod, Path data) throws IOException {
        this.offset = options.portOffset();
        this.root = root;
        this.data = data;
        Files.createDirectories(data);
        refuseTakenPorts();
        this.issuer = stopping(TestIssuer.start());
        this.mongod = stopping(LocalMongo.start(mongod, data.resolve("mongo"), 27_018 + offset));
        processes.put("generator", ProcessHandle.current());
        ProcessHandle.of(this.mongod.pid()).ifPresent(process -> processes.put("mongod", process));
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop-all"));
        this.mongo = stopping(MongoClients.create(mongoUri("admin")));
        String broker = String.valueOf(9_092 + offset);
        java(
                "broker",
                List.of(
                        "-cp",
                        Child.classPath(),
                        BrokerProcess.class.getName(),
                        data.resolve("kafka").toString(),
                        broker,
                        String.valueOf(9_093 + offset)));
        this.admin = stopping(Admin.create(Map.of("bootstrap.servers", bootstrap())));
    }

    // A mongod of somebody else would answer just as well.
    private void refuseTakenPorts() throws IOException {
        for (int port : List.of(8_081, 8_082, 8_083, 9_081, 9_082, 9_083, 9_092, 9_093, 27_018)) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + offset));
            } catch (BindException _) {
                throw new IOException("Somebody else listens on " + (port + offset) + ". Another --port-offset helps.");
            }
        }
    }

    String bootstrap() {
        return "127.0.0.1:" + (9_092 + offset);
    }

    String mongoUri(String database) {
        return "mongodb://127.0.0.1:" + (27_018 + offset) + "/" + database + "?replicaSet=rs0";
    }

    MongoClient mongo() {
        return mongo;
    }

    Admin admin() {
        return admin;
    }

    HttpClient http() {
        return http;
    }

    Path folder() {
        return data;
    }

    Path root() {
        return root;
    }

    /// Where reminder-service takes its mail to; nobody listens there yet.
    int smtpPort() {
        return 3_025 + offset;
    }

    int sessionPort() {
        return 8_082 + offset;
    }

    URI reminder() {
        return URI.create("http://127.0.0.1:" + (8_083 + offset));
    }

    String token(String subject, String role) {
        return issuer.token(subject, role);
    }

    void pauseMongo() {
        Child.signal(mongod.pid(), "STOP");
    }

    void resumeMongo() {
        if (ProcessHandle.of(mongod.pid()).isPresent()) {
            Child.signal(mongod.pid(), "CONT");
        }
    }

    Child catalogService() throws IOException {
        return service("catalog-service", "adhere_catalog", 1);
    }

    Child sessionService() throws IOException {
        return service("session-service", "adhere_session", 2);
    }

    Child reminderService() throws IOException {
        return service("reminder-service", "adhere_reminder", 3);
    }

    private Child service(String name, String database, int number) throws IOException {
        int management = 9_080 + number + offset;
        Child child = java(
                name,
                List.of(
                        "-jar",
                        root.resolve(name + "/target/app/" + name + "-0.1.0.jar")
                                .toString(),
                        "--server.port=" + (8_080 + number + offset),
                        "--server.address=127.0.0.1",
                        "--management.server.port=" + management,
                        "--management.server.address=127.0.0.1",
                        "--spring.kafka.bootstrap-servers=" + bootstrap(),
                        "--spring.mongodb.uri=" + mongoUri(database),
                        "--adhere.security.issuer=" + issuer.issuerUri(),
                        "--adhere.security.jwks-uri=" + issuer.jwksUri(),
                        "--spring.mail.host=127.0.0.1",
                        "--spring.mail.port=" + smtpPort(),
                        "--adhere.kafka.user-partitions=" + PARTITIONS,
                        "--adhere.kafka.replication-factor=1"));
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + management + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        await(child, () -> http.send(request, BodyHandlers.discarding()).statusCode() == 200);
        return child;
    }

    /// Starts a JVM that is stopped with the stack.
    Child java(String name, List<String> what) throws IOException {
        Child child = stopping(Child.start(name, data, what));
        processes.put(name, child.process().toHandle());
        return child;
    }

    /// Of all that runs now, the generator of load too.
    Usage usage() {
        return new Usage(Map.copyOf(processes));
    }

    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /// Waits for what a child is to become.
    static void await(Child child, Condition condition) {
        long end = System.nanoTime() + READY_WITHIN.toNanos();
        try {
            while (!holds(condition)) {
                boolean ended = !child.process().isAlive() || child.lastWords().contains("APPLICATION FAILED TO START");
                if (ended || System.nanoTime() > end) {
                    throw new IllegalStateException(child.lastWords() + "\n\n" + child.name() + " does not start");
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static boolean holds(Condition condition) throws InterruptedException {
        try {
            return condition.holds();
        } catch (IOException _) {
            return false;
        }
    }

    /// A topic as the services' own are.
    void topic(String name) {
        Waits.result(admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)
                        .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
                .all());
    }

    private <T extends AutoCloseable> T stopping(T part) {
        synchronized (toStop) {
            toStop.push(part);
        }
        return part;
    }

    // The last started goes first. What is paused hears nothing, so everything is woken before.
    @Override
    public void close() {
        synchronized (toStop) {
            resumeMongo();
            while (!toStop.isEmpty()) {
                try {
                    toStop.pop().close();
                } catch (Exception e) {
                    System.err.printf(Locale.ROOT, "While stopping: %s%n", e);
                }
            }
        }
    }
}
