package dev.adhere.reminder;

import dev.adhere.contracts.Alert.Rule;
import dev.adhere.contracts.RedFlag;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is said about pain (section 2.5): what the user entered, the rule that applied, whom to turn to. No
/// diagnosis, no reassurance, no advice on treatment.
final class PainTexts {

    private PainTexts() {}

    /// U-CONTACT.
    static Text contact(Preferences.Language language) {
        return NudgeTexts.said(language, "pain.contact");
    }

    /// U-NOT-IMPROVING.
    static Text notImproving(Preferences.Language language, long weeks) {
        return NudgeTexts.said(language, "pain.notImproving", weeks);
    }

    /// @param number of the emergency service; null: the user is told to call the local one
    static Text emergency(Preferences.Language language, @Nullable String number) {
        return number == null || number.isBlank()
                ? NudgeTexts.said(language, "pain.emergency")
                : NudgeTexts.said(language, "pain.emergency.number", number);
    }

    static Text urgent(Preferences.Language language) {
        return NudgeTexts.said(language, "pain.urgent");
    }

    /// P1.
    static Text paused(Preferences.Language language, int from, String exercise, LocalDate until) {
        return NudgeTexts.said(language, "pain.P1", from, exercise, date(language, until));
    }

    /// P3.
    static Text notSettled(Preferences.Language language, int rise, String exercise, LocalDate until) {
        return NudgeTexts.said(language, "pain.P3", rise, exercise, date(language, until));
    }

    /// Why something waits, for the user.
    static String restriction(PainState.Restriction r, UserState head, PainRules rules) {
        Preferences.Language language = head.preferences().language();
        String name = r.exerciseId() == null ? "" : Plan.name(head.plan(), r.exerciseId());
        LocalDate to = r.to();
        return switch (r.rule()) {
            case P1 ->
                to == null ? name : paused(language, rules.stopFrom(), name, to).words();
            case P3 ->
                to == null
                        ? name
                        : notSettled(language, rise(r, head.pain(), rules), name, to)
                                .words();
            case P2 -> NudgeTexts.text(language, "pain.P2", name);
            default -> NudgeTexts.text(language, "pain." + r.rule());
        };
    }

    private static int rise(PainState.Restriction r, PainState pain, PainRules rules) {
        for (PainState.Finding f : pain.findings()) {
            if (f.rule() == r.rule()
                    && f.at().equals(r.at())
                    && Objects.equals(f.exerciseId(), r.exerciseId())
                    && f.value() != null
                    && f.reference() != null) {
                return (int) (f.value() - f.reference());
            }
        }
        return rules.rise();
    }

    /// What a coach reads.
    static Text alert(Preferences.Language language, Rule rule, Object... values) {
        return NudgeTexts.said(language, "alert." + rule, values);
    }

    /// A red-flag question.
    static String question(Preferences.Language language, RedFlag flag) {
        return NudgeTexts.text(language, "redFlag." + flag);
    }

    /// "This service is not watched round the clock."
    static String notWatched(Preferences.Language language) {
        return NudgeTexts.text(language, "pain.notWatched");
    }

    /// That Adhere is no medical device as delivered.
    static String notice(Preferences.Language language) {
        return NudgeTexts.text(language, "pain.notice");
    }

    private static String date(Preferences.Language language, LocalDate date) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(NudgeTexts.locale(language))
                .format(date);
    }
}
