package dev.adhere.reminder;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.audit.AuditTrail;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.reminder.Invitations.Invitation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// How a user takes on a coach without an admin: by a code that the user hands over.
@RestController
class InvitationController {

    private static final String ACCEPT = "/v1/invitations/accept";
    private static final String ID = "3f8a1c7e-9f0d-4f5e-8a51-6c1f6d0f2b7a";

    private final Invitations invitations;
    private final CareTeams careTeams;
    private final AuditTrail trail;
    private final Clock clock;
    private final WrongTries tries = new WrongTries();

    InvitationController(Invitations invitations, CareTeams careTeams, AuditTrail trail, Clock clock) {
        this.invitations = invitations;
        this.careTeams = careTeams;
        this.trail = trail;
        this.clock = clock;
    }

    /// An invitation that nobody has accepted yet.
    ///
    /// @param id names it here
    /// @param createdAt when it was made
    /// @param expiresAt from when on nobody can accept it
    @Schema(name = "Invitation")
    record Shown(@Schema(example = ID) String id, Instant createdAt, Instant expiresAt) {}

    /// An invitation with its code, which is never shown again.
    ///
    /// @param id names it here
    /// @param code for the coach; whoever has it can accept it
    /// @param createdAt when it was made
    /// @param expiresAt from when on nobody can accept it
    @Schema(name = "NewInvitation")
    record Made(
            @Schema(example = ID) String id,

            @Schema(example = "7ZK4M-Q0T9X", pattern = "^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$")
            String code,

            Instant createdAt,
            Instant expiresAt) {

        @Override
        public String toString() {
            return "Made[]";
        }
    }

    /// What a coach was given.
    ///
    /// @param code whatever the case, with hyphens and blanks or without
    @FromClient
    @Schema(name = "Acceptance")
    record Body(@Schema(example = "7ZK4M-Q0T9X") @Nullable String code) {

        @Override
        public String toString() {
            return "Body[]";
        }
    }

    /// That a coach coaches a user.
    ///
    /// @param userId the user who made the invitation
    /// @param coachId the coach who accepted it
    /// @param from the first moment of the assignment
    /// @param until the first moment after it; null while it has no end
    @Schema(name = "Assignment")
    record AssignmentBody(
            @Schema(example = "user-001") String userId,
            @Schema(example = "coach-anna") String coachId,
            Instant from,
            @Nullable Instant until) {}

    /// Invites a coach, as the user.
    ///
    /// The code is valid for seven days and for one coach. Five can be open at a time. Who accepted it may
    /// see and plan for the user until an admin ends that.
    @Answers(status = 201, problems = ProblemType.TOO_MANY)
    @PostMapping("/v1/users/{userId}/invitations")
    Mono<ResponseEntity<Made>> invite(@PathVariable String userId, Caller caller) {
        caller.requireSelf(userId);
        return Blocking.call(() -> {
            Instant now = clock.instant();
            if (invitations.open(userId, now).size() >= Invitations.MOST) {
                throw Problem.of(ProblemType.TOO_MANY).asException();
            }
            var code = InvitationCode.random();
            Invitation made = invitations.add(code, userId, now);
            return ResponseEntity.status(HttpStatus.CREATED)
                    .body(new Made(made.id(), code.shown(), made.createdAt(), made.expiresAt()));
        });
    }

    /// The invitations that nobody has accepted yet, newest first and all on one page, as the user.
    @Answers
    @GetMapping("/v1/users/{userId}/invitations")
    Mono<Page<Shown>> invitations(@PathVariable String userId, Caller caller) {
        caller.requireSelf(userId);
        return Blocking.call(() -> new Page<>(
                invitations.open(userId, clock.instant()).stream()
                        .map(i -> new Shown(i.id(), i.createdAt(), i.expiresAt()))
                        .toList(),
                null));
    }

    /// Takes an invitation back, as the user.
    ///
    /// @param id the invitation's id
    @Answers(status = 204)
    @DeleteMapping("/v1/users/{userId}/invitations/{id}")
    Mono<ResponseEntity<Void>> takeBack(
            @PathVariable String userId, @PathVariable @Parameter(example = ID) String id, Caller caller) {
        caller.requireSelf(userId);
        return Blocking.call(() -> {
            if (!invitations.remove(userId, id, clock.instant())) {
                throw Problem.notFound().asException();
            }
            return ResponseEntity.noContent().build();
        });
    }

    /// Accepts a user's invitation, as the coach.
    ///
    /// 200 where the coach coaches the user already. A code that never was, was used or taken back, or has
    /// expired is 404 alike; after ten of those a minute is 429.
    @Answers(
            status = {201, 200},
            problems = {ProblemType.NOT_FOUND, ProblemType.VALIDATION_FAILED, ProblemType.RATE_LIMITED})
    @PostMapping(ACCEPT)
    Mono<ResponseEntity<AssignmentBody>> accept(@RequestBody Body body, Caller caller) {
        caller.require(Role.COACH);
        String typed = body.code();
        if (typed == null) {
            throw Problem.validationFailed("code", "is required").asException();
        }
        return Blocking.call(() -> {
            Instant now = clock.instant();
            String coachId = caller.userId();
            tries.begin(coachId, now);
            InvitationCode code = InvitationCode.read(typed);
            Invitation taken = code == null ? null : invitations.take(code, coachId, now);
            if (code == null || taken == null) {
                throw Problem.notFound().asException();
            }
            tries.wasRight(coachId);
            return trail.changing(caller, List.of(taken.userId()), "POST", ACCEPT, () -> {
                CareTeams.Assigned assigned = careTeams.assign(taken.userId(), coachId);
                invitations.used(code);
                var a = assigned.assignment();
                return ResponseEntity.status(assigned.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                        .body(new AssignmentBody(taken.userId(), a.coachId(), a.from(), a.until()));
            });
        });
    }
}
