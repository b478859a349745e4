package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import dev.adhere.contracts.Nudge;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The inbox, and the log of every decision with its reason.
@RestController
class NudgeController {

    private static final int SHORTEST_SNOOZE = 5;
    private static final int USUAL_SNOOZE = 30;
    private static final int LONGEST_SNOOZE = 240;

    private final Access access;
    private final Keeper keeper;
    private final Clock clock;
    private final MongoCollection<Document> log;

    NudgeController(Access access, Keeper keeper, Clock clock, DecisionLog log) {
        this.access = access;
        this.keeper = keeper;
        this.clock = clock;
        this.log = log.nudges();
    }

    /// A user's inbox: the nudges that were sent, newest first.
    @Answers
    @GetMapping("/v1/users/{userId}/nudges")
    Mono<Page<Nudge>> inbox(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        return page(caller, userId, Filters.eq("outcome", Nudge.Outcome.SENT.name()), size, cursor);
    }

    /// Every decision to nudge a user or not to, with its reason, newest first.
    ///
    /// @param date only those about this local date
    @Answers
    @GetMapping("/v1/users/{userId}/nudges/decisions")
    Mono<Page<Nudge>> decisions(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date") @Nullable String date,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        LocalDate on = PlanBody.date(date);
        if (date != null && on == null) {
            throw Problem.invalidParameter("date must be a date such as 2026-11-20.")
                    .asException();
        }
        return page(caller, userId, on == null ? Filters.empty() : Filters.eq("date", on.toString()), size, cursor);
    }

    /// How long to wait.
    ///
    /// @param minutes until the nudge comes again, if it is still wanted then: 5-240, left out: 30
    @FromClient
    @Schema(name = "Snooze")
    record SnoozeBody(
            @Schema(minimum = "5", maximum = "240", example = "30") @Nullable
            Integer minutes) {}

    /// Puts a nudge off, as the user: it comes again, if it is still wanted then.
    ///
    /// The time must end before the day does that the nudge is about. Without a body it is 30 minutes.
    ///
    /// @param id the nudge's id
    @Answers(problems = {ProblemType.VALIDATION_FAILED, ProblemType.NUDGE_CLOSED})
    @PostMapping("/v1/users/{userId}/nudges/{id}/snooze")
    Mono<Nudge> snooze(
            @PathVariable String userId,
            @PathVariable @Parameter(example = "0d4a7a57-6b4e-3a4b-9d55-3f1a2b0c9e11") String id,
            @RequestBody(required = false) @Nullable SnoozeBody body,
            Caller caller) {
        Integer asked = body == null ? null : body.minutes();
        int minutes = asked == null ? USUAL_SNOOZE : asked;
        if (minutes < SHORTEST_SNOOZE || minutes > LONGEST_SNOOZE) {
            throw Problem.validationFailed(
                            "minutes", "must be a whole number from " + SHORTEST_SNOOZE + " to " + LONGEST_SNOOZE)
                    .asException();
        }
        return act(caller, userId, id, (head, now) -> {
            Nudge nudge = sent(head, id);
            if (nudge.state() == Nudge.State.DISMISSED || nudge.state() == Nudge.State.EXPIRED) {
                throw Problem.of(ProblemType.NUDGE_CLOSED).asException();
            }
            Instant until = now.plus(Duration.ofMinutes(minutes));
            if (head.preferences().quietHours().cover(LocalTime.ofInstant(until, head.zone()))) {
                throw Problem.validationFailed("minutes", "must not end in your quiet hours")
                        .asException();
            }
            if (!until.isBefore(Fold.dayEnd(nudge.date(), head.zone()))) {
                throw Problem.validationFailed("minutes", "must end before the day does that the nudge is about")
                        .asException();
            }
            return new Fold.Snooze(id, until);
        });
    }

    /// Puts a nudge away, as the user: it does not come again.
    ///
    /// @param id the nudge's id
    @Answers
    @PostMapping("/v1/users/{userId}/nudges/{id}/dismiss")
    Mono<Nudge> dismiss(
            @PathVariable String userId,
            @PathVariable @Parameter(example = "0d4a7a57-6b4e-3a4b-9d55-3f1a2b0c9e11") String id,
            Caller caller) {
        return act(
                caller, userId, id, (head, _) -> new Fold.Dismiss(sent(head, id).id()));
    }

    /// What a client has done with a nudge.
    ///
    /// @param event DISPLAYED: the user could see it. OPENED: the user chose it, which displays it, too
    @FromClient
    @Schema(name = "Receipt")
    record ReceiptBody(
            @Schema(
                    allowableValues = {"DISPLAYED", "OPENED"},
                    example = "DISPLAYED")
            @Nullable
            String event) {}

    /// Says that a client displayed a nudge or that it was opened, as the user.
    ///
    /// The first time of each counts, by this service's clock; again is harmless.
    ///
    /// @param id the nudge's id
    @Answers(problems = ProblemType.VALIDATION_FAILED)
    @PostMapping("/v1/users/{userId}/nudges/{id}/receipts")
    Mono<Nudge> receipt(
            @PathVariable String userId,
            @PathVariable @Parameter(example = "0d4a7a57-6b4e-3a4b-9d55-3f1a2b0c9e11") String id,
            @RequestBody ReceiptBody body,
            Caller caller) {
        return act(caller, userId, id, (head, _) -> {
            boolean opened = "OPENED".equals(body.event());
            if (!opened && !"DISPLAYED".equals(body.event())) {
                throw Problem.validationFailed("event", "must be DISPLAYED or OPENED")
                        .asException();
            }
            return new Fold.Receipt(sent(head, id).id(), opened);
        });
    }

    private Mono<Nudge> act(Caller caller, String userId, String id, BiFunction<UserState, Instant, Fold.Edit> act) {
        return Blocking.call(() -> {
            caller.require(Role.USER, Role.COACH);
            access.requireSelf(caller, access.read(caller, userId));
            Instant now = clock.instant();
            return sent(keeper.edit(userId, user -> act.apply(user.head(), now), now), id);
        });
    }

    // Nudges of more than 14 days ago are in the log only, and there is nothing left to do about them.
    private static Nudge sent(UserState head, String id) {
        return head.nudges().stream()
                .map(Decision::nudge)
                .filter(n -> n.id().equals(id) && n.outcome() == Nudge.Outcome.SENT)
                .findFirst()
                .orElseThrow(() -> Problem.notFound().asException());
    }

    private Mono<Page<Nudge>> page(
            Caller caller, String userId, Bson filter, @Nullable Integer size, @Nullable String cursor) {
        int limit = PageSize.of(size);
        Cursor after = Cursor.parse(cursor, 2);
        return Blocking.call(() -> {
            var _ = access.read(caller, userId);
            var filters = new ArrayList<>(List.of(Filters.eq("userId", userId), filter));
            if (after != null) {
                String date = after.key().get(0);
                filters.add(Filters.or(
                        Filters.lt("date", date),
                        Filters.and(
                                Filters.eq("date", date),
                                Filters.lt("_id", after.key().get(1)))));
            }
            var rows = log.find(Filters.and(filters))
                    .sort(Sorts.descending("date", "_id"))
                    .limit(limit + 1)
                    .map(UserDocuments::nudge)
                    .into(new ArrayList<>());
            return Page.of(rows, limit, n -> Cursor.after(n.date().toString(), n.id()), n -> n);
        });
    }
}
