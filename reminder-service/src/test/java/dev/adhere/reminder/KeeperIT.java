package dev.adhere.reminder;

import static dev.adhere.reminder.Situations.BERLIN;
import static dev.adhere.reminder.Situations.MONDAY;
import static dev.adhere.reminder.Situations.plan;
import static dev.adhere.reminder.Situations.planA;
import static dev.adhere.reminder.Situations.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.testbed.TestBackends;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Heads and days on a real MongoDB: races, repetitions and crashes between the two writes.
class KeeperIT {

    private static final Instant NOON = MONDAY.atTime(12, 0).atZone(BERLIN).toInstant();

    private static MongoClient client = MongoClients.create();
    private static MongoDatabase database = client.getDatabase("unused");
    private Users users = new Users(database, new Partitions(6));
    private Keeper keeper = new Keeper(users);

    @BeforeAll
    static void connect() {
        client.close();
        client = MongoClients.create(TestBackends.mongoUri("adhere_keeper"));
        database = client.getDatabase("adhere_keeper_it");
    }

    @AfterAll
    static void disconnect() {
        database.drop();
        client.close();
    }

    @BeforeEach
    void begin() {
        database.drop();
        users = new Users(database, new Partitions(6));
        users.prepare();
        keeper = new Keeper(users);
        var _ = keeper.edit(
                "user-001",
                _ -> new Fold.EditPlan(plan(MONDAY, NOON.minusSeconds(86_400), BERLIN, planA())),
                NOON.minusSeconds(86_400));
    }

    private static Fold.Input bridge(String id, long offset) {
        return new Fold.Happened(
                set(
                        id,
                        "bridge",
                        Side.NONE,
                        10,
                        MONDAY.atTime(10, 0).plusMinutes(offset).atZone(BERLIN),
                        NOON),
                "topic",
                offset);
    }

    private static Plan savedBefore(long revision, List<Plan.Item> items) {
        Instant saved = NOON.minusSeconds(86_400);
        return new Plan(
                BERLIN, Plan.ZonePolicy.FOLLOW_USER, List.of(new Plan.Version(MONDAY, items)), revision, saved, saved);
    }

    private static Plan pause(long revision) {
        return savedBefore(revision, List.of());
    }

    private static Plan planAgain(long revision) {
        return savedBefore(revision, planA());
    }

    private UserState stored() {
        return Objects.requireNonNull(users.head("user-001"));
    }

    private DaySums monday() {
        return Objects.requireNonNull(stored().sums().get(MONDAY));
    }

    @Test
    void what_is_written_is_read_back_the_same() {
        var after =
                keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON).get("user-001");
        assertThat(stored()).isEqualTo(after);
        assertThat(monday().done()).isEqualTo(1000);
    }

    @Test
    void a_redelivered_batch_changes_nothing_and_writes_nothing() {
        List<Fold.Input> batch = List.of(bridge("a", 0), bridge("b", 1));
        var _ = keeper.fold(Map.of("user-001", batch), NOON);
        UserState before = stored();
        var _ = keeper.fold(Map.of("user-001", batch), NOON);
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void after_the_topic_was_lost_offsets_begin_again_and_facts_still_count_once() {
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 7))), NOON);
        var again = (Fold.Happened) bridge("a", 0);
        var later = (Fold.Happened) bridge("b", 1);
        var _ = keeper.fold(
                Map.of(
                        "user-001",
                        List.of(
                                new Fold.Happened(again.event(), "another life", 0),
                                new Fold.Happened(later.event(), "another life", 1))),
                NOON);
        assertThat(monday().done()).isEqualTo(2000);
    }

    @Test
    void after_the_care_team_topic_was_lost_every_care_team_is_sent_again_once() {
        var team = new CareTeam("user-001", 1, List.of(new CareTeam.Assignment("coach-anna", NOON, null)));
        var _ = keeper.edit("user-001", _ -> new Fold.EditCareTeam(team), NOON);
        var _ = keeper.fold(Map.of("user-002", List.of(bridge("a", 0))), NOON);
        users.careTeamTopicIs("one life");
        users.careTeamReadBack("user-001", 1);
        users.careTeamTopicIs("one life");
        // What is clean is written for speed, and may be read a moment later.
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(users.withDirtyCareTeam(10)).isEmpty());

        users.careTeamTopicIs("another life");

        assertThat(users.withDirtyCareTeam(10)).extracting(UserState::userId).containsExactly("user-001");
        users.careTeamReadBack("user-001", 1);
        users.careTeamTopicIs("another life");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(users.withDirtyCareTeam(10)).isEmpty());
    }

    @Test
    void a_coach_who_is_assigned_to_several_at_once_is_assigned_once_though_another_was_faster() {
        var read = users.heads(List.of("user-001"));
        var _ = keeper.edit("user-001", _ -> new Fold.Assign("coach-anna"), NOON);
        var _ = keeper.edit("user-001", _ -> new Fold.Assign("coach-ben"), NOON);

        var assign = List.<Fold.Input>of(new Fold.Assign("coach-anna"));
        var after =
                keeper.fold(new HashMap<>(Map.of("user-001", assign, "user-002", assign)), read, NOON.minusMillis(5));

        for (String user : List.of("user-001", "user-002")) {
            CareTeam team = Objects.requireNonNull(users.head(user)).careTeam();
            assertThat(team).isEqualTo(Objects.requireNonNull(after.get(user)).careTeam());
            assertThat(team.coaches())
                    .extracting(CareTeam.Assignment::coachId)
                    .containsExactlyElementsOf(
                            user.equals("user-001") ? List.of("coach-anna", "coach-ben") : List.of("coach-anna"));
        }
        var _ = keeper.edit("user-001", _ -> new Fold.Unassign("coach-anna"), NOON.plusSeconds(1));
        var _ = keeper.edit("user-001", _ -> new Fold.Assign("coach-anna"), NOON.plusSeconds(2));
        assertThat(stored().careTeam())
                .isEqualTo(new CareTeam(
                        "user-001",
                        4,
                        List.of(
                                new CareTeam.Assignment("coach-anna", NOON, NOON.plusSeconds(1)),
                                new CareTeam.Assignment("coach-ben", NOON, null),
                                new CareTeam.Assignment("coach-anna", NOON.plusSeconds(2), null))));
    }

    @Test
    void killed_between_day_and_head_the_next_delivery_completes_the_head() {
        // The day is there, the head is not: as a kill between the two writes leaves it.
        var head = new Document(database.getCollection("users").find().first());
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON);
        var _ = database.getCollection("users").replaceOne(new Document("_id", "user-001"), head);

        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 0), bridge("b", 1))), NOON);

        assertThat(monday().done()).isEqualTo(2000);
        assertThat(users.day("user-001", MONDAY).counted()).hasSize(2);
    }

    @Test
    void a_late_writer_takes_no_fact_away() {
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON);
        var seenByTheSleeper = new Fold.User(stored(), Map.of(MONDAY, users.day("user-001", MONDAY)));
        var meantByTheSleeper = Fold.apply(seenByTheSleeper, bridge("c", 2), NOON);
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("b", 1))), NOON);

        for (boolean whole : List.of(true, false)) {
            Set<String> lost = users.write(List.of(new Users.Change(seenByTheSleeper, meantByTheSleeper)), whole);
            assertThat(lost).containsExactly("user-001");
        }

        assertThat(users.day("user-001", MONDAY).counted()).extracting(Fact::id).containsExactly("a", "b");
        assertThat(monday().done()).isEqualTo(2000);
    }

    @Test
    void a_head_that_was_written_meanwhile_is_not_overwritten() {
        var seenByTheSleeper = new Fold.User(stored(), Map.of());
        var meantByTheSleeper = Fold.apply(seenByTheSleeper, new Fold.EditPlan(pause(2)), NOON);
        var _ = keeper.edit("user-001", _ -> new Fold.EditPlan(pause(3)), NOON);

        Set<String> lost = users.write(List.of(new Users.Change(seenByTheSleeper, meantByTheSleeper)), false);

        assertThat(lost).containsExactly("user-001");
        assertThat(stored().plan()).isEqualTo(pause(3));
    }

    @Test
    void a_head_that_is_gone_does_not_come_back_in_part() {
        var seen = new Fold.User(stored(), Map.of());
        var meant = Fold.apply(seen, new Fold.EditPlan(pause(2)), NOON);
        var _ = database.getCollection("users").deleteOne(new Document("_id", "user-001"));

        assertThat(users.write(List.of(new Users.Change(seen, meant)), false)).containsExactly("user-001");

        assertThat(users.head("user-001")).isNull();
    }

    @Test
    void of_many_users_in_a_batch_one_that_lost_its_race_costs_the_others_nothing() {
        var first = new HashMap<String, List<Fold.Input>>();
        for (int n = 1; n <= 20; n++) {
            first.put("user-1" + n, List.of(bridge("a", n)));
        }
        var _ = keeper.fold(first, NOON);
        var changes = new ArrayList<Users.Change>();
        for (String userId : first.keySet()) {
            var seen = new Fold.User(
                    Objects.requireNonNull(users.head(userId)), Map.of(MONDAY, users.day(userId, MONDAY)));
            changes.add(new Users.Change(seen, Fold.apply(seen, bridge("b", 50), NOON)));
        }
        var _ = keeper.fold(Map.of("user-17", List.of(bridge("c", 40))), NOON);

        assertThat(users.write(changes, false)).contains("user-17");

        var again = new HashMap<String, List<Fold.Input>>();
        first.keySet().forEach(userId -> again.put(userId, List.of(bridge("b", 50))));
        var _ = keeper.fold(again, NOON);
        first.keySet()
                .forEach(userId -> assertThat(users.day(userId, MONDAY).counted())
                        .as(userId)
                        .extracting(Fact::id)
                        .containsExactlyElementsOf(
                                userId.equals("user-17") ? List.of("a", "b", "c") : List.of("a", "b")));
    }

    @Test
    void a_document_of_an_earlier_release_is_written_whole() {
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON);
        for (String collection : List.of("users", "days")) {
            var _ = database.getCollection(collection)
                    .updateMany(new Document(), new Document("$set", new Document("schema", 1).append("old", 1)));
        }

        var after = keeper.fold(Map.of("user-001", List.of(bridge("b", 1))), NOON);

        assertThat(stored()).isEqualTo(after.get("user-001"));
        for (String collection : List.of("users", "days")) {
            assertThat(database.getCollection(collection).find()).allSatisfy(doc -> {
                assertThat(doc.getInteger("schema")).isEqualTo(UserDocuments.SCHEMA);
                assertThat(doc).doesNotContainKey("old");
            });
        }
    }

    @Test
    void whatever_happens_the_stored_is_what_was_folded() {
        var random = new Random(20261121);
        Instant now = NOON;
        var all = new HashSet<String>();
        for (int step = 0; step < 600; step++) {
            // Weeks go by: days close, decisions are forgotten, sums are frozen.
            now = now.plusSeconds(random.nextInt(5) == 0 ? random.nextInt(100_000) : 600);
            Fold.Input input = any(random, step, now.atZone(BERLIN));
            var after = keeper.fold(Map.of("user-001", List.of(input)), now);
            assertThat(stored()).as("step %d, %s", step, input).isEqualTo(after.get("user-001"));
            Document head = Objects.requireNonNull(database.getCollection("users")
                    .find(new Document("_id", "user-001"))
                    .first());
            assertThat(head)
                    .as("step %d, %s", step, input)
                    .isEqualTo(UserDocuments.of(stored(), new Partitions(6).of("user-001")));
            stored().nudges().forEach(decision -> all.add(decision.nudge().id()));
        }
        assertThat(stored().sums()).doesNotContainKey(MONDAY);
        assertThat(stored().nudges()).hasSizeLessThan(all.size());
    }

    private Fold.Input any(Random random, int step, ZonedDateTime now) {
        List<Decision> nudges = stored().nudges();
        return switch (random.nextInt(14)) {
            case 0 -> new Fold.EditPlan(random.nextBoolean() ? pause(step) : planAgain(step));
            case 1 ->
                new Fold.EditExcuses(
                        random.nextBoolean()
                                ? List.of()
                                : List.of(new Excuse(MONDAY, MONDAY, null, Excuse.Reason.ILLNESS)));
            case 2 ->
                new Fold.Happened(
                        Situations.withdrawal("e" + random.nextInt(step + 1), "w" + step, now, now.toInstant()),
                        "topic",
                        step);
            case 3 ->
                new Fold.EditPreferences(
                        random.nextBoolean()
                                ? Preferences.DEFAULT
                                : NudgingTest.by(Nudge.Channel.EMAIL, Nudge.Channel.WEBHOOK));
            case 4 ->
                new Fold.EditProfile(
                        new Profile(
                                random.nextBoolean() ? null : "Otter",
                                random.nextBoolean() ? Set.of() : Set.of(Profile.Condition.values()[0]),
                                random.nextBoolean() ? null : 3,
                                null,
                                step),
                        random.nextBoolean());
            case 5 ->
                new Fold.EditCareTeam(new CareTeam(
                        "user-001",
                        step,
                        List.of(new CareTeam.Assignment(
                                "coach-" + random.nextInt(3),
                                now.toInstant(),
                                random.nextBoolean() ? null : now.toInstant().plusSeconds(86_400)))));
            case 6, 7 ->
                new Fold.Happened(
                        Situations.score(
                                random.nextInt(11),
                                random.nextBoolean() ? SessionEvent.Context.MORNING : SessionEvent.Context.DURING,
                                "bridge",
                                now),
                        "topic",
                        step);
            case 8 -> new Fold.Told(stored().revision());
            case 9 ->
                nudges.isEmpty()
                        ? new Fold.Due("claim")
                        : new Fold.Receipt(
                                nudges.get(random.nextInt(nudges.size()))
                                        .nudge()
                                        .id(),
                                random.nextBoolean());
            case 10, 11 -> new Fold.Due("claim");
            default -> new Fold.Happened(set("e" + step, "bridge", Side.NONE, 10, now, now.toInstant()), "topic", step);
        };
    }

    @Test
    void of_several_who_are_written_at_once_each_is_witnessed_once_though_one_lost_its_race() {
        List<String> all = List.of("user-001", "user-002", "user-003");
        var witnessed = new ArrayList<String>();
        var telling = new Keeper(users, PainRules.SAMPLES, (before, after) -> {
            assertThat(before.applied().offset()).isEqualTo(-1);
            witnessed.add(after.userId());
        });
        for (String user : all.subList(1, 3)) {
            var _ = keeper.edit(user, _ -> new Fold.EditPlan(planAgain(1)), NOON.minusSeconds(86_400));
        }
        Map<String, UserState> read = users.heads(all);
        var _ = keeper.edit("user-002", _ -> new Fold.EditProfile(Profile.EMPTY, false), NOON);
        var inputs = new HashMap<String, List<Fold.Input>>();
        for (String user : all) {
            inputs.put(user, List.of(bridge("of-" + user, 0)));
        }
        Map<String, UserState> folded = telling.fold(inputs, read, NOON);
        assertThat(witnessed).containsExactlyInAnyOrderElementsOf(all);
        assertThat(users.heads(all)).isEqualTo(folded);
    }

    @Test
    void many_writers_at_once_lose_nothing_and_count_nothing_twice() throws Exception {
        var random = new Random(20260101);
        List<Callable<Object>> writers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String id = "e" + i % 30;
            long offset = i;
            boolean edit = random.nextInt(4) == 0;
            writers.add(() -> edit
                    ? keeper.edit(
                            "user-001",
                            user -> new Fold.EditPreferences(user.head().preferences()),
                            NOON)
                    : keeper.fold(
                            Map.of(
                                    "user-001",
                                    List.of(new Fold.Happened(
                                            ((Fold.Happened) bridge(id, offset % 30)).event(),
                                            "life " + offset,
                                            offset))),
                            NOON));
        }
        Set<String> expected = new java.util.TreeSet<>();
        var replay = new Random(20260101);
        for (int i = 0; i < 40; i++) {
            if (replay.nextInt(4) != 0) {
                expected.add("e" + i % 30);
            }
        }
        Collections.shuffle(writers, random);
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (var done : pool.invokeAll(writers, 60, TimeUnit.SECONDS)) {
                assertThat(done.get()).isNotNull();
            }
        }
        assertThat(users.day("user-001", MONDAY).counted())
                .extracting(Fact::id)
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(monday().exercises()).containsExactly("bridge|");
        assertThat(monday().ids()).hasSize(expected.size());
    }

    private static Fold.Input replayed(String id, long offset) {
        return new Fold.Replayed(((Fold.Happened) bridge(id, offset)).event());
    }

    private void loseDays() {
        var _ = database.getCollection("days").deleteMany(new Document());
    }

    @Test
    void lost_facts_that_come_again_are_stored_though_the_head_knows_them() {
        List<Fold.Input> batch = List.of(bridge("a", 0), bridge("b", 1));
        var _ = keeper.fold(Map.of("user-001", batch), NOON);
        Map<LocalDate, DaySums> figures = stored().sums();
        loseDays();
        var _ = keeper.fold(Map.of("user-001", List.of(replayed("a", 0), replayed("b", 1))), NOON);
        assertThat(users.day("user-001", MONDAY).counted()).extracting(Fact::id).containsExactly("a", "b");
        assertThat(stored().sums()).isEqualTo(figures);
    }

    @Test
    void lost_facts_stop_nobody_and_figures_follow_those_that_there_are() {
        List<Fold.Input> batch = List.of(bridge("a", 0), bridge("b", 1));
        var _ = keeper.fold(Map.of("user-001", batch), NOON);
        loseDays();
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("c", 2))), NOON);
        assertThat(monday().done()).isEqualTo(1000);
        var _ = keeper.fold(Map.of("user-001", List.of(replayed("a", 0), replayed("b", 1), replayed("c", 2))), NOON);
        assertThat(monday().done()).isEqualTo(3000);
    }

    @Test
    void a_rebuild_mends_figures_that_were_spoilt_and_touches_no_others() {
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON);
        UserState right = stored();
        assertThat(keeper.rebuild("user-001", NOON)).isEqualTo(Keeper.Rebuilt.AS_IT_WAS);
        assertThat(keeper.rebuild("nobody", NOON)).isEqualTo(Keeper.Rebuilt.AS_IT_WAS);
        assertThat(stored()).isEqualTo(right);

        var _ = database.getCollection("users")
                .updateOne(
                        new Document("_id", "user-001"),
                        new Document(
                                "$set",
                                new Document(
                                        "sums",
                                        UserDocuments.of(spoilt(right), 0).get("sums"))));
        assertThat(monday().done()).isEqualTo(7);
        assertThat(keeper.rebuild("user-001", NOON)).isEqualTo(Keeper.Rebuilt.CHANGED);
        assertThat(stored().sums()).isEqualTo(right.sums());
        assertThat(keeper.rebuild("user-001", NOON)).isEqualTo(Keeper.Rebuilt.AS_IT_WAS);
    }

    private static UserState spoilt(UserState head) {
        UserState.Draft draft = head.draft();
        draft.sums.replaceAll((_, s) -> new DaySums(
                s.date(),
                s.due(),
                7,
                s.excused(),
                s.rawDone(),
                s.over(),
                s.active(),
                s.exercises(),
                s.firstSetAt(),
                s.lastSetAt(),
                s.pain(),
                s.ids()));
        return draft.done();
    }

    @Test
    void a_rebuild_leaves_what_a_fold_has_half_written() {
        Document head = Objects.requireNonNull(database.getCollection("users")
                .find(new Document("_id", "user-001"))
                .first());
        var _ = keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON);
        // As if it had stopped between its two writes.
        var _ = database.getCollection("users").replaceOne(new Document("_id", "user-001"), head);
        UserState before = stored();
        assertThat(keeper.rebuild("user-001", NOON.plusSeconds(60))).isEqualTo(Keeper.Rebuilt.UNDER_WAY);
        assertThat(stored()).isEqualTo(before);

        assertThat(keeper.rebuild("user-001", NOON.plusSeconds(601))).isEqualTo(Keeper.Rebuilt.CHANGED);
        assertThat(monday().done()).isEqualTo(1000);
    }

    @Test
    void the_due_index_finds_what_is_due_and_nothing_else() {
        Instant due = Objects.requireNonNull(stored().nextDueAt());
        int partition = new Partitions(6).of("user-001");
        assertThat(users.due(Set.of(partition), due.minusMillis(1), 10)).isEmpty();
        assertThat(users.due(Set.of(partition), due, 10))
                .extracting(UserState::userId)
                .containsExactly("user-001");
        assertThat(users.due(Set.of(partition + 1), due, 10)).isEmpty();
        assertThat(users.countDue(Set.of(partition), due)).isEqualTo(1);
        assertThat(users.countDue(Set.of(partition), due.minusMillis(1))).isZero();
    }

    @Test
    void a_document_of_a_later_release_is_not_touched() {
        var _ = database.getCollection("users")
                .updateOne(new Document("_id", "user-001"), new Document("$set", new Document("schema", 99)));
        assertThatIllegalStateException()
                .isThrownBy(() -> keeper.fold(Map.of("user-001", List.of(bridge("a", 0))), NOON));
    }
}
