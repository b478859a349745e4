package dev.adhere.session;

import dev.adhere.contracts.SessionEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How an event is stored, and how it reads again.
final class EventDocuments {

    /// What an event counts for. Stored are the first two; that an event was corrected or withdrawn by a
    /// later one is
    /// found when it is read.
    enum State {
        RECORDED,
        /// Of a type that this release does not know.
        PARKED,
        CORRECTED,
        WITHDRAWN
    }

    private EventDocuments() {}

    static String id(String userId, String eventId) {
        return userId + "|" + eventId;
    }

    static Document of(SessionEvent event, int partition, long offset) {
        String time = event.time().format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        var doc = new Document("_id", id(event.userId(), event.id()))
                .append("userId", event.userId())
                .append("id", event.id())
                .append("source", event.envelope().source())
                .append("type", event.type())
                .append("time", Date.from(event.time().toInstant()))
                .append("timeText", time)
                .append("receivedAt", Date.from(event.receivedAt()))
                .append("receivedAtText", event.receivedAt().toString())
                .append("state", (event instanceof SessionEvent.Unknown ? State.PARKED : State.RECORDED).name())
                .append("data", bson(event.data()))
                .append("hash", hash(event, time))
                .append("partition", partition)
                .append("offset", offset);
        if (!event.envelope().extensions().isEmpty()) {
            doc.append("extensions", new Document(event.envelope().extensions()));
        }
        return doc;
    }

    /// The CloudEvent as it was stored, with `receivedAt` and `state`.
    static StoredEvent answer(Document doc, State state) {
        Document extensions = doc.get("extensions", Document.class);
        return new StoredEvent(
                "1.0",
                doc.getString("id"),
                doc.getString("source"),
                doc.getString("type"),
                doc.getString("userId"),
                doc.getString("timeText"),
                Objects.requireNonNull(plain(doc.get("data", Document.class))),
                doc.getString("receivedAtText"),
                state,
                extensions == null ? Map.of() : extensions);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Document doc -> {
                var map = new LinkedHashMap<String, @Nullable Object>();
                doc.forEach((name, inner) -> map.put(name, plain(inner)));
                yield map;
            }
            case List<?> list -> {
                var plain = new ArrayList<@Nullable Object>();
                list.forEach(inner -> plain.add(plain(inner)));
                yield plain;
            }
            case Decimal128 number -> number.bigDecimalValue();
            default -> value;
        };
    }

    private static @Nullable Object bson(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                var doc = new Document();
                node.properties().forEach(field -> doc.append(field.getKey(), bson(field.getValue())));
                yield doc;
            }
            case ARRAY -> {
                var list = new ArrayList<@Nullable Object>();
                node.forEach(element -> list.add(bson(element)));
                yield list;
            }
            case STRING -> node.stringValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> {
                if (node.isIntegralNumber() && node.canConvertToInt()) {
                    yield node.intValue();
                }
                if (node.isIntegralNumber() && node.canConvertToLong()) {
                    yield node.longValue();
                }
                yield new Decimal128(node.decimalValue());
            }
            default -> null;
        };
    }

    // Two events are the same where type, moment and data are, in whatever order the data's fields came.
    private static String hash(SessionEvent event, String time) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((event.type() + "\n" + time + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(canonical(event.data()).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String canonical(JsonNode node) {
        if (node.isObject()) {
            var fields = new TreeMap<String, String>();
            node.properties().forEach(field -> fields.put(field.getKey(), canonical(field.getValue())));
            return fields.toString();
        }
        if (node.isArray()) {
            var elements = new ArrayList<String>();
            node.forEach(element -> elements.add(canonical(element)));
            return elements.toString();
        }
        return node.toString();
    }
}
