package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A coach's cohort: who needs a look, and why.
@RestController
class ClientController {

    private static final int SHOWN_REASONS = 2;
    private static final int LONGEST_Q = 64;

    private final Cohort cohort;
    private final LiveCohort live;
    private final Clock clock;

    ClientController(Cohort cohort, LiveCohort live, Clock clock) {
        this.cohort = cohort;
        this.live = live;
        this.clock = clock;
    }

    /// A user of the coach, at a glance. Figures that nothing is known for are null, never 0.
    ///
    /// @param userId the user's pseudonym in every other resource
    /// @param pseudonym how the user wants to be called; null where the user has not said
    /// @param timeZone the zone of the dates below
    /// @param throughDate the last closed local day, with which all figures but `today` end
    /// @param a7 A7, per cent with one decimal; null where nothing was due
    /// @param band of A7: from 80 ADHERENT, from 50 PARTIAL, below LOW; null where nothing was due
    /// @param trend A7 less A28, in points; null where either is
    /// @param streak due days in a row with a day dose of at least 0.80
    /// @param today the open day
    /// @param lastReceivedAt when something of the user was last received: what is missing after that may
    ///     come yet;
    ///     null before the first
    /// @param painMedian of the week's MORNING scores, 0-10; null where there are fewer than three
    /// @param painTrend how far that is above the week before, in points; null where either is
    /// @param openAlerts nobody has acknowledged them, the most urgent first
    /// @param reasons why the user needs a look, the two most urgent
    @Schema(name = "Client")
    record ClientBody(
            @Schema(example = "user-001") String userId,
            @Schema(example = "Sam") @Nullable String pseudonym,
            @Schema(example = "Europe/Berlin") ZoneId timeZone,
            LocalDate throughDate,

            @Schema(minimum = "0", maximum = "100", example = "71.4") @Nullable
            BigDecimal a7,

            CohortRow.@Nullable Band band,
            @Schema(example = "-3.2") @Nullable BigDecimal trend,
            @Schema(minimum = "0", example = "2") int streak,
            TodayBody today,
            @Nullable Instant lastReceivedAt,
            @Schema(example = "3") @Nullable BigDecimal painMedian,
            @Schema(example = "1") @Nullable BigDecimal painTrend,
            List<Alert> openAlerts,
            List<ReasonBody> reasons) {

        static ClientBody of(CohortRow row) {
            return new ClientBody(
                    row.userId(),
                    row.pseudonym(),
                    row.zone(),
                    row.throughDate(),
                    row.a7(),
                    row.band(),
                    row.trend(),
                    row.figures().streak(),
                    new TodayBody(AdherenceAnswer.sets(row.doneToday()), row.dueToday()),
                    row.lastReceivedAt(),
                    row.pain().median(),
                    row.pain().trend(),
                    row.pain().openAlerts(),
                    row.risk().stream()
                            .limit(SHOWN_REASONS)
                            .map(risk -> new ReasonBody(risk.kind(), risk.figure(), risk.text()))
                            .toList());
        }
    }

    /// How far today is done.
    ///
    /// @param done sets, capped per slot
    /// @param due prescribed sets that are not excused
    @Schema(name = "ClientToday")
    record TodayBody(
            @Schema(minimum = "0", example = "4.0") BigDecimal done,
            @Schema(minimum = "0", example = "9") int due) {}

    /// Why a user needs a look.
    ///
    /// @param kind what it is about
    /// @param figure alerts, points, days or per cent, as `kind` says; null where nothing was ever received
    /// @param text in words
    @Schema(name = "Reason")
    record ReasonBody(
            Risk.Kind kind,
            @Schema(example = "3") @Nullable BigDecimal figure,

            @Schema(example = "3 due days missed in a row") String text) {}

    /// The users whom the caller coaches, those first who need a look.
    ///
    /// In risk order the first are those with an open CRITICAL, then URGENT alert; then those whose weekly
    /// pain is up 2
    /// points or more; with 2 due days in a row known to have been missed; with A7 below 50; of whom nothing
    /// was received for 3 days though something is planned; then by A7, the lowest first.
    ///
    /// @param q part of a pseudonym or user id, whatever the case
    /// @param reason only those who have it
    /// @param sort RISK if absent; A7 the lowest first, NAME, STREAK the longest first, CONTACT the longest
    ///     silent first
    /// @param cursor the order depends on the hour: a user who moves between two pages may be met twice or
    ///     not at all
    @Answers
    @GetMapping("/v1/clients")
    Mono<Page<ClientBody>> list(
            @RequestParam(required = false) @Schema(maxLength = LONGEST_Q, example = "sam") @Nullable String q,
            @RequestParam(required = false) @Schema(implementation = Risk.Kind.class) @Nullable String reason,
            @RequestParam(required = false) @Schema(implementation = Cohort.Sort.class) @Nullable String sort,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.COACH);
        int limit = PageSize.of(size);
        Cursor after = Cursor.parse(cursor, 2);
        Cohort.Query query = query(q, reason, sort);
        return Blocking.call(() -> cohort.page(caller, query, limit, after, ClientBody::of));
    }

    /// Reads what a list is asked for.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 400 `invalid-parameter`
    static Cohort.Query query(@Nullable String q, @Nullable String reason, @Nullable String sort) {
        if (q != null && q.length() > LONGEST_Q) {
            throw Problem.invalidParameter("q must be at most " + LONGEST_Q + " characters.")
                    .asException();
        }
        return new Cohort.Query(
                q == null ? "" : q,
                reason == null ? null : constant("reason", reason, Risk.Kind.values()),
                sort == null ? Cohort.Sort.RISK : constant("sort", sort, Cohort.Sort.values()));
    }

    private static <E extends Enum<E>> E constant(String parameter, String name, E[] constants) {
        for (E constant : constants) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw Problem.invalidParameter(parameter + " must be one of " + List.of(constants) + ".")
                .asException();
    }

    /// The caller's cohort as it changes, as server-sent events.
    ///
    /// The first event is `snapshot` with `items`, as the list has them in risk order; then `client` with one
    /// of them for every user of whom something changed, at most one a second a user; `gone` with a `userId`
    /// at once when an assignment ends. A comment comes every 15 seconds. The stream ends with the token;
    /// who connects again begins with a snapshot, so `Last-Event-ID` is ignored. A coach has at most three
    /// streams at a time.
    @ApiResponse(
            responseCode = "200",
            description = "The stream",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                            schema = @Schema(type = "string"),
                            examples = @ExampleObject("event:gone\ndata:{\"userId\":\"user-001\"}\n\n")))
    @Answers(problems = ProblemType.TOO_MANY_STREAMS)
    @GetMapping(path = "/v1/clients/updates", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Object>> updates(Caller caller, ServerWebExchange exchange) {
        caller.require(Role.COACH);
        return exchange.getPrincipal()
                .cast(JwtAuthenticationToken.class)
                .mapNotNull(token -> token.getToken().getExpiresAt())
                .flatMapMany(end -> live.updates(caller, LiveCohort.until(end, clock)))
                .map(ClientController::event);
    }

    private static ServerSentEvent<Object> event(LiveCohort.Update update) {
        return switch (update) {
            case LiveCohort.Update.Snapshot(List<CohortRow> rows) ->
                named(
                        "snapshot",
                        Map.of("items", rows.stream().map(ClientBody::of).toList()));
            case LiveCohort.Update.Changed(CohortRow row) -> named("client", ClientBody.of(row));
            case LiveCohort.Update.Gone(String userId) -> named("gone", Map.of("userId", userId));
            case LiveCohort.Update.Beat() ->
                ServerSentEvent.builder().comment("beat").build();
        };
    }

    private static ServerSentEvent<Object> named(String name, Object data) {
        return ServerSentEvent.builder(data).event(name).build();
    }
}
