package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent.Side;
import dev.adhere.reminder.Preferences.Language;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Why a date's figures, postponements and nudges are what they are, one sentence after another, in words that a coach
/// understands. Pure: it only reads what was kept.
final class Explanation {

    /// What a sentence is about.
    enum About {
        /// The day's sum, or A7.
        FIGURES,
        /// One dose of the day.
        SLOT,
        /// Something that was logged and does not count.
        FACT,
        /// A rule about pain that applied.
        PAIN,
        /// A nudge that was sent, or was not.
        NUDGE
    }

    /// One sentence or two.
    ///
    /// @param about what of the day it explains
    /// @param rule its number in `docs/rules.md`
    /// @param rulesVersion of the thresholds that were in force; null where the rule has none that can be set
    /// @param at when it was decided; null where it is reckoned anew each time
    /// @param text the sentence, in the user's language
    /// @param facts ids of the events that it rests on, in order of time; empty where it rests on none
    record Statement(
            About about,
            @Schema(example = "3.3 (3)") String rule,
            @Schema(example = "1") @Nullable String rulesVersion,
            @Nullable Instant at,

            @Schema(example = "OVERDUE was not sent at 20:00: enough of the day had been done.")
            String text,

            List<String> facts) {}

    private static final Duration IN_SESSION = Duration.ofMinutes(20);

    // The step of the gate (section 3.3) that each reason is of.
    private static final Map<Nudge.Reason, String> STEPS = Map.ofEntries(
            Map.entry(Nudge.Reason.NOT_ALLOWED, "3.3 (1)"),
            Map.entry(Nudge.Reason.MUTED, "3.3 (1)"),
            Map.entry(Nudge.Reason.HOLD, "3.3 (2)"),
            Map.entry(Nudge.Reason.NOT_DUE, "3.3 (2)"),
            Map.entry(Nudge.Reason.DONE, "3.3 (3)"),
            Map.entry(Nudge.Reason.IN_SESSION, "3.3 (4)"),
            Map.entry(Nudge.Reason.QUIET_HOURS, "3.3 (5)"),
            Map.entry(Nudge.Reason.OUTRANKED, "3.3 (6)"),
            Map.entry(Nudge.Reason.CAP, "3.3 (6)"),
            Map.entry(Nudge.Reason.FATIGUE, "3.3 (7)"),
            Map.entry(Nudge.Reason.STALE, "3.3 (8)"),
            Map.entry(Nudge.Reason.EXPIRED, "3.3 (11)"));

    private final UserState head;
    private final Day day;
    private final LocalDate date;
    private final PainRules rules;
    private final Language language;
    private final List<Slot> slots;
    private final List<Statement> statements = new ArrayList<>();

    private Explanation(UserState head, Day day, PainRules rules, Language language) {
        this.head = head;
        this.day = day;
        this.date = day.date();
        this.rules = rules;
        this.language = language;
        this.slots = Fold.slots(head, day);
    }

    /// All that there is to say about the date of `day`.
    ///
    /// @param decisions about that date, in any order
    /// @param rules whose thresholds are in force now
    static List<Statement> of(
            UserState head, Day day, List<Nudge> decisions, PainRules rules, Language language, Instant now) {
        var explanation = new Explanation(head, day, rules, language);
        explanation.figures(now);
        explanation.slots.forEach(explanation::slot);
        explanation.uncounted();
        explanation.pain();
        decisions.stream()
                .sorted(java.util.Comparator.comparing(Nudge::decidedAt).thenComparing(Nudge::id))
                .forEach(explanation::nudge);
        return List.copyOf(explanation.statements);
    }

    private void figures(Instant now) {
        DaySums sums = Fold.sums(head, day);
        if (sums.due() == 0) {
            say(About.FIGURES, "1.3", sums.excused() > 0 ? "figures.excused" : "figures.nothing", date());
        } else {
            say(
                    About.FIGURES,
                    "1.3",
                    "figures.day",
                    AdherenceAnswer.sets(sums.done()),
                    sums.due(),
                    date(),
                    sums.excused());
        }
        if (date.isAfter(head.throughDate())) {
            say(About.FIGURES, "1.3", "figures.open");
        } else if (date.equals(head.throughDate())) {
            var a7 = AdherenceAnswer.of(head, now).a7();
            if (a7.value() == null) {
                say(About.FIGURES, "1.3", "figures.a7.none", date());
            } else {
                say(About.FIGURES, "1.3", "figures.a7", date(), a7.value(), a7.numerator(), a7.denominator());
            }
        }
    }

    private void slot(Slot slot) {
        String name = name(slot.item().exerciseId())
                + (slot.side() == Side.NONE ? "" : ", " + text("side." + slot.side()))
                + (slot.timeOfDay() == null ? "" : ", " + slot.timeOfDay());
        List<String> facts = slot.sets().stream().map(Fact::id).toList();
        if (slot.excused()) {
            say(About.SLOT, "1.4", null, null, facts, "slot.excused", name, text("excuse." + slot.excuse()));
        } else if (slot.sets().isEmpty()) {
            boolean unheard =
                    head.lastReceivedAt() == null || head.lastReceivedAt().isBefore(Fold.dayEnd(date, head.zone()));
            say(
                    About.SLOT,
                    "1.2",
                    unheard ? "slot.unheard" : "slot.empty",
                    name,
                    slot.item().sets());
        } else {
            String logged =
                    slot.sets().stream().map(set -> set(slot.item(), set)).collect(Collectors.joining(", "));
            String key = slot.over() > 0 ? "slot.over" : "slot.filled";
            say(
                    About.SLOT,
                    "1.2",
                    null,
                    null,
                    facts,
                    key,
                    name,
                    AdherenceAnswer.sets(slot.capped()),
                    slot.item().sets(),
                    logged,
                    AdherenceAnswer.sets(slot.over()));
        }
    }

    private String set(Plan.Item item, Fact.DoneSet set) {
        Integer amount = item.reps() != null ? set.reps() : set.holdSeconds();
        return amount == null
                ? text("set.asserted", time(set.time()))
                : text("set.amount", time(set.time()), amount, item.target());
    }

    private void uncounted() {
        Set<String> superseded = head.superseded();
        Set<String> assigned = slots.stream()
                .flatMap(slot -> slot.sets().stream())
                .map(Fact::id)
                .collect(Collectors.toSet());
        for (Fact.DoneSet set : day.sets(superseded)) {
            if (!assigned.contains(set.id())) {
                say(
                        About.FACT,
                        "1.2",
                        null,
                        null,
                        List.of(set.id()),
                        "fact.unassigned",
                        time(set.time()),
                        name(set.exerciseId()));
            }
        }
        for (Fact fact : day.counted()) {
            if (superseded.contains(fact.id())) {
                say(About.FACT, "10", null, null, List.of(fact.id()), "fact.superseded", time(fact.time()));
            }
        }
        for (Day.NotCounted flagged : day.notCounted()) {
            Fact fact = flagged.fact();
            String rule = switch (flagged.flag()) {
                case TOO_LATE -> "8";
                case OVER_LIMIT -> "10";
            };
            say(
                    About.FACT,
                    rule,
                    null,
                    null,
                    List.of(fact.id()),
                    "fact." + flagged.flag(),
                    time(fact.time()),
                    moment(fact.receivedAt()));
        }
    }

    private void pain() {
        for (PainState.Finding finding : head.pain().findings()) {
            if (finding.date().equals(date)) {
                say(
                        About.PAIN,
                        finding.rule().name(),
                        finding.rulesVersion(),
                        finding.at(),
                        List.of(),
                        "pain." + finding.rule(),
                        finding.exerciseId() == null ? "" : name(finding.exerciseId()),
                        finding.value() == null ? "" : finding.value(),
                        finding.reference() == null ? "" : finding.reference(),
                        threshold(finding));
            }
        }
        for (PainState.Restriction r : head.pain().restrictions()) {
            if (!r.from().isAfter(date) && (r.to() == null || !r.to().isBefore(date))) {
                say(
                        About.PAIN,
                        r.rule().name(),
                        r.rulesVersion(),
                        r.at(),
                        List.of(),
                        r.to() == null ? "restriction.open" : "restriction.until",
                        r.exerciseId() == null ? text("everything") : name(r.exerciseId()),
                        r.rule().name(),
                        r.to() == null ? "" : date(r.to()));
            }
        }
    }

    // Thresholds of another version than today's are not known any more.
    private Object threshold(PainState.Finding finding) {
        if (!finding.rulesVersion().equals(rules.version())) {
            return "?";
        }
        return switch (finding.rule()) {
            case P1 -> rules.stopFrom();
            case P2 -> rules.discomfortFrom();
            case P3 -> rules.rise();
            case P5 -> rules.severeFrom();
            case P7 -> rules.worseBy();
            case P8 -> rules.highMorning();
            case P9 -> rules.notImprovingDays();
            case P10 -> rules.newPlaceFrom();
            case P12 -> rules.easyUpTo();
            default -> "";
        };
    }

    private void nudge(Nudge nudge) {
        String kind = text("kind." + nudge.kind());
        if (nudge.outcome() == Nudge.Outcome.SENT) {
            String state = nudge.state() == null ? "" : text("state." + nudge.state(), channel(nudge));
            say(
                    About.NUDGE,
                    "3.2",
                    null,
                    nudge.decidedAt(),
                    List.of(),
                    "nudge.sent",
                    kind,
                    time(nudge.decidedAt()),
                    text("why." + nudge.kind()),
                    state);
            if (nudge.reason() != null) {
                say(About.NUDGE, step(nudge.reason()), "nudge.stopped", kind, text("reason." + nudge.reason()));
            }
            return;
        }
        Nudge.Reason reason = nudge.reason();
        if (reason != null) {
            say(
                    About.NUDGE,
                    step(reason),
                    null,
                    nudge.decidedAt(),
                    behind(nudge, reason),
                    "nudge.suppressed",
                    kind,
                    time(nudge.decidedAt()),
                    text("reason." + reason));
        }
    }

    private String channel(Nudge nudge) {
        return nudge.channel() == null ? "" : text("channel." + nudge.channel());
    }

    // The sets that were known when work had been done, or was being done.
    private List<String> behind(Nudge nudge, Nudge.Reason reason) {
        Instant decided = nudge.decidedAt();
        return switch (reason) {
            case DONE -> known(decided, Instant.MIN);
            case IN_SESSION -> known(decided, decided.minus(IN_SESSION));
            default -> List.of();
        };
    }

    private List<String> known(Instant by, Instant from) {
        return day.sets(head.superseded()).stream()
                .filter(set -> !set.receivedAt().isAfter(by) && !set.time().isBefore(from))
                .map(Fact::id)
                .toList();
    }

    private static String step(Nudge.Reason reason) {
        String step = STEPS.get(reason);
        if (step == null) {
            throw new IllegalStateException("no step of the gate gives " + reason);
        }
        return step;
    }

    private void say(About about, String rule, String key, Object... values) {
        say(about, rule, null, null, List.of(), key, values);
    }

    private void say(
            About about,
            String rule,
            @Nullable String rulesVersion,
            @Nullable Instant at,
            List<String> facts,
            String key,
            Object... values) {
        statements.add(new Statement(about, rule, rulesVersion, at, text(key, values), facts));
    }

    private String text(String key, Object... values) {
        return NudgeTexts.text(language, "explain." + key, values);
    }

    private String name(String exerciseId) {
        return Plan.name(head.plan(), exerciseId);
    }

    private String date() {
        return date(date);
    }

    private String date(LocalDate that) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(NudgeTexts.locale(language))
                .format(that);
    }

    private String time(Instant instant) {
        return DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT)
                .withLocale(NudgeTexts.locale(language))
                .format(instant.atZone(head.zone()));
    }

    private String moment(Instant instant) {
        return NudgeTexts.moment(instant, head.zone(), language);
    }
}
