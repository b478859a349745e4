package dev.adhere.reminder;

import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// A coach's cohort as it changes: all of it first, then row by row. A user whose assignment ends, by an edit
/// or because its time has come, is gone within a second or two, and no row of the user is read after that.
final class LiveCohort {

    /// At most one update of a user in this while.
    private static final Duration PACE = Duration.ofSeconds(1);

    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final int MOST_STREAMS = 3;

    /// A stream that is further behind ends, and its reader begins anew.
    private static final int MOST_BEHIND = 10_000;

    private final Cohort cohort;
    private final BiPredicate<String, String> seemsAssigned;
    private final Sinks.Many<String> changed = Sinks.many().multicast().directBestEffort();
    private final ConcurrentHashMap<String, Integer> streams = new ConcurrentHashMap<>();

    /// @param seemsAssigned asked every second for every user and coach, so it must cost nothing; what it
    ///     denies is asked of the database
    LiveCohort(Cohort cohort, BiPredicate<String, String> seemsAssigned) {
        this.cohort = cohort;
        this.seemsAssigned = seemsAssigned;
    }

    /// Something of the user who is the record's key was told. A stream that begins later does without: it starts with
    /// what is stored.
    void on(ConsumerRecord<String, byte[]> record) {
        if (record.key() != null) {
            var _ = changed.tryEmitNext(record.key());
        }
    }

    /// What a stream tells.
    sealed interface Update {

        /// All users of the coach, the most urgent first: what was known before is void.
        record Snapshot(List<CohortRow> rows) implements Update {}

        /// One user as the user is now; perhaps one who was not there before.
        record Changed(CohortRow row) implements Update {}

        /// A user is not the coach's any more.
        record Gone(String userId) implements Update {}

        /// Nothing; the stream lives, and who reads it is still allowed to.
        record Beat() implements Update {}
    }

    /// Who may read, asked again with every beat: empty ends the stream.
    interface StillAllowed {
        Mono<Boolean> ask();
    }

    /// One stream. It ends when `allowed` says so.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 403 for everybody but coaches, 429 for a fourth
    ///     stream of one
    Flux<Update> updates(Caller caller, StillAllowed allowed) {
        return Flux.usingWhen(
                Mono.fromCallable(() -> enter(caller.userId())),
                _ -> stream(caller, allowed),
                coach -> Mono.fromRunnable(() -> leave(coach)));
    }

    private Flux<Update> stream(Caller caller, StillAllowed allowed) {
        var known = new AtomicReference<Set<String>>(Set.of());
        Flux<Update.Changed> changes = changed.asFlux()
                .onBackpressureBuffer(MOST_BEHIND)
                .filter(userId -> known.get().contains(userId))
                .bufferTimeout(MOST_BEHIND, PACE, HashSet::new, true)
                .concatMap(
                        ids -> Blocking.call(() -> cohort.rows(caller, ids))
                                .flatMapIterable(rows -> rows)
                                .map(Update.Changed::new),
                        1)
                // Nobody comes back who was seen to be gone meanwhile.
                .filter(change -> known.get().contains(change.row().userId()));
        Flux<Update> ended = Flux.interval(PACE, PACE)
                .onBackpressureDrop()
                .map(_ -> known.get().stream()
                        .filter(userId -> !seemsAssigned.test(userId, caller.userId()))
                        .collect(Collectors.toSet()))
                .filter(doubted -> !doubted.isEmpty())
                .concatMap(doubted -> Blocking.call(() -> gone(caller, known, doubted)), 1)
                .flatMapIterable(updates -> updates);
        Flux<Update> beats = Flux.interval(BEAT, BEAT)
                .onBackpressureDrop()
                .concatMap(
                        _ -> allowed.ask()
                                .defaultIfEmpty(false)
                                .flatMapMany(still ->
                                        still ? beat(caller, known) : Flux.<Update>error(new NotAllowedAnyMore())),
                        1);
        // Listening begins before the snapshot is read, so that nothing falls between the two.
        Mono<Update> snapshot = Blocking.call(() -> cohort.rows(caller))
                .doOnNext(rows -> known.set(Cohort.ids(rows)))
                .map(Update.Snapshot::new);
        return Flux.merge(snapshot, changes, ended, beats).onErrorComplete(NotAllowedAnyMore.class);
    }

    private List<Update> gone(Caller caller, AtomicReference<Set<String>> known, Set<String> doubted) {
        Set<String> still = cohort.userIds(caller);
        Set<String> before = known.getAndUpdate(ids -> ids.stream()
                .filter(id -> still.contains(id) || !doubted.contains(id))
                .collect(Collectors.toSet()));
        return doubted.stream()
                .filter(id -> before.contains(id) && !still.contains(id))
                .<Update>map(Update.Gone::new)
                .toList();
    }

    private Flux<Update> beat(Caller caller, AtomicReference<Set<String>> known) {
        return Blocking.call(() -> {
                    Set<String> now = cohort.userIds(caller);
                    Set<String> before = known.getAndSet(now);
                    var updates = new java.util.ArrayList<Update>();
                    before.stream().filter(id -> !now.contains(id)).forEach(id -> updates.add(new Update.Gone(id)));
                    Collection<String> added =
                            now.stream().filter(id -> !before.contains(id)).toList();
                    if (!added.isEmpty()) {
                        cohort.rows(caller, added).forEach(row -> updates.add(new Update.Changed(row)));
                    }
                    updates.add(new Update.Beat());
                    return updates;
                })
                .flatMapIterable(updates -> updates);
    }

    private static final class NotAllowedAnyMore extends RuntimeException {
        NotAllowedAnyMore() {
            super(null, null, false, false);
        }
    }

    private String enter(String coachId) {
        streams.merge(coachId, 1, (now, one) -> {
            if (now >= MOST_STREAMS) {
                throw Problem.of(ProblemType.TOO_MANY_STREAMS).asException();
            }
            return now + one;
        });
        return coachId;
    }

    private void leave(String coachId) {
        streams.computeIfPresent(coachId, (_, now) -> now == 1 ? null : now - 1);
    }

    /// Lets a stream live until its token ends.
    static StillAllowed until(@Nullable Instant end, java.time.Clock clock) {
        return () -> Mono.fromSupplier(() -> end == null || clock.instant().isBefore(end));
    }
}
