package dev.adhere.reminder;

import dev.adhere.platform.audit.AuditTrail;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.Problem;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The users of one coach. That the coach is assigned is part of every query; who is not is not counted
/// either.
///
/// Rows are computed from the heads, all of them for every list: the order depends on the hour. What leaves
/// is on record for the users whom it shows.
/// Every call waits for MongoDB.
final class Cohort {

    private static final String PATH = "/v1/clients";

    private final Users users;
    private final AuditTrail trail;
    private final Clock clock;

    Cohort(Users users, AuditTrail trail, Clock clock) {
        this.users = users;
        this.trail = trail;
        this.clock = clock;
    }

    /// How a list is sorted. Each key compares as text.
    enum Sort {
        RISK(null),
        A7(Comparator.comparing(CohortRow::a7, Comparator.nullsLast(Comparator.naturalOrder()))),
        NAME(Comparator.comparing(CohortRow::name, String.CASE_INSENSITIVE_ORDER)),
        STREAK(Comparator.comparingInt(row -> -row.figures().streak())),
        CONTACT(Comparator.comparing(CohortRow::lastReceivedAt, Comparator.nullsFirst(Comparator.naturalOrder())));

        private final Comparator<CohortRow> order;

        Sort(@Nullable Comparator<CohortRow> order) {
            this.order = order == null ? Risk.MOST_URGENT_FIRST : order.thenComparing(Risk.MOST_URGENT_FIRST);
        }
    }

    /// What is asked for.
    ///
    /// @param q part of a pseudonym or user id, whatever the case; empty for all
    /// @param reason only users with it; null for all
    record Query(String q, Risk.@Nullable Kind reason, Sort sort) {

        static final Query ALL = new Query("", null, Sort.RISK);

        private boolean finds(CohortRow row) {
            String wanted = q.strip().toLowerCase(Locale.ROOT);
            return (reason == null || row.risk().stream().anyMatch(risk -> risk.kind() == reason))
                    && (row.userId().toLowerCase(Locale.ROOT).contains(wanted)
                            || row.name().toLowerCase(Locale.ROOT).contains(wanted));
        }
    }

    /// Every row, the most urgent first.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 403 for everybody but coaches, 503 where it cannot be
    ///     put on record
    List<CohortRow> rows(Caller caller) {
        return shown(caller, found(caller, Query.ALL));
    }

    private List<CohortRow> shown(Caller caller, List<CohortRow> rows) {
        trail.listed(caller, PATH, ids(rows));
        return rows;
    }

    private List<CohortRow> found(Caller caller, Query query) {
        caller.require(Role.COACH);
        Instant now = clock.instant();
        return users.coachedBy(caller.userId(), now).stream()
                .map(head -> CohortRow.of(head, now))
                .filter(query::finds)
                .sorted(query.sort().order)
                .toList();
    }

    /// Those of these users that the coach is assigned to now.
    List<CohortRow> rows(Caller caller, Collection<String> userIds) {
        caller.require(Role.COACH);
        Instant now = clock.instant();
        return shown(
                caller,
                users.coachedBy(caller.userId(), userIds, now).stream()
                        .map(head -> CohortRow.of(head, now))
                        .toList());
    }

    /// The users that the coach is assigned to now.
    Set<String> userIds(Caller caller) {
        caller.require(Role.COACH);
        return users.idsCoachedBy(caller.userId(), clock.instant());
    }

    /// One page of a query.
    ///
    /// @param cursor of the page before; its list goes on after the user that it names, or where that user
    ///     stood if the user is not in it any more
    <T> Page<T> page(Caller caller, Query query, int size, @Nullable Cursor cursor, Function<CohortRow, T> item) {
        List<CohortRow> rows = found(caller, query);
        int from = 0;
        if (cursor != null) {
            String last = cursor.key().get(0);
            int at = rows.stream().map(CohortRow::userId).toList().indexOf(last);
            from = at >= 0 ? at + 1 : Math.min(rows.size(), place(cursor));
        }
        List<CohortRow> some = rows.subList(from, Math.min(rows.size(), from + size + 1));
        int end = from + size;
        Page<CohortRow> page = Page.of(some, size, row -> Cursor.after(row.userId(), String.valueOf(end)), row -> row);
        return new Page<>(shown(caller, page.items()).stream().map(item).toList(), page.next());
    }

    private static int place(Cursor cursor) {
        try {
            return Math.max(0, Integer.parseInt(cursor.key().get(1)));
        } catch (NumberFormatException _) {
            throw Problem.invalidParameter("cursor is not one that a list gave out.")
                    .asException();
        }
    }

    static Set<String> ids(Collection<CohortRow> rows) {
        return rows.stream().map(CohortRow::userId).collect(Collectors.toSet());
    }
}
