package dev.adhere.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.adhere.platform.web.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a client is told of one event.
///
/// @param line of the stream, or place in the batch, from 1
/// @param id the event's; null where none could be read
/// @param status `accepted`: the broker has it. `rejected`: never sent, do not resend. `retry`: unknown,
///     resend the same id
/// @param receivedAt when it was received, where it is accepted
/// @param problem why it is not
@Schema(
        example =
                "{\"line\":1,\"id\":\"0193-set-1\",\"status\":\"accepted\",\"receivedAt\":\"2026-11-20T06:41:06.123Z\"}")
record Outcome(
        @Schema(minimum = "1") long line,
        @Schema(example = "0193-set-1") @Nullable String id,

        @Schema(allowableValues = {"accepted", "rejected", "retry"})
        String status,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant receivedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Problem problem) {

    static Outcome accepted(long line, String id, Instant receivedAt) {
        return new Outcome(line, id, "accepted", receivedAt, null);
    }

    static Outcome rejected(long line, @Nullable String id, Problem problem) {
        return new Outcome(line, id, "rejected", null, problem);
    }

    static Outcome retry(long line, @Nullable String id) {
        return new Outcome(line, id, "retry", null, Problem.temporarilyUnavailable());
    }
}
