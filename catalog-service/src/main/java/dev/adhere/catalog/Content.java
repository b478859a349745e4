package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
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

    /// One of the articles.
    ///
    /// @param file names it
    /// @param title its title
    record Article(
            @Schema(example = "000_4888f2be5265ff4c.txt") String file,

            @Schema(example = "Stretching and strengthening the lower back")
            String title) {}

    /// The exercises of one article.
    ///
    /// @param id the programme's id
    /// @param title the article's
    /// @param source the article
    /// @param layAdvice no clinician wrote it
    /// @param frequency no article gives one: it always comes from the coach
    /// @param exerciseIds in the article's order
    /// @param guidanceIds what the article says beyond single exercises
    record Programme(
            @Schema(example = "article-000") String id,

            @Schema(example = "Stretching and strengthening the lower back")
            String title,

            Article source,
            boolean layAdvice,
            @Nullable String frequency,

            @ArraySchema(schema = @Schema(example = "bridge"))
            List<String> exerciseIds,

            @ArraySchema(schema = @Schema(example = "R0-CONSISTENT"))
            List<String> guidanceIds) {}

    /// A rule of an article that is about no single exercise.
    ///
    /// @param id the rule's id
    /// @param source the article
    /// @param text what it says
    /// @param effect what Adhere makes of it
    /// @param holdSeconds seconds, where it gives them
    /// @param reps repetitions, where it gives them
    /// @param appliesTo the exercises that it is about; none for all
    /// @param conditions the conditions of a user that it is about; none for all
    record Guidance(
            @Schema(example = "R0-CONSISTENT") String id,
            Article source,

            @Schema(example = "Strengthening work helps only when kept up consistently.")
            String text,

            @Schema(example = "streak and adherence messages")
            String effect,

            Exercise.@Nullable Range holdSeconds,
            Exercise.@Nullable Range reps,

            @ArraySchema(schema = @Schema(example = "bridge"))
            List<String> appliesTo,

            @ArraySchema(schema = @Schema(example = "SPINAL_STENOSIS"))
            List<String> conditions) {}

    static Content read(JsonMapper json) {
        try (InputStream in = Content.class.getResourceAsStream("/catalogue.json")) {
            return json.readValue(in, Content.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
