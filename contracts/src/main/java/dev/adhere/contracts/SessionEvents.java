package dev.adhere.contracts;

import dev.adhere.contracts.InvalidEvent.Fault;
import dev.adhere.contracts.SessionEvent.CompletedSet;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Envelope;
import dev.adhere.contracts.SessionEvent.PainScore;
import dev.adhere.contracts.SessionEvent.RedFlagAnswers;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.contracts.SessionEvent.Unknown;
import dev.adhere.contracts.SessionEvent.Withdrawal;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.data.BytesCloudEventData;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Between session events and CloudEvents 1.0: the one place that knows how each type's data reads.
public final class SessionEvents {

    /// The CloudEvents extension that carries when the service received the event.
    public static final String RECEIVED_AT = "receivedat";

    private static final int LONGEST_ID = 64;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final Set<String> REGION_IDS = ZoneId.getAvailableZoneIds();
    private static final Map<String, ZoneId> ZONES = new ConcurrentHashMap<>();

    private SessionEvents() {}

    /// Whether a text may be an event's, a session's or a user's id: 1-64 of `A-Z a-z 0-9 . _ ~ -`.
    public static boolean isId(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST_ID) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isOfId(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    // Asked five times of every event; a pattern takes ten times as long.
    private static boolean isOfId(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || "._~-".indexOf(c) >= 0;
    }

    /// Reads an event's data by its type.
    ///
    /// @throws InvalidEvent naming every field that breaks its rule
    public static SessionEvent read(Envelope envelope, ObjectNode data) throws InvalidEvent {
        var fields = new Fields(data);
        if (!isId(envelope.id())) {
            fields.fault("id", "must be 1-64 of A-Z a-z 0-9 . _ ~ -");
        }
        SessionEvent event = switch (envelope.type()) {
            case CompletedSet.TYPE -> completedSet(envelope, data, fields);
            case PainScore.TYPE -> painScore(envelope, data, fields);
            case RedFlagAnswers.TYPE -> redFlagAnswers(envelope, data, fields);
            case Withdrawal.TYPE -> withdrawal(envelope, data, fields);
            default -> new Unknown(envelope, data);
        };
        fields.throwIfFaulty();
        return event;
    }

    private static CompletedSet completedSet(Envelope envelope, ObjectNode data, Fields fields) {
        return new CompletedSet(
                envelope,
                data,
                fields.exerciseId(true),
                fields.zone(),
                fields.oneOf("side", Side.class, Side.NONE),
                fields.whole("reps", 1, 1000),
                fields.whole("holdSeconds", 1, 14_400),
                fields.whole("setNumber", 1, 100),
                fields.whole("exertion", 0, 10),
                fields.id("sessionId"),
                fields.replaces(envelope));
    }

    private static PainScore painScore(Envelope envelope, ObjectNode data, Fields fields) {
        Integer score = fields.whole("score", 0, 10);
        if (score == null && !fields.faulty("data.score")) {
            fields.fault("data.score", "is required, a whole number 0-10");
        }
        Context context = fields.oneOf("context", Context.class, null);
        return new PainScore(
                envelope,
                data,
                score == null ? 0 : score,
                context,
                fields.oneOf("sensation", Sensation.class, Sensation.PAIN),
                fields.oneOf("region", Region.class, Region.LOW_BACK),
                fields.exerciseId(context == Context.DURING),
                fields.zone(),
                fields.id("sessionId"),
                fields.replaces(envelope));
    }

    private static RedFlagAnswers redFlagAnswers(Envelope envelope, ObjectNode data, Fields fields) {
        return new RedFlagAnswers(envelope, data, fields.answers(), fields.zone(), fields.replaces(envelope));
    }

    // A value that is returned beside a fault never leaves this class: throwIfFaulty comes first.
    @SuppressWarnings("NullAway")
    private static Withdrawal withdrawal(Envelope envelope, ObjectNode data, Fields fields) {
        String replaces = fields.replaces(envelope);
        if (replaces == null && !fields.faulty("data.replaces")) {
            fields.fault("data.replaces", "is required, the id of the event that is taken back");
        }
        return new Withdrawal(
                envelope,
                data,
                replaces,
                data.hasNonNull("zone") ? fields.zone() : envelope.time().getOffset());
    }

    /// The event's data as JSON.
    public static byte[] data(SessionEvent event) {
        return JSON.writeValueAsBytes(event.data());
    }

    /// The event as a CloudEvent with JSON data.
    public static CloudEvent toCloudEvent(SessionEvent event) {
        Envelope e = event.envelope();
        var builder = CloudEventBuilder.v1()
                .withId(e.id())
                .withSource(URI.create(e.source()))
                .withType(e.type())
                .withSubject(e.userId())
                .withTime(e.time())
                .withDataContentType("application/json")
                .withExtension(RECEIVED_AT, e.receivedAt().toString())
                .withData(BytesCloudEventData.wrap(data(event)));
        e.extensions().forEach((name, value) -> {
            switch (value) {
                case Boolean b -> builder.withExtension(name, b);
                case Number n -> builder.withExtension(name, n);
                default -> builder.withExtension(name, value.toString());
            }
        });
        return builder.build();
    }

    /// @throws InvalidEvent where an attribute is missing or the data break the rules of their type
    public static SessionEvent fromCloudEvent(CloudEvent event) throws InvalidEvent {
        var faults = new ArrayList<Fault>();
        String subject = event.getSubject();
        if (!isId(subject)) {
            faults.add(new Fault("subject", "must be a user id"));
        }
        OffsetDateTime time = event.getTime();
        if (time == null) {
            faults.add(new Fault("time", "is required, with an offset"));
        }
        Instant receivedAt = instant(event.getExtension(RECEIVED_AT));
        if (receivedAt == null) {
            faults.add(new Fault(RECEIVED_AT, "is required, an instant"));
        }
        ObjectNode data = object(event);
        if (data == null) {
            faults.add(new Fault("data", "must be a JSON object"));
        }
        if (subject == null || time == null || receivedAt == null || data == null || !faults.isEmpty()) {
            throw new InvalidEvent(faults);
        }
        Map<String, Object> extensions = new HashMap<>();
        for (String name : event.getExtensionNames()) {
            Object value = event.getExtension(name);
            if (!name.equals(RECEIVED_AT) && value != null) {
                extensions.put(name, value);
            }
        }
        return read(
                new Envelope(
                        subject,
                        event.getId(),
                        event.getSource().toString(),
                        event.getType(),
                        time,
                        receivedAt,
                        extensions),
                data);
    }

    private static @Nullable Instant instant(@Nullable Object text) {
        try {
            return text == null ? null : Instant.parse(text.toString());
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    private static @Nullable ObjectNode object(CloudEvent event) {
        var data = event.getData();
        try {
            return data != null && JSON.readTree(data.toBytes()) instanceof ObjectNode object ? object : null;
        } catch (JacksonException _) {
            return null;
        }
    }

    /// Reads fields one by one and remembers what is wrong with them.
    private static final class Fields {
        private final ObjectNode data;
        private final List<Fault> faults = new ArrayList<>();

        Fields(ObjectNode data) {
            this.data = data;
        }

        void fault(String field, String message) {
            faults.add(new Fault(field, message));
        }

        boolean faulty(String field) {
            return faults.stream().anyMatch(f -> f.field().equals(field));
        }

        void throwIfFaulty() throws InvalidEvent {
            if (!faults.isEmpty()) {
                throw new InvalidEvent(faults);
            }
        }

        private @Nullable JsonNode get(String name) {
            JsonNode node = data.get(name);
            return node == null || node.isNull() ? null : node;
        }

        @Nullable
        Integer whole(String name, int min, int max) {
            JsonNode node = get(name);
            if (node == null) {
                return null;
            }
            if (node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= min && node.intValue() <= max) {
                return node.intValue();
            }
            fault("data." + name, "must be a whole number " + min + "-" + max);
            return null;
        }

        // A value that is returned beside a fault never leaves this class: throwIfFaulty comes first.
        @SuppressWarnings("NullAway")
        <T extends Enum<T>> T oneOf(String name, Class<T> type, @Nullable T otherwise) {
            JsonNode node = get(name);
            if (node == null) {
                if (otherwise == null) {
                    fault("data." + name, "is required");
                }
                return otherwise;
            }
            if (node.isString()) {
                for (T value : type.getEnumConstants()) {
                    if (value.name().equals(node.stringValue())) {
                        return value;
                    }
                }
            }
            fault("data." + name, "must be one of " + List.of(type.getEnumConstants()));
            return otherwise;
        }

        // Free text is never read as a "no", nor is a question that this release does not ask.
        Map<RedFlag, Boolean> answers() {
            var answers = new EnumMap<RedFlag, Boolean>(RedFlag.class);
            if (!(get("answers") instanceof ObjectNode given) || given.isEmpty()) {
                fault("data.answers", "is required, an object with at least one answer");
                return answers;
            }
            for (var answer : given.properties()) {
                RedFlag question = question(answer.getKey());
                if (question == null) {
                    fault("data.answers", "must answer some of " + List.of(RedFlag.values()));
                } else if (!answer.getValue().isBoolean()) {
                    fault("data.answers." + question, "must be true or false");
                } else {
                    answers.put(question, answer.getValue().booleanValue());
                }
            }
            return answers;
        }

        private static @Nullable RedFlag question(String name) {
            for (RedFlag flag : RedFlag.values()) {
                if (flag.name().equals(name)) {
                    return flag;
                }
            }
            return null;
        }

        @Nullable
        String id(String name) {
            JsonNode node = get(name);
            if (node == null || node.isString() && isId(node.stringValue())) {
                return node == null ? null : node.stringValue();
            }
            fault("data." + name, "must be 1-64 of A-Z a-z 0-9 . _ ~ -");
            return null;
        }

        @Nullable
        String replaces(Envelope envelope) {
            String id = id("replaces");
            if (id != null && id.equals(envelope.id())) {
                fault("data.replaces", "must be the id of another event");
            }
            return id;
        }

        @SuppressWarnings("NullAway")
        String exerciseId(boolean required) {
            String id = id("exerciseId");
            if (id == null && required && !faulty("data.exerciseId")) {
                fault("data.exerciseId", "is required");
            }
            return id;
        }

        @SuppressWarnings("NullAway")
        ZoneId zone() {
            JsonNode node = get("zone");
            ZoneId zone = node != null && node.isString() ? zoneOf(node.stringValue()) : null;
            if (zone == null) {
                fault("data.zone", "is required, an IANA region such as Europe/Berlin, or UTC");
            }
            return zone;
        }
    }

    /// An IANA region id or `UTC`; null for anything else, an offset such as `+01:00` too.
    public static @Nullable ZoneId zoneOf(String id) {
        ZoneId known = ZONES.get(id);
        if (known != null) {
            return known;
        }
        // "SystemV/..." and three-letter ids are in the JDK's list but are no IANA regions of today.
        if (!id.equals("UTC") && !(id.contains("/") && REGION_IDS.contains(id) && !id.startsWith("SystemV/"))) {
            return null;
        }
        try {
            ZoneId zone = ZoneId.of(id);
            ZONES.put(id, zone);
            return zone;
        } catch (DateTimeException _) {
            return null;
        }
    }
}
