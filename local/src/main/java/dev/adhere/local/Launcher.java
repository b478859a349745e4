package dev.adhere.local;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import dev.adhere.local.demo.Demo;
import dev.adhere.local.demo.Demo.OtherSeed;
import dev.adhere.local.demo.Retrying;
import dev.adhere.local.demo.Summary;
import dev.adhere.local.demo.Tokens;
import dev.adhere.page.UserPage;
import dev.adhere.testbed.LocalKafka;
import dev.adhere.testbed.LocalMongo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/// `./adhere up` and `./adhere demo`: starts everything, says where it is, and stops everything when asked to.
///
/// The broker, the issuer and the mail catcher live in this JVM; each service is a JVM of its own, run from its own
/// jar.
public final class Launcher {

    // Keys that everybody knows, as the secrets of a demo are; the pair is the example of RFC 8291.
    private static final String DEMO_KEY = "ZGVtbyBkZW1vIGRlbW8gZGVtbyBkZW1vIGRlbW8gZGU=";
    private static final String DEMO_PUSH_KEY =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private static final String DEMO_PUSH_SECRET = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private static final Duration READY_WITHIN = Duration.ofMinutes(10);

    private final Options options;
    private final Ports ports;
    private final DataFolder data;
    private final Path root;
    private final Clock clock;
    private final Duration clockOffset;
    private final long startedNanos = System.nanoTime();
    private final Deque<Runnable> toStop = new ArrayDeque<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    // Threads of our own: a start waits for others most of its time, and the common pool is small.
    private final Executor atOnce = command -> new Thread(command, "start").start();
    private final Tokens tokens;
    private volatile boolean stopping;

    /// What ends a start with a message instead of a stack trace.
    private static final class Refused extends RuntimeException {
        Refused(String message) {
            super(message);
        }
    }

    private Launcher(Options options, DataFolder data, Path root) {
        this.options = options;
        this.ports = new Ports(options.portOffset());
        this.data = data;
        this.root = root;
        Clock system = Clock.systemUTC();
        this.clockOffset = options.now() == null
                ? Duration.ZERO
                : Duration.between(system.instant(), options.now()).truncatedTo(ChronoUnit.MILLIS);
        this.clock = Clock.offset(system, clockOffset);
        this.tokens = new Tokens(http, URI.create("http://127.0.0.1:" + ports.issuer()), Issuer.SECRET);
    }

    /// @param arguments see [Options#USAGE]
    public static void main(String[] arguments) {
        try {
            Options options = Options.parse(List.of(arguments));
            Path root = Path.of(System.getProperty("adhere.root", "."))
                    .toAbsolutePath()
                    .normalize();
            var data = DataFolder.open(options.data());
            if (data.isEmpty()) {
                fail("Adhere already runs on " + options.data() + ". A second one needs --data and --port-offset.");
                return;
            }
            // Before the first logger is made: what libraries say goes to a file, the terminal stays readable.
            var _ = System.setProperty(
                    "adhere.log", data.get().path("logs/launcher.log").toString());
            // Made by one thread: the first use by several at once prints warnings.
            var _ = LoggerFactory.getLogger(Launcher.class);
            var launcher = new Launcher(options, data.get(), root);
            Runtime.getRuntime().addShutdownHook(new Thread(launcher::stop, "stop-all"));
            launcher.run();
        } catch (Options.Unusable | Refused e) {
            fail(String.valueOf(e.getMessage()));
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refused refused) {
                fail(String.valueOf(refused.getMessage()));
            }
            e.printStackTrace();
            fail("Adhere could not start: " + e.getMessage());
        } catch (Exception e) {
            e.printStackTrace();
            fail("Adhere could not start: " + e.getMessage());
        }
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(1);
    }

    private void run() throws Exception {
        Demo demo = demo();
        int leftOvers = data.stopLeftOvers();
        if (leftOvers > 0) {
            say("Stopped %d services that an earlier start had left behind", leftOvers);
        }
        LocalMongo.stopLeftOver(data.path("mongo"));
        String given = System.getenv("MONGODB_URI");
        boolean ownMongo = given == null || given.isBlank();
        refuseTakenPorts(ownMongo);
        say("Starting on %s%s", options.data(), options.now() == null ? "" : ", clocks at " + options.now());

        var kafka = beside(this::startKafka, LocalKafka::close);
        var mail = beside(this::startMail, GreenMail::stop);
        Mongo mongo = startMongo(given);
        refuseTimeTravel(mongo);
        var services = startServices(mongo);
        var issuer = beside(this::startIssuer, ConfigurableApplicationContext::close);
        say("Kafka is up at %s", kafka.join().bootstrap());
        mail.join();
        issuer.join();
        say("The issuer is up at %s", Issuer.uri(ports.issuer()));
        awaitReady(services);
        startPage();
        if (!data.careTeamIsSet()) {
            new CareTeamSetUp(new Retrying(http), tokens, 8083 + options.portOffset()).run();
            data.careTeamSet();
            say("The care team is set up");
        }
        if (demo == null) {
            System.out.print(addresses(mongo, ownMongo));
            System.out.print(firstCommands());
        } else {
            Summary summary = demo.bringIn(words -> say("%s", words));
            System.out.print(addresses(mongo, ownMongo));
            System.out.printf(
                    "%nWhat the simulated client apps brought in, and what came out:%n%n%s%nTry, as the coach of all"
                            + " of them:%n%n",
                    summary);
            System.out.print(demo.commands(
                    URI.create(Issuer.uri(ports.issuer())), url("localhost", 8082), url("localhost", 8083)));
        }
        System.out.printf(
                Locale.ROOT,
                "%nStarted in %.1f s, %d MB resident in all. Ctrl-C stops everything; the data stays.%nREADY%n",
                (System.nanoTime() - startedNanos) / 1e9,
                residentMegabytes(services, mongo));
        System.out.flush();
        if (demo != null) {
            goOn(demo);
        }
        awaitEnd(services);
    }

    private @Nullable Demo demo() throws IOException {
        if (options.seed() == null) {
            return null;
        }
        try {
            Demo demo = Demo.open(
                    http,
                    tokens,
                    url("127.0.0.1", 8082),
                    url("127.0.0.1", 8083),
                    clock,
                    data.path("demo.ledger"),
                    options.seed());
            whenStopping(demo::close);
            return demo;
        } catch (OtherSeed e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private URI url(String host, int port) {
        return URI.create("http://" + host + ":" + (port + options.portOffset()));
    }

    // Ends with the process: what is cut off has no outcome in the ledger and is sent again by the next start.
    private void goOn(Demo demo) {
        var apps = new Thread(
                () -> {
                    try {
                        demo.live(words -> say("%s", words));
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                },
                "client-apps");
        apps.setDaemon(true);
        apps.start();
    }

    // Up later than what is started after it, but stopped later, too: its place in the order is taken now.
    private <T> CompletableFuture<T> beside(Supplier<T> start, Consumer<T> stop) {
        var started = CompletableFuture.supplyAsync(start, atOnce);
        whenStopping(() -> {
            T running;
            try {
                // After a kill the broker waits for the end of its own session. What never comes up stops nobody.
                running = started.copy().orTimeout(30, TimeUnit.SECONDS).join();
            } catch (CompletionException _) {
                return;
            }
            stop.accept(running);
        });
        return started;
    }

    private LocalKafka startKafka() {
        return LocalKafka.start(data.path("kafka"), ports.kafka(), ports.kafkaController());
    }

    private GreenMail startMail() {
        var mail = new GreenMail(new ServerSetup(ports.mail(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        return mail;
    }

    private ConfigurableApplicationContext startIssuer() {
        try {
            return Issuer.start(
                    ports.issuer(), 8083 + options.portOffset(), ports.page(), data.path("issuer-key.json"), clock);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// @param base a connection string of any database
    /// @param pid of the child process, 0 if there is none
    /// @param durable whether everything acknowledged is on disk, events too
    private record Mongo(String base, String words, long pid, boolean durable) {
        String uri(String database) {
            return LocalMongo.withDatabase(base, database);
        }
    }

    private Mongo startMongo(@Nullable String given) {
        if (given != null && !given.isBlank()) {
            say("MongoDB is the one that MONGODB_URI names");
            return new Mongo(given, "MongoDB of MONGODB_URI", 0, true);
        }
        var mongod = LocalMongo.onPath();
        if (mongod.isPresent()) {
            var child = LocalMongo.start(mongod.get(), data.path("mongo"), ports.mongo());
            whenStopping(child::close);
            say("MongoDB is up at 127.0.0.1:%d (mongod, process %d)", ports.mongo(), child.pid());
            return new Mongo(child.uri("admin"), "MongoDB, a mongod child process", child.pid(), true);
        }
        var inJvm = LocalMongo.inJvm(data.path("mongo.h2"), ports.mongo());
        whenStopping(inJvm::close);
        say("No mongod on the PATH: using the in-JVM server at 127.0.0.1:%d, good for trying out", ports.mongo());
        return new Mongo(inJvm.uri("admin"), "MongoDB stand-in in this JVM, for trying out only", 0, false);
    }

    private void startPage() throws IOException {
        var page = UserPage.start(
                new InetSocketAddress("127.0.0.1", ports.page()),
                Set.of(),
                http,
                Map.of(
                        "catalog", url("127.0.0.1", 8081),
                        "session", url("127.0.0.1", 8082),
                        "reminder", url("127.0.0.1", 8083)),
                new UserPage.Provider(
                        URI.create(Issuer.uri(ports.issuer()) + "/oauth2/authorize"),
                        URI.create("http://127.0.0.1:" + ports.issuer() + "/oauth2/token")),
                clockOffset);
        whenStopping(page::close);
    }

    // Time that goes back would date new events before stored ones, and every rule that compares the two would be
    // wrong.
    private void refuseTimeTravel(Mongo mongo) {
        try (MongoClient client = MongoClients.create(mongo.uri("admin"))) {
            Document newest = client.getDatabase("adhere_session")
                    .getCollection("events")
                    .find()
                    .projection(Projections.include("receivedAt"))
                    .sort(Sorts.descending("receivedAt"))
                    .first();
            Instant received = switch (newest == null ? null : newest.get("receivedAt")) {
                case Date date -> date.toInstant();
                case String text -> Instant.parse(text);
                case null, default -> Instant.MIN;
            };
            if (clock.instant().isBefore(received)) {
                throw new Refused("The clock would start at " + clock.instant() + ", before the newest event in "
                        + options.data() + " was received (" + received
                        + "). Start later, or on another folder with --data DIR.");
            }
        }
    }

    private void refuseTakenPorts(boolean ownMongo) {
        String taken = Ports.taken(ports.all(ownMongo));
        if (!taken.isEmpty()) {
            throw new Refused("Somebody else listens on " + taken + ". Another --port-offset helps.");
        }
    }

    private List<ServiceProcess> startServices(Mongo mongo) throws IOException {
        var services = new ArrayList<ServiceProcess>();
        for (var kind : ServiceProcess.Kind.ALL) {
            var service = ServiceProcess.start(
                    kind,
                    root,
                    options.data(),
                    options.portOffset(),
                    List.of(
                            "--spring.kafka.bootstrap-servers=127.0.0.1:" + ports.kafka(),
                            "--spring.mongodb.uri=" + mongo.uri(kind.database()),
                            "--adhere.security.issuer=" + Issuer.uri(ports.issuer()),
                            "--adhere.security.jwks-uri=http://127.0.0.1:" + ports.issuer() + "/oauth2/jwks",
                            "--adhere.dashboard.url=http://localhost:" + (8083 + options.portOffset()),
                            "--adhere.dashboard.token-uri=http://127.0.0.1:" + ports.issuer() + "/oauth2/token",
                            "--spring.mail.host=127.0.0.1",
                            "--spring.mail.port=" + ports.mail(),
                            "--adhere.unsubscribe.url=" + url("localhost", 8083),
                            "--adhere.unsubscribe.key=" + DEMO_KEY,
                            "--adhere.push.public-key=" + DEMO_PUSH_KEY,
                            "--adhere.push.private-key=" + DEMO_PUSH_SECRET,
                            "--adhere.push.subject=mailto:adhere@localhost",
                            "--adhere.outbound.http=true",
                            "--adhere.outbound.networks=127.0.0.0/8,::1/128",
                            "--adhere.clock-offset=" + clockOffset,
                            // The in-JVM server may lose the last second of events at a kill; Kafka has them.
                            "--adhere.recorder.rewind=" + (mongo.durable() ? Duration.ZERO : Duration.ofHours(1)),
                            "--adhere.kafka.user-partitions=6",
                            "--adhere.kafka.replication-factor=1"));
            services.add(service);
            data.remember(services);
        }
        whenStopping(() -> {
            services.parallelStream().forEach(ServiceProcess::stop);
            try {
                Files.deleteIfExists(data.path("children"));
            } catch (IOException _) {
                // The next start finds nobody alive in it.
            }
        });
        return services;
    }

    private void awaitReady(List<ServiceProcess> services) throws InterruptedException {
        var waiting = new ArrayList<>(services);
        long end = System.nanoTime() + READY_WITHIN.toNanos();
        while (!waiting.isEmpty()) {
            for (ServiceProcess service : services) {
                if (!service.process().isAlive()) {
                    throw stopped(service);
                }
                if (waiting.contains(service) && service.ready(http)) {
                    waiting.remove(service);
                    say("%s is ready at http://localhost:%d", service.name(), service.port());
                }
            }
            if (System.nanoTime() > end) {
                throw new Refused("Not ready after " + READY_WITHIN.toSeconds() + " s: "
                        + waiting.stream().map(ServiceProcess::name).toList() + ". Their logs are in "
                        + data.path("logs"));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static Refused stopped(ServiceProcess service) {
        return new Refused(service.lastWords() + "\n\n" + service.name() + " has stopped; its log is " + service.log());
    }

    private String addresses(Mongo mongo, boolean ownMongo) {
        return String.format(
                Locale.ROOT,
                """

                catalog-service   http://localhost:%d   what exists
                session-service   http://localhost:%d   what happened
                reminder-service  http://localhost:%d   what was due, and what now; in a browser, the dashboard for coaches
                Page for users    http://localhost:%d   today's exercises, how it feels, the inbox
                Token issuer      http://localhost:%d   Kafka 127.0.0.1:%d   SMTP 127.0.0.1:%d
                %s%s; logs in %s

                Log in with a client id and the secret "demo", to the dashboard as coach-anna or coach-ben, to the page for users as user-025, say: user-001 to user-999, coach-anna, coach-ben, editor, admin, ops
                """,
                8081 + options.portOffset(),
                8082 + options.portOffset(),
                8083 + options.portOffset(),
                ports.page(),
                ports.issuer(),
                ports.kafka(),
                ports.mail(),
                mongo.words(),
                ownMongo ? " on port " + ports.mongo() : "",
                data.path("logs"));
    }

    private String firstCommands() {
        return String.format(
                Locale.ROOT, """

                  TOKEN=$(curl -s -u user-001:demo -d grant_type=client_credentials http://localhost:%d/oauth2/token | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')
                  curl -s -H "Authorization: Bearer $TOKEN" "http://localhost:%d/v1/exercises?q=bridge"
                  curl -s -H "Authorization: Bearer $TOKEN" http://localhost:%d/v1/users/user-001/adherence
                """, ports.issuer(), 8081 + options.portOffset(), 8083 + options.portOffset());
    }

    private static long residentMegabytes(List<ServiceProcess> services, Mongo mongo) {
        List<String> pids = Stream.concat(
                        Stream.of(ProcessHandle.current().pid(), mongo.pid()).filter(pid -> pid > 0),
                        services.stream().map(service -> service.process().pid()))
                .map(String::valueOf)
                .toList();
        try {
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", String.join(",", pids)).start();
            try (var lines = ps.inputReader()) {
                return lines.lines()
                                .map(String::strip)
                                .mapToLong(Long::parseLong)
                                .sum()
                        / 1024;
            }
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
    }

    private void awaitEnd(List<ServiceProcess> services) throws InterruptedException {
        var end = new CountDownLatch(1);
        for (ServiceProcess service : services) {
            var _ = service.process().onExit().thenAccept(_ -> {
                if (!stopping) {
                    System.err.println(stopped(service).getMessage());
                    end.countDown();
                }
            });
        }
        end.await();
        System.exit(1);
    }

    private void whenStopping(Runnable stop) {
        synchronized (toStop) {
            if (!stopping) {
                toStop.push(stop);
                return;
            }
        }
        stop.run();
    }

    // The last started goes first: services before the broker and the database that they use.
    private void stop() {
        List<Runnable> order;
        synchronized (toStop) {
            stopping = true;
            order = List.copyOf(toStop);
        }
        if (!order.isEmpty()) {
            System.out.println("Stopping");
        }
        for (Runnable stop : order) {
            try {
                stop.run();
            } catch (RuntimeException | LinkageError e) {
                // Classes cannot be found any more where the jar was built anew meanwhile: the others stop all the
                // same.
                System.err.println("While stopping: " + e);
            }
        }
        data.close();
        if (!order.isEmpty()) {
            System.out.println("Stopped");
        }
    }

    private void say(String words, Object... values) {
        System.out.printf(
                Locale.ROOT,
                "%5.1f s  %s%n",
                (System.nanoTime() - startedNanos) / 1e9,
                String.format(Locale.ROOT, words, values));
    }
}
