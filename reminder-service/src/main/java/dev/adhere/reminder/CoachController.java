package dev.adhere.reminder;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.audit.AuditTrail;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Who coaches whom. Written by an admin, who otherwise sees nothing of a user; by a coach with the user's
/// invitation, too: [InvitationController].
@RestController
class CoachController {

    private static final String ASSIGN_ALL = "/v1/coaches/{coachId}/users";
    private static final int MOST_AT_ONCE = 500;

    // Hundreds of heads are read and written in one call.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Users users;
    private final Access access;
    private final CareTeams careTeams;
    private final AuditTrail trail;
    private final Clock clock;

    CoachController(Users users, Access access, CareTeams careTeams, AuditTrail trail, Clock clock) {
        this.users = users;
        this.access = access;
        this.careTeams = careTeams;
        this.trail = trail;
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

    /// Who is to have a coach.
    ///
    /// @param users their ids, 1 to 500, none of them the coach's own
    @FromClient
    @Schema(name = "Assignees")
    record AssigneesBody(
            @ArraySchema(
                    arraySchema = @Schema(requiredMode = REQUIRED),
                    minItems = 1,
                    maxItems = MOST_AT_ONCE,
                    schema = @Schema(pattern = PlanBody.ID, example = "user-001"))
            @Nullable
            List<@Nullable String> users) {}

    /// What came of it.
    ///
    /// @param assigned how many have the coach from now on
    /// @param unchanged how many had the coach already
    @Schema(name = "AssignedCount")
    record AssignedBody(
            @Schema(minimum = "0") int assigned,
            @Schema(minimum = "0") int unchanged) {}

    /// Lets a coach see and plan for many users, from now on: for a practice that moves in.
    ///
    /// One id that is none leaves all as they are; one that is named twice counts once. The users need not be known
    /// yet. After a 503 some may have the coach already: send it again.
    ///
    /// @param coachId the coach's id
    @Answers(problems = ProblemType.VALIDATION_FAILED)
    @PostMapping(ASSIGN_ALL)
    Mono<ResponseEntity<AssignedBody>> assignAll(
            @PathVariable @Parameter(example = "coach-anna") @Schema(pattern = PlanBody.ID) String coachId,
            @RequestBody AssigneesBody body,
            Caller caller) {
        return Blocking.call(
                () -> {
                    caller.require(Role.ADMIN);
                    Set<String> userIds = read(body, coachId);
                    return trail.changing(caller, userIds, "POST", ASSIGN_ALL, () -> {
                        int assigned = careTeams.assignAll(userIds, coachId);
                        return ResponseEntity.ok(new AssignedBody(assigned, userIds.size() - assigned));
                    });
                },
                PATIENCE);
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

    private static Set<String> read(AssigneesBody body, String coachId) {
        List<@Nullable String> ids = body.users();
        if (!SessionEvents.isId(coachId)) {
            throw Problem.validationFailed("coachId", "must be an id").asException();
        }
        if (ids == null || ids.isEmpty() || ids.size() > MOST_AT_ONCE) {
            throw Problem.validationFailed("users", "must be 1 to " + MOST_AT_ONCE + " ids")
                    .asException();
        }
        var faults = new ArrayList<FieldError>();
        var userIds = new LinkedHashSet<String>();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            if (id == null || !SessionEvents.isId(id) || id.equals(coachId)) {
                faults.add(new FieldError("users[" + i + "]", "must be an id, and not the coach's own"));
            } else {
                userIds.add(id);
            }
        }
        if (!faults.isEmpty()) {
            throw Problem.validationFailed(faults).asException();
        }
        return userIds;
    }

    private static CoachBody body(CareTeam.Assignment a) {
        return new CoachBody(a.coachId(), a.from(), a.until());
    }
}
