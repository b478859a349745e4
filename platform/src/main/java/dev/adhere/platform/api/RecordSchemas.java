package dev.adhere.platform.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Tells from a record which of its fields are always there and which may be null.
final class RecordSchemas implements ModelConverter {

    private static final String COMPONENTS = "#/components/schemas/";

    private final Map<String, Class<?>> named = new ConcurrentHashMap<>();

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        if (!chain.hasNext()) {
            return null;
        }
        Schema<?> schema = chain.next().resolve(type, context, chain);
        Class<?> raw = Json.mapper().constructType(type.getType()).getRawClass();
        if (schema != null && raw.isRecord()) {
            String ref = schema.get$ref();
            Schema<?> model = ref == null ? schema : context.getDefinedModels().get(ref.substring(COMPONENTS.length()));
            if (model != null && model.getProperties() != null && !Boolean.TRUE.equals(seen(model))) {
                complete(raw, model);
            }
            if (ref != null && raw.getTypeParameters().length == 0) {
                Class<?> other = named.putIfAbsent(ref, raw);
                if (other != null && other != raw) {
                    throw new IllegalStateException(raw + " and " + other + " have one name in the API document");
                }
            }
        }
        return schema;
    }

    private static @Nullable Object seen(Schema<?> model) {
        Map<String, Object> extensions = model.getExtensions();
        return extensions == null ? null : extensions.get(ApiDocument.COMPLETE);
    }

    private static void complete(Class<?> raw, Schema<?> model) {
        boolean fromClient = raw.isAnnotationPresent(FromClient.class);
        var required = new ArrayList<String>();
        @SuppressWarnings("rawtypes")
        Map<String, Schema> properties = model.getProperties();
        for (RecordComponent component : raw.getRecordComponents()) {
            Schema<?> property = properties.get(component.getName());
            if (property == null) {
                continue;
            }
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            boolean demanded = demanded(component);
            if (demanded || !fromClient && !(nullable && leftOutWhenNull(component, raw))) {
                required.add(component.getName());
            }
            if (nullable && !demanded && !leftOutAlways(component, raw, fromClient)) {
                properties.put(component.getName(), orNull(property));
            }
        }
        model.setRequired(required.isEmpty() ? null : required);
        if (fromClient) {
            model.setAdditionalProperties(Boolean.FALSE);
        }
        model.addExtension(ApiDocument.COMPLETE, Boolean.TRUE);
    }

    private static boolean demanded(RecordComponent component) {
        var schema = component.getAccessor().getAnnotation(io.swagger.v3.oas.annotations.media.Schema.class);
        var array = component.getAccessor().getAnnotation(io.swagger.v3.oas.annotations.media.ArraySchema.class);
        return schema != null && schema.requiredMode() == REQUIRED
                || array != null && array.arraySchema().requiredMode() == REQUIRED;
    }

    private static final io.swagger.v3.oas.annotations.media.Schema.RequiredMode REQUIRED =
            io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

    // An answer that leaves a field out where it is null never has it as null.
    private static boolean leftOutAlways(RecordComponent component, Class<?> raw, boolean fromClient) {
        return !fromClient && leftOutWhenNull(component, raw);
    }

    private static boolean leftOutWhenNull(RecordComponent component, Class<?> raw) {
        JsonInclude own = include(component.getAccessor());
        JsonInclude whole = include(raw);
        JsonInclude rule = own == null ? whole : own;
        return rule != null && rule.value() == JsonInclude.Include.NON_NULL;
    }

    private static @Nullable JsonInclude include(AnnotatedElement element) {
        return element.getAnnotation(JsonInclude.class);
    }

    private static <T> void withNull(Schema<T> property) {
        var values = new ArrayList<@Nullable T>(property.getEnum());
        if (!values.contains(null)) {
            values.add(null);
        }
        property.setEnum(values);
    }

    private static Schema<?> orNull(Schema<?> property) {
        if (property.get$ref() != null) {
            return new JsonSchema()
                    .description(property.getDescription())
                    .addAnyOfItem(new JsonSchema().$ref(property.get$ref()))
                    .addAnyOfItem(new JsonSchema().types(Set.of("null")));
        }
        if (property.getTypes() != null) {
            property.addType("null");
        }
        if (property.getEnum() != null) {
            withNull(property);
        }
        return property;
    }
}
