package dev.adhere.platform.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/// What travels on topics reads the same over HTTP: the contracts' schemas stand in for those of the records
/// of the same name.
final class ContractSchemas {

    private static final Pattern REFERENCE = Pattern.compile("\"#/components/schemas/([^\"]+)\"");

    private ContractSchemas() {}

    static void putInto(OpenAPI api) {
        try {
            for (Resource file : new PathMatchingResourcePatternResolver().getResources("classpath*:/schema/*.json")) {
                try (InputStream in = file.getInputStream()) {
                    byte[] json = in.readAllBytes();
                    Schema<?> schema = Json31.mapper().readValue(json, Schema.class);
                    schema.set$schema(null);
                    plainExample(schema, json);
                    api.getComponents().addSchemas(schema.getTitle(), schema);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // A schema's `examples` lose their nulls on the way, its one `example` does not.
    private static void plainExample(Schema<?> schema, byte[] json) throws IOException {
        if (new ObjectMapper().readValue(json, Map.class).get("examples") instanceof List<?> examples) {
            schema.setExample(examples.getFirst());
            schema.setExamples(null);
        }
    }

    /// Drops what nothing refers to.
    static void prune(OpenAPI api) {
        var used = new HashSet<String>();
        var open = new ArrayDeque<String>();
        references(api.getPaths(), open);
        references(api.getComponents().getResponses(), open);
        while (!open.isEmpty()) {
            String name = open.pop();
            if (used.add(name)) {
                references(
                        Objects.requireNonNull(api.getComponents().getSchemas().get(name), name), open);
            }
        }
        api.getComponents().getSchemas().keySet().retainAll(used);
    }

    private static void references(Object part, ArrayDeque<String> names) {
        try {
            Matcher found = REFERENCE.matcher(Json31.mapper().writeValueAsString(part));
            while (found.find()) {
                names.add(found.group(1));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a part of the document cannot be written", e);
        }
    }
}
