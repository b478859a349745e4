package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent;
import java.nio.ByteBuffer;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/// How heads and days are stored: `users/{userId}` and `days/{userId|date}`.
///
/// Instants are stored as ISO text, because MongoDB's dates drop what is below a millisecond and rule 10
/// compares it;
/// only `nextDueAt` is a date, for its index.
final class UserDocuments {

    /// Raised with every change that an older release could not read.
    static final int SCHEMA = 6;

    /// A field of a head of which only the whole can be told apart.
    ///
    /// @param value what it is made of
    /// @param stored null where the head has no such field
    private record Field(
            String name, Function<UserState, @Nullable Object> value, Function<UserState, @Nullable Object> stored) {}

    private static final List<Field> FIELDS = List.of(
            field("nextDueAt", UserState::nextDueAt, java.util.Date::from),
            field("nextDue", UserState::nextDueAt, Instant::toString),
            field("zone", UserState::zone, ZoneId::getId),
            field("throughDate", UserState::throughDate, LocalDate::toString),
            field("lastReceivedAt", UserState::lastReceivedAt, Instant::toString),
            field("editedAt", UserState::editedAt, Instant::toString),
            field("topicId", s -> s.applied().topicId()),
            field("appliedOffset", s -> s.applied().offset()),
            field("frozenRun", s -> s.frozen().run()),
            field("frozenBest", s -> s.frozen().best()),
            field("frozenMissed", s -> s.frozen().missed()),
            field("frozenActive", s -> s.frozen().active()),
            field("careTeam", UserState::careTeam, UserDocuments::careTeam),
            field("careTeamDirty", s -> s.careTeamDirty() ? true : null),
            field("links", UserState::links, links -> links.isEmpty() ? null : list(links, UserDocuments::link)),
            field("excuses", UserState::excuses, excuses -> list(excuses, UserDocuments::excuse)),
            field("pain", UserState::pain, PainDocuments::of),
            field("plan", UserState::plan, UserDocuments::plan),
            field("preferences", UserState::preferences, p -> p.revision() > 0 ? preferences(p) : null),
            field("profile", UserState::profile, p -> p.revision() > 0 ? profile(p) : null),
            pending("pending", _ -> true),
            pending("tellAdherence", UserState.Pending::adherence),
            pending("tellNudges", UserState.Pending::nudges),
            pending("tellAlerts", UserState.Pending::alerts));

    private UserDocuments() {}

    static String dayId(String userId, LocalDate date) {
        return userId + "|" + date;
    }

    private static Field field(String name, Function<UserState, @Nullable Object> value) {
        return new Field(name, value, value);
    }

    private static <T> Field field(
            String name, Function<UserState, @Nullable T> value, Function<T, @Nullable Object> stored) {
        return new Field(name, value::apply, s -> {
            T is = value.apply(s);
            return is == null ? null : stored.apply(is);
        });
    }

    private static Field pending(String name, Function<UserState.Pending, Object> value) {
        return field(name, s -> s.pending().isEmpty() ? null : value.apply(s.pending()));
    }

    static Document of(UserState s, int partition) {
        var doc = new Document("_id", s.userId())
                .append("schema", SCHEMA)
                .append("revision", s.revision())
                .append("partition", partition)
                .append("sums", list(s.sums().values(), UserDocuments::sums))
                .append("nudges", list(s.nudges(), UserDocuments::decision));
        for (Field field : FIELDS) {
            Object stored = field.stored().apply(s);
            if (stored != null) {
                doc.append(field.name(), stored);
            }
        }
        return doc;
    }

    /// What makes the stored head of the one that of the other.
    static Difference difference(UserState was, UserState is) {
        var difference = new Difference()
                .elements("sums", was.sums().values(), is.sums().values(), UserDocuments::sums)
                .elements("nudges", was.nudges(), is.nudges(), UserDocuments::decision);
        for (Field field : FIELDS) {
            difference.field(
                    field.name(),
                    field.value().apply(was),
                    field.value().apply(is),
                    () -> field.stored().apply(is));
        }
        return difference;
    }

    static UserState state(Document d) {
        int schema = d.getInteger("schema", 0);
        if (schema > SCHEMA) {
            throw new IllegalStateException("a user document of a later release: schema " + schema);
        }
        var sums = new TreeMap<LocalDate, DaySums>();
        for (Object stored : d.getList("sums", Object.class, List.of())) {
            DaySums day = sums(stored);
            sums.put(day.date(), day);
        }
        String userId = d.getString("_id");
        Document plan = d.get("plan", Document.class);
        Document preferences = d.get("preferences", Document.class);
        Document profile = d.get("profile", Document.class);
        return new UserState(
                userId,
                plan == null ? null : plan(plan),
                preferences == null ? Preferences.DEFAULT : preferences(preferences),
                profile == null ? Profile.EMPTY : profile(profile),
                careTeam(userId, d.get("careTeam", Document.class)),
                d.getBoolean("careTeamDirty", false),
                documents(d, "excuses").stream().map(UserDocuments::excuse).toList(),
                PainDocuments.state(d.get("pain", Document.class)),
                // An earlier release wrote Z, which is no name of the IANA list.
                d.getString("zone").equals("Z") ? UserState.NO_ZONE : ZoneId.of(d.getString("zone")),
                LocalDate.parse(d.getString("throughDate")),
                sums,
                new Figures.Frozen(
                        d.getInteger("frozenRun", 0),
                        d.getInteger("frozenBest", 0),
                        d.getInteger("frozenMissed", 0),
                        d.getBoolean("frozenActive", false)),
                documents(d, "links").stream().map(UserDocuments::link).toList(),
                documents(d, "nudges").stream().map(UserDocuments::decision).toList(),
                instant(d, "lastReceivedAt"),
                d.containsKey("editedAt") ? instant(d, "editedAt") : plan == null ? null : instant(plan, "editedAt"),
                instant(d, "nextDue"),
                new UserState.Applied(d.getString("topicId"), d.get("appliedOffset", -1L)),
                new UserState.Pending(
                        d.getBoolean("tellAdherence", false),
                        d.getList("tellNudges", String.class, List.of()),
                        d.getList("tellAlerts", String.class, List.of())),
                d.getLong("revision"));
    }

    /// The care team of a head, which may be the only thing that was read of it.
    static CareTeam careTeamOf(Document head) {
        return careTeam(head.getString("_id"), head.get("careTeam", Document.class));
    }

    // ---- days

    static Document of(String userId, Day day) {
        return new Document("_id", dayId(userId, day.date()))
                .append("schema", SCHEMA)
                .append("revision", day.revision())
                .append("userId", userId)
                .append("date", day.date().toString())
                .append("facts", list(day.counted(), UserDocuments::fact))
                .append("notCounted", list(day.notCounted(), UserDocuments::notCounted));
    }

    /// What makes the stored day of the one that of the other.
    static Difference difference(Day was, Day is) {
        return new Difference()
                .elements("facts", was.counted(), is.counted(), UserDocuments::fact)
                .elements("notCounted", was.notCounted(), is.notCounted(), UserDocuments::notCounted);
    }

    static Day day(Document d) {
        return new Day(
                LocalDate.parse(d.getString("date")),
                documents(d, "facts").stream().map(UserDocuments::fact).toList(),
                documents(d, "notCounted").stream()
                        .map(n -> new Day.NotCounted(fact(n), Day.Flag.valueOf(n.getString("flag"))))
                        .toList(),
                d.getLong("revision"));
    }

    private static Document notCounted(Day.NotCounted n) {
        return fact(n.fact()).append("flag", n.flag().name());
    }

    private static Document fact(Fact fact) {
        var doc = new Document("id", fact.id())
                .append("time", fact.time().toString())
                .append("receivedAt", fact.receivedAt().toString())
                .append("replaces", fact.replaces());
        switch (fact) {
            case Fact.DoneSet set ->
                doc.append("exerciseId", set.exerciseId())
                        .append("side", set.side().name())
                        .append("reps", set.reps())
                        .append("holdSeconds", set.holdSeconds());
            case Fact.Score score ->
                doc.append("score", score.score())
                        .append("context", score.context().name())
                        .append("sensation", score.sensation().name())
                        .append("region", score.region().name())
                        .append("exerciseId", score.exerciseId());
            case Fact.Answers answers ->
                doc.append("yes", list(new TreeSet<>(answers.yes()), Enum::name))
                        .append("no", list(new TreeSet<>(answers.no()), Enum::name));
            case Fact.Withdrawn _ -> doc.append("withdrawal", true);
        }
        doc.values().removeIf(v -> v == null);
        return doc;
    }

    private static Fact fact(Document d) {
        Instant time = InstantText.parse(d.getString("time"));
        Instant receivedAt = InstantText.parse(d.getString("receivedAt"));
        Integer score = d.getInteger("score");
        if (d.getBoolean("withdrawal", false)) {
            return new Fact.Withdrawn(d.getString("id"), time, receivedAt, d.getString("replaces"));
        }
        if (d.containsKey("yes")) {
            return new Fact.Answers(
                    d.getString("id"), time, receivedAt, flags(d, "yes"), flags(d, "no"), d.getString("replaces"));
        }
        return score == null
                ? new Fact.DoneSet(
                        d.getString("id"),
                        time,
                        receivedAt,
                        d.getString("exerciseId"),
                        SessionEvent.Side.valueOf(d.getString("side")),
                        d.getInteger("reps"),
                        d.getInteger("holdSeconds"),
                        d.getString("replaces"))
                : new Fact.Score(
                        d.getString("id"),
                        time,
                        receivedAt,
                        score,
                        SessionEvent.Context.valueOf(d.getString("context")),
                        SessionEvent.Sensation.valueOf(d.getString("sensation")),
                        SessionEvent.Region.valueOf(d.getString("region")),
                        d.getString("exerciseId"),
                        d.getString("replaces"));
    }

    private static Set<RedFlag> flags(Document d, String name) {
        return d.getList(name, String.class).stream().map(RedFlag::valueOf).collect(Collectors.toSet());
    }

    // ---- parts of the head

    private static Document link(ChainLink l) {
        var doc = new Document("id", l.id())
                .append("type", l.type())
                .append("time", l.time().toString())
                .append("replaces", l.replaces())
                .append("date", l.date().toString());
        doc.values().removeIf(v -> v == null);
        return doc;
    }

    private static ChainLink link(Document d) {
        return new ChainLink(
                d.getString("id"),
                d.getString("type"),
                InstantText.parse(d.getString("time")),
                d.getString("replaces"),
                LocalDate.parse(d.getString("date")));
    }

    private static Binary sums(DaySums s) {
        return new Binary(SumsBytes.of(s));
    }

    private static DaySums sums(Object stored) {
        return stored instanceof Document document
                ? sumsOfSchema5(document)
                : SumsBytes.read(((Binary) stored).getData());
    }

    // What heads held up to then.
    private static DaySums sumsOfSchema5(Document d) {
        Binary stored = d.get("ids", Binary.class);
        var buffer =
                ByteBuffer.wrap(stored == null ? new byte[0] : stored.getData()).asIntBuffer();
        int[] ids = new int[buffer.remaining()];
        buffer.get(ids);
        return new DaySums(
                LocalDate.parse(d.getString("date")),
                d.getInteger("due"),
                d.getLong("done"),
                d.getInteger("excused"),
                d.getLong("rawDone"),
                d.getLong("over"),
                d.getBoolean("active"),
                new TreeSet<>(d.getList("exercises", String.class)),
                instant(d, d.containsKey("firstSetAt") ? "firstSetAt" : "lastSetAt"),
                instant(d, "lastSetAt"),
                PainDocuments.day(d.get("pain", Document.class)),
                ids);
    }

    private static Document decision(Decision decision) {
        Document doc = nudge(decision.nudge())
                .append("moment", decision.moment().toString())
                .append("snoozed", decision.snoozed() ? Boolean.TRUE : null);
        Decision.Outgoing outgoing = decision.outgoing();
        if (outgoing != null) {
            doc.append("at", outgoing.at().toString())
                    .append("expiresAt", outgoing.expiresAt().toString())
                    .append("attempts", outgoing.attempts())
                    .append("holder", outgoing.holder());
        }
        doc.values().removeIf(v -> v == null);
        return doc;
    }

    private static Decision decision(Document d) {
        return new Decision(
                nudge(d),
                Instant.parse(d.getString(d.containsKey("moment") ? "moment" : "decidedAt")),
                d.getBoolean("snoozed", false),
                d.containsKey("at")
                        ? new Decision.Outgoing(
                                InstantText.parse(d.getString("at")),
                                InstantText.parse(d.getString("expiresAt")),
                                d.getInteger("attempts"),
                                d.getString("holder"))
                        : null);
    }

    static Document nudge(Nudge n) {
        var doc = new Document("id", n.id())
                .append("kind", n.kind().name())
                .append("date", n.date().toString())
                .append("decidedAt", n.decidedAt().toString())
                .append("outcome", n.outcome().name())
                .append("reason", name(n.reason()))
                .append("text", n.text())
                .append("textId", n.textId())
                .append("channel", name(n.channel()))
                .append("state", name(n.state()))
                .append("displayedAt", text(n.displayedAt()))
                .append("openedAt", text(n.openedAt()));
        doc.values().removeIf(v -> v == null);
        return doc;
    }

    static Nudge nudge(Document d) {
        return new Nudge(
                d.getString("id"),
                Nudge.Kind.valueOf(d.getString("kind")),
                LocalDate.parse(d.getString("date")),
                InstantText.parse(d.getString("decidedAt")),
                Nudge.Outcome.valueOf(d.getString("outcome")),
                value(d, "reason", Nudge.Reason::valueOf),
                d.getString("text"),
                d.getString("textId"),
                value(d, "channel", Nudge.Channel::valueOf),
                value(d, "state", Nudge.State::valueOf),
                instant(d, "displayedAt"),
                instant(d, "openedAt"));
    }

    private static Document careTeam(CareTeam team) {
        return new Document("revision", team.revision())
                .append(
                        "coaches",
                        list(
                                team.coaches(),
                                a -> new Document("coachId", a.coachId())
                                        .append("from", a.from().toString())
                                        .append("until", text(a.until()))));
    }

    private static CareTeam careTeam(String userId, Document d) {
        return new CareTeam(
                userId,
                d.getLong("revision"),
                documents(d, "coaches").stream()
                        .map(a -> new CareTeam.Assignment(
                                a.getString("coachId"), InstantText.parse(a.getString("from")), instant(a, "until")))
                        .toList());
    }

    private static Document excuse(Excuse e) {
        return new Document("from", e.from().toString())
                .append("to", e.to().toString())
                .append("exerciseId", e.exerciseId())
                .append("reason", e.reason().name());
    }

    private static Excuse excuse(Document d) {
        return new Excuse(
                LocalDate.parse(d.getString("from")),
                LocalDate.parse(d.getString("to")),
                d.getString("exerciseId"),
                Excuse.Reason.valueOf(d.getString("reason")));
    }

    private static Document preferences(Preferences p) {
        return new Document(
                        "timeZone", p.timeZone() == null ? null : p.timeZone().getId())
                .append("preferredTime", p.preferredTime().toString())
                .append("quietFrom", p.quietHours().from().toString())
                .append("quietTo", p.quietHours().to().toString())
                .append("channels", list(p.channels(), Enum::name))
                .append("email", p.email())
                .append("webhook", webhook(p.webhook()))
                .append("mutedKinds", list(p.mutedKinds(), Enum::name))
                .append("nudges", p.nudges())
                .append("language", p.language().name())
                .append("revision", p.revision());
    }

    private static Preferences preferences(Document d) {
        return new Preferences(
                value(d, "timeZone", ZoneId::of),
                LocalTime.parse(d.getString("preferredTime")),
                new Preferences.QuietHours(
                        LocalTime.parse(d.getString("quietFrom")), LocalTime.parse(d.getString("quietTo"))),
                d.getList("channels", String.class).stream()
                        .map(Nudge.Channel::valueOf)
                        .toList(),
                d.getString("email"),
                d.getList("mutedKinds", String.class).stream()
                        .map(Nudge.Kind::valueOf)
                        .collect(Collectors.toSet()),
                d.getBoolean("nudges"),
                Preferences.Language.valueOf(d.get("language", Preferences.Language.EN.name())),
                webhook(d.get("webhook", Document.class)),
                d.getLong("revision"));
    }

    private static @Nullable Document webhook(Preferences.@Nullable Webhook w) {
        return w == null ? null : new Document("url", w.url()).append("secret", w.secret());
    }

    private static Preferences.@Nullable Webhook webhook(@Nullable Document d) {
        return d == null ? null : new Preferences.Webhook(d.getString("url"), d.getString("secret"));
    }

    private static Document profile(Profile p) {
        return new Document("pseudonym", p.pseudonym())
                .append("conditions", list(p.conditions(), Enum::name))
                .append("baselinePain", p.baselinePain())
                .append("onboardedOn", text(p.onboardedOn()))
                .append("revision", p.revision());
    }

    private static Profile profile(Document d) {
        return new Profile(
                d.getString("pseudonym"),
                d.getList("conditions", String.class).stream()
                        .map(Profile.Condition::valueOf)
                        .collect(Collectors.toSet()),
                d.getInteger("baselinePain"),
                value(d, "onboardedOn", LocalDate::parse),
                d.getLong("revision"));
    }

    private static Document plan(Plan p) {
        return new Document("timeZone", p.timeZone().getId())
                .append("zonePolicy", p.zonePolicy().name())
                .append("revision", p.revision())
                .append("firstSavedAt", p.firstSavedAt().toString())
                .append("editedAt", p.editedAt().toString())
                .append(
                        "versions",
                        list(
                                p.versions(),
                                v -> new Document(
                                                "effectiveFrom",
                                                v.effectiveFrom().toString())
                                        .append("items", list(v.items(), UserDocuments::item))));
    }

    private static Plan plan(Document d) {
        return new Plan(
                ZoneId.of(d.getString("timeZone")),
                Plan.ZonePolicy.valueOf(d.getString("zonePolicy")),
                documents(d, "versions").stream()
                        .map(v -> new Plan.Version(
                                LocalDate.parse(v.getString("effectiveFrom")),
                                documents(v, "items").stream()
                                        .map(UserDocuments::item)
                                        .toList()))
                        .toList(),
                d.getLong("revision"),
                InstantText.parse(d.getString("firstSavedAt")),
                InstantText.parse(d.getString("editedAt")));
    }

    private static Document item(Plan.Item i) {
        var doc = new Document("id", i.id())
                .append("exerciseId", i.exerciseId())
                .append("sets", i.sets())
                .append("reps", i.reps())
                .append("holdSeconds", i.holdSeconds())
                .append("name", i.traits().name())
                .append("unilateral", i.unilateral())
                .append("kind", name(i.traits().kind()))
                .append("postponeOnDiscomfort", i.traits().postponeOnDiscomfort())
                .append("postponeFrom", i.postponeFrom())
                .append("timesOfDay", list(i.schedule().timesOfDay(), LocalTime::toString));
        switch (i.schedule()) {
            case Plan.Schedule.DaysOfWeek s ->
                doc.append(
                        "dayOfWeek",
                        list(s.days().stream().sorted(Comparator.naturalOrder()).toList(), Enum::name));
            case Plan.Schedule.EveryDays s -> doc.append("everyDays", s.n());
            case Plan.Schedule.TimesPerWeek s -> doc.append("timesPerWeek", s.n());
        }
        return doc;
    }

    private static Plan.Item item(Document d) {
        List<LocalTime> times = d.getList("timesOfDay", String.class).stream()
                .map(LocalTime::parse)
                .toList();
        Plan.Schedule schedule;
        if (d.containsKey("dayOfWeek")) {
            schedule = new Plan.Schedule.DaysOfWeek(
                    d.getList("dayOfWeek", String.class).stream()
                            .map(DayOfWeek::valueOf)
                            .collect(Collectors.toSet()),
                    times);
        } else if (d.containsKey("everyDays")) {
            schedule = new Plan.Schedule.EveryDays(d.getInteger("everyDays"), times);
        } else {
            schedule = new Plan.Schedule.TimesPerWeek(d.getInteger("timesPerWeek"), times);
        }
        return new Plan.Item(
                d.getString("id"),
                d.getString("exerciseId"),
                d.getInteger("sets"),
                d.getInteger("reps"),
                d.getInteger("holdSeconds"),
                schedule,
                new Plan.Item.Traits(
                        d.get("name", d.getString("exerciseId")),
                        d.getBoolean("unilateral"),
                        value(d, "kind", Exercise.Kind::valueOf),
                        d.getBoolean("postponeOnDiscomfort", false)),
                d.getInteger("postponeFrom"));
    }

    // ---- small things

    static List<Document> documents(Document d, String name) {
        return d.getList(name, Document.class, List.of());
    }

    static <T, R> List<R> list(Iterable<T> values, Function<T, R> map) {
        var list = new ArrayList<R>();
        for (T value : values) {
            list.add(map.apply(value));
        }
        return list;
    }

    static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    static @Nullable String name(@Nullable Enum<?> value) {
        return value == null ? null : value.name();
    }

    static @Nullable Instant instant(Document d, String name) {
        return value(d, name, InstantText::parse);
    }

    static <T> @Nullable T value(Document d, String name, Function<String, T> parse) {
        String text = d.getString(name);
        return text == null ? null : parse.apply(text);
    }
}
