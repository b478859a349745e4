package dev.adhere.platform.audit;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.audit.AuditTrail.Position;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// What others asked for of a user, for that user alone.
@RestController
class AuditController {

    private final AuditTrail trail;

    AuditController(AuditTrail trail) {
        this.trail = trail;
    }

    /// Who asked this service for something of the user, newest first, as the user.
    ///
    /// Every request of somebody else is here, one that was refused too, for two years where the deployment
    /// says nothing else. Rows of a coach's list of clients (`GET /v1/clients`) are here once a coach and
    /// date in UTC. What the user's own app does is not.
    @Answers
    @GetMapping("/v1/users/{userId}/audit-events")
    Mono<Page<AuditEvent>> auditEvents(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.requireSelf(userId);
        int limit = PageSize.of(size);
        Position before = position(Cursor.parse(cursor, 2));
        return trail.waiting(() -> trail.of(userId, limit + 1, before))
                .map(rows -> Page.of(rows, limit, e -> Cursor.after(e.recorded().toString(), e.id()), e -> e));
    }

    private static @Nullable Position position(@Nullable Cursor cursor) {
        try {
            return cursor == null
                    ? null
                    : new Position(
                            Instant.parse(cursor.key().getFirst()), cursor.key().getLast());
        } catch (DateTimeException _) {
            throw Problem.invalidParameter("cursor is not one that a list gave out.")
                    .asException();
        }
    }
}
