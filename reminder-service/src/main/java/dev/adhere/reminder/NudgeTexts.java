package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/// What nudges say, in every language that is shipped: `texts.properties` and its translations. Nothing
/// about health: a lock screen may show it.
final class NudgeTexts {

    private static final Map<Preferences.Language, ResourceBundle> BUNDLES = new EnumMap<>(Preferences.Language.class);

    static {
        for (Preferences.Language language : Preferences.Language.values()) {
            BUNDLES.put(
                    language,
                    ResourceBundle.getBundle(
                            "dev.adhere.reminder.texts",
                            locale(language),
                            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES)));
        }
    }

    private NudgeTexts() {}

    /// What a user reads who has reached something.
    static String of(NudgePolicy.Reached reached, Preferences.Language language) {
        return switch (reached) {
            case NudgePolicy.Reached.Streak(int days) -> text(language, "ENCOURAGE.streak", days);
            case NudgePolicy.Reached.Much _ -> text(language, "ENCOURAGE.much");
        };
    }

    /// What a user reads when the work of a date is coming or has not been done.
    ///
    /// @param lastReceivedAt of the user; who has not been heard of on the date is not told to have missed
    ///     anything
    static String of(
            Nudge.Kind kind,
            LocalDate date,
            Preferences.Language language,
            @Nullable Instant lastReceivedAt,
            ZoneId zone) {
        return switch (kind) {
            case PAIN_CHECK, RECOVERY, RE_ENGAGE, DUE_SOON, PROGRESS_READY -> text(language, kind.name());
            case SAFETY, ENCOURAGE -> throw new IllegalArgumentException("the user is told what for");
            case OVERDUE -> {
                if (lastReceivedAt == null) {
                    yield text(language, "OVERDUE.never");
                }
                yield lastReceivedAt.isBefore(date.atStartOfDay(zone).toInstant())
                        ? text(language, "OVERDUE.unheard", moment(lastReceivedAt, zone, language))
                        : text(language, "OVERDUE");
            }
        };
    }

    static String mailSubject(Preferences.Language language) {
        return text(language, "mail.subject");
    }

    static String mailFooter(Preferences.Language language) {
        return text(language, "mail.footer");
    }

    static String mailPreview(Preferences.Language language) {
        return text(language, "mail.preview");
    }

    static String mailUnsubscribe(Preferences.Language language) {
        return text(language, "mail.unsubscribe");
    }

    static String unsubscribeQuestion(Preferences.Language language) {
        return text(language, "unsubscribe.question");
    }

    static String unsubscribeDone(Preferences.Language language) {
        return text(language, "unsubscribe.done");
    }

    static String text(Preferences.Language language, String key, Object... values) {
        String pattern = Objects.requireNonNull(BUNDLES.get(language)).getString(key);
        return new MessageFormat(pattern, locale(language)).format(values);
    }

    static String moment(Instant instant, ZoneId zone, Preferences.Language language) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
                .withLocale(locale(language))
                .format(instant.atZone(zone));
    }

    static Locale locale(Preferences.Language language) {
        return switch (language) {
            case EN -> Locale.UK;
            case DE -> Locale.GERMANY;
        };
    }
}
