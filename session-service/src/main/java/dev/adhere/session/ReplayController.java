package dev.adhere.session;

import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Sends stored events again, for operators, after a disaster.
@RestController
class ReplayController {

    private final Replay replay;

    ReplayController(Replay replay) {
        this.replay = replay;
    }

    /// Whose events to send again.
    ///
    /// @param user left out: all users'
    @FromClient
    @Schema(name = "ReplayRequest")
    record Body(
            @Schema(pattern = "^[A-Za-z0-9._~-]{1,64}$", example = "user-001") @Nullable
            String user) {}

    /// What was sent.
    ///
    /// @param events that the broker has acknowledged
    @Schema(name = "Replayed")
    record Replayed(@Schema(minimum = "0") long events) {}

    /// Sends stored events again, to those who derive something from them; answers when the broker has all
    /// of them.
    ///
    /// They count as they did at first, by the moment of their first receipt, and cause nothing: no nudge,
    /// no alert. What is known counts once.
    @Answers(problems = ProblemType.VALIDATION_FAILED)
    @PostMapping("/v1/replay")
    Mono<Replayed> replay(@RequestBody Body body, Caller caller) {
        caller.require(Role.OPS);
        String user = body.user();
        if (user != null && !SessionEvents.isId(user)) {
            throw Problem.validationFailed("user", "must be a user id").asException();
        }
        return replay.send(user).map(Replayed::new);
    }
}
