package dev.adhere.session;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;

/// A CloudEvent as it was stored, and what became of it. Further attributes that the app gave stand beside
/// these.
///
/// @param specversion of CloudEvents
/// @param id the client's, unique per user
/// @param source the app
/// @param type the CloudEvents type
/// @param subject the user
/// @param time when it happened, with the offset that the client gave
/// @param data all that came, known and unknown fields
/// @param receivedAt when the service received it
/// @param state RECORDED; PARKED: of a type that this release does not know; CORRECTED or WITHDRAWN by a
///     later event
/// @param extensions further attributes, by name
record StoredEvent(
        @Schema(allowableValues = "1.0") String specversion,
        @Schema(example = "0193-set-1") String id,
        @Schema(example = "app/ios") String source,
        @Schema(example = "dev.adhere.completed-set.v1") String type,
        @Schema(example = "user-001") String subject,

        @Schema(format = "date-time", example = "2026-11-20T07:41:05+01:00")
        String time,

        @Schema(types = "object", example = "{\"exerciseId\":\"bridge\",\"zone\":\"Europe/Berlin\",\"reps\":10}")
        Object data,

        @Schema(format = "date-time") String receivedAt,
        EventDocuments.State state,
        @Schema(hidden = true) @JsonAnyGetter Map<String, Object> extensions) {}
