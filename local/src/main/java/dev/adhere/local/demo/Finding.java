package dev.adhere.local.demo;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A rule about pain that applied to somebody.
///
/// @param exerciseId null where it is about the person
record Finding(String rule, String userId, @Nullable String exerciseId, LocalDate date) {

    /// What must be there to be seen in every demo: who hurts while exercising, who is worse since last week,
    /// who is ready for more.
    static final Set<String> SHOWN = Set.of("P1", "P2", "P3", "P4", "P7", "P12");

    // In the order of the rules; the rules that ask for answers to questions or for a profile are left to try.
    private static final Map<String, String> WORDS = words();

    private static Map<String, String> words() {
        var words = new LinkedHashMap<String, String>();
        words.put("P1", "6 or more while exercising: it rests until tomorrow is over");
        words.put("P2", "the low back hurts: what strains it rests today");
        words.put("P3", "2 points worse the morning after: what was hard rests that day");
        words.put("P3H", "1 point worse the morning after: nothing is made harder for a week");
        words.put("P4", "P1 or P3 twice in 14 days: the coach hears that less may be better");
        words.put("P5", "8 or more: the coach hears of it as urgent");
        words.put("P6", "P3 after two sessions running: the coach hears of it");
        words.put("P7", "this week's mornings are 2 points worse than last week's: the coach hears of it");
        words.put("P8", "6 or more on two mornings running: the coach hears of it as urgent");
        words.put("P9", "no better after four weeks: the coach and the person hear of it");
        words.put("P10", "a new place hurts: the coach hears of it, red-flag questions are asked");
        words.put("P11", "nothing heard for 36 hours after P1 or P5: the coach hears of it");
        words.put("P12", "three full and easy sessions: the coach may allow more");
        words.put("P13", "put off three times in 14 days: the coach hears of it");
        words.put("LAPSED", "nothing on seven due days: the coach hears of it");
        words.put("REF_MISSING", "a morning that nothing is there to compare with");
        return words;
    }

    /// Which of [#SHOWN] are not there.
    static Set<String> missing(List<Finding> findings) {
        var missing = new TreeSet<>(SHOWN);
        findings.forEach(finding -> missing.remove(finding.rule()));
        return missing;
    }

    /// A line a rule that applied or must have.
    static String table(List<Finding> findings) {
        var byRule = new LinkedHashMap<String, List<Finding>>();
        WORDS.keySet().forEach(rule -> byRule.put(rule, new ArrayList<>()));
        findings.forEach(finding ->
                byRule.computeIfAbsent(finding.rule(), _ -> new ArrayList<>()).add(finding));
        var text = new StringBuilder(
                "  rule         times  people  example                              what it says and does\n");
        byRule.forEach((rule, those) -> {
            if (!those.isEmpty() || SHOWN.contains(rule)) {
                long people = those.stream().map(Finding::userId).distinct().count();
                text.append(String.format(
                        Locale.ROOT,
                        "  %-11s %6d  %6d  %-36s %s%n",
                        rule,
                        those.size(),
                        people,
                        those.stream()
                                .max(Finding::comparesTo)
                                .map(Finding::example)
                                .orElse("nobody"),
                        WORDS.getOrDefault(rule, "")));
            }
        });
        return text.toString();
    }

    // Whoever is there to show it first, then the newest.
    private int comparesTo(Finding other) {
        boolean own = userId.equals(Cue.SAFETY.userId());
        boolean others = other.userId().equals(Cue.SAFETY.userId());
        return own == others ? date.compareTo(other.date()) : Boolean.compare(own, others);
    }

    private String example() {
        return exerciseId == null ? userId : userId + " " + exerciseId;
    }
}
