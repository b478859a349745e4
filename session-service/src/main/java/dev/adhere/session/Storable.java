package dev.adhere.session;

import java.math.BigDecimal;
import java.util.Map;
import org.bson.types.Decimal128;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeType;

/// Whether JSON can be stored and read again without loss: no name that a database or a language would take for more
/// than a name, no text that UTF-8 cannot carry, no number that would be rounded, nothing too deep or too wide.
final class Storable {

    private static final int DEPTH = 32;
    private static final int MOST_KEYS = 100;

    private Storable() {}

    static boolean is(JsonNode node) {
        return is(node, 1);
    }

    private static boolean is(JsonNode node, int depth) {
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
                            || !isText(name)
                            || !is(field.getValue(), depth + 1)) {
                        return false;
                    }
                }
                return true;
            }
            case ARRAY -> {
                for (JsonNode element : node) {
                    if (!is(element, depth + 1)) {
                        return false;
                    }
                }
                return true;
            }
            case STRING -> {
                return isText(node.stringValue());
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

    private static boolean isText(String text) {
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
