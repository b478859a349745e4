package dev.adhere.testbed;

import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;

/// The H2 back end, but a write is answered only once it is in the file, so that `kill -9` loses nothing that was
/// acknowledged.
///
/// H2 commits the store as a whole. A commit that caught another thread between its index entry and its document would
/// make half a write permanent, so commands share a lock that a commit takes alone. Commands that end while a commit
/// runs
/// share the next one.
final class DurableBackend extends H2Backend {

    private static final Set<String> WRITES = Set.of(
            "insert",
            "update",
            "delete",
            "findandmodify",
            "findAndModify",
            "create",
            "createIndexes",
            "drop",
            "dropDatabase",
            "dropIndexes",
            "renameCollection");
    private static final int FILL_RATE = 60;
    private static final int COMPACT_BYTES = 8 << 20;

    private final MVStore store;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mongo-in-jvm-commit").factory());

    private DurableBackend(MVStore store) {
        super(store);
        this.store = store;
    }

    static DurableBackend open(Path file) {
        // With H2's own background commit on, commit() only hands the pages to a thread; off, it writes them.
        MVStore store = new MVStore.Builder()
                .fileName(file.toAbsolutePath().toString())
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .open();
        store.setRetentionTime(10_000);
        var backend = new DurableBackend(store);
        var _ = backend.later.scheduleWithFixedDelay(backend::writeAndTidy, 1, 1, TimeUnit.SECONDS);
        return backend;
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        return durably(command, query, () -> super.handleCommand(channel, database, command, query));
    }

    @Override
    public Document handleMessage(MongoMessage message) {
        Document body = message.getDocument();
        String command = body.keySet().iterator().next();
        if (command.equals("hello")) {
            return super.handleMessage(oldHello(message)).append("isWritablePrimary", true);
        }
        return durably(command, body, () -> super.handleMessage(message));
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        Document body = query.getQuery();
        String command = body.isEmpty() ? "" : body.keySet().iterator().next();
        return durably(command, body, () -> super.handleQuery(query));
    }

    // The server knows only the old name of this command; health checks use the new one.
    private static MongoMessage oldHello(MongoMessage hello) {
        var isMaster = new Document("isMaster", 1).append("$db", "admin");
        return new MongoMessage(hello.getChannel(), hello.getHeader(), isMaster);
    }

    private <T> T durably(String command, Document body, Supplier<T> work) {
        T answer;
        lock.readLock().lock();
        try {
            answer = work.get();
        } finally {
            lock.readLock().unlock();
            // A command may reach this class twice, once inside the other; only the outer one may wait for the lock.
            if (lock.getReadHoldCount() == 0 && WRITES.contains(command) && !repeatable(command, body)) {
                write();
            }
        }
        return answer;
    }

    private static boolean repeatable(String command, Document body) {
        return command.equals("insert") && "events".equals(body.get("insert"));
    }

    private void write() {
        lock.writeLock().lock();
        try {
            if (store.hasUnsavedChanges()) {
                var _ = store.commit();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void writeAndTidy() {
        lock.writeLock().lock();
        try {
            if (store.hasUnsavedChanges()) {
                var _ = store.commit();
                var _ = store.compact(FILL_RATE, COMPACT_BYTES);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    void stop() {
        later.shutdownNow();
        write();
        close();
    }
}
