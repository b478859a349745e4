package dev.adhere.reminder;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.Alert.Severity;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.RedFlag;
import dev.adhere.contracts.SessionEvent.Context;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.contracts.SessionEvent.Sensation;
import dev.adhere.reminder.PainPolicy.Scored;
import dev.adhere.reminder.PainState.Approval;
import dev.adhere.reminder.PainState.Finding;
import dev.adhere.reminder.PainState.Restriction;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rules of section 2.3 during one call of the fold: what they find, what leaves the measure for it,
/// what a coach and the user are told. Pure, like all of the fold.
///
/// A rule finds a thing once; the moment at which the service received what brought it about is its clock.
/// What comes late is judged as of its own date and takes effect from that moment on.
final class Pain {

    private static final int FINDINGS_KEPT_DAYS = 60;
    // Days are shown for a year.
    private static final int SHOWN_DAYS = 400;
    private static final Duration ALERTS_KEPT = Duration.ofDays(90);
    private static final int MOST_ALERTS = 200;
    private static final int TOLD_AGAIN_AFTER_DAYS = 7;
    private static final int TIMES_TO_REGRESS = 2;
    private static final int LAPSED_AFTER = 7;

    private final UserState.Draft head;
    private final PainState.Draft pain;
    private final PainRules rules;
    private final Function<LocalDate, List<Fact.Score>> scores;
    private final Function<LocalDate, List<Slot>> due;
    private final Consumer<LocalDate> changedFrom;
    private final Nudging nudging;
    private final PainPolicy.Days days;

    /// @param scores of a date, in force, in order of time
    /// @param due the slots of a date, however far they are filled
    /// @param changedFrom is told from which date on slots came into the measure or left it
    Pain(
            UserState.Draft head,
            PainRules rules,
            Function<LocalDate, List<Fact.Score>> scores,
            Function<LocalDate, List<Slot>> due,
            Consumer<LocalDate> changedFrom,
            Nudging nudging) {
        this.head = head;
        this.pain = head.pain;
        this.rules = rules;
        this.scores = scores;
        this.due = due;
        this.changedFrom = changedFrom;
        this.nudging = nudging;
        this.days = PainPolicy.Days.of(head.sums);
    }

    // ---- events

    /// A fact of this date has come.
    ///
    /// @param counts whether it is in force; answers to red-flag questions are heeded in any case
    /// @param at when it was received
    void happened(Fact fact, LocalDate date, boolean counts, Instant at) {
        switch (fact) {
            case Fact.Answers answers -> answered(answers, counts, at);
            case Fact.Score score -> {
                if (counts) {
                    scored(score, date, at);
                    caughtUp(date, at);
                }
            }
            case Fact.DoneSet _ -> {
                if (counts) {
                    afterSession(date, at);
                    caughtUp(date, at);
                }
            }
            case Fact.Withdrawn _ -> {}
        }
    }

    // What a phone tells of closed days may show what their closing could not.
    private void caughtUp(LocalDate date, Instant at) {
        if (!date.isAfter(head.throughDate)) {
            progress(head.throughDate, at);
        }
    }

    // Who hears of a day long gone is only told what to do about it now, not what to have done then.
    private boolean isNews(LocalDate date, Instant at) {
        return !date.isBefore(LocalDate.ofInstant(at, head.zone).minusDays(1));
    }

    private void scored(Fact.Score score, LocalDate date, Instant at) {
        // Effort and stretch are no pain, whatever their score.
        if (score.sensation() != Sensation.PAIN) {
            return;
        }
        if (pain.lastScoreAt == null || score.time().isAfter(pain.lastScoreAt)) {
            pain.lastScoreAt = score.time();
        }
        if (score.context() == Context.DURING && score.score() >= rules.stopFrom()) {
            stop(score, date, at);
        }
        if (score.score() >= rules.severeFrom()
                && found(Rule.P5, null, date, score.time(), at, (double) score.score(), null)) {
            pain.ask = Rule.P5;
            alert(Rule.P5, null, date, at, score.score());
            nudging.say(Rule.P5, PainTexts.contact(head.preferences.language()), at);
        }
        newPlace(score, date, at);
        if (pain.firstScoreOn == null || date.isBefore(pain.firstScoreOn)) {
            pain.firstScoreOn = date;
        }
        if (score.region() == Region.LOW_BACK) {
            discomfort(at);
        }
        afterSession(date.minusDays(1), at);
        afterSession(date, at);
        if (score.context() == Context.MORNING) {
            overWeeks(date, at);
        }
    }

    // P1: what hurts that much is stopped, and rests tomorrow.
    private void stop(Fact.Score score, LocalDate date, Instant at) {
        String exercise = Objects.requireNonNull(score.exerciseId());
        if (!found(Rule.P1, exercise, date, score.time(), at, (double) score.score(), null)) {
            return;
        }
        LocalDate until = date.plusDays(1);
        alert(Rule.P1, exercise, date, at, score.score(), name(exercise), date.toString());
        if (postpone(Rule.P1, exercise, date, until, at)) {
            nudging.say(
                    Rule.P1,
                    exercise,
                    PainTexts.paused(head.preferences.language(), rules.stopFrom(), name(exercise), until),
                    at);
        }
        regress(Rule.P1, exercise, date, at);
    }

    // P10
    private void newPlace(Fact.Score score, LocalDate date, Instant at) {
        if (score.score() < rules.newPlaceFrom() || !PainPolicy.newPlace(score, date, days, pain.firstScoreOn)) {
            return;
        }
        boolean anew = found(Rule.P10, null, date, score.time(), at, (double) score.score(), null);
        String region = score.region().name();
        if (score.region() == Region.BOTH_LEGS) {
            // Never behind another place of the same date.
            pain.ask = Rule.P10;
            String id = PainPolicy.alertId(head.userId, Rule.P10, region, date);
            raise(id, Rule.P10, Severity.URGENT, null, date, at, score.score(), region);
        } else if (anew) {
            pain.ask = Rule.P10;
            alert(Rule.P10, null, date, at, score.score(), region);
        }
    }

    // P3, P3H and P6: how the morning after a session compares with what was before it.
    private void afterSession(LocalDate session, Instant at) {
        LocalDate date = session.plusDays(1);
        Integer morning = days.painOn(date).morning();
        if (morning == null || !days.sessionOn(session)) {
            return;
        }
        Integer before = PainPolicy.reference(
                around(session.minusDays(1), session), session, start(session), head.profile.baselinePain());
        if (before == null) {
            var _ = found(Rule.REF_MISSING, null, date, at, at, (double) morning, null);
            return;
        }
        int rise = morning - before;
        if (rise > 0 && rise < rules.rise()) {
            var _ = found(Rule.P3H, null, date, at, at, (double) morning, (double) before);
        }
        if (rise < rules.rise()) {
            return;
        }
        List<String> exercises = loaded(session);
        for (String exercise : exercises) {
            if (found(Rule.P3, exercise, date, at, at, (double) morning, (double) before)) {
                if (postpone(Rule.P3, exercise, date, date, at)) {
                    nudging.say(
                            Rule.P3,
                            exercise,
                            PainTexts.notSettled(head.preferences.language(), rise, name(exercise), date),
                            at);
                }
                regress(Rule.P3, exercise, date, at);
            }
        }
        if (exercises.isEmpty()) {
            var _ = found(Rule.P3, null, date, at, at, (double) morning, (double) before);
        }
        inARow(PainPolicy.sessionBefore(session, days), session, at);
        inARow(session, PainPolicy.sessionAfter(session, days), at);
    }

    // P6, whichever of two sessions was told of first.
    private void inARow(@Nullable LocalDate first, @Nullable LocalDate second, Instant at) {
        if (first != null
                && second != null
                && notSettled(first)
                && notSettled(second)
                && found(Rule.P6, null, second.plusDays(1), at, at, null, null)) {
            alert(Rule.P6, null, second.plusDays(1), at);
        }
    }

    private boolean notSettled(LocalDate session) {
        return pain.findings.stream()
                .anyMatch(f -> f.rule() == Rule.P3 && f.date().equals(session.plusDays(1)));
    }

    // What was hard on a date; where nothing was scored during exercise, all that strengthens.
    private List<String> loaded(LocalDate session) {
        DayPain scored = days.painOn(session);
        if (!scored.during().isEmpty()) {
            return scored.during().stream()
                    .filter(during -> during.worst() >= rules.loadFrom())
                    .map(DayPain.During::exerciseId)
                    .toList();
        }
        DaySums sums = Objects.requireNonNull(days.on(session));
        return items(session).stream()
                .filter(item -> item.traits().kind() == Exercise.Kind.STRENGTHENING && sums.has(item))
                .map(Plan.Item::exerciseId)
                .toList();
    }

    private @Nullable Instant start(LocalDate session) {
        DaySums sums = days.on(session);
        Instant start = sums == null ? null : sums.firstSetAt();
        for (Fact.Score score : scores.apply(session)) {
            if (score.context() == Context.DURING
                    && (start == null || score.time().isBefore(start))) {
                start = score.time();
            }
        }
        return start;
    }

    // P4: twice in a fortnight is more than bad luck.
    private void regress(Rule rule, String exercise, LocalDate date, Instant at) {
        for (Finding later : List.copyOf(pain.findings)) {
            boolean mayBeSecond = later.rule() == rule
                    && exercise.equals(later.exerciseId())
                    && !later.date().isBefore(date)
                    && later.date().isBefore(date.plusDays(PainPolicy.FORTNIGHT));
            if (mayBeSecond
                    && PainPolicy.times(pain.findings, rule, exercise, later.date()) >= TIMES_TO_REGRESS
                    && found(Rule.P4, exercise, later.date(), at, at, null, null)) {
                alert(Rule.P4, exercise, later.date(), at, name(exercise));
            }
        }
    }

    // P7, P8 and P9
    private void overWeeks(LocalDate date, Instant at) {
        twoHighMornings(date, at);
        twoHighMornings(date.plusDays(1), at);
        // A morning counts into the medians of seven dates.
        for (LocalDate t = date; !t.isAfter(date.plusDays(6)); t = t.plusDays(1)) {
            Double now = days.painOn(t).morning() == null ? null : PainPolicy.median(days, t);
            if (now != null) {
                if (pain.firstMedianOn == null || !t.isAfter(pain.firstMedianOn)) {
                    pain.firstMedianOn = t;
                    pain.firstMedian = now;
                }
                worse(now, t, at);
                notImproving(now, t, at);
            }
        }
    }

    private void twoHighMornings(LocalDate second, Instant at) {
        Integer morning = days.painOn(second).morning();
        if (morning != null
                && isHigh(second)
                && isHigh(second.minusDays(1))
                && found(Rule.P8, null, second, at, at, (double) morning, null)) {
            alert(Rule.P8, null, second, at, morning);
            contact(Rule.P8, second, at);
        }
    }

    private void worse(double now, LocalDate date, Instant at) {
        Double weekBefore = PainPolicy.median(days, date.minusDays(7));
        if (weekBefore != null
                && now - weekBefore >= rules.worseBy()
                && found(Rule.P7, null, date, at, at, now, weekBefore)) {
            alert(Rule.P7, null, date, at, now, weekBefore);
            contact(Rule.P7, date, at);
        }
    }

    // P9 is about today: of weeks that are over there is nothing to say.
    private void notImproving(double now, LocalDate date, Instant at) {
        LocalDate began = head.plan == null ? null : Dose.firstDue(head.plan);
        Double first = pain.firstMedian;
        if (began == null || first == null || !isNews(date, at)) {
            return;
        }
        long day = ChronoUnit.DAYS.between(began, date);
        boolean lately = pain.findings.stream()
                .anyMatch(f -> f.rule() == Rule.P9 && f.date().isAfter(date.minusDays(PainPolicy.FOUR_WEEKS)));
        if (day >= rules.notImprovingDays()
                && !lately
                && PainPolicy.notImproving(first, now, rules)
                && found(Rule.P9, null, date, at, at, now, first)) {
            alert(Rule.P9, null, date, at, now, first);
            nudging.say(Rule.P9, PainTexts.notImproving(head.preferences.language(), day / 7), at);
        }
    }

    private boolean isHigh(LocalDate date) {
        Integer morning = days.painOn(date).morning();
        return morning != null && morning >= rules.highMorning();
    }

    // U-CONTACT, at most once in 7 days for a rule.
    private void contact(Rule rule, LocalDate date, Instant at) {
        if (isNews(date, at) && !nudging.saidSince(rule, at, TOLD_AGAIN_AFTER_DAYS)) {
            nudging.say(rule, PainTexts.contact(head.preferences.language()), at);
        }
    }

    // P0: asked, never inferred. The hold stands until a coach ends it.
    private void answered(Fact.Answers answers, boolean counts, Instant at) {
        LocalDate today = LocalDate.ofInstant(at, head.zone);
        Set<RedFlag.Urgency> yes = EnumSet.noneOf(RedFlag.Urgency.class);
        answers.yes().forEach(flag -> yes.add(flag.urgency()));
        if (yes.contains(RedFlag.Urgency.EMERGENCY)) {
            hold(Rule.P0A, answers, today, at);
        }
        if (yes.contains(RedFlag.Urgency.URGENT)) {
            hold(Rule.P0B, answers, today, at);
        }
        if (yes.contains(RedFlag.Urgency.COACH_REVIEW)
                && found(Rule.P0C, null, today, answers.time(), at, null, null)) {
            alert(Rule.P0C, null, today, at);
        }
        if (counts && answers.answersAllThatMatterAtOnce()) {
            Instant last = pain.lastAnsweredAt;
            pain.lastAnsweredAt = last == null || answers.time().isAfter(last) ? answers.time() : last;
            // Answers of before a score do not answer what is asked because of it.
            boolean askedLater = pain.findings.stream()
                    .anyMatch(f -> f.rule() == pain.ask && f.time().isAfter(answers.time()));
            pain.ask = askedLater ? pain.ask : null;
        }
    }

    private void hold(Rule rule, Fact.Answers answers, LocalDate today, Instant at) {
        if (pain.restrictions.stream().noneMatch(r -> r.rule() == rule && r.to() == null)) {
            restrict(new Restriction(rule, null, today, null, at, rules.version(), null));
        }
        var _ = found(rule, null, today, answers.time(), at, null, null);
        // Named by the answers: each yes is told, whether or not the programme is on hold already.
        raise(
                PainPolicy.alertId(head.userId, rule, answers.id(), today),
                rule,
                Objects.requireNonNull(PainPolicy.severity(rule)),
                null,
                today,
                at);
        Preferences.Language language = head.preferences.language();
        nudging.say(
                rule,
                answers.id(),
                rule == Rule.P0A ? PainTexts.emergency(language, rules.emergencyNumber()) : PainTexts.urgent(language),
                at);
    }

    // P2: the newest word on the low back rules today; release as well as rest.
    private void discomfort(Instant at) {
        LocalDate local = LocalDate.ofInstant(at, head.zone);
        LocalDate open = head.throughDate.plusDays(1);
        // Where a zone was left westwards, the date that has closed comes again.
        LocalDate today = local.isBefore(open) ? open : local;
        List<Plan.Item> sensitive = items(today).stream()
                .filter(item -> item.postponedFrom(rules) != null)
                .toList();
        if (sensitive.isEmpty()) {
            return;
        }
        Fact.Score newest = PainPolicy.discomfort(around(today.minusDays(1), today.plusDays(1)), at);
        if (newest == null) {
            return;
        }
        for (Plan.Item item : sensitive) {
            boolean hurts = newest.score() >= Objects.requireNonNull(item.postponedFrom(rules));
            Restriction current = current(Rule.P2, item.exerciseId(), today);
            if (!hurts && current != null) {
                end(current, today, null, at);
            }
            // What has a weekly quota may be done on any day.
            boolean isDue = item.schedule() instanceof Plan.Schedule.TimesPerWeek
                    || due.apply(today).stream()
                            .anyMatch(slot -> slot.item().exerciseId().equals(item.exerciseId()));
            if (hurts && current == null && isDue) {
                var _ = found(Rule.P2, item.exerciseId(), today, newest.time(), at, (double) newest.score(), null);
                var _ = postpone(Rule.P2, item.exerciseId(), today, today, at);
            }
        }
    }

    // ---- time

    /// The date after the last closed one has begun: what hurts lately is asked anew (P2).
    ///
    /// @param now so that what came since its beginning has its say
    void opened(Instant now) {
        discomfort(now);
    }

    /// A date has closed; its figures stand.
    void closed(LocalDate date, Instant at) {
        progress(date, at);
        for (Restriction restriction : List.copyOf(pain.restrictions)) {
            String exercise = restriction.exerciseId();
            if (exercise != null
                    && restriction.postpones()
                    && restriction.covers(date)
                    && PainPolicy.postponedOften(pain.restrictions, exercise, date)
                    && found(Rule.P13, exercise, date, at, at, null, null)) {
                alert(Rule.P13, exercise, date, at, name(exercise));
            }
        }
        DaySums sums = head.sums.get(date);
        boolean missed = sums != null && sums.isDue() && !sums.active();
        int inARow = NudgePolicy.Missed.of(
                        head.sums.headMap(date, true).descendingMap().values(), head.frozen)
                .dueDays();
        if (missed && inARow == LAPSED_AFTER && found(Rule.LAPSED, null, date, at, at, null, null)) {
            alert(Rule.LAPSED, null, date, at);
        }
    }

    // P12: told to the coach, never done by itself.
    private void progress(LocalDate date, Instant at) {
        Figures.Window week = Figures.of(head.sums, date, head.frozen).a7();
        if (PainState.hold(pain.restrictions) != null
                || week.due() == 0
                || 100 * week.done() < rules.progressFrom() * week.due() * 1000) {
            return;
        }
        for (Plan.Item item : items(date)) {
            String exercise = item.exerciseId();
            boolean told = pain.findings.stream()
                    .anyMatch(f -> f.rule() == Rule.P12
                            && exercise.equals(f.exerciseId())
                            && f.date().isAfter(date.minusDays(PainPolicy.FORTNIGHT)));
            boolean waits = pain.restrictions.stream().anyMatch(r -> r.covers(date, exercise));
            if (!told && !waits && easyLately(exercise, date) && isReady(exercise, date)) {
                var _ = found(Rule.P12, exercise, date, at, at, null, null);
                alert(Rule.P12, exercise, date, at, name(exercise));
            }
        }
    }

    // Cheap, and false for nearly everybody.
    private boolean easyLately(String exercise, LocalDate date) {
        return head.sums.headMap(date).values().stream()
                        .map(sums -> sums.pain().during(exercise))
                        .filter(during -> during != null && during.full() && during.worst() <= rules.easyUpTo())
                        .count()
                >= 3;
    }

    private boolean isReady(String exercise, LocalDate date) {
        var dueOn = new ArrayList<LocalDate>();
        for (LocalDate each = date.minusDays(1);
                dueOn.size() < 3 && !each.isBefore(date.minusDays(PainPolicy.FOUR_WEEKS));
                each = each.minusDays(1)) {
            boolean isDue = due.apply(each).stream()
                    .anyMatch(
                            slot -> !slot.excused() && slot.item().exerciseId().equals(exercise));
            if (isDue) {
                dueOn.add(each);
            }
        }
        return PainPolicy.readyToProgress(exercise, date, dueOn, days, pain.restrictions, pain.findings, rules);
    }

    /// Looks at whom nothing was heard of after a high score (P11).
    void waited(Instant now) {
        for (Finding finding : PainPolicy.unanswered(pain.findings, pain.lastScoreAt)) {
            Instant moment = finding.at().plus(PainPolicy.LONG_SILENCE);
            if (!moment.isAfter(now) && found(Rule.P11, null, finding.date(), moment, moment, null, null)) {
                alert(Rule.P11, null, finding.date(), moment);
            }
        }
    }

    /// When [#waited] is next to look; null for never.
    @Nullable
    Instant next() {
        Instant next = null;
        for (Finding finding : PainPolicy.unanswered(pain.findings, pain.lastScoreAt)) {
            Instant moment = finding.at().plus(PainPolicy.LONG_SILENCE);
            boolean told = pain.findings.stream()
                    .anyMatch(f -> f.rule() == Rule.P11 && f.date().equals(finding.date()));
            if (!told && (next == null || moment.isBefore(next))) {
                next = moment;
            }
        }
        return next;
    }

    /// Forgets what no rule and no figure looks at any more.
    ///
    /// @param oldest the first date whose figures may still change
    void forget(LocalDate oldest, Instant now) {
        LocalDate last = head.throughDate.minusDays(FINDINGS_KEPT_DAYS);
        pain.findings.removeIf(finding -> finding.date().isBefore(last));
        pain.restrictions.removeIf(r -> r.to() != null && r.to().isBefore(head.throughDate.minusDays(SHOWN_DAYS)));
        merge(oldest);
        pain.alerts.removeIf(alert ->
                alert.acknowledgedAt() != null && alert.acknowledgedAt().isBefore(now.minus(ALERTS_KEPT)));
        // What is urgent and open stays; all of them stand in the log.
        for (int i = 0; i < pain.alerts.size() && pain.alerts.size() > MOST_ALERTS; ) {
            Alert alert = pain.alerts.get(i);
            if (alert.acknowledgedAt() != null || alert.severity() == Severity.ROUTINE) {
                pain.alerts.remove(i);
            } else {
                i++;
            }
        }
    }

    // Days in a row on which an exercise was postponed become one restriction once no rule counts them any
    // more.
    private void merge(LocalDate before) {
        pain.restrictions.sort(Comparator.comparing(Restriction::from));
        for (int i = 0; i < pain.restrictions.size(); i++) {
            for (int j = i + 1; j < pain.restrictions.size(); j++) {
                Restriction a = pain.restrictions.get(i);
                Restriction b = pain.restrictions.get(j);
                LocalDate last = a.to();
                LocalDate end = b.to();
                if (last != null && end != null && end.isBefore(before) && continues(a, last, b)) {
                    pain.restrictions.set(i, a.endingOn(last.isAfter(end) ? last : end, null));
                    pain.restrictions.remove(j--);
                }
            }
        }
    }

    private static boolean continues(Restriction a, LocalDate last, Restriction b) {
        return a.postpones()
                && a.rule() == b.rule()
                && Objects.equals(a.exerciseId(), b.exerciseId())
                && a.rulesVersion().equals(b.rulesVersion())
                && !b.from().isAfter(last.plusDays(1));
    }

    // ---- what coaches do

    /// P14: whoever has such a condition begins with what a coach approved.
    ///
    /// @param before the profile that was
    /// @param byCoach whether a coach wrote the new one: nobody else can end the gate
    void profileChanged(Profile before, boolean byCoach, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, head.zone);
        if (!before.conditions().containsAll(head.profile.conditions())) {
            pain.gatedAt = now;
            gate(now);
        } else if (byCoach
                && !before.conditions().isEmpty()
                && head.profile.conditions().isEmpty()) {
            pain.gatedAt = null;
            for (Restriction restriction : List.copyOf(pain.restrictions)) {
                if (restriction.rule() == Rule.P14 && restriction.to() == null) {
                    end(restriction, today, null, now);
                }
            }
        }
    }

    /// The plan has changed.
    void planned(Instant now) {
        gate(now);
        discomfort(now);
    }

    // Lets every exercise of the plan wait that the conditions ask an approval for.
    private void gate(Instant now) {
        Instant gatedAt = pain.gatedAt;
        if (gatedAt == null || head.plan == null) {
            return;
        }
        LocalDate today = LocalDate.ofInstant(now, head.zone);
        var waiting = new TreeSet<String>();
        for (Plan.Version version : head.plan.versions()) {
            Plan.Version next = head.plan.after(version);
            if (next == null || next.effectiveFrom().isAfter(today)) {
                version.items().forEach(item -> waiting.add(item.exerciseId()));
            }
        }
        boolean any = false;
        for (String exercise : waiting) {
            boolean approved = pain.approvals.stream()
                    .anyMatch(a -> a.scope() == Approval.Scope.CONDITIONS
                            && a.exerciseId().equals(exercise)
                            && !a.at().isBefore(gatedAt));
            if (!approved && current(Rule.P14, exercise, today) == null) {
                any = true;
                restrict(new Restriction(Rule.P14, exercise, today, null, now, rules.version(), null));
            }
        }
        if (any) {
            var _ = found(Rule.P14, null, today, now, now, null, null);
            // Named by the gate: another condition asks anew on the same day.
            String id = PainPolicy.alertId(head.userId, Rule.P14, gatedAt.toString(), today);
            raise(id, Rule.P14, Severity.ROUTINE, null, today, now);
        }
    }

    /// A coach allows an exercise.
    void approve(Approval approval) {
        LocalDate today = LocalDate.ofInstant(approval.at(), head.zone);
        pain.approvals.removeIf(a -> a.exerciseId().equals(approval.exerciseId()) && a.scope() == approval.scope());
        pain.approvals.add(approval);
        if (approval.scope() == Approval.Scope.CONDITIONS) {
            Restriction gated = current(Rule.P14, approval.exerciseId(), today);
            if (gated != null) {
                end(gated, today, approval.by(), approval.at());
            }
        }
        for (Alert alert : List.copyOf(pain.alerts)) {
            if (approval.scope() == Approval.Scope.PROGRESS
                    && alert.rule() == Rule.P12
                    && approval.exerciseId().equals(alert.exerciseId())) {
                acknowledge(alert.id(), approval.by(), null, approval.at());
            }
        }
    }

    /// A coach ends the hold (P0). Today is due again.
    void endHold(String by, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, head.zone);
        for (Restriction restriction : List.copyOf(pain.restrictions)) {
            if (restriction.holds() && restriction.to() == null) {
                end(restriction, today, by, now);
            }
        }
    }

    /// A coach has seen an alert; the first to say so stands.
    void acknowledge(String id, String by, @Nullable String note, Instant now) {
        for (int i = 0; i < pain.alerts.size(); i++) {
            Alert alert = pain.alerts.get(i);
            if (alert.id().equals(id) && alert.acknowledgedAt() == null) {
                pain.alerts.set(
                        i,
                        new Alert(
                                alert.id(),
                                alert.rule(),
                                alert.severity(),
                                alert.exerciseId(),
                                alert.date(),
                                alert.raisedAt(),
                                alert.rulesVersion(),
                                alert.text(),
                                alert.textId(),
                                now,
                                by,
                                note));
                head.pending = head.pending.withAlert(id);
            }
        }
    }

    // ---- parts

    /// Notes that a rule applied; false where it had already, of the same exercise and date.
    private boolean found(
            Rule rule,
            @Nullable String exercise,
            LocalDate date,
            Instant time,
            Instant at,
            @Nullable Double value,
            @Nullable Double reference) {
        for (Finding finding : pain.findings) {
            if (finding.rule() == rule
                    && finding.date().equals(date)
                    && Objects.equals(finding.exerciseId(), exercise)) {
                return false;
            }
        }
        pain.findings.add(new Finding(rule, exercise, date, time, at, value, reference, rules.version()));
        return true;
    }

    /// Takes an exercise out of the measure, from the date of receipt on; false where nothing is left of
    /// the dates.
    private boolean postpone(Rule rule, String exercise, LocalDate from, LocalDate to, Instant at) {
        LocalDate today = LocalDate.ofInstant(at, head.zone);
        LocalDate first = from.isBefore(today) ? today : from;
        if (first.isAfter(to)) {
            return false;
        }
        restrict(new Restriction(rule, exercise, first, to, at, rules.version(), null));
        if (PainPolicy.postponedOften(pain.restrictions, exercise, first)
                && found(Rule.P13, exercise, first, at, at, null, null)) {
            alert(Rule.P13, exercise, first, at, name(exercise));
        }
        return true;
    }

    private void restrict(Restriction restriction) {
        pain.restrictions.add(restriction);
        changedFrom.accept(restriction.from());
    }

    // What a coach ended is kept even where it covers no date any more; what a rule ended before it began
    // was never there. Moments that have passed belong to what was waiting then: nothing is sent for them.
    private void end(Restriction restriction, LocalDate today, @Nullable String by, Instant at) {
        LocalDate last = today.minusDays(1);
        pain.restrictions.remove(restriction);
        if (by != null || !last.isBefore(restriction.from())) {
            pain.restrictions.add(restriction.endingOn(last, by));
        }
        head.editedAt = at;
        changedFrom.accept(today);
    }

    private @Nullable Restriction current(Rule rule, String exercise, LocalDate date) {
        for (Restriction restriction : pain.restrictions) {
            if (restriction.rule() == rule && restriction.covers(date, exercise)) {
                return restriction;
            }
        }
        return null;
    }

    private void alert(Rule rule, @Nullable String exercise, LocalDate date, Instant at, Object... values) {
        alert(rule, Objects.requireNonNull(PainPolicy.severity(rule)), exercise, date, at, values);
    }

    private void alert(
            Rule rule, Severity severity, @Nullable String exercise, LocalDate date, Instant at, Object... values) {
        // What lasts is told once; every P5 is told.
        boolean lasts = severity == Severity.ROUTINE || rule == Rule.P8;
        if (!lasts || !PainPolicy.repeats(pain.alerts, rule, exercise)) {
            raise(PainPolicy.alertId(head.userId, rule, exercise, date), rule, severity, exercise, date, at, values);
        }
    }

    private void raise(
            String id,
            Rule rule,
            Severity severity,
            @Nullable String exercise,
            LocalDate date,
            Instant at,
            Object... values) {
        if (pain.alerts.stream().anyMatch(alert -> alert.id().equals(id))) {
            return;
        }
        Text text = PainTexts.alert(head.preferences.language(), rule, values);
        pain.alerts.add(new Alert(
                id, rule, severity, exercise, date, at, rules.version(), text.words(), text.id(), null, null, null));
        head.pending = head.pending.withAlert(id);
    }

    private List<Scored> around(LocalDate first, LocalDate last) {
        var all = new ArrayList<Scored>();
        for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
            for (Fact.Score score : scores.apply(date)) {
                all.add(new Scored(date, score));
            }
        }
        all.sort((a, b) -> Fact.BY_TIME.compare(a.score(), b.score()));
        return all;
    }

    private List<Plan.Item> items(LocalDate date) {
        Plan.Version version = head.plan == null ? null : head.plan.on(date);
        return version == null ? List.of() : version.items();
    }

    private String name(String exercise) {
        return Plan.name(head.plan, exercise);
    }
}
