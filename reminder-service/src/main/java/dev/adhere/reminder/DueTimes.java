package dev.adhere.reminder;

import dev.adhere.contracts.Topic;
import dev.adhere.platform.telemetry.Faults;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// The clock's way into the fold: takes what is due in the partitions that this instance owns, and nothing
/// else, so
/// that cost grows with what is due and not with how many users there are.
///
/// A timer never overtakes the backlog: before anything fires, the broker is asked where the partition ends,
/// and the
/// partition must have been folded up to there.
final class DueTimes implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(DueTimes.class);
    private static final int BATCH = 500;
    private static final long TICK_MILLIS = 250;

    // One folds while MongoDB reads or writes for another.
    private static final int LANES = 2;

    private final Users users;
    private final Keeper keeper;
    private final Teller teller;
    private final Courier courier;
    private final Partitions partitions;
    private final Admin admin;
    private final Metrics metrics;
    private final Clock clock;
    // Lanes in the middle of a herd. It is decided on first; what is to be told keeps its mark.
    private final Set<Integer> herds = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ScheduledExecutorService workers;

    DueTimes(
            Users users,
            Keeper keeper,
            Teller teller,
            Courier courier,
            Partitions partitions,
            Admin admin,
            Metrics metrics,
            Clock clock) {
        this.users = users;
        this.keeper = keeper;
        this.teller = teller;
        this.courier = courier;
        this.partitions = partitions;
        this.admin = admin;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void start() {
        // Some decide, each on partitions of its own, and one tells: what was decided waits for no broker.
        var started = Executors.newScheduledThreadPool(
                LANES + 1, Thread.ofPlatform().daemon().name("due-times-", 0).factory());
        workers = started;
        var work = new ArrayList<Runnable>(List.of(this::tell));
        for (int lane = 0; lane < LANES; lane++) {
            int own = lane;
            work.add(() -> decide(own));
        }
        for (Runnable each : work) {
            var _ = started.scheduleWithFixedDelay(each, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void stop() {
        var current = workers;
        workers = null;
        if (current == null) {
            return;
        }
        current.shutdown();
        try {
            var _ = current.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return workers != null;
    }

    private void decide(int lane) {
        try {
            if (lane == 0) {
                Set<Integer> owned = partitions.owned();
                metrics.timersDue(owned.isEmpty() ? 0 : users.countDue(owned, clock.instant()));
            }
            // A herd is taken batch after batch, with no pause between.
            while (isRunning() && fire(lane) == BATCH) {
                herds.add(lane);
            }
        } catch (RuntimeException e) {
            // MongoDB or Kafka is away: what is due stays due.
            log.warn("timers wait: {}", Faults.name(e));
        } finally {
            herds.remove(lane);
        }
    }

    private void tell() {
        try {
            int told = BATCH;
            while (isRunning() && told == BATCH && herds.isEmpty()) {
                Set<Integer> owned = partitions.owned();
                told = owned.isEmpty() ? 0 : teller.tellPending(() -> users.pending(owned, BATCH), clock.instant());
            }
        } catch (RuntimeException e) {
            // What is to be told keeps its mark.
            log.warn("telling waits: {}", Faults.name(e));
        }
    }

    /// How many users were folded.
    private int fire(int lane) {
        Set<Integer> owned = partitions.owned().stream()
                .filter(partition -> partition % LANES == lane)
                .collect(Collectors.toSet());
        if (owned.isEmpty()) {
            return 0;
        }
        Instant now = clock.instant();
        var due = new HashMap<String, UserState>();
        users.due(owned, now, BATCH).forEach(head -> due.put(head.userId(), head));
        askWhereTheyEnd(due.keySet().stream().map(partitions::of).collect(Collectors.toSet()));
        // Users whose partitions were cleared up to different moments are folded apart: what has not been
        // cleared yet must not be decided.
        String claim = UUID.randomUUID().toString();
        var byMoment = new HashMap<Instant, HashMap<String, List<Fold.Input>>>();
        for (UserState head : due.values()) {
            Instant cleared = partitions.clearedUpTo(partitions.of(head.userId()), now);
            if (cleared != null && head.nextDueAt() != null && !head.nextDueAt().isAfter(cleared)) {
                byMoment.computeIfAbsent(cleared, _ -> new HashMap<>())
                        .put(head.userId(), List.of(new Fold.Due(claim)));
            }
        }
        // What is to be sent goes out at once; what is to be told is found by its mark.
        byMoment.forEach((moment, inputs) ->
                courier.take(keeper.fold(inputs, due, moment).values(), claim));
        return byMoment.values().stream().mapToInt(Map::size).sum();
    }

    private void askWhereTheyEnd(Set<Integer> those) {
        var ask = new HashMap<TopicPartition, OffsetSpec>();
        for (int partition : those) {
            if (partitions.wantsAsking(partition)) {
                ask.put(new TopicPartition(Topic.SESSION_EVENTS.topicName(), partition), OffsetSpec.latest());
            }
        }
        if (ask.isEmpty()) {
            return;
        }
        Instant askedAt = clock.instant();
        try {
            var ends = admin.listOffsets(ask).all().get(5, TimeUnit.SECONDS);
            ends.forEach((partition, end) -> partitions.asked(partition.partition(), askedAt, end.offset()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not say where its partitions end", e);
        }
    }
}
