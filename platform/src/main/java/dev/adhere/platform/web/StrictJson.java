package dev.adhere.platform.web;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import org.bson.types.Decimal128;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeType;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;

/// JSON as a stranger sends it: within limits, without names that a database or a language would take for
/// more than a name, and without texts that no UTF-8 can carry.
public final class StrictJson {

    /// Names that only the service itself writes.
    public static final Set<String> RESERVED = Set.of("userId", "receivedAt", "receivedat", "roles", "_id", "_class");

    private static final int DEPTH = 32;
    private static final int MOST_KEYS = 100;

    /// Depth 32, numbers of 30 digits, strings of 2,000 and names of 200 characters; no key twice, nothing
    /// after the end, nothing coerced, no field that the target does not have.
    public static final JsonMapper MAPPER = strict(JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH + 1)
                            .maxNumberLength(30)
                            .maxStringLength(2_000)
                            .maxNameLength(200)
                            .build())
                    .build()))
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private StrictJson() {}

    /// No key twice, no field that the target does not have, and nothing coerced: a number or a truth value
    /// is no text, and a fraction no whole number.
    static JsonMapper.Builder strict(JsonMapper.Builder builder) {
        return builder.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    }

    /// Reads an object.
    ///
    /// @throws ProblemException 400 `invalid-body`, or `reserved-field` where one of its fields is the
    ///     service's own
    public static ObjectNode object(byte[] json) {
        JsonNode node;
        try {
            node = MAPPER.readTree(json);
        } catch (JacksonException _) {
            throw Problem.invalidBody("This is not JSON within the limits.").asException();
        }
        if (!(node instanceof ObjectNode object) || !sound(object)) {
            throw Problem.invalidBody("This is not an object within the limits.")
                    .asException();
        }
        if (namesReserved(object)) {
            throw Problem.reservedField().asException();
        }
        return object;
    }

    /// Whether one of its own fields is the service's.
    public static boolean namesReserved(ObjectNode node) {
        for (String name : node.propertyNames()) {
            if (RESERVED.contains(name)) {
                return true;
            }
        }
        return false;
    }

    /// Whether it may be kept: no key begins with `$`, holds a dot or is `__proto__`, at most 100 keys an
    /// object, no NUL and no half of a surrogate pair, no number that cannot be stored as it is.
    public static boolean sound(JsonNode node) {
        return sound(node, 1);
    }

    private static boolean sound(JsonNode node, int depth) {
        if (depth > DEPTH) {
            return false;
        }
        switch (node.getNodeType()) {
            case OBJECT -> {
                if (node.size() > MOST_KEYS) {
                    return false;
                }
                for (Map.Entry<String, JsonNode> field : node.properties()) {
                    String name = field.getKey();
                    if (name.startsWith("$")
                            || name.indexOf('.') >= 0
                            || name.equals("__proto__")
                            || !sound(name)
                            || !sound(field.getValue(), depth + 1)) {
                        return false;
                    }
                }
                return true;
            }
            case ARRAY -> {
                for (JsonNode element : node) {
                    if (!sound(element, depth + 1)) {
                        return false;
                    }
                }
                return true;
            }
            case STRING -> {
                return sound(node.stringValue());
            }
            case NUMBER -> {
                return node.isIntegralNumber() ? node.canConvertToLong() || fits(node) : fits(node);
            }
            default -> {
                return node.getNodeType() != JsonNodeType.MISSING;
            }
        }
    }

    private static boolean fits(JsonNode number) {
        try {
            BigDecimal value = number.decimalValue();
            return new Decimal128(value).bigDecimalValue().compareTo(value) == 0;
        } catch (ArithmeticException | NumberFormatException | JacksonException _) {
            return false;
        }
    }

    private static boolean sound(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
