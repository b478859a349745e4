package dev.adhere.platform.api;

import io.swagger.v3.oas.models.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A whole example, put together from those of the fields.
final class Examples {

    private static final int DEEPEST = 12;

    @SuppressWarnings("rawtypes")
    private final Map<String, Schema> components;

    @SuppressWarnings("rawtypes")
    Examples(Map<String, Schema> components) {
        this.components = components;
    }

    /// Of what a client sends.
    @Nullable
    Object sent(Schema<?> schema) {
        return of(schema, false, DEEPEST);
    }

    /// Of what a service answers: without what is only ever sent to it.
    @Nullable
    Object answered(Schema<?> schema) {
        return of(schema, true, DEEPEST);
    }

    private @Nullable Object of(@Nullable Schema<?> schema, boolean answer, int depth) {
        if (schema == null || depth == 0) {
            return null;
        }
        if (schema.getExample() != null) {
            return schema.getExample();
        }
        if (schema.getExamples() != null && !schema.getExamples().isEmpty()) {
            return schema.getExamples().getFirst();
        }
        if (schema.getConst() != null) {
            return schema.getConst();
        }
        if (schema.get$ref() != null) {
            return of(components.get(schema.get$ref().substring("#/components/schemas/".length())), answer, depth - 1);
        }
        for (List<?> choice : new List<?>[] {schema.getOneOf(), schema.getAnyOf(), schema.getAllOf()}) {
            if (choice != null && !choice.isEmpty()) {
                return of((Schema<?>) choice.getFirst(), answer, depth - 1);
            }
        }
        if (schema.getEnum() != null && !schema.getEnum().isEmpty()) {
            return schema.getEnum().getFirst();
        }
        if (schema.getDefault() != null) {
            return schema.getDefault();
        }
        return switch (type(schema)) {
            case "object" -> {
                var object = new LinkedHashMap<String, @Nullable Object>();
                if (schema.getProperties() != null) {
                    schema.getProperties().forEach((name, field) -> {
                        if (answer && Boolean.TRUE.equals(field.getWriteOnly())) {
                            return;
                        }
                        Object value = of(field, answer, depth - 1);
                        // What may be missing is, where nothing is known of it.
                        if (value != null
                                || schema.getRequired() != null
                                        && schema.getRequired().contains(name)) {
                            object.put(name, value);
                        }
                    });
                }
                yield object;
            }
            case "array" -> {
                Object item = of(schema.getItems(), answer, depth - 1);
                yield item == null ? List.of() : List.of(item);
            }
            case "integer" ->
                schema.getMinimum() == null ? 1 : schema.getMinimum().intValue();
            case "number" -> 1.0;
            case "boolean" -> false;
            default ->
                switch (String.valueOf(schema.getFormat())) {
                    case "date" -> "2026-11-20";
                    case "date-time" -> "2026-11-20T07:41:05Z";
                    // Any text does where one is due and nothing is asked of it.
                    default -> isText(schema) ? "..." : null;
                };
        };
    }

    private static boolean isText(Schema<?> schema) {
        boolean mayBeNull = schema.getTypes() != null && schema.getTypes().contains("null");
        return type(schema).equals("string") && !mayBeNull && schema.getFormat() == null && schema.getPattern() == null;
    }

    private static String type(Schema<?> schema) {
        if (schema.getTypes() != null) {
            return schema.getTypes().stream()
                    .filter(type -> !type.equals("null"))
                    .findFirst()
                    .orElse("null");
        }
        return String.valueOf(schema.getType());
    }
}
