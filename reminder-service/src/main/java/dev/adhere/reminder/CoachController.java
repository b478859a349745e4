package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Who coaches whom. Written by an admin, who otherwise sees nothing of a user.
@RestController
class CoachController {

    private final Users users;
    private final Access access;
    private final Keeper keeper;
    private final Relay careTeamRelay;
    private final Clock clock;

    CoachController(Users users, Access access, Keeper keeper, Relay careTeamRelay, Clock clock) {
        this.users = users;
        this.access = access;
        this.keeper = keeper;
        this.careTeamRelay = careTeamRelay;
        this.clock = clock;
    }

    /// A coach of a user.
    ///
    /// @param coachId the coach's id
    /// @param from the first moment of the assignment
    /// @param until the first moment after it; null while it has no end
    @Schema(name = "Coach")
    record CoachBody(
            @Schema(example = "coach-anna") String coachId,
            Instant from,
            @Nullable Instant until) {}

    /// Who coaches a user now; all on one page.
    @Answers
    @GetMapping("/v1/users/{userId}/coaches")
    Mono<Page<CoachBody>> list(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            CareTeam team;
            if (caller.is(Role.ADMIN)) {
                UserState head = SessionEvents.isId(userId) ? users.head(userId) : null;
                if (head == null) {
                    throw Problem.notFound().asException();
                }
                team = head.careTeam();
            } else {
                team = access.read(caller, userId).careTeam();
            }
            Instant now = clock.instant();
            return new Page<>(
                    team.coaches().stream()
                            .filter(a -> a.holdsAt(now))
                            .map(CoachController::body)
                            .toList(),
                    null);
        });
    }

    /// Lets a coach see and plan for a user, from now on.
    ///
    /// 200 where the coach does already. The user need not be known yet.
    ///
    /// @param coachId the coach's id, not the user's own
    @Answers(
            status = {201, 200},
            problems = ProblemType.VALIDATION_FAILED)
    @PutMapping("/v1/users/{userId}/coaches/{coachId}")
    Mono<ResponseEntity<CoachBody>> assign(
            @PathVariable String userId,
            @PathVariable @Parameter(example = "coach-anna") @Schema(pattern = PlanBody.ID) String coachId,
            Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.ADMIN);
            requireIds(userId, coachId);
            Instant now = clock.instant();
            UserState known = users.head(userId);
            if (known != null && known.careTeam().assigns(coachId, now)) {
                return ResponseEntity.ok(current(known.careTeam(), coachId, now));
            }
            UserState after = keeper.edit(
                    userId,
                    user -> {
                        CareTeam team = user.head().careTeam();
                        if (team.assigns(coachId, now)) {
                            return new Fold.EditCareTeam(team);
                        }
                        var coaches = new ArrayList<>(team.coaches());
                        coaches.add(new CareTeam.Assignment(coachId, now, null));
                        return new Fold.EditCareTeam(new CareTeam(userId, team.revision() + 1, coaches));
                    },
                    now);
            careTeamRelay.wake();
            return ResponseEntity.status(HttpStatus.CREATED).body(current(after.careTeam(), coachId, now));
        });
    }

    /// Ends what a coach may see of a user, at once.
    ///
    /// @param coachId the coach's id
    @Answers(status = 204)
    @DeleteMapping("/v1/users/{userId}/coaches/{coachId}")
    Mono<ResponseEntity<Void>> end(
            @PathVariable String userId,
            @PathVariable @Parameter(example = "coach-anna") @Schema(pattern = PlanBody.ID) String coachId,
            Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.ADMIN);
            Instant now = clock.instant();
            UserState known = SessionEvents.isId(userId) ? users.head(userId) : null;
            if (known == null || !known.careTeam().assigns(coachId, now)) {
                throw Problem.notFound().asException();
            }
            var _ = keeper.edit(
                    userId,
                    user -> {
                        CareTeam team = user.head().careTeam();
                        List<CareTeam.Assignment> coaches = team.coaches().stream()
                                .map(a -> a.coachId().equals(coachId) && a.holdsAt(now)
                                        ? new CareTeam.Assignment(a.coachId(), a.from(), now)
                                        : a)
                                .toList();
                        return new Fold.EditCareTeam(new CareTeam(userId, team.revision() + 1, coaches));
                    },
                    now);
            careTeamRelay.wake();
            return ResponseEntity.noContent().build();
        });
    }

    private static void requireIds(String userId, String coachId) {
        if (!SessionEvents.isId(userId) || !SessionEvents.isId(coachId) || userId.equals(coachId)) {
            throw Problem.validationFailed("coachId", "user and coach must be two different ids")
                    .asException();
        }
    }

    private static CoachBody current(CareTeam team, String coachId, Instant now) {
        return team.coaches().stream()
                .filter(a -> a.coachId().equals(coachId) && a.holdsAt(now))
                .map(CoachController::body)
                .findFirst()
                .orElseThrow();
    }

    private static CoachBody body(CareTeam.Assignment a) {
        return new CoachBody(a.coachId(), a.from(), a.until());
    }
}
