package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
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
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// What coaches should look at, and that they did.
@RestController
class AlertController {

    private static final int LONGEST_NOTE = 500;
    private static final Comparator<Alert> NEWEST_FIRST =
            Comparator.comparing(AlertController::key).reversed();

    private final Access access;
    private final Keeper keeper;
    private final Clock clock;

    AlertController(Access access, Keeper keeper, Clock clock) {
        this.access = access;
        this.keeper = keeper;
        this.clock = clock;
    }

    /// A coach's word beside an alert.
    ///
    /// @param note up to 500 characters
    @FromClient
    @Schema(name = "Acknowledgement")
    record Body(
            @Schema(maxLength = LONGEST_NOTE, example = "Called on Friday morning.") @Nullable
            String note) {}

    /// A user's alerts, newest first: those that are open, and those that were acknowledged within 90 days.
    ///
    /// This service is not watched round the clock.
    @Answers
    @GetMapping("/v1/users/{userId}/alerts")
    Mono<Page<Alert>> list(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        int limit = PageSize.of(size);
        Cursor after = Cursor.parse(cursor, 1);
        return Blocking.call(() -> {
            List<Alert> rows = access.read(caller, userId).pain().alerts().stream()
                    .sorted(NEWEST_FIRST)
                    .filter(a -> after == null || key(a).compareTo(after.key().getFirst()) < 0)
                    .limit(limit + 1L)
                    .toList();
            return Page.of(rows, limit, a -> Cursor.after(key(a)), a -> a);
        });
    }

    /// Says that a coach has seen an alert. The first to say so stands.
    ///
    /// @param id the alert's id
    @Answers(problems = ProblemType.VALIDATION_FAILED)
    @PostMapping("/v1/users/{userId}/alerts/{id}/acknowledge")
    Mono<Alert> acknowledge(
            @PathVariable String userId,
            @PathVariable @Parameter(example = "0d4a7a57-6b4e-3a4b-9d55-3f1a2b0c9e11") String id,
            @RequestBody(required = false) @Nullable Body body,
            Caller caller) {
        String note = body == null ? null : body.note();
        if (note != null && note.length() > LONGEST_NOTE) {
            throw Problem.validationFailed("note", "must be text of up to " + LONGEST_NOTE + " characters")
                    .asException();
        }
        return Blocking.call(() -> {
            caller.require(Role.COACH, Role.USER);
            access.requireCoach(caller, access.read(caller, userId));
            Instant now = clock.instant();
            UserState after = keeper.edit(
                    userId,
                    user -> {
                        var _ = alert(user.head(), id);
                        return new Fold.Acknowledge(id, caller.userId(), note);
                    },
                    now);
            return alert(after, id);
        });
    }

    private static Alert alert(UserState head, String id) {
        return head.pain().alerts().stream()
                .filter(alert -> alert.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound().asException());
    }

    private static String key(Alert alert) {
        Instant at = alert.raisedAt();
        return "%012d.%09d|%s".formatted(at.getEpochSecond(), at.getNano(), alert.id());
    }
}
