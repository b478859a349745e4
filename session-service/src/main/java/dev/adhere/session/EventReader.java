package dev.adhere.session;

import dev.adhere.contracts.InvalidEvent;
import dev.adhere.contracts.SessionEvent;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.StrictJson;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads what a client app sent as one event, or says why it is none. Pure: bytes and a moment in, a
/// verdict out.
///
/// The order of the checks is part of the contract: what cannot be JSON of ours, then the service's own
/// fields, then the
/// envelope, the type, the data, the time, and last the exercise.
final class EventReader {

    /// More than this after its arrival an event lies in the future (rule 9).
    static final Duration AHEAD = Duration.ofMinutes(10);
    /// Older than this an event is refused.
    static final Duration OLDEST = Duration.ofDays(400);

    private static final Set<String> ATTRIBUTES =
            Set.of("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data");
    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,20}");
    private static final int LONGEST_SOURCE = 200;

    /// What became of one event.
    sealed interface Verdict {

        /// The event's id where one could be read.
        @Nullable
        String id();
    }

    record Taken(SessionEvent event) implements Verdict {
        @Override
        public String id() {
            return event.id();
        }
    }

    record Refused(@Nullable String id, Problem problem) implements Verdict {}

    /// The exercise is not known yet, and the copy of the catalogue is young: the same id may be taken a
    /// moment later.
    record NotYet(String id) implements Verdict {}

    private final Predicate<String> exerciseKnown;

    /// @param exerciseKnown whether an exercise was ever published
    EventReader(Predicate<String> exerciseKnown) {
        this.exerciseKnown = exerciseKnown;
    }

    /// @param userId the token's subject
    /// @param settled whether the catalogue's copy is old enough that an unknown exercise is really unknown
    Verdict read(byte[] json, String userId, Instant receivedAt, boolean settled) {
        JsonNode node;
        try {
            node = StrictJson.MAPPER.readTree(json);
        } catch (JacksonException _) {
            return new Refused(null, Problem.invalidBody("This is not JSON within the limits."));
        }
        return read(node, userId, receivedAt, settled);
    }

    Verdict read(JsonNode node, String userId, Instant receivedAt, boolean settled) {
        if (!(node instanceof ObjectNode event) || !StrictJson.sound(event)) {
            return new Refused(null, Problem.invalidBody("This is not an event within the limits."));
        }
        String id = text(event, "id");
        if (!SessionEvents.isId(id)) {
            id = null;
        }
        JsonNode data = event.get("data");
        if (StrictJson.namesReserved(event) || data instanceof ObjectNode object && StrictJson.namesReserved(object)) {
            return new Refused(id, Problem.reservedField());
        }
        String subject = text(event, "subject");
        if (event.has("subject") && !userId.equals(subject)) {
            return new Refused(id, Problem.invalidBody("subject must be the caller's own."));
        }
        var faults = new ArrayList<FieldError>();
        if (!"1.0".equals(text(event, "specversion"))) {
            faults.add(new FieldError("specversion", "must be 1.0"));
        }
        if (id == null) {
            faults.add(new FieldError("id", "is required, 1-64 of A-Z a-z 0-9 . _ ~ -"));
        }
        String source = text(event, "source");
        if (source == null || !isUri(source)) {
            faults.add(new FieldError("source", "is required, a URI reference of at most 200 characters"));
        }
        String type = text(event, "type");
        if (type == null || type.isEmpty()) {
            faults.add(new FieldError("type", "is required"));
        }
        OffsetDateTime time = time(text(event, "time"));
        if (time == null) {
            faults.add(new FieldError("time", "is required, RFC 3339 with an offset"));
        }
        if (event.has("datacontenttype") && !"application/json".equals(text(event, "datacontenttype"))) {
            faults.add(new FieldError("datacontenttype", "must be application/json"));
        }
        if (!(data instanceof ObjectNode)) {
            faults.add(new FieldError("data", "is required, an object"));
        }
        if (!faults.isEmpty()
                || id == null
                || source == null
                || type == null
                || time == null
                || !(data instanceof ObjectNode object)) {
            return new Refused(id, Problem.validationFailed(faults));
        }
        return judge(
                new SessionEvent.Envelope(userId, id, source, type, time, receivedAt, extensions(event)),
                object,
                settled);
    }

    private Verdict judge(SessionEvent.Envelope envelope, ObjectNode data, boolean settled) {
        SessionEvent event;
        try {
            event = SessionEvents.read(envelope, data);
        } catch (InvalidEvent e) {
            return new Refused(
                    envelope.id(),
                    Problem.validationFailed(e.faults().stream()
                            .map(f -> new FieldError(f.field(), f.message()))
                            .toList()));
        }
        if (event instanceof SessionEvent.Unknown) {
            return new Refused(envelope.id(), Problem.of(ProblemType.UNKNOWN_EVENT_TYPE));
        }
        Instant time = envelope.time().toInstant();
        if (time.isAfter(envelope.receivedAt().plus(AHEAD))) {
            return new Refused(envelope.id(), Problem.of(ProblemType.EVENT_IN_FUTURE));
        }
        if (time.isBefore(envelope.receivedAt().minus(OLDEST))) {
            return new Refused(envelope.id(), Problem.of(ProblemType.EVENT_TOO_OLD));
        }
        String exercise = switch (event) {
            case SessionEvent.CompletedSet set -> set.exerciseId();
            case SessionEvent.PainScore score -> score.exerciseId();
            case SessionEvent.RedFlagAnswers _, SessionEvent.Withdrawal _, SessionEvent.Unknown _ -> null;
        };
        if (exercise != null && !exerciseKnown.test(exercise)) {
            return settled
                    ? new Refused(
                            envelope.id(),
                            Problem.of(
                                    ProblemType.UNKNOWN_REFERENCE,
                                    "The event names an exercise that was never published."))
                    : new NotYet(envelope.id());
        }
        return new Taken(event);
    }

    private static @Nullable String text(ObjectNode node, String name) {
        JsonNode value = node.get(name);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    private static boolean isUri(String text) {
        try {
            return !text.isEmpty()
                    && text.length() <= LONGEST_SOURCE
                    && !URI.create(text).toString().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static @Nullable OffsetDateTime time(@Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text);
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    // A further attribute is kept as CloudEvents would carry it; what CloudEvents could not carry is kept
    // as one JSON text.
    private static Map<String, Object> extensions(ObjectNode event) {
        Map<String, Object> extensions = new HashMap<>();
        ObjectNode rest = StrictJson.MAPPER.createObjectNode();
        for (Map.Entry<String, JsonNode> field : event.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (ATTRIBUTES.contains(name) && !name.equals("dataschema")) {
                continue;
            }
            boolean plain = EXTENSION.matcher(name).matches() && !ATTRIBUTES.contains(name);
            if (plain && value.isString()) {
                extensions.put(name, value.stringValue());
            } else if (plain && value.isBoolean()) {
                extensions.put(name, value.booleanValue());
            } else if (plain && value.isIntegralNumber() && value.canConvertToInt()) {
                extensions.put(name, value.intValue());
            } else {
                rest.set(name, value);
            }
        }
        if (!rest.isEmpty()) {
            extensions.put("unmapped", rest.toString());
        }
        return extensions;
    }
}
