package dev.adhere.session;

import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/// Events as clients send them, in the API document: the envelope stands here, the data are the contracts'
/// schemas.
@Order(Ordered.HIGHEST_PRECEDENCE)
final class EventSchemas implements OpenApiCustomizer {

    /// One CloudEvent of any type that this release takes.
    static final String EVENT = "#/components/schemas/Event";

    @Override
    public void customise(OpenAPI api) {
        try (InputStream in = EventSchemas.class.getResourceAsStream("/event-schemas.json")) {
            Json31.mapper()
                    .readValue(Objects.requireNonNull(in), SchemasByName.class)
                    .forEach(api.getComponents()::addSchemas);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How Jackson is told the type.
    private static final class SchemasByName extends LinkedHashMap<String, Schema<?>> {
        private static final long serialVersionUID = 1;
    }
}
