package dev.adhere.local.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Thirty-two people with low-back pain and their phones: what they did in the last weeks is brought in,
/// then they go on. Eight of them are there so that every kind of nudge comes within minutes ([Cue]).
///
/// People, plans, days and ids follow from the seed and the moment of the first start; the ledger in the
/// data folder keeps both, so that a second start sends what is new and nothing twice.
public final class Demo {

    /// A kept demo is gone on with by its own seed only: under another one, other people would have the
    /// same names.
    public static final class OtherSeed extends Exception {
        OtherSeed(String message) {
            super(message);
        }
    }

    /// The seed of a demo that names none.
    public static final long SEED = 24;

    private static final String COACH = "coach-anna";
    // Whoever tries the user's page: has a plan, and nobody simulates what becomes of it.
    private static final String YOU = "user-025";
    private static final int AT_ONCE = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofMinutes(10);
    private static final Duration OVERDUE = Duration.ofMinutes(3);

    private final Ledger ledger;
    private final List<Person> people;
    private final Outbox outbox;
    private final Answers answers;
    // Of somebody who does not wait: the phones go on sending while a service is away.
    private final Answers glance;
    private final Tokens tokens;
    private final HttpClient http;
    private final URI session;
    private final Clock clock;
    private final Duration settledWithin;
    private final Tally tally = new Tally();
    private Kinds kinds = new Kinds(Map.of(), Map.of());

    /// @param settledWithin how long to wait until what is accepted is stored and counted
    Demo(
            HttpClient http,
            Tokens tokens,
            URI session,
            URI reminder,
            Clock clock,
            Ledger ledger,
            Duration settledWithin) {
        this.ledger = ledger;
        this.people = Person.all(ledger.began());
        this.outbox = new Outbox(ledger);
        this.answers = new Answers(new Retrying(http), tokens, session, reminder);
        this.glance = new Answers(Retrying.never(http), tokens, session, reminder);
        this.http = http;
        this.tokens = tokens;
        this.session = session;
        this.clock = clock;
        this.settledWithin = settledWithin;
    }

    /// @param file the ledger
    /// @param clock the application's
    /// @throws OtherSeed where the folder's demo was begun with another seed
    public static Demo open(
            HttpClient http, Tokens tokens, URI session, URI reminder, Clock clock, Path file, long seed)
            throws IOException, OtherSeed {
        Ledger ledger = Ledger.open(file, seed, clock.instant());
        return new Demo(http, tokens, session, reminder, clock, ledger, SETTLED_WITHIN);
    }

    /// The coach writes the plans, then the apps stream in what happened until now.
    ///
    /// @param say told what has been done so far
    /// @return what came of it
    public Summary bringIn(Consumer<String> say) throws IOException, InterruptedException {
        boolean first = ledger.isNew();
        writePlans();
        say.accept(COACH + " has written " + people.size() + " plans, and one for you as " + YOU);
        long began = System.nanoTime();
        Instant now = clock.instant();
        List<Parcel> parcels = people.stream()
                .map(person -> new Parcel(person, outbox.of(person, now, !first)))
                .toList();
        int total = parcels.stream().mapToInt(parcel -> parcel.letters().size()).sum();
        try (var progress = new Progress(total, say)) {
            AtOnce.run(AT_ONCE, parcels, parcel -> send(parcel, PATIENCE, progress));
        }
        AtOnce.run(
                AT_ONCE,
                people.stream()
                        .map(person -> new Parcel(person, outbox.altered(person, now)))
                        .toList(),
                parcel -> send(parcel, PATIENCE, () -> {}));
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        List<Summary.Row> rows = settle(took, first, say);
        Kinds before = Kinds.read(people, answers, Map.of());
        kinds = new Kinds(before.sent(), layOut(before));
        return new Summary(rows, kinds, tally, clock.instant(), took);
    }

    // Those who are there for a kind of nudge say when they want to be reminded, so that it is soon; the coach
    // allows more of what was easy.
    private Map<Cue, Instant> layOut(Kinds before) throws IOException, InterruptedException {
        var due = new EnumMap<Cue, Instant>(Cue.class);
        for (Cue cue : Cue.values()) {
            Instant now = clock.instant();
            Instant at = cue.at(ledger.began(), now);
            Person person = cue.person(ledger.began());
            if (at == null || before.toOwn(cue) != null) {
                continue;
            }
            due.put(cue, at);
            String preferences = cue.preferences(at, person.zone());
            if (preferences != null) {
                answers.prefer(person.userId(), preferences);
            } else if (cue == Cue.PROGRESS_READY) {
                answers.allowMore(
                        COACH,
                        person.userId(),
                        person.programme().first().getLast().exerciseId());
            }
        }
        return due;
    }

    /// What one phone sends at a time.
    private record Parcel(Person person, List<Letter> letters) {}

    private void writePlans() throws IOException, InterruptedException {
        var plans = new LinkedHashMap<String, String>();
        people.forEach(person -> plans.put(person.userId(), person.planJson(ledger.began())));
        plans.put(YOU, yourPlan());
        AtOnce.run(AT_ONCE, List.copyOf(plans.entrySet()), plan -> {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!answers.writePlan(COACH, plan.getKey(), plan.getValue())) {
                if (System.nanoTime() > end) {
                    throw new IOException("The plan of " + plan.getKey() + " is not taken.");
                }
                TimeUnit.MILLISECONDS.sleep(500);
            }
        });
    }

    // At any time of every day, so that there is something to try whenever somebody does.
    private String yourPlan() {
        ZoneId here = ZoneId.systemDefault();
        ZoneId zone = here.getId().contains("/") ? here : ZoneId.of("UTC");
        return """
                {"timeZone":"%s","versions":[{"effectiveFrom":"%s","items":[
                {"id":"cat-cow","exerciseId":"cat-cow","sets":1,"reps":8,"schedule":{"everyDays":1}},
                {"id":"bridge","exerciseId":"bridge","sets":2,"reps":10,"schedule":{"everyDays":1}},
                {"id":"bird-dog","exerciseId":"bird-dog","sets":1,"holdSeconds":5,"schedule":{"everyDays":1}}]}]}""".formatted(zone, LocalDate.ofInstant(clock.instant(), zone));
    }

    /// @param each called for each line that has its outcome
    private void send(Parcel parcel, Duration patience, Runnable each) throws IOException, InterruptedException {
        String userId = parcel.person().userId();
        List<Letter> left = new ClientApp(http, session, tokens, userId)
                .send(parcel.letters(), patience, new ClientApp.Listener() {
                    @Override
                    public void settled(Letter letter, @Nullable String problem) {
                        boolean repeat = ledger.accepted(userId, letter.key());
                        ledger.settled(userId, letter, problem);
                        tally.count(letter, problem, repeat);
                        each.run();
                    }

                    @Override
                    public void again() {
                        tally.again();
                    }
                });
        if (!left.isEmpty() && patience.equals(PATIENCE)) {
            throw new IOException(
                    left.size() + " events of " + userId + " have no outcome after " + PATIENCE.toSeconds() + " s.");
        }
    }

    // Stored and folded follow a moment after accepted.
    private List<Summary.Row> settle(Duration took, boolean first, Consumer<String> say)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + settledWithin.toNanos();
        say.accept("All are in; waiting until they are stored and counted");
        while (true) {
            var rows = new ArrayList<Summary.Row>();
            for (Person person : people) {
                rows.add(Summary.Row.read(person, answers, ledger));
            }
            var summary = new Summary(rows, kinds, tally, clock.instant(), took);
            boolean settled = summary.isAsExpected() && (summary.showsRules() || !first);
            if (settled || System.nanoTime() > end) {
                return rows;
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }

    /// Goes on until the thread is interrupted: a handful of events a minute, by whoever is awake and has
    /// not done today's exercises; a phone that was offline comes back.
    ///
    /// @param say told once a minute, and when something special happens
    public void live(Consumer<String> say) throws InterruptedException {
        var live = new Live(outbox, ledger, clock, tally);
        var failing = new AtomicBoolean();
        while (true) {
            TimeUnit.MILLISECONDS.sleep(Live.PACE.toMillis());
            for (Live.Step step : live.next()) {
                try {
                    send(new Parcel(step.person(), step.letters()), Live.PACE, () -> {});
                    failing.set(false);
                } catch (IOException | RuntimeException e) {
                    if (!failing.getAndSet(true)) {
                        say.accept("The apps cannot send: " + e.getMessage() + ". They keep trying.");
                    }
                    continue;
                }
                if (step.news() != null) {
                    say.accept(step.news());
                }
            }
            news(say);
            String minute = live.minute();
            if (!minute.isEmpty()) {
                say.accept(minute);
            }
        }
    }

    // Each kind when it has come to the person who is there for it, and all of them once no other is to come
    // soon.
    void news(Consumer<String> say) throws InterruptedException {
        Instant now = clock.instant();
        Kinds before = kinds;
        if (before.due().values().stream().noneMatch(at -> at.isBefore(now))) {
            return;
        }
        try {
            kinds = Kinds.read(people, glance, before.due());
        } catch (IOException | RuntimeException _) {
            return; // asked again with the next step
        }
        before.due().keySet().stream().sorted().forEach(cue -> {
            Kinds.Sent sent = kinds.toOwn(cue);
            if (sent != null) {
                say.accept(cue + " to " + cue.userId() + ": " + sent.text());
            }
        });
        Set<Cue> lost = kinds.before(now.minus(OVERDUE));
        if (!lost.isEmpty()) {
            kinds = kinds.without(lost);
            lost.forEach(cue -> say.accept(cue + " HAS NOT COME to " + cue.userId() + "; GET /v1/users/" + cue.userId()
                    + "/nudges/decisions says why"));
        }
        if (kinds.before(now.plus(SOON)).isEmpty()) {
            say.accept("Nudges so far and about to come:\n" + kinds.table(now));
        }
    }

    /// What to try first, for a shell.
    ///
    /// @param issuer as people reach it
    public String commands(URI issuer, URI session, URI reminder) {
        Person lapsing = first(Habit.LAPSING);
        Person offline = first(Habit.OFFLINE);
        Person inPain = first(Habit.IN_PAIN);
        return String.format(
                Locale.ROOT,
                """
                  token() { curl -s -u "$1:demo" -d grant_type=client_credentials %s/oauth2/token | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/'; }
                  see() { curl -s -H "Authorization: Bearer $COACH" "$1"; echo; }; COACH=$(token %s)
                  see %s/v1/users/%s/adherence                  # %s: again in two minutes, the phone is back by then
                  see %s/v1/users/%s/adherence/days             # %s: day by day
                  see '%s/v1/users/%s/adherence/explain?date=%s'  # why that day counts as it does, set by set
                  see '%s/v1/users/%s/pain-scores?size=5'       # %s: how it hurt
                  see '%s/v1/users/%s/nudges/decisions?size=5'  # %s: what was decided, sent or not, and why
                  see %s/v1/users/%s/pain                       # %s: which rules applied, and what rests
                  see %s/v1/users/%s/events/conflicts           # other content under ids that were taken: the first stays
                """,
                issuer,
                COACH,
                reminder,
                offline.userId(),
                offline.habit().words(),
                reminder,
                lapsing.userId(),
                lapsing.habit().words(),
                reminder,
                first(Habit.OVERDOING).userId(),
                first(Habit.OVERDOING).date(clock.instant()).minusDays(1),
                session,
                inPain.userId(),
                inPain.habit().words(),
                reminder,
                Cue.RE_ENGAGE.userId(),
                Habit.AWAY.words(),
                reminder,
                Cue.SAFETY.userId(),
                Habit.FLARING.words(),
                session,
                first(Habit.TWICE).userId());
    }

    private static Person first(Habit habit) {
        return Person.COHORT.stream()
                .filter(person -> person.habit() == habit)
                .findFirst()
                .orElseThrow();
    }

    /// Nothing is remembered after this.
    public void close() {
        ledger.close();
    }

    /// Says how many lines have their outcome, at most once a second.
    private static final class Progress implements Runnable, AutoCloseable {
        private final int total;
        private final Consumer<String> say;
        private int done;
        private long saidNanos = System.nanoTime();

        Progress(int total, Consumer<String> say) {
            this.total = total;
            this.say = say;
        }

        @Override
        public synchronized void run() {
            done++;
            if (System.nanoTime() - saidNanos > 1_000_000_000L) {
                tell();
            }
        }

        private void tell() {
            saidNanos = System.nanoTime();
            int tenths = total == 0 ? 20 : 20 * done / total;
            say.accept(String.format(
                    Locale.ROOT,
                    "[%s%s] %,d of %,d events in",
                    "#".repeat(tenths),
                    ".".repeat(20 - tenths),
                    done,
                    total));
        }

        @Override
        public synchronized void close() {
            tell();
        }
    }
}
