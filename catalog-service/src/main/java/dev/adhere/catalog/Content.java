package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The first content: what five lay articles say, `catalogue.json`.
///
/// @param programmes one an article
/// @param guidance the articles' rules that are about no single exercise
record Content(List<ObjectNode> exercises, List<Programme> programmes, List<Guidance> guidance) {

    record Article(String file, String title) {}

    /// @param layAdvice no clinician wrote it
    /// @param frequency no article gives one: it always comes from the coach
    record Programme(
            String id,
            String title,
            Article source,
            boolean layAdvice,
            @Nullable String frequency,
            List<String> exerciseIds,
            List<String> guidanceIds) {}

    /// @param effect what Adhere makes of it
    record Guidance(
            String id,
            Article source,
            String text,
            String effect,
            Exercise.@Nullable Range holdSeconds,
            Exercise.@Nullable Range reps,
            List<String> appliesTo,
            List<String> conditions) {}

    static Content read(JsonMapper json) {
        try (InputStream in = Content.class.getResourceAsStream("/catalogue.json")) {
            return json.readValue(in, Content.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
