package dev.adhere.reminder;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.Revision;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The plan: read by the user and the coach, written by the coach alone.
@RestController
class PlanController {

    private final Access access;
    private final Keeper keeper;
    private final Function<String, @Nullable Exercise> exercises;
    private final Clock clock;

    PlanController(Access access, Keeper keeper, Exercises exercises, Clock clock) {
        this.access = access;
        this.keeper = keeper;
        this.exercises = exercises::get;
        this.clock = clock;
    }

    /// A user's plan, all of its versions.
    @Answers(etag = true)
    @GetMapping("/v1/users/{userId}/plan")
    Mono<ResponseEntity<PlanBody>> get(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            Plan plan = access.read(caller, userId).plan();
            if (plan == null) {
                throw Problem.notFound().asException();
            }
            return Revision.shown(plan.revision(), PlanBody.of(plan, null));
        });
    }

    /// Writes a plan, whole, as the user's coach.
    ///
    /// A version that began before today, or today with something of today logged, must come back
    /// unchanged. In a user's first plan every version may begin up to 42 days back, later none before
    /// today. The answer carries `warnings`: what a coach should look at, never an error.
    @Answers(
            status = {201, 200},
            etag = true,
            problems = {
                ProblemType.VALIDATION_FAILED,
                ProblemType.UNKNOWN_REFERENCE,
                ProblemType.VERSION_IN_FORCE,
                ProblemType.ALREADY_LOGGED_TODAY,
                ProblemType.OVERLAPPING_VERSIONS,
                ProblemType.DUPLICATE_EXERCISE
            })
    @PutMapping("/v1/users/{userId}/plan")
    Mono<ResponseEntity<PlanBody>> put(
            @PathVariable String userId,
            @RequestBody PlanBody body,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.COACH, Role.USER);
            access.requireCoach(caller, access.read(caller, userId));
            Instant now = clock.instant();
            UserState after = keeper.edit(
                    userId,
                    user -> {
                        Plan plan = user.head().plan();
                        Revision.require(ifMatch, plan == null ? 0 : plan.revision());
                        LocalDate today = user.head().today(now);
                        Day facts = user.days().getOrDefault(today, Day.empty(today));
                        return new Fold.EditPlan(body.toPlan(new PlanBody.Situation(
                                plan,
                                today,
                                !facts.sets(user.head().superseded()).isEmpty(),
                                now,
                                exercises)));
                    },
                    now);
            Plan plan = Objects.requireNonNull(after.plan());
            return Revision.saved(plan.revision(), PlanBody.of(plan, PlanWarning.of(plan, exercises)));
        });
    }
}
