package dev.adhere.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    // Ids of two runs on one machine never meet, and are as long as a UUID.
    private static final String RUN = Long.toHexString(System.nanoTime());
    private static final AtomicLong NUMBER = new AtomicLong();

    /// A new one; ids begin with a count, as those that are ordered by time do.
    static Event of(String user, Instant time, String zone) {
        String id = String.format("%012x-bench-%s", NUMBER.getAndIncrement(), RUN);
        return new Event(user, id, time.truncatedTo(ChronoUnit.SECONDS), zone);
    }

    static String user(int number) {
        return String.format("bench-%05d", number);
    }

    /// Its place in MongoDB.
    String key() {
        return user + "|" + id;
    }

    String data() {
        return "{\"exerciseId\":\"bridge\",\"zone\":\"" + zone + "\",\"sessionId\":\"0193b2c4-5d6e-7f80-91a2-b3c4d5e6f708\""
                + ",\"setNumber\":2,\"side\":\"NONE\",\"reps\":10,\"exertion\":4}";
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
