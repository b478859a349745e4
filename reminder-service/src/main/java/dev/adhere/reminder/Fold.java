package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.Chains;
import dev.adhere.contracts.SessionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The whole of the thinking: `(state, input, now) -> state`. Pure, without any I/O or clock.
///
/// Figures are a function of facts and not of their arrival: a date's sums are always computed anew from
/// its facts, plan version and excuses. What was decided (nudges) is decided once and never computed again;
/// see `Nudging`.
///
/// What others must learn of an edit or a timer is in the new state's `pending`. After an event the figures
/// are told
/// in any case, before its offset is committed.
final class Fold {

    /// How far back a head keeps sums: the horizon of rule 8, and two days more because zones differ by up
    /// to 26 hours.
    private static final int KEPT_DAYS = Lateness.HORIZON_DAYS + 2;

    // A set that came later than this is no reason to encourage anybody now.
    private static final Duration FRESH = Duration.ofMinutes(10);

    private Fold() {}

    /// What can happen to a user.
    sealed interface Input {}

    /// An event, at its place in the user's partition.
    ///
    /// @param topicId the life of the topic in which the offset is valid
    record Happened(SessionEvent event, String topicId, long offset) implements Input {}

    /// An event that was stored long ago comes again because what was kept of it here may be lost. It is a
    /// fact like any other, and causes nothing else: no nudge, no postponement, no alert.
    record Replayed(SessionEvent event) implements Input {}

    /// What is derived is computed anew from the facts, all of which are loaded. Causes nothing else.
    record Rebuild() implements Input {}

    /// The user's care record is edited. The edit has been checked.
    sealed interface Edit extends Input {}

    record EditPlan(Plan plan) implements Edit {}

    record EditPreferences(Preferences preferences) implements Edit {}

    /// The whole care team: the only way to an end that lies in the future, which no endpoint makes yet.
    record EditCareTeam(CareTeam careTeam) implements Edit {}

    /// A coach is assigned from now on, who is not assigned yet.
    record Assign(String coachId) implements Edit {}

    /// What a coach is assigned ends now.
    record Unassign(String coachId) implements Edit {}

    record EditExcuses(List<Excuse> excuses) implements Edit {}

    /// @param byCoach whether a coach wrote it
    record EditProfile(Profile profile, boolean byCoach) implements Edit {}

    /// A coach allows an exercise.
    record Approve(PainState.Approval approval) implements Edit {}

    /// A coach ends the hold.
    record EndHold(String by) implements Edit {}

    /// A coach has seen an alert.
    record Acknowledge(String alertId, String by, @Nullable String note) implements Edit {}

    /// The user puts a nudge off.
    record Snooze(String nudgeId, Instant until) implements Edit {}

    /// The user is done with a nudge.
    record Dismiss(String nudgeId) implements Edit {}

    /// `nextDueAt` has come, and everything that had arrived by then has been folded.
    ///
    /// @param claim whose the attempts to send are that begin now
    record Due(String claim) implements Input {}

    /// A client has shown a nudge.
    ///
    /// @param opened the user has opened it, too
    record Receipt(String nudgeId, boolean opened) implements Edit {}

    /// The attempt that a claim began has ended.
    record Attempted(String nudgeId, String claim, Nudging.Ended ended) implements Input {}

    /// What was pending is confirmed, as it was at this revision of the head; what changed meanwhile is
    /// told again.
    record Told(long revision) implements Input {}

    /// The head and those days that were loaded or changed.
    record User(UserState head, Map<LocalDate, Day> days) {

        User {
            days = Map.copyOf(days);
        }

        static User unknown(String userId, Instant now) {
            return new User(UserState.unknown(userId, now), Map.of());
        }
    }

    /// A date was needed that [#needs] did not name.
    static final class MissingFacts extends IllegalStateException {
        MissingFacts() {
            super("the facts of a date that is needed were not loaded");
        }
    }

    /// The dates whose facts an input needs.
    ///
    /// [#apply] throws [MissingFacts] if it needs another; every date with facts is always enough.
    static Set<LocalDate> needs(UserState head, Input input) {
        return switch (input) {
            case Happened(SessionEvent.Dated event, String _, long _) -> {
                var dates = datesOfFacts(head, event);
                dates.addAll(datesOfPain(head, event));
                yield dates;
            }
            case Replayed(SessionEvent.Dated event) -> datesOfFacts(head, event);
            case Happened(SessionEvent.Unknown _, String _, long _), Replayed(SessionEvent.Unknown _) -> Set.of();
            case Rebuild _ -> withFacts(head);
            case EditPlan _, EditExcuses _ -> withFacts(head);
            case EditPreferences _,
                    EditCareTeam _,
                    Assign _,
                    Unassign _,
                    Acknowledge _,
                    Snooze _,
                    Dismiss _,
                    Receipt _,
                    Attempted _,
                    Told _ -> Set.of();
            // Where a zone was left westwards, today may have closed already.
            case EditProfile _, Approve _, EndHold _ ->
                factsFrom(head, head.throughDate().minusDays(1));
            // Closing and deciding reads the open days and, for what hurt within 24 hours, the one before;
            // the sums of the others are there.
            case Due _ -> {
                boolean hurt = hasPain(head, head.throughDate());
                yield factsFrom(
                        head, hurt ? head.throughDate() : head.throughDate().plusDays(1));
            }
        };
    }

    private static Set<LocalDate> datesOfFacts(UserState head, SessionEvent.Dated event) {
        var dates = new TreeSet<LocalDate>();
        if (!Lateness.beyondHorizon(event)) {
            dates.add(event.date());
            dates.addAll(datesOf(head, event.id()));
            dates.addAll(datesOfChains(head, event));
            // Of any type: a pain score, too, may part a chain of sets or displace one on a full date.
            for (LocalDate date : List.copyOf(dates)) {
                if (Dose.hasQuota(head.plan(), date)) {
                    dates.addAll(Dose.weekOf(date));
                }
            }
        }
        return dates;
    }

    private static Set<LocalDate> factsFrom(UserState head, LocalDate first) {
        return withFacts(head.sums().tailMap(first, true).values());
    }

    /// What the rules of section 2 read around an event: scores of the dates about it and about its
    /// receipt, and the open dates, whose slots they may take out of the measure.
    private static Set<LocalDate> datesOfPain(UserState head, SessionEvent.Dated event) {
        LocalDate date = event.date();
        if (event instanceof SessionEvent.CompletedSet) {
            if (!hasPain(head, date.plusDays(1))) {
                return Set.of();
            }
        }
        if (event instanceof SessionEvent.Withdrawal) {
            return Set.of();
        }
        LocalDate today = LocalDate.ofInstant(event.receivedAt(), head.zone());
        var dates = factsFrom(head, today.minusDays(2));
        for (int i = -2; i <= 1; i++) {
            LocalDate each = date.plusDays(i);
            if (hasFacts(head, each)) {
                dates.add(each);
            }
        }
        return dates;
    }

    private static boolean hasPain(UserState head, LocalDate date) {
        DaySums sums = head.sums().get(date);
        return sums != null && !sums.pain().isEmpty();
    }

    /// Whether figures of a date were made of facts.
    static boolean hasFacts(UserState head, LocalDate date) {
        DaySums sums = head.sums().get(date);
        return sums != null && sums.hasFacts();
    }

    /// Where a fact of this id may be.
    private static List<LocalDate> datesOf(UserState head, String id) {
        return head.sums().values().stream()
                .filter(sums -> sums.mayHold(id))
                .map(DaySums::date)
                .toList();
    }

    /// On which dates an event may change what is in force: those of all chains as soon as it touches one.
    private static Set<LocalDate> datesOfChains(UserState head, SessionEvent.Dated event) {
        var dates = new TreeSet<LocalDate>();
        String replaces = event.replaces();
        if (replaces != null) {
            dates.addAll(datesOf(head, replaces));
        }
        boolean touches = replaces != null
                || head.links().stream()
                        .anyMatch(link -> event.id().equals(link.replaces())
                                || event.date().equals(link.date()));
        if (touches) {
            head.links().forEach(link -> dates.add(link.date()));
        }
        return dates;
    }

    static TreeSet<LocalDate> withFacts(UserState head) {
        return withFacts(head.sums().values());
    }

    private static TreeSet<LocalDate> withFacts(Collection<DaySums> those) {
        var dates = new TreeSet<LocalDate>();
        for (DaySums sums : those) {
            if (sums.hasFacts()) {
                dates.add(sums.date());
            }
        }
        return dates;
    }

    /// With the thresholds that are shipped.
    static User apply(User user, Input input, Instant now) {
        return apply(user, input, now, PainRules.SAMPLES);
    }

    static User apply(User user, Input input, Instant now, PainRules rules) {
        var step = new Step(user, rules);
        switch (input) {
            case Happened happened -> step.happened(happened, now);
            case Replayed(SessionEvent event) -> {
                var _ = step.counted(event);
            }
            case Rebuild _ -> step.rebuild();
            case EditPlan(Plan plan) -> step.editPlan(plan, now);
            case EditPreferences(Preferences preferences) -> {
                step.head.preferences = preferences;
                step.head.editedAt = now;
                if (step.head.plan == null) {
                    step.startIn(now);
                }
            }
            case EditCareTeam(CareTeam careTeam) -> step.coaches(careTeam);
            case Assign(String coachId) -> {
                if (step.head.careTeam.open(coachId, now) == null) {
                    step.coaches(step.head.careTeam.with(new CareTeam.Assignment(coachId, now, null)));
                }
            }
            case Unassign(String coachId) -> {
                if (step.head.careTeam.assigns(coachId, now)) {
                    step.coaches(step.head.careTeam.without(coachId, now));
                }
            }
            case EditExcuses(List<Excuse> excuses) -> {
                step.head.excuses = excuses;
                step.head.editedAt = now;
                step.recompute(step.head.sums.keySet());
                step.tellAdherence();
            }
            case EditProfile(Profile profile, boolean byCoach) -> {
                Profile before = step.head.profile;
                step.head.profile = profile;
                step.pain.profileChanged(before, byCoach, now);
            }
            case Approve(PainState.Approval approval) -> step.pain.approve(approval);
            case EndHold(String by) -> step.pain.endHold(by, now);
            case Acknowledge(String id, String by, String note) -> step.pain.acknowledge(id, by, note, now);
            case Snooze(String id, Instant until) -> step.nudging.snooze(id, until);
            case Dismiss(String id) -> step.nudging.dismiss(id);
            case Due(String claim) -> step.due(claim, now);
            case Receipt(String id, boolean opened) -> step.nudging.receipt(id, opened, now);
            case Attempted(String id, String claim, Nudging.Ended ended) -> step.nudging.ended(id, claim, ended, now);
            case Told(long revision) -> {
                if (step.head.revision == revision) {
                    step.head.pending = UserState.Pending.NOTHING;
                }
            }
        }
        step.head.nextDueAt = step.nextDueAt();
        return step.done();
    }

    /// The slots of one date as they are now.
    ///
    /// @param day its facts
    static List<Slot> slots(UserState head, Day day) {
        return slots(head, day, day.sets(head.superseded()));
    }

    private static List<Slot> slots(UserState head, Day day, List<Fact.DoneSet> sets) {
        return Dose.slots(
                head.plan(),
                head.excusesInForce(),
                day.date(),
                sets,
                (date, item) -> presence(head.sums(), date, item));
    }

    /// The sums of one date as they are now.
    ///
    /// @param day its facts
    static DaySums sums(UserState head, Day day) {
        List<Fact.DoneSet> sets = day.sets(head.superseded());
        return DaySums.of(day, sets, day.scores(head.superseded()), slots(head, day, sets));
    }

    /// The first date whose sums are kept. Weeks are kept and frozen whole: the quota of rule 12 looks at
    /// all of its week.
    static LocalDate keptFrom(LocalDate throughDate) {
        return Dose.weekOf(throughDate.minusDays(KEPT_DAYS)).getFirst();
    }

    private static boolean presence(Map<LocalDate, DaySums> sums, LocalDate date, Plan.Item item) {
        DaySums of = sums.get(date);
        return of != null && of.has(item);
    }

    /// When the day after `throughDate` ends in the zone in force: rule 11, never "24 hours later".
    static Instant dayEnd(LocalDate date, java.time.ZoneId zone) {
        return date.plusDays(1).atStartOfDay(zone).toInstant();
    }

    /// One call of the fold.
    private static final class Step {
        final UserState.Draft head;
        final Map<LocalDate, Day> days;
        final Nudging nudging;
        final Pain pain;
        private Set<String> superseded;

        Step(User user, PainRules rules) {
            head = user.head().draft();
            days = new HashMap<>(user.days());
            superseded = user.head().superseded();
            nudging = new Nudging(head, this::openSlots, rules);
            pain = new Pain(
                    head,
                    rules,
                    date -> day(date).scores(superseded),
                    this::slotsWithoutCredit,
                    this::recomputeFrom,
                    nudging);
        }

        // What a rule takes out of the measure, or lets in again, moves the figures of the dates from then
        // on.
        private void recomputeFrom(LocalDate date) {
            recompute(head.sums.tailMap(date, true).keySet());
            tellAdherence();
        }

        User done() {
            return new User(head.done(), days);
        }

        void happened(Happened input, Instant now) {
            SessionEvent event = input.event();
            if (head.applied.covers(input.topicId(), input.offset())) {
                return;
            }
            head.applied = new UserState.Applied(input.topicId(), input.offset());
            Counted counted = counted(event);
            if (counted != null) {
                caused(counted, now);
            } else if (event instanceof SessionEvent.RedFlagAnswers answers && Lateness.beyondHorizon(answers)) {
                // A yes is heeded however late it comes.
                pain.happened(Fact.of(answers), answers.date(), false, answers.receivedAt());
            }
        }

        /// A fact that was new.
        ///
        /// @param without the sums of its date before it
        private record Counted(SessionEvent.Dated event, Fact fact, DaySums without) {}

        // Takes an event into the facts and the figures; null where it is no fact or was there already.
        private @Nullable Counted counted(SessionEvent event) {
            if (head.lastReceivedAt == null || event.receivedAt().isAfter(head.lastReceivedAt)) {
                head.lastReceivedAt = event.receivedAt();
            }
            if (head.plan == null) {
                forgetWithoutPlan(event.receivedAt());
            }
            if (!(event instanceof SessionEvent.Dated dated) || Lateness.beyondHorizon(dated) || isKnown(dated.id())) {
                return null;
            }
            LocalDate date = dated.date();
            DaySums without = sums(date);
            Fact fact = Fact.of(dated);
            Instant firstSaved = head.plan == null ? null : head.plan.firstSavedAt();
            days.put(date, day(date).with(fact, Lateness.tooLate(dated, firstSaved)));
            Set<LocalDate> touched = relink(fact, date);
            touched.add(date);
            for (LocalDate each : touched) {
                DaySums before = sums(each);
                recompute(List.of(each));
                boolean moved = !sums(each).exercises().equals(before.exercises());
                if (moved && Dose.hasQuota(head.plan, each)) {
                    recompute(Dose.weekOf(each));
                }
            }
            return new Counted(dated, fact, without);
        }

        private void caused(Counted counted, Instant now) {
            SessionEvent.Dated dated = counted.event();
            Fact fact = counted.fact();
            LocalDate date = dated.date();
            boolean counts = day(date).counted(fact.id()) != null && !superseded.contains(fact.id());
            pain.happened(fact, date, counts, dated.receivedAt());
            boolean justDone = dated instanceof SessionEvent.CompletedSet
                    && date.equals(head.throughDate.plusDays(1))
                    && !dated.time().toInstant().isBefore(now.minus(FRESH))
                    && !dated.receivedAt().isBefore(now.minus(FRESH));
            if (justDone && head.sums.containsKey(date)) {
                nudging.encourage(date, counted.without(), now);
            }
        }

        // Everything that is derived from facts that may still change, anew. What was decided stays:
        // nudges, findings, restrictions; and so does the streak of the days before, which nothing can
        // change any more.
        void rebuild() {
            LocalDate oldest = keptFrom(head.throughDate);
            var sumsBefore = Map.copyOf(head.sums);
            var linksBefore = Map.copyOf(head.links);
            head.links.values().removeIf(link -> !link.date().isBefore(oldest));
            head.sums.clear();
            var dates = new TreeSet<LocalDate>();
            for (Day day : days.values()) {
                boolean hasFacts = !day.counted().isEmpty() || !day.notCounted().isEmpty();
                if (hasFacts && !day.date().isBefore(oldest)) {
                    dates.add(day.date());
                    // For the quota of rule 12, which looks at what was done on other dates.
                    head.sums.put(day.date(), DaySums.of(day, day.sets(Set.of()), List.of(), List.of()));
                }
            }
            for (LocalDate date : dates) {
                for (Fact fact : day(date).counted()) {
                    String target = fact.replaces();
                    if (target != null) {
                        head.links.put(fact.id(), ChainLink.of(fact, date));
                        link(target);
                    }
                }
            }
            // What an older fact, whose date is kept no more, names among them.
            for (ChainLink link : List.copyOf(head.links.values())) {
                if (link.replaces() != null && !head.links.containsKey(link.replaces())) {
                    link(link.replaces());
                }
            }
            superseded = ChainLink.superseded(head.links.values());
            recompute(dates);
            for (LocalDate date = firstDate(oldest); !date.isAfter(head.throughDate); date = date.plusDays(1)) {
                dates.add(date);
            }
            recompute(dates);
            if (derived(head.sums).equals(derived(sumsBefore))) {
                // Links that no figure needs any more, and days to come without a fact, may be kept or not.
                head.sums.clear();
                head.sums.putAll(sumsBefore);
                head.links.clear();
                head.links.putAll(linksBefore);
            } else {
                tellAdherence();
            }
        }

        private Map<LocalDate, DaySums> derived(Map<LocalDate, DaySums> sums) {
            var derived = new HashMap<>(sums);
            derived.values().removeIf(day -> day.date().isAfter(head.throughDate) && !day.hasFacts());
            return derived;
        }

        private LocalDate firstDate(LocalDate oldest) {
            if (head.plan == null || head.plan.versions().isEmpty()) {
                return head.throughDate.plusDays(1);
            }
            LocalDate begins = head.plan.versions().getFirst().effectiveFrom();
            return begins.isBefore(oldest) ? oldest : begins;
        }

        // Rule 10: keeps a link of every counted fact that names another or is named, and says on which
        // dates facts came into force or went out of it.
        private Set<LocalDate> relink(Fact fact, LocalDate date) {
            Map<String, ChainLink> before = Map.copyOf(head.links);
            Day day = day(date);
            // A fact may have displaced another of its date (the first 300 count).
            head.links.values().removeIf(link -> link.date().equals(date) && day.counted(link.id()) == null);
            String target = fact.replaces();
            boolean named = before.values().stream().anyMatch(link -> fact.id().equals(link.replaces()));
            if (day.counted(fact.id()) != null && (target != null || named)) {
                head.links.put(fact.id(), ChainLink.of(fact, date));
                if (target != null && !head.links.containsKey(target)) {
                    link(target);
                }
            }
            var touched = new TreeSet<LocalDate>();
            if (!head.links.equals(before)) {
                Set<String> earlier = superseded;
                superseded = ChainLink.superseded(head.links.values());
                for (ChainLink link : head.links.values()) {
                    if (superseded.contains(link.id()) != earlier.contains(link.id())) {
                        touched.add(link.date());
                    }
                }
            }
            return touched;
        }

        private void link(String id) {
            for (DaySums sums : head.sums.values()) {
                Fact fact = sums.mayHold(id) ? day(sums.date()).counted(id) : null;
                if (fact != null) {
                    head.links.put(id, ChainLink.of(fact, sums.date()));
                }
            }
        }

        // No first plan reaches back further than the horizon, so older dates can never be due.
        private void forgetWithoutPlan(Instant receivedAt) {
            LocalDate oldest = keptFrom(LocalDate.ofInstant(receivedAt, head.zone));
            head.sums.headMap(oldest).clear();
            forgetLinks(oldest);
            pain.forget(oldest, receivedAt);
            nudging.forget(receivedAt);
        }

        // Rule 10: the first of an id counts, on whatever date it was.
        private boolean isKnown(String id) {
            for (DaySums sums : head.sums.values()) {
                if (sums.mayHold(id) && day(sums.date()).holds(id)) {
                    return true;
                }
            }
            return false;
        }

        void editPlan(Plan plan, Instant now) {
            boolean first = head.plan == null;
            head.plan = plan;
            head.editedAt = now;
            if (first) {
                startIn(now);
            }
            // A version that begins within the week moves the slots of its quotas (rule 12), to closed days
            // too.
            LocalDate from = first && !plan.versions().isEmpty()
                    ? plan.versions().getFirst().effectiveFrom()
                    : Dose.weekOf(head.throughDate).getFirst();
            for (LocalDate date = from; !date.isAfter(head.throughDate); date = date.plusDays(1)) {
                recompute(List.of(date));
            }
            recompute(List.copyOf(head.sums.keySet()));
            pain.planned(now);
            tellAdherence();
        }

        // Before the first plan nothing was due, so the wanted zone rules at once and no day has to be
        // closed in another.
        void startIn(Instant now) {
            head.zone = head.done().wantedZone();
            head.throughDate = LocalDate.ofInstant(now, head.zone).minusDays(1);
        }

        void due(String claim, Instant now) {
            LocalDate before = head.throughDate;
            while (head.plan != null) {
                LocalDate open = head.throughDate.plusDays(1);
                if (dayEnd(open, head.zone).isAfter(now)) {
                    if (!head.throughDate.equals(before)) {
                        pain.opened(now);
                    }
                    nudging.decide(List.of(open, open.plusDays(1)), now);
                    break;
                }
                nudging.decide(List.of(open), now);
                recompute(List.of(open));
                Instant end = dayEnd(open, head.zone);
                head.throughDate = open;
                head.zone = head.done().wantedZone();
                pain.closed(open, end);
            }
            pain.waited(now);
            if (!head.throughDate.equals(before)) {
                freeze();
                pain.forget(keptFrom(head.throughDate), now);
                // Not oftener: the first to go moves all others, and each is written anew where it then stands.
                nudging.forget(now);
                tellAdherence();
            }
            nudging.forward(claim, now);
        }

        private void freeze() {
            LocalDate oldest = keptFrom(head.throughDate);
            while (!head.sums.isEmpty() && head.sums.firstKey().isBefore(oldest)) {
                head.frozen = head.frozen.then(head.sums.pollFirstEntry().getValue());
            }
            forgetLinks(oldest);
        }

        // A chain is forgotten whole: as long as one of its dates is kept, the others say whether it is in
        // force.
        private void forgetLinks(LocalDate oldest) {
            for (List<ChainLink> chain : Chains.of(List.copyOf(head.links.values()))) {
                if (chain.stream().allMatch(link -> link.date().isBefore(oldest))) {
                    chain.forEach(link -> head.links.remove(link.id()));
                }
            }
        }

        @Nullable
        Instant nextDueAt() {
            if (head.plan == null) {
                return pain.next();
            }
            LocalDate open = head.throughDate.plusDays(1);
            Instant next = dayEnd(open, head.zone);
            Instant nudge = nudging.next(List.of(open, open.plusDays(1)), this::slotsWithoutCredit);
            Instant silence = pain.next();
            next = nudge != null && nudge.isBefore(next) ? nudge : next;
            return silence != null && silence.isBefore(next) ? silence : next;
        }

        // When a nudge is decided depends on what is due, never on what was done: no facts needed.
        private List<Slot> slotsWithoutCredit(LocalDate date) {
            return Dose.slots(head.plan, excuses(), date, List.of(), this::has);
        }

        private List<Slot> openSlots(LocalDate date) {
            return Dose.slots(head.plan, excuses(), date, inForce(date), this::has);
        }

        private List<Excuse> excuses() {
            return PainState.excuses(head.pain.restrictions, head.excuses);
        }

        private List<Fact.DoneSet> inForce(LocalDate date) {
            return day(date).sets(superseded);
        }

        private boolean has(LocalDate date, Plan.Item item) {
            return presence(head.sums, date, item);
        }

        void recompute(Collection<LocalDate> dates) {
            for (LocalDate date : List.copyOf(dates)) {
                // Behind the horizon all is frozen.
                if (date.isBefore(keptFrom(head.throughDate)) && !head.sums.containsKey(date)) {
                    continue;
                }
                Day day = day(date);
                // First what was done on the date, then what was due: the quota of rule 12 looks at what
                // was done.
                List<Fact.DoneSet> sets = inForce(date);
                head.sums.put(date, DaySums.of(day, sets, List.of(), List.of()));
                DaySums sums = DaySums.of(day, sets, day.scores(superseded), openSlots(date));
                if (sums.hasFacts() || sums.due() + sums.excused() > 0) {
                    head.sums.put(date, sums);
                } else {
                    head.sums.remove(date);
                }
            }
        }

        private DaySums sums(LocalDate date) {
            DaySums sums = head.sums.get(date);
            return sums == null ? DaySums.of(Day.empty(date), List.of(), List.of(), List.of()) : sums;
        }

        private Day day(LocalDate date) {
            Day day = days.get(date);
            if (day != null) {
                return day;
            }
            DaySums sums = head.sums.get(date);
            if (sums != null && sums.hasFacts()) {
                throw new MissingFacts();
            }
            return Day.empty(date);
        }

        private void coaches(CareTeam careTeam) {
            head.careTeam = careTeam;
            head.careTeamDirty = true;
        }

        void tellAdherence() {
            head.pending = head.pending.withAdherence();
        }
    }
}
