package dev.adhere.reminder;

import dev.adhere.contracts.Adherence;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// How much of the prescribed dose was done: figures, days, today's agenda, and the facts behind them.
@RestController
class AdherenceController {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");
    private static final int MOST_DAYS = 366;

    private final Access access;
    private final Users users;
    private final Clock clock;

    AdherenceController(Access access, Users users, Clock clock) {
        this.access = access;
        this.users = users;
        this.clock = clock;
    }

    /// Days, newest first.
    ///
    /// @param days one a date that was asked for
    @Schema(name = "Days")
    record DaysBody(List<DayBody> days) {}

    /// How much of a day's dose was done.
    ///
    /// @param date the user's local date
    /// @param done sets, capped per slot, of slots that are not excused
    /// @param due prescribed sets that are not excused
    /// @param excused prescribed sets that are
    /// @param over sets beyond what was prescribed
    @Schema(name = "Day")
    record DayBody(
            LocalDate date,
            @Schema(minimum = "0") BigDecimal done,
            @Schema(minimum = "0") long due,
            @Schema(minimum = "0") long excused,
            @Schema(minimum = "0") BigDecimal over) {}

    /// What is due on a date, and how far it is done.
    ///
    /// @param date the user's local date
    /// @param timeZone the zone that rules it
    /// @param items by time of day, those for any time last; before stretches what makes warm for them
    @Schema(name = "Agenda")
    record AgendaBody(
            LocalDate date,
            @Schema(example = "Europe/Berlin") ZoneId timeZone,
            List<AgendaItem> items) {}

    /// One slot: an item at a time of the day, on one side.
    ///
    /// @param itemId of the plan
    /// @param exerciseId of the catalogue
    /// @param side NONE where it is done with both at once
    /// @param timeOfDay local time; null where any will do
    /// @param prescribed the dose
    /// @param doneSets sets that count towards it, in sets
    /// @param state DUE and PARTIAL while it can still be done
    /// @param excuse why nothing is expected; null where something is
    record AgendaItem(
            @Schema(example = "bridge") String itemId,
            @Schema(example = "bridge") String exerciseId,
            Side side,

            @Schema(pattern = PlanBody.TIME_OF_DAY, example = "18:00") @Nullable
            String timeOfDay,

            Prescribed prescribed,
            @Schema(minimum = "0") BigDecimal doneSets,
            Slot.State state,
            Excuse.@Nullable Reason excuse) {}

    /// The dose of a slot.
    ///
    /// @param sets how many sets
    /// @param reps repetitions of a set; null where it is dosed by seconds alone
    /// @param holdSeconds seconds of a set; null where it is dosed by repetitions alone
    record Prescribed(
            @Schema(minimum = "1") int sets,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds) {}

    /// Everything that a day's figures are made of.
    ///
    /// @param date the user's local date
    /// @param timeZone the zone that rules it
    /// @param closed whether the date is part of the figures
    /// @param planEffectiveFrom the version of the plan that is valid on it; null before the first
    /// @param day the figures
    /// @param slots what was due, and the sets that count towards it
    /// @param unassigned sets that no slot of the date takes
    /// @param notCounted facts that do not count, and why
    @Schema(name = "Explanation")
    record ExplainBody(
            LocalDate date,
            @Schema(example = "Europe/Berlin") ZoneId timeZone,
            boolean closed,
            @Nullable LocalDate planEffectiveFrom,
            DayBody day,
            List<ExplainSlot> slots,
            List<ExplainFact> unassigned,
            List<ExplainFact> notCounted) {}

    /// A set that counts towards a slot.
    ///
    /// @param id the event's
    /// @param time when it was done
    /// @param receivedAt when the service received it
    /// @param target repetitions or seconds of a full set
    /// @param amount of which `target` is a full set; null where the app gave none, which asserts a full
    ///     set
    record ExplainSet(
            @Schema(example = "0193-set-1") String id,
            Instant time,
            Instant receivedAt,
            @Nullable Integer amount,
            int target) {}

    /// A slot and what fills it.
    ///
    /// @param slot as the agenda has it
    /// @param credit all that was done for it, in sets
    /// @param counted what of it counts: capped, nothing where it is excused
    /// @param sets that make up the credit
    record ExplainSlot(
            AgendaItem slot,
            @Schema(minimum = "0") BigDecimal credit,
            @Schema(minimum = "0") BigDecimal counted,
            List<ExplainSet> sets) {}

    /// A fact that does not count.
    ///
    /// @param id the event's
    /// @param time when it happened
    /// @param receivedAt when the service received it
    /// @param rule why, with the number of the rule
    record ExplainFact(
            @Schema(example = "0193-set-1") String id,
            Instant time,
            Instant receivedAt,
            @Schema(example = "8: received too late") String rule) {}

    /// A user's current figures.
    ///
    /// All but `today` end with the last closed day, `throughDate`.
    @Answers
    @GetMapping("/v1/users/{userId}/adherence")
    Mono<Adherence> adherence(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> AdherenceAnswer.of(access.read(caller, userId), clock.instant()));
    }

    /// A user's days, newest first.
    ///
    /// @param from the first local date; six days before `to` if absent, a year before it at most
    /// @param to the last local date, inclusive; the last closed day if absent
    @Answers
    @GetMapping("/v1/users/{userId}/adherence/days")
    Mono<DaysBody> days(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date") @Nullable String from,
            @RequestParam(required = false) @Schema(format = "date") @Nullable String to,
            Caller caller) {
        return Blocking.call(() -> {
            UserState head = access.read(caller, userId);
            LocalDate last = date("to", to, head.throughDate());
            LocalDate first = date("from", from, last.minusDays(6));
            if (first.isAfter(last) || first.plusDays(MOST_DAYS).isBefore(last)) {
                throw Problem.invalidParameter("from must not be after to, nor more than a year before it.")
                        .asException();
            }
            List<LocalDate> dates = first.datesUntil(last.plusDays(1)).toList().reversed();
            Map<String, Day> facts = users.days(dates.stream()
                    .map(date -> UserDocuments.dayId(userId, date))
                    .toList());
            return new DaysBody(dates.stream()
                    .map(date -> facts.getOrDefault(UserDocuments.dayId(userId, date), Day.empty(date)))
                    .map(day -> day(Fold.sums(head, day)))
                    .toList());
        });
    }

    /// What is due on a date, and how far it is done.
    ///
    /// @param date the user's local date; today if absent
    @Answers
    @GetMapping("/v1/users/{userId}/agenda")
    Mono<AgendaBody> agenda(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date") @Nullable String date,
            Caller caller) {
        return Blocking.call(() -> {
            UserState head = access.read(caller, userId);
            LocalDate asked = date("date", date, head.today(clock.instant()));
            boolean closed = !asked.isAfter(head.throughDate());
            return new AgendaBody(
                    asked,
                    head.zone(),
                    Agenda.inOrder(Fold.slots(head, users.day(userId, asked))).stream()
                            .map(slot -> item(slot, closed))
                            .toList());
        });
    }

    /// Why a day's figures are what they are: every fact, and what it counts for.
    ///
    /// @param date the user's local date; the last closed day if absent
    @Answers
    @GetMapping("/v1/users/{userId}/adherence/explain")
    Mono<ExplainBody> explain(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date") @Nullable String date,
            Caller caller) {
        return Blocking.call(() -> {
            UserState head = access.read(caller, userId);
            LocalDate asked = date("date", date, head.throughDate());
            Day day = users.day(userId, asked);
            List<Slot> slots = Fold.slots(head, day);
            Set<String> superseded = head.superseded();
            boolean closed = !asked.isAfter(head.throughDate());
            var assigned = new HashSet<String>();
            slots.forEach(slot -> slot.sets().forEach(set -> assigned.add(set.id())));
            Plan plan = head.plan();
            Plan.Version version = plan == null ? null : plan.on(asked);
            return new ExplainBody(
                    asked,
                    head.zone(),
                    closed,
                    version == null ? null : version.effectiveFrom(),
                    day(Fold.sums(head, day)),
                    slots.stream()
                            .map(slot -> new ExplainSlot(
                                    item(slot, closed),
                                    AdherenceAnswer.sets(slot.credit()),
                                    AdherenceAnswer.sets(slot.excused() ? 0 : slot.capped()),
                                    slot.sets().stream()
                                            .map(set -> explained(slot.item(), set))
                                            .toList()))
                            .toList(),
                    day.sets(superseded).stream()
                            .filter(set -> !assigned.contains(set.id()))
                            .map(set -> explained(set, "1.2: no slot of the date takes it"))
                            .toList(),
                    Stream.concat(
                                    day.counted().stream()
                                            .filter(fact -> superseded.contains(fact.id()))
                                            .map(fact -> explained(fact, "10: corrected or withdrawn")),
                                    day.notCounted().stream()
                                            .map(n -> explained(
                                                    n.fact(),
                                                    switch (n.flag()) {
                                                        case TOO_LATE -> "8: received too late";
                                                        case OVER_LIMIT -> "10: more than 300 facts on the date";
                                                    })))
                            .toList());
        });
    }

    private static ExplainFact explained(Fact fact, String reason) {
        return new ExplainFact(fact.id(), fact.time(), fact.receivedAt(), reason);
    }

    private static ExplainSet explained(Plan.Item item, Fact.DoneSet set) {
        return new ExplainSet(
                set.id(),
                set.time(),
                set.receivedAt(),
                item.reps() != null ? set.reps() : set.holdSeconds(),
                item.target());
    }

    private static DayBody day(DaySums sums) {
        return new DayBody(
                sums.date(),
                AdherenceAnswer.sets(sums.done()),
                sums.due(),
                sums.excused(),
                AdherenceAnswer.sets(sums.over()));
    }

    private static AgendaItem item(Slot slot, boolean closed) {
        LocalTime time = slot.timeOfDay();
        return new AgendaItem(
                slot.item().id(),
                slot.item().exerciseId(),
                slot.side(),
                time == null ? null : TIME.format(time),
                new Prescribed(
                        slot.item().sets(), slot.item().reps(), slot.item().holdSeconds()),
                AdherenceAnswer.sets(slot.credit()),
                slot.state(closed),
                slot.excuse());
    }

    private static LocalDate date(String name, @Nullable String text, LocalDate otherwise) {
        LocalDate date = text == null ? otherwise : PlanBody.date(text);
        if (date == null) {
            throw Problem.invalidParameter(name + " must be a date such as 2026-11-20.")
                    .asException();
        }
        return date;
    }
}
