package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import dev.adhere.contracts.Nudge;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The inbox, and the log of every decision with its reason.
@RestController
class NudgeController {

    private final Access access;
    private final MongoCollection<Document> log;

    NudgeController(Access access, DecisionLog log) {
        this.access = access;
        this.log = log.collection();
    }

    @GetMapping("/v1/users/{userId}/nudges")
    Mono<Page<Nudge>> inbox(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        return page(caller, userId, Filters.eq("outcome", Nudge.Outcome.SENT.name()), size, cursor);
    }

    @GetMapping("/v1/users/{userId}/nudges/decisions")
    Mono<Page<Nudge>> decisions(
            @PathVariable String userId,
            @RequestParam(required = false) @Nullable String date,
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
