package dev.adhere.reminder;

import dev.adhere.reminder.Fold.Input;
import dev.adhere.reminder.Fold.User;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folds inputs into users and keeps the result: read, fold, write days before heads, and again for those
/// who lost a race. Events, timers and edits all come this way.
final class Keeper {

    private static final Logger log = LoggerFactory.getLogger(Keeper.class);

    // Losing as often as this means that something else is wrong.
    private static final int ATTEMPTS = 20;

    // By far longer than it takes until an event that was cut short in its counting comes again.
    private static final Duration FOLDED_WITHIN = Duration.ofMinutes(10);

    /// Told of every head that was written, once and after that. Where two write the same head at the same
    /// moment, or MongoDB goes away, it may be told twice or not at all.
    interface Witness {

        void written(UserState before, UserState after);
    }

    private final Users users;
    private final PainRules rules;
    private final Witness witness;

    Keeper(Users users) {
        this(users, PainRules.SAMPLES, (_, _) -> {});
    }

    Keeper(Users users, PainRules rules, Witness witness) {
        this.users = users;
        this.rules = rules;
        this.witness = witness;
    }

    /// Folds each user's inputs, in their order, and returns the heads that are stored afterwards.
    Map<String, UserState> fold(Map<String, List<Input>> inputs, Instant now) {
        return fold(inputs, users.heads(inputs.keySet()), now);
    }

    /// The same for who has just read these users' heads. Where one has changed since, it is read again.
    Map<String, UserState> fold(Map<String, List<Input>> inputs, Map<String, UserState> read, Instant now) {
        var stored = new HashMap<String, UserState>();
        Map<String, List<Input>> open = inputs;
        List<Users.Change> unsure = List.of();
        for (int attempt = 0; !open.isEmpty(); attempt++) {
            nextAttempt(attempt);
            Map<String, UserState> heads = attempt == 0 ? read : users.heads(open.keySet());
            // Of a batch MongoDB says how many heads were written, and not which: what is stored does.
            for (Users.Change change : unsure) {
                UserState head = change.after().head();
                if (head.stored().equals(heads.get(head.userId()))) {
                    witness.written(change.before().head(), head);
                    open.remove(head.userId());
                }
            }
            Map<String, User> loaded = load(open, heads, now);
            var changes = new ArrayList<Users.Change>();
            for (var entry : open.entrySet()) {
                User before = Objects.requireNonNull(loaded.get(entry.getKey()));
                User after = apply(before, entry.getValue(), now);
                var change = new Users.Change(before, after);
                stored.put(
                        entry.getKey(),
                        change.isEmpty() ? before.head() : after.head().stored());
                if (!change.isEmpty()) {
                    changes.add(change);
                }
            }
            Set<String> lost = users.write(changes, attempt > 0);
            unsure = new ArrayList<>();
            for (Users.Change change : changes) {
                if (lost.contains(change.userId())) {
                    unsure.add(change);
                } else {
                    witness.written(change.before().head(), change.after().head());
                }
            }
            var again = new HashMap<String, List<Input>>();
            for (String userId : lost) {
                again.put(userId, Objects.requireNonNull(open.get(userId)));
            }
            open = again;
        }
        return stored;
    }

    /// Makes and folds one edit of a user's record. The edit is made anew for every attempt, from what is
    /// stored then.
    ///
    /// @param edit sees the user with the facts of today; may refuse by throwing
    UserState edit(String userId, Function<User, ? extends Input> edit, Instant now) {
        for (int attempt = 0; ; attempt++) {
            nextAttempt(attempt);
            UserState head = users.head(userId);
            UserState state = head == null ? UserState.unknown(userId, now) : head;
            User seen = with(state, Set.of(state.today(now)));
            Input input = edit.apply(seen);
            var needs = new HashSet<>(Fold.needs(state, input));
            needs.removeAll(seen.days().keySet());
            User before = needs.isEmpty() ? seen : merge(seen, with(state, needs));
            User after = apply(before, List.of(input), now);
            if (users.write(List.of(new Users.Change(before, after)), attempt > 0)
                    .isEmpty()) {
                witness.written(before.head(), after.head());
                return after.head().stored();
            }
        }
    }

    /// What came of a rebuild.
    enum Rebuilt {
        AS_IT_WAS,
        CHANGED,
        /// An event is just being counted, or a while ago its counting was cut short: left as it is until
        /// that comes to its end.
        UNDER_WAY
    }

    /// Computes what is derived of a user anew, from all facts that are stored. Live traffic goes on: who is
    /// changed meanwhile is read again.
    Rebuilt rebuild(String userId, Instant now) {
        for (int attempt = 0; ; attempt++) {
            nextAttempt(attempt);
            UserState head = users.head(userId);
            if (head == null) {
                return Rebuilt.AS_IT_WAS;
            }
            var before = new User(head, users.daysFrom(userId, Fold.keptFrom(head.throughDate())));
            User after = applyAll(before, List.of(new Fold.Rebuild()), now);
            if (after.head().equals(head)) {
                return Rebuilt.AS_IT_WAS;
            }
            if (isUnderWay(before, now)) {
                return Rebuilt.UNDER_WAY;
            }
            if (users.write(List.of(new Users.Change(before, after)), attempt > 0)
                    .isEmpty()) {
                witness.written(head, after.head());
                return Rebuilt.CHANGED;
            }
        }
    }

    // A fold writes days before heads. What is between the two will come again and has its effects then; they
    // would be lost if the head knew the fact already.
    private static boolean isUnderWay(User user, Instant now) {
        Instant recent = now.minus(FOLDED_WITHIN);
        return user.days().values().stream().anyMatch(day -> {
            DaySums sums = user.head().sums().get(day.date());
            return day.counted().stream()
                    .anyMatch(fact -> fact.receivedAt().isAfter(recent) && (sums == null || !sums.mayHold(fact.id())));
        });
    }

    private User apply(User before, List<Input> inputs, Instant now) {
        try {
            return applyAll(before, inputs, now);
        } catch (Fold.MissingFacts e) {
            // One user's history must never stop a partition.
            log.error("a fold needed more than it said; all facts are loaded", e);
            var dates = Fold.withFacts(before.head());
            dates.addAll(before.days().keySet());
            inputs.forEach(input -> dates.addAll(Fold.needs(before.head(), input)));
            return applyAll(with(before.head(), dates), inputs, now);
        }
    }

    private User applyAll(User before, List<Input> inputs, Instant now) {
        User after = before;
        for (Input input : inputs) {
            after = Fold.apply(after, input, now, rules);
        }
        return after;
    }

    // Who lost waits a little, each a different while, so that the same writers do not meet again.
    private static void nextAttempt(int attempt) {
        if (attempt > 2) {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1, 1L << Math.min(attempt, 7)) * 1_000_000);
        }
        if (attempt == ATTEMPTS) {
            throw new IllegalStateException("lost the race for a user's document " + ATTEMPTS + " times");
        }
    }

    private Map<String, User> load(Map<String, List<Input>> inputs, Map<String, UserState> read, Instant now) {
        var heads = new HashMap<String, UserState>();
        var dates = new HashMap<String, Set<LocalDate>>();
        inputs.forEach((userId, list) -> {
            UserState known = read.get(userId);
            UserState head = known == null ? UserState.unknown(userId, now) : known;
            heads.put(userId, head);
            var needed = new HashSet<LocalDate>();
            list.forEach(input -> needed.addAll(Fold.needs(head, input)));
            dates.put(userId, needed);
        });
        return with(heads.values(), dates);
    }

    private User with(UserState head, Set<LocalDate> dates) {
        return Objects.requireNonNull(
                with(List.of(head), Map.of(head.userId(), dates)).get(head.userId()));
    }

    // All users' days are read at once.
    private Map<String, User> with(Collection<UserState> heads, Map<String, Set<LocalDate>> dates) {
        var dayIds = new HashSet<String>();
        dates.forEach((userId, each) -> each.forEach(date -> dayIds.add(UserDocuments.dayId(userId, date))));
        Map<String, Day> stored = users.days(dayIds);
        var loaded = new HashMap<String, User>();
        for (UserState head : heads) {
            var days = new HashMap<LocalDate, Day>();
            for (LocalDate date : Objects.requireNonNull(dates.get(head.userId()))) {
                Day day = stored.get(UserDocuments.dayId(head.userId(), date));
                if (day == null && Fold.hasFacts(head, date)) {
                    // Figures follow the facts that there are; a replay brings back the others.
                    log.error("the facts are lost of a date that has figures: docs/operations.md says what to do");
                }
                days.put(date, day == null ? Day.empty(date) : day);
            }
            loaded.put(head.userId(), new User(head, days));
        }
        return loaded;
    }

    private static User merge(User a, User b) {
        var days = new HashMap<>(a.days());
        days.putAll(b.days());
        return new User(a.head(), days);
    }
}
