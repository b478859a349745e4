package dev.adhere.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class TestBackendsIT {

    @Test
    void theBrokerTakesATopic() throws Exception {
        Map<String, Object> broker = Map.of("bootstrap.servers", TestBackends.kafkaBootstrap());
        try (var admin = Admin.create(broker);
                var producer = new KafkaProducer<>(broker, new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("testbed-topic", 6, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            // The controller answers before its broker has learned of the topic: a producer waits for that
            assertThat(producer.partitionsFor("testbed-topic")).hasSize(6);
        }
    }

    @Test
    void aDatabaseIsEmptyAndItsOwn() {
        String uri = TestBackends.mongoUri("testbed");
        assertThat(uri).contains("/testbed_");
        try (MongoClient client = MongoClients.create(uri)) {
            String name = uri.replaceAll(".*/(testbed_[^?]*).*", "$1");
            var things = client.getDatabase(name).getCollection("things");
            assertThat(things.countDocuments()).isZero();
            assertThat(things.insertOne(new Document("_id", 1)).wasAcknowledged())
                    .isTrue();
        }
    }
}
