package dev.adhere.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/// A completed set as a client app sends it, and as session-service puts it on its topic.
///
/// Written from the interface's description, with nothing of the services' code.
///
/// @param zone an IANA region, which dates it
record Event(String user, String id, Instant time, String zone) {

    private static final String TYPE = "dev.adhere.completed-set.v1";
    private static final List<String> EXERCISES = List.of("bridge", "bird-dog", "plank");
    private static final Random RANDOM = new Random(11);

    /// A new one.
    static Event of(String user, Instant time, String zone) {
        return new Event(user, uuid(), time.truncatedTo(ChronoUnit.SECONDS), zone);
    }

    // Of version 7, as client apps are advised to make them: a time and much that no compressor can shorten.
    private static String uuid() {
        long time = System.currentTimeMillis() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
        return new UUID(time, RANDOM.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }

    static String user(int number) {
        return String.format("bench-%05d", number);
    }

    /// Its place in MongoDB.
    String key() {
        return user + "|" + id;
    }

    String data() {
        int draw = id.hashCode();
        return "{\"exerciseId\":\"" + EXERCISES.get(Math.floorMod(draw, EXERCISES.size())) + "\",\"zone\":\"" + zone
                + "\",\"sessionId\":\"" + UUID.nameUUIDFromBytes(bytes(user + time.getEpochSecond() / 1_800))
                + "\",\"setNumber\":" + (1 + Math.floorMod(draw, 9)) + ",\"side\":\"NONE\",\"reps\":"
                + (5 + Math.floorMod(draw, 11)) + ",\"exertion\":" + Math.floorMod(draw, 10) + "}";
    }

    /// As a client app sends it, without the line's end.
    String json() {
        return "{\"specversion\":\"1.0\",\"id\":\"" + id + "\",\"source\":\"app/bench\",\"type\":\"" + TYPE
                + "\",\"time\":\"" + time + "\",\"data\":" + data() + "}";
    }

    /// As a sink takes it that knows nothing of events: the same, with the key under which it is stored.
    String document() {
        return "{\"_id\":\"" + key() + "\",\"userId\":\"" + user + "\"," + json().substring(1);
    }

    /// On the topic: CloudEvents' binary binding.
    Prepared prepared() {
        Header[] headers = {
            header("ce_specversion", "1.0"),
            header("ce_id", id),
            header("ce_source", "app/bench"),
            header("ce_type", TYPE),
            header("content-type", "application/json"),
            header("ce_subject", user),
            header("ce_time", time.toString()),
            header("ce_receivedat", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
        };
        return new Prepared(bytes(user), headers, bytes(data()));
    }

    Prepared preparedDocument() {
        return new Prepared(bytes(user), new Header[0], bytes(document()));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, bytes(value));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// What makes a record, so that making it is no part of what is measured.
    record Prepared(byte[] key, Header[] headers, byte[] value) {
        ProducerRecord<byte[], byte[]> on(String topic) {
            return new ProducerRecord<>(topic, null, key, value, new RecordHeaders(headers));
        }
    }
}
