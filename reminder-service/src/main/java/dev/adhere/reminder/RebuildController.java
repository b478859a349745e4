package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Computes figures anew from the stored facts, for operators: after a fault was mended, or to see that
/// none is there. Nothing is sent because of it, and traffic goes on meanwhile.
@RestController
class RebuildController {

    private static final int PAGE = 500;

    // All users, whoever many they are.
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Users users;
    private final Keeper keeper;
    private final Clock clock;

    RebuildController(Users users, Keeper keeper, Clock clock) {
        this.users = users;
        this.keeper = keeper;
        this.clock = clock;
    }

    /// What came of it.
    ///
    /// @param users whose figures were computed anew
    /// @param changed of how many of them they were others than what was stored
    /// @param underWay how many were left as they are, since an event of theirs is just being counted: to be
    ///     asked for again in ten minutes
    @Schema(name = "Rebuilt")
    record Rebuilt(
            @Schema(minimum = "0") long users,
            @Schema(minimum = "0") long changed,
            @Schema(minimum = "0") long underWay) {

        private static final Rebuilt NONE = new Rebuilt(0, 0, 0);

        private Rebuilt and(Keeper.Rebuilt one) {
            return new Rebuilt(
                    users + 1,
                    changed + (one == Keeper.Rebuilt.CHANGED ? 1 : 0),
                    underWay + (one == Keeper.Rebuilt.UNDER_WAY ? 1 : 0));
        }
    }

    /// Computes one user's figures anew, as an operator.
    @Answers
    @PostMapping("/v1/users/{userId}/rebuild")
    Mono<Rebuilt> one(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.OPS);
            if (!SessionEvents.isId(userId) || users.head(userId) == null) {
                throw Problem.notFound().asException();
            }
            return Rebuilt.NONE.and(keeper.rebuild(userId, clock.instant()));
        });
    }

    /// Computes the figures of all users anew, as an operator; answers when all are done. It goes on when the caller
    /// goes away.
    @Answers
    @PostMapping("/v1/rebuild")
    Mono<Rebuilt> all(Caller caller) {
        return Blocking.call(
                () -> {
                    caller.require(Role.OPS);
                    Rebuilt all = Rebuilt.NONE;
                    List<String> ids = users.idsAfter("", PAGE);
                    while (!ids.isEmpty()) {
                        for (String userId : ids) {
                            all = all.and(keeper.rebuild(userId, clock.instant()));
                        }
                        ids = users.idsAfter(ids.getLast(), PAGE);
                    }
                    return all;
                },
                LONGEST);
    }
}
