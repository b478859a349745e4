package dev.adhere.reminder;

import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.reminder.PainState.Approval;
import dev.adhere.reminder.PainState.Finding;
import dev.adhere.reminder.PainState.Restriction;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// What the rules of section 2 say of a user now, and what only a coach may change about it.
@RestController
class PainController {

    private static final Duration ASKED_EVERY = Duration.ofDays(PainPolicy.FOUR_WEEKS);
    private static final int SHOWN_FINDINGS = 100;
    private static final int CONFIRM_FROM = 6;

    private final Access access;
    private final Users users;
    private final Keeper keeper;
    private final Exercises exercises;
    private final PainRules rules;
    private final Clock clock;

    PainController(Access access, Users users, Keeper keeper, Exercises exercises, PainRules rules, Clock clock) {
        this.access = access;
        this.users = users;
        this.keeper = keeper;
        this.exercises = exercises;
        this.rules = rules;
        this.clock = clock;
    }

    /// How a user is with pain, by the rules.
    ///
    /// @param asOf when this was true
    /// @param onHold whether the whole programme waits for a coach
    /// @param restrictions what is postponed or held today or later, and why
    /// @param askRedFlags whether the red-flag questions are to be asked now
    /// @param confirm scores of effort or stretch, 6 or more, of today: "Is this pain?" A yes is a
    ///     correction of them
    /// @param week the median of this week's MORNING scores, against the first one's; null for less than
    ///     three scores
    /// @param findings rules that applied, newest first
    /// @param rules the thresholds in force
    /// @param notWatched that nobody watches this service round the clock
    /// @param notice what this software is not
    @Schema(name = "Pain")
    record PainBody(
            Instant asOf,
            boolean onHold,
            List<RestrictionBody> restrictions,
            boolean askRedFlags,
            List<ConfirmBody> confirm,
            @Nullable WeekBody week,
            List<Finding> findings,
            PainRules rules,
            String notWatched,
            String notice) {}

    /// What leaves the measure, and why.
    ///
    /// @param rule that says so
    /// @param exerciseId null for all
    /// @param from first local date
    /// @param to last local date; null until a coach ends it
    /// @param reason as the agenda has it
    /// @param rulesVersion of the thresholds that were in force
    /// @param text for the user
    @Schema(name = "Restriction")
    record RestrictionBody(
            Rule rule,
            @Nullable String exerciseId,
            LocalDate from,
            @Nullable LocalDate to,
            Excuse.Reason reason,
            String rulesVersion,
            String text) {}

    /// A score that a person may have meant as pain.
    ///
    /// @param id the event's; a correction names it in `data.replaces`
    /// @param question for the user
    @Schema(name = "Confirm")
    record ConfirmBody(@Schema(example = "0193-score-1") String id, String question) {}

    /// This week against the first.
    ///
    /// @param median of MORNING scores, 0-10
    /// @param first the first week's median; null while there is none
    /// @param improvedAbs a drop of 2 points or more
    /// @param improvedRel a drop of 30 per cent or more
    /// @param verdict MEANINGFUL if both, POSSIBLE if one of them
    @Schema(name = "PainWeek")
    record WeekBody(
            @Schema(minimum = "0", maximum = "10") double median,
            @Schema(minimum = "0", maximum = "10") @Nullable Double first,
            boolean improvedAbs,
            boolean improvedRel,
            PainPolicy.Response.Verdict verdict) {}

    /// The red-flag questions.
    ///
    /// @param ask whether they are to be asked now
    /// @param because P5 or P10 where a rule asks; null where they were never answered, or not for 28 days
    /// @param lastAnsweredAt when all that matter at once were answered last
    /// @param questions to answer with true or false by an event of type `dev.adhere.red-flag-answers.v1`
    @Schema(name = "RedFlags")
    record RedFlagsBody(
            boolean ask, @Nullable Rule because, @Nullable Instant lastAnsweredAt, List<QuestionBody> questions) {}

    /// A question that is answered with yes or no.
    ///
    /// @param id the name of the answer
    /// @param urgency how soon a yes needs somebody
    /// @param text for the user
    @Schema(name = "RedFlagQuestion")
    record QuestionBody(RedFlag id, RedFlag.Urgency urgency, String text) {}

    /// What a coach allows of an exercise.
    ///
    /// @param scope CONDITIONS: it, in spite of the profile's conditions (P14); PROGRESS: more of it (P12);
    ///     left out: what is asked for, else CONDITIONS
    @FromClient
    @Schema(name = "ApprovalRequest")
    record ApprovalRequest(
            @Schema(implementation = Approval.Scope.class) @Nullable
            String scope) {}

    /// An exercise that a coach has to allow, or has allowed.
    ///
    /// @param exerciseId of the catalogue
    /// @param scope CONDITIONS or PROGRESS
    /// @param state WAITING or APPROVED
    /// @param at when it was approved; null while it waits
    /// @param by the coach's id; null while it waits
    @Schema(name = "Approval")
    record ApprovalBody(
            @Schema(example = "bridge") String exerciseId,
            Approval.Scope scope,
            State state,
            @Nullable Instant at,
            @Nullable String by) {

        enum State {
            WAITING,
            APPROVED
        }

        static ApprovalBody of(Approval a) {
            return new ApprovalBody(a.exerciseId(), a.scope(), State.APPROVED, a.at(), a.by());
        }
    }

    /// What the rules say of a user now: holds, postponements, what to ask, what they found and by which
    /// thresholds.
    @Answers
    @GetMapping("/v1/users/{userId}/pain")
    Mono<PainBody> pain(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            UserState head = access.read(caller, userId);
            PainState pain = head.pain();
            Instant now = clock.instant();
            LocalDate today = head.today(now);
            Preferences.Language language = head.preferences().language();
            Double median = PainPolicy.median(PainPolicy.Days.of(head.sums()), today);
            return new PainBody(
                    now,
                    pain.hold() != null,
                    pain.restrictions().stream()
                            .filter(Restriction::isEffective)
                            .filter(r -> r.to() == null || !r.to().isBefore(today))
                            .map(r -> restriction(r, head))
                            .toList(),
                    asksRedFlags(pain, now),
                    users.day(userId, today).scores(head.superseded()).stream()
                            .filter(s -> s.sensation() != Sensation.PAIN && s.score() >= CONFIRM_FROM)
                            .map(s -> new ConfirmBody(s.id(), NudgeTexts.text(language, "pain.confirm")))
                            .toList(),
                    median == null ? null : week(median, pain.firstMedian()),
                    pain.findings().reversed().stream().limit(SHOWN_FINDINGS).toList(),
                    rules,
                    PainTexts.notWatched(language),
                    PainTexts.notice(language));
        });
    }

    /// The red-flag questions, and whether to ask them now: at the beginning, after P5 and P10, and every
    /// 28 days.
    @Answers
    @GetMapping("/v1/users/{userId}/red-flags")
    Mono<RedFlagsBody> redFlags(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            UserState head = access.read(caller, userId);
            PainState pain = head.pain();
            return new RedFlagsBody(
                    asksRedFlags(pain, clock.instant()),
                    pain.ask(),
                    pain.lastAnsweredAt(),
                    Stream.of(RedFlag.values())
                            .map(flag -> new QuestionBody(
                                    flag,
                                    flag.urgency(),
                                    PainTexts.question(head.preferences().language(), flag)))
                            .toList());
        });
    }

    /// Ends the hold, as the user's coach. Today is due again.
    ///
    /// Not while an alert about it (P0A, P0B) is not acknowledged: nobody ends what nobody has seen.
    @Answers(status = 204, problems = ProblemType.ALERT_OPEN)
    @DeleteMapping("/v1/users/{userId}/hold")
    Mono<ResponseEntity<Void>> endHold(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.COACH, Role.USER);
            access.requireCoach(caller, access.read(caller, userId));
            var _ = keeper.edit(
                    userId,
                    user -> {
                        boolean unseen = user.head().pain().alerts().stream()
                                .anyMatch(a ->
                                        (a.rule() == Rule.P0A || a.rule() == Rule.P0B) && a.acknowledgedAt() == null);
                        if (unseen) {
                            throw Problem.of(ProblemType.ALERT_OPEN).asException();
                        }
                        return new Fold.EndHold(caller.userId());
                    },
                    clock.instant());
            return ResponseEntity.noContent().build();
        });
    }

    /// What waits for a coach's approval, and what has it.
    @Answers
    @GetMapping("/v1/users/{userId}/approvals")
    Mono<Page<ApprovalBody>> approvals(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            PainState pain = access.read(caller, userId).pain();
            var rows = new ArrayList<>(waiting(pain).toList());
            pain.approvals().stream()
                    .sorted(Comparator.comparing(Approval::at).reversed())
                    .forEach(a -> rows.add(ApprovalBody.of(a)));
            return new Page<>(rows, null);
        });
    }

    /// What a coach has still to allow.
    static Stream<ApprovalBody> waiting(PainState pain) {
        return Stream.concat(
                pain.restrictions().stream()
                        .filter(PainController::waits)
                        .map(r -> new ApprovalBody(
                                String.valueOf(r.exerciseId()),
                                Approval.Scope.CONDITIONS,
                                ApprovalBody.State.WAITING,
                                null,
                                null)),
                progressAsked(pain).stream()
                        .map(exercise -> new ApprovalBody(
                                exercise, Approval.Scope.PROGRESS, ApprovalBody.State.WAITING, null, null)));
    }

    /// Allows an exercise in spite of the profile's conditions (P14), or more of it (P12), as the user's
    /// coach.
    ///
    /// @param exerciseId an exercise of the catalogue
    @Answers(problems = {ProblemType.VALIDATION_FAILED, ProblemType.UNKNOWN_REFERENCE})
    @PutMapping("/v1/users/{userId}/approvals/{exerciseId}")
    Mono<ApprovalBody> approve(
            @PathVariable String userId,
            @PathVariable String exerciseId,
            @RequestBody(required = false) @Nullable ApprovalRequest body,
            Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.COACH, Role.USER);
            access.requireCoach(caller, access.read(caller, userId));
            Approval.Scope asked = scope(body);
            if (exercises.get(exerciseId) == null) {
                throw Problem.of(ProblemType.UNKNOWN_REFERENCE, "There is no exercise of this id.")
                        .with(List.of(new FieldError("exerciseId", "must be an exercise that was published")))
                        .asException();
            }
            Instant now = clock.instant();
            UserState after = keeper.edit(
                    userId,
                    user -> new Fold.Approve(new Approval(
                            exerciseId,
                            asked == null ? scopeAskedFor(user.head().pain(), exerciseId) : asked,
                            now,
                            caller.userId())),
                    now);
            return after.pain().approvals().stream()
                    .filter(a -> a.exerciseId().equals(exerciseId) && a.at().equals(now))
                    .map(ApprovalBody::of)
                    .findFirst()
                    .orElseThrow();
        });
    }

    private static Approval.@Nullable Scope scope(@Nullable ApprovalRequest body) {
        if (body == null || body.scope() == null) {
            return null;
        }
        for (Approval.Scope scope : Approval.Scope.values()) {
            if (scope.name().equals(body.scope())) {
                return scope;
            }
        }
        throw Problem.validationFailed("scope", "must be CONDITIONS or PROGRESS")
                .asException();
    }

    private static Approval.Scope scopeAskedFor(PainState pain, String exerciseId) {
        boolean gated = pain.restrictions().stream().anyMatch(r -> waits(r) && exerciseId.equals(r.exerciseId()));
        return !gated && progressAsked(pain).contains(exerciseId) ? Approval.Scope.PROGRESS : Approval.Scope.CONDITIONS;
    }

    private static boolean waits(Restriction r) {
        return r.rule() == Rule.P14 && r.to() == null;
    }

    private static List<String> progressAsked(PainState pain) {
        return pain.alerts().stream()
                .filter(a -> a.rule() == Rule.P12 && a.acknowledgedAt() == null)
                .map(a -> String.valueOf(a.exerciseId()))
                .distinct()
                .toList();
    }

    private static boolean asksRedFlags(PainState pain, Instant now) {
        return pain.ask() != null
                || pain.lastAnsweredAt() == null
                || pain.lastAnsweredAt().isBefore(now.minus(ASKED_EVERY));
    }

    private WeekBody week(double median, @Nullable Double first) {
        PainPolicy.Response response = PainPolicy.Response.of(first == null ? median : first, median, rules);
        return new WeekBody(median, first, response.improvedAbs(), response.improvedRel(), response.verdict());
    }

    private RestrictionBody restriction(Restriction r, UserState head) {
        return new RestrictionBody(
                r.rule(),
                r.exerciseId(),
                r.from(),
                r.to(),
                r.reason(),
                r.rulesVersion(),
                PainTexts.restriction(r, head, rules));
    }
}
