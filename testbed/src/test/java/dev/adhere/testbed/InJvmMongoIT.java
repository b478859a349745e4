package dev.adhere.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A copy of the file taken while the server runs is what `kill -9` would have left.
class InJvmMongoIT {

    @TempDir
    private Path dir;

    @Test
    void everyAcknowledgedWriteIsOnDisk() throws Exception {
        Path copy = dir.resolve("killed.h2");
        try (var mongo = LocalMongo.inJvm(dir.resolve("mongo.h2"), FreePorts.one())) {
            try (MongoClient client = MongoClients.create(mongo.uri("shop"))) {
                var users = client.getDatabase("shop").getCollection("users");
                var _ = users.createIndex(Indexes.ascending("n"));
                for (int i = 0; i < 200; i++) {
                    var _ = users.insertOne(new Document("_id", "user-" + i).append("n", i));
                    var _ = users.updateOne(Filters.eq("_id", "user-" + i), Updates.inc("n", 1000));
                }
                var _ = users.deleteOne(Filters.eq("_id", "user-7"));
                var _ = users.findOneAndUpdate(Filters.eq("_id", "user-8"), Updates.set("n", -1));
                var _ = Files.copy(dir.resolve("mongo.h2"), copy);
            }
        }
        try (var mongo = LocalMongo.inJvm(copy, FreePorts.one());
                MongoClient client = MongoClients.create(mongo.uri("shop"))) {
            var users = client.getDatabase("shop").getCollection("users");
            assertThat(users.countDocuments()).isEqualTo(199);
            assertThat(users.find(Filters.gte("n", 1000)).into(new java.util.ArrayList<>()))
                    .hasSize(198);
            assertThat(numberOf(users, "user-8")).isEqualTo(-1);
        }
    }

    @Test
    void aKillBetweenManyWritersLeavesNoHalfWrite() throws Exception {
        Path copy = dir.resolve("killed.h2");
        try (var mongo = LocalMongo.inJvm(dir.resolve("mongo.h2"), FreePorts.one())) {
            try (MongoClient client = MongoClients.create(mongo.uri("shop"))) {
                var users = client.getDatabase("shop").getCollection("users");
                var writers = IntStream.range(0, 8)
                        .mapToObj(writer -> Thread.ofPlatform().start(() -> {
                            for (int i = 0; i < 100; i++) {
                                var _ = users.insertOne(new Document("_id", writer + "-" + i).append("n", i));
                            }
                        }))
                        .toList();
                while (users.countDocuments() < 200) {
                    Thread.onSpinWait();
                }
                var _ = Files.copy(dir.resolve("mongo.h2"), copy);
                for (Thread writer : writers) {
                    writer.join();
                }
            }
        }
        try (var mongo = LocalMongo.inJvm(copy, FreePorts.one());
                MongoClient client = MongoClients.create(mongo.uri("shop"))) {
            var users = client.getDatabase("shop").getCollection("users");
            // A writer that never had its answer tries again: an index entry without its document would refuse it.
            for (int writer = 0; writer < 8; writer++) {
                for (int i = 0; i < 100; i++) {
                    Document document = new Document("_id", writer + "-" + i).append("n", i);
                    if (users.find(Filters.eq("_id", document.get("_id"))).first() == null) {
                        var _ = users.insertOne(document);
                    }
                }
            }
            assertThat(users.countDocuments()).isEqualTo(800);
        }
    }

    @Test
    void itAnswersAHealthCheck() {
        try (var mongo = LocalMongo.inJvm(dir.resolve("mongo.h2"), FreePorts.one());
                MongoClient client = MongoClients.create(mongo.uri("shop"))) {
            var hello = client.getDatabase("shop").runCommand(new Document("hello", 1));
            assertThat(hello.getInteger("maxWireVersion")).isPositive();
        }
    }

    private static int numberOf(MongoCollection<Document> users, String id) {
        Document found = users.find(Filters.eq("_id", id)).first();
        return found == null ? 0 : found.getInteger("n");
    }
}
