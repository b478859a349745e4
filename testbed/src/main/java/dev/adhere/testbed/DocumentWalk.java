package dev.adhere.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Walks over a service's API document: whether it has every mapping, and says enough of it.
public final class DocumentWalk {

    private static final Set<String> EVERYWHERE = Set.of("400", "401", "403", "500", "503");

    private final JsonNode document;
    private final List<String> findings = new ArrayList<>();

    private DocumentWalk(JsonNode document) {
        this.document = document;
    }

    /// What is missing from the document; empty if nothing is.
    ///
    /// @param document OpenAPI 3.1
    /// @param mappings as `METHOD /path/{variable}`
    /// @param silent mappings whose handler does not say how it answers
    public static List<String> findings(JsonNode document, Set<String> mappings, Set<String> silent) {
        var walk = new DocumentWalk(document);
        walk.operations(mappings);
        document.at("/components/schemas")
                .properties()
                .forEach(schema -> walk.schema(schema.getKey(), schema.getValue()));
        silent.forEach(mapping -> walk.findings.add(mapping + " has no @Answers"));
        return walk.findings;
    }

    private void operations(Set<String> mappings) {
        var documented = new TreeSet<String>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                String name = method.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey();
                documented.add(name);
                operation(name, method.getValue());
            }
        }
        mappings.stream()
                .filter(m -> !documented.contains(m))
                .forEach(m -> findings.add(m + " is not in the document"));
        documented.stream().filter(d -> !mappings.contains(d)).forEach(d -> findings.add(d + " is no mapping"));
    }

    private void operation(String name, JsonNode operation) {
        need(operation.path("summary").isString(), name + " has no summary: a comment above the handler is one");
        operation
                .path("parameters")
                .forEach(parameter -> need(
                        parameter.path("description").isString(),
                        name + " does not describe " + parameter.get("name").asString()));
        if (operation.has("requestBody")) {
            examples(name + " body", operation.get("requestBody"));
        }
        var statuses = new TreeSet<>(operation.get("responses").propertyNames());
        need(statuses.containsAll(EVERYWHERE), name + " lacks what can end every request");
        need(statuses.stream().anyMatch(status -> status.startsWith("2")), name + " never succeeds");
        for (String status : statuses) {
            JsonNode response = operation.get("responses").get(status);
            if (response.has("$ref")) {
                response = document.at(response.get("$ref").asString().substring(1));
            }
            need(response.path("description").isString(), name + " " + status + " has no description");
            examples(name + " " + status, response);
            if (status.charAt(0) > '3') {
                need(response.path("content").has("application/problem+json"), name + " " + status + " is no problem");
            }
        }
    }

    private void examples(String where, JsonNode part) {
        part.path("content")
                .properties()
                .forEach(media -> need(
                        media.getValue().hasNonNull("example")
                                || media.getValue().has("examples"),
                        where + " as " + media.getKey() + " has no example"));
    }

    private void schema(String name, JsonNode schema) {
        need(schema.path("description").isString(), name + " has no description");
        schema.path("properties")
                .properties()
                .forEach(property -> need(
                        property.getValue().path("description").isString(),
                        name + "." + property.getKey() + " has no description: an @param of the record is one"));
    }

    private void need(boolean holds, String otherwise) {
        if (!holds) {
            findings.add(otherwise);
        }
    }
}
