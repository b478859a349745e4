package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Who coaches whom. Written by an admin, who otherwise sees nothing of a user; by a coach with the user's
/// invitation, too: [InvitationController].
@RestController
class CoachController {

    private final Users users;
    private final Access access;
    private final CareTeams careTeams;
    private final Clock clock;

    CoachController(Users users, Access access, CareTeams careTeams, Clock clock) {
        this.users = users;
        this.access = access;
        this.careTeams = careTeams;
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

    /// Who coaches a user now, or did; all on one page.
    ///
    /// @param ended true for assignments that are over
    @Answers
    @GetMapping("/v1/users/{userId}/coaches")
    Mono<Page<CoachBody>> list(
            @PathVariable String userId, @RequestParam(required = false) @Nullable Boolean ended, Caller caller) {
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
                            .filter(a -> Boolean.TRUE.equals(ended) ? a.hasEndedAt(now) : a.holdsAt(now))
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
            CareTeams.Assigned assigned = careTeams.assign(userId, coachId);
            return ResponseEntity.status(assigned.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                    .body(body(assigned.assignment()));
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
            if (!SessionEvents.isId(userId) || !careTeams.end(userId, coachId)) {
                throw Problem.notFound().asException();
            }
            return ResponseEntity.noContent().build();
        });
    }

    private static void requireIds(String userId, String coachId) {
        if (!SessionEvents.isId(userId) || !SessionEvents.isId(coachId) || userId.equals(coachId)) {
            throw Problem.validationFailed("coachId", "user and coach must be two different ids")
                    .asException();
        }
    }

    private static CoachBody body(CareTeam.Assignment a) {
        return new CoachBody(a.coachId(), a.from(), a.until());
    }
}
