package dev.adhere.bench;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.regex;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.adhere.bench.Connection.Outcomes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.bson.conversions.Bson;

/// How long it takes to decide on users who are all due in the same minute, how fast their mails go out then, and what
/// an
/// event of somebody else has to wait meanwhile.
///
/// Every twenty-fifth wants e-mail, the others have their inbox.
final class Herd {

    private static final int ONE_BY_MAIL_IN = 25;
    private static final Duration BEFORE = Duration.ofSeconds(20);
    private static final int MINUTES_BETWEEN = 4;

    // Half an hour before the time of day that a plan names.
    private static final Duration DUE_SOON_AHEAD = Duration.ofMinutes(30);
    private static final int SENDERS = 10;
    private static final int SETS_A_SESSION = 25;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Bson ANYWHERE =
            in("partition", IntStream.range(0, Stack.PARTITIONS).boxed().toList());

    private final Stack stack;
    private final Report report;
    private final Population population;

    /// What somebody else's event took, and when it was sent.
    private record Sent(Instant at, double millis) {}

    Herd(Stack stack, Report report) {
        this.stack = stack;
        this.report = report;
        this.population = new Population(stack, Population.whereItIs(12));
    }

    /// @param users who are due at once
    /// @param warmUp who are due at once some minutes earlier, because what has just started is still being
    ///     compiled; 0 for none
    void run(int users, int warmUp) throws IOException, InterruptedException {
        report.progress("Making %d users who are due at once", users + warmUp);
        // Two models take some ten seconds, and 10,000 copies about three.
        Instant ready = Instant.now().plusSeconds(30 + (warmUp > 0 ? 20 : 0) + (users + warmUp) / 1_000);
        Instant first = ready.plus(BEFORE).truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        Instant due = warmUp > 0 ? first.plus(MINUTES_BETWEEN, ChronoUnit.MINUTES) : first;
        if (warmUp > 0) {
            prepare("warm", first, warmUp);
        }
        prepare("herd", due, users);
        if (Instant.now().isAfter(first.minus(BEFORE))) {
            throw new IllegalStateException("the herd was not ready in time");
        }
        var mails = new GreenMail(new ServerSetup(stack.smtpPort(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mails.start();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Queue<Sent> sent = new ConcurrentLinkedQueue<>();
            List<Future<?>> senders = new ArrayList<>();
            List<Integer> arrived = new CopyOnWriteArrayList<>();
            senders.add(threads.submit(() -> count(mails, arrived)));
            for (int n = 0; n < SENDERS; n++) {
                int number = n;
                senders.add(threads.submit(() -> send(number, sent)));
            }
            try {
                if (warmUp > 0) {
                    warm(first, warmUp, arrived);
                }
                measure(due, users, arrived, sent);
            } finally {
                senders.forEach(sender -> sender.cancel(true));
            }
        } finally {
            mails.stop();
        }
    }

    private void prepare(String name, Instant due, int users) throws IOException, InterruptedException {
        ZonedDateTime named = due.plus(DUE_SOON_AHEAD).atZone(population.zone());
        String schedule = "{\"everyDays\":1,\"timesOfDay\":[\"%s\"]}".formatted(LocalTime.from(named));
        population.model(name + "-inbox", schedule);
        population.put(
                "/v1/users/%s-mail/preferences".formatted(name), stack.token(name + "-mail", "user"), """
                {"timeZone":"%s","preferredTime":"18:00","quietHours":{"from":"21:00","to":"08:00"},
                "channels":["EMAIL","INBOX"],"email":"herd@example.org","mutedKinds":[],"nudges":true}
                """.formatted(
                                population.zone()));
        population.model(name + "-mail", schedule);
        for (String model : List.of(name + "-inbox", name + "-mail")) {
            Instant next = population.only("users", model).getDate("nextDueAt").toInstant();
            if (!next.equals(due)) {
                throw new IllegalStateException(model + " is due at " + next + " and not at " + due);
            }
        }
        int byMail = users / ONE_BY_MAIL_IN;
        // The models are two of them.
        copies(name + "-inbox", users - byMail - 1);
        copies(name + "-mail", byMail - 1);
    }

    private void copies(String model, int users) {
        population.copy(
                model,
                users,
                n -> model + "-%05d".formatted(n),
                collection -> List.of(population.collection(collection)));
    }

    private void warm(Instant due, int users, List<Integer> arrived) {
        report.progress("Waiting for the minute of those who come first");
        waitFor(due);
        Instant decided = whenNone("users", and(ANYWHERE, lte("nextDueAt", Date.from(due))));
        Instant told = whenNone("users", and(ANYWHERE, eq("pending", true)));
        report.progress(
                "%d users decided after %.1f s and told after %.1f s, by services that have just started",
                users, seconds(due, decided), seconds(due, told));
        Waits.until("mails", users / ONE_BY_MAIL_IN, () -> soFar(arrived));
        if (Instant.now().isAfter(due.plus(MINUTES_BETWEEN - 1, ChronoUnit.MINUTES))) {
            throw new IllegalStateException("those who came first are not done before the herd comes");
        }
    }

    private static void waitFor(Instant due) {
        while (Instant.now().isBefore(due)) {
            LockSupport.parkNanos(Duration.between(Instant.now(), due).toNanos());
        }
    }

    private void measure(Instant due, int users, List<Integer> arrived, Queue<Sent> sent) {
        int byMail = users / ONE_BY_MAIL_IN;
        report.progress("Waiting for the minute");
        Bson isDue = and(ANYWHERE, lte("nextDueAt", Date.from(due)));
        waitFor(due);
        int earlier = soFar(arrived);
        report.progress("Deciding on %d users", population.collection("users").countDocuments(isDue));
        var usage = stack.usage();
        usage.begin();
        Instant decided = whenNone("users", isDue);
        usage.end();
        Instant told = whenNone("users", and(ANYWHERE, eq("pending", true)));
        // What is said beforehand depends on how yesterday went.
        Bson beforehand = and(regex("userId", "^herd-"), in("kind", "DUE_SOON", "RECOVERY"));
        long logged = population.collection("nudges").countDocuments(beforehand);
        if (logged != users) {
            throw new IllegalStateException(logged + " decisions on " + users + " users");
        }
        report.progress("Waiting for %d mails", byMail);
        Waits.until("mails", byMail, () -> soFar(arrived) - earlier);
        Instant delivered = Instant.now();

        report.heading("%,d users due in the same minute".formatted(users));
        report.seconds("all decided", seconds(due, decided), 30);
        report.processors(usage);
        report.progress("all told after %.1f s", seconds(due, told));
        report.progress(
                "%d mails after %.1f s, at most %d in one second",
                byMail,
                seconds(due, delivered),
                IntStream.range(1, arrived.size())
                        .map(n -> arrived.get(n) - arrived.get(n - 1))
                        .max()
                        .orElse(0));
        Bson unsettled = and(beforehand, in("state", "UNKNOWN", "SENDING", "PENDING"));
        var _ = whenNone("nudges", unsettled);
        report.latency("an event of somebody else, before", millis(sent, due.minus(BEFORE), due));
        report.latency("an event of somebody else, meanwhile", millis(sent, due, decided), 300);
    }

    // How many mails there are after each second.
    private static void count(GreenMail mails, List<Integer> arrived) {
        while (!Thread.currentThread().isInterrupted()) {
            arrived.add(mails.getReceivedMessages().length);
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    private static int soFar(List<Integer> arrived) {
        return arrived.isEmpty() ? 0 : arrived.getLast();
    }

    // Asked seldom and for one only: what it costs to ask is taken from what is measured.
    private Instant whenNone(String collection, Bson filter) {
        long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (population.collection(collection).find(filter).first() != null) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("after five minutes there are still " + collection);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
        return Instant.now();
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }

    private static double[] millis(Queue<Sent> sent, Instant from, Instant to) {
        return sent.stream()
                .filter(s -> !s.at().isBefore(from) && s.at().isBefore(to))
                .mapToDouble(Sent::millis)
                .sorted()
                .toArray();
    }

    // One event after another, each in a request of its own; after a session it is somebody else.
    private void send(int number, Queue<Sent> sent) {
        for (int session = 0; !Thread.currentThread().isInterrupted(); session++) {
            String user = "beside-" + number + "-" + session;
            try (var connection = new Connection(stack.sessionPort(), stack.token(user, "user"))) {
                for (int n = 0; n < SETS_A_SESSION && !Thread.currentThread().isInterrupted(); n++) {
                    Event event = Event.of(user, Instant.now().minusSeconds(60), "UTC");
                    byte[] request = connection.request("application/cloudevents+json", event.json());
                    Instant at = Instant.now();
                    long began = System.nanoTime();
                    while (Outcomes.of(1, connection.exchange(request)).retry() > 0) {
                        LockSupport.parkNanos(PAUSE.toNanos());
                    }
                    sent.add(new Sent(at, (System.nanoTime() - began) / 1e6));
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
