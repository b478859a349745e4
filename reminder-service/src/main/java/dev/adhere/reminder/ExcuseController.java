package dev.adhere.reminder;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Days and exercises that leave the measure (rules 4 and 5): entered by the user until 48 hours after the
/// day ends, by
/// the coach for as long as figures are still computed anew.
@RestController
class ExcuseController {

    private static final Duration SELF = Duration.ofHours(48);
    private static final int LONGEST_DAYS_SELF = 31;
    private static final int LONGEST_DAYS = 366;
    private static final int FURTHEST_DAYS = 366;
    private static final int MOST_SELF = 100;
    private static final int MOST = 200;

    private static final Set<Excuse.Reason> BY_USER =
            EnumSet.of(Excuse.Reason.ILLNESS, Excuse.Reason.OVEREXERTION, Excuse.Reason.TRAVEL);
    private static final Set<Excuse.Reason> BY_COACH = EnumSet.of(
            Excuse.Reason.ILLNESS,
            Excuse.Reason.OVEREXERTION,
            Excuse.Reason.TRAVEL,
            Excuse.Reason.PAIN_POSTPONED,
            Excuse.Reason.COACH_PAUSE);

    private static final Comparator<Excuse> NEWEST_FIRST =
            Comparator.comparing(ExcuseController::key).reversed();

    private final Access access;
    private final Keeper keeper;
    private final Exercises exercises;
    private final Clock clock;

    ExcuseController(Access access, Keeper keeper, Exercises exercises, Clock clock) {
        this.access = access;
        this.keeper = keeper;
        this.exercises = exercises;
        this.clock = clock;
    }

    /// Days, and perhaps one exercise, that leave the measure.
    ///
    /// @param from first local date
    /// @param to last local date; left out: the same as `from`; null in an answer: until a coach ends it
    /// @param exerciseId left out or null: all exercises
    /// @param reason a user says ILLNESS, OVEREXERTION or TRAVEL; a coach also COACH_PAUSE, or
    ///     PAIN_POSTPONED with an exercise; RED_FLAG_HOLD is the service's own
    @FromClient
    @Schema(name = "Excuse")
    record Body(
            @Schema(format = "date", requiredMode = REQUIRED, example = "2026-11-20") @Nullable
            String from,

            @Schema(format = "date", example = "2026-11-21") @Nullable
            String to,

            @Nullable String exerciseId,

            @Schema(implementation = Excuse.Reason.class, requiredMode = REQUIRED, example = "ILLNESS") @Nullable
            String reason) {

        static Body of(Excuse e) {
            return new Body(
                    e.from().toString(),
                    e.to().equals(LocalDate.MAX) ? null : e.to().toString(),
                    e.exerciseId(),
                    e.reason().name());
        }
    }

    /// A user's excuses, newest first: what people entered, and what pain postpones or holds. `to` is null
    /// where a coach has to end it.
    @Answers
    @GetMapping("/v1/users/{userId}/excuses")
    Mono<Page<Body>> list(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        int limit = PageSize.of(size);
        Cursor after = Cursor.parse(cursor, 1);
        return Blocking.call(() -> {
            List<Excuse> rows = access.read(caller, userId).excusesInForce().stream()
                    .distinct()
                    .sorted(NEWEST_FIRST)
                    .filter(e -> after == null || key(e).compareTo(after.key().getFirst()) < 0)
                    .limit(limit + 1L)
                    .toList();
            return Page.of(rows, limit, e -> Cursor.after(key(e)), Body::of);
        });
    }

    /// Takes days, or one exercise on them, out of the measure.
    ///
    /// The user can until 48 hours after the first day ended, the coach for as long as figures are still
    /// computed anew. 200 where the same excuse is there already.
    @Answers(
            status = {201, 200},
            problems = {
                ProblemType.VALIDATION_FAILED,
                ProblemType.UNKNOWN_REFERENCE,
                ProblemType.EXCUSE_TOO_LATE,
                ProblemType.TOO_MANY
            })
    @PostMapping("/v1/users/{userId}/excuses")
    Mono<ResponseEntity<Body>> add(@PathVariable String userId, @RequestBody Body body, Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.USER, Role.COACH);
            UserState known = access.read(caller, userId);
            boolean self = caller.owns(known.userId());
            Excuse excuse = read(body, self);
            Instant now = clock.instant();
            var isNew = new AtomicBoolean();
            var _ = keeper.edit(
                    userId,
                    user -> {
                        isNew.set(!user.head().excuses().contains(excuse));
                        return new Fold.EditExcuses(with(user.head(), excuse, self, now));
                    },
                    now);
            return ResponseEntity.status(isNew.get() ? HttpStatus.CREATED : HttpStatus.OK)
                    .body(Body.of(excuse));
        });
    }

    private Excuse read(Body body, boolean self) {
        Set<Excuse.Reason> allowed = self ? BY_USER : BY_COACH;
        int longest = self ? LONGEST_DAYS_SELF : LONGEST_DAYS;
        var faults = new ArrayList<FieldError>();
        LocalDate from = PlanBody.date(body.from());
        LocalDate to = body.to() == null ? from : PlanBody.date(body.to());
        if (from == null) {
            faults.add(new FieldError("from", "must be a date such as 2026-11-20"));
        }
        if (to == null && (from != null || body.to() != null)) {
            faults.add(new FieldError("to", "must be a date such as 2026-11-20"));
        }
        if (from != null && to != null && (to.isBefore(from) || to.isAfter(from.plusDays(longest - 1)))) {
            faults.add(new FieldError("to", "must not be before from, nor make it more than " + longest + " days"));
        }
        Excuse.Reason reason = reason(body.reason(), allowed);
        if (reason == null) {
            faults.add(new FieldError("reason", "must be one of " + allowed));
        }
        if (reason == Excuse.Reason.PAIN_POSTPONED && body.exerciseId() == null) {
            faults.add(new FieldError("exerciseId", "must be there: pain postpones an exercise"));
        }
        if (from == null || to == null || reason == null || !faults.isEmpty()) {
            throw Problem.validationFailed(faults).asException();
        }
        if (body.exerciseId() != null && exercises.get(body.exerciseId()) == null) {
            throw Problem.of(ProblemType.UNKNOWN_REFERENCE, "There is no exercise of this id.")
                    .with(List.of(new FieldError("exerciseId", "must be an exercise that was published")))
                    .asException();
        }
        return new Excuse(from, to, body.exerciseId(), reason);
    }

    private static Excuse.@Nullable Reason reason(@Nullable String name, Set<Excuse.Reason> allowed) {
        for (Excuse.Reason reason : allowed) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return null;
    }

    private static List<Excuse> with(UserState head, Excuse excuse, boolean self, Instant now) {
        LocalDate today = head.today(now);
        if (self && Fold.dayEnd(excuse.from(), head.zone()).plus(SELF).isBefore(now)) {
            throw Problem.of(ProblemType.EXCUSE_TOO_LATE).asException();
        }
        if (excuse.from().isBefore(today.minusDays(Lateness.HORIZON_DAYS))) {
            throw Problem.of(
                            ProblemType.EXCUSE_TOO_LATE,
                            "Figures of more than " + Lateness.HORIZON_DAYS + " days ago do not change any more.")
                    .asException();
        }
        if (excuse.from().isAfter(today.plusDays(FURTHEST_DAYS))) {
            throw Problem.validationFailed("from", "must be within the next " + FURTHEST_DAYS + " days")
                    .asException();
        }
        if (head.excuses().contains(excuse)) {
            return head.excuses();
        }
        LocalDate horizon = today.minusDays(Lateness.HORIZON_DAYS);
        long live =
                head.excuses().stream().filter(e -> !e.to().isBefore(horizon)).count();
        int most = self ? MOST_SELF : MOST;
        if (live >= most) {
            throw Problem.of(ProblemType.TOO_MANY, "There are " + most + " excuses, which is the most.")
                    .asException();
        }
        var all = new ArrayList<>(head.excuses());
        all.add(excuse);
        return all;
    }

    private static String key(Excuse e) {
        return e.from() + "|" + e.to() + "|" + (e.exerciseId() == null ? "" : e.exerciseId()) + "|" + e.reason();
    }
}
