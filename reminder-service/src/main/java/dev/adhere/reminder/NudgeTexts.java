package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ResourceBundle;
import java.util.zip.CRC32;
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
    static Text of(NudgePolicy.Reached reached, Preferences.Language language) {
        return switch (reached) {
            case NudgePolicy.Reached.Streak(int days) -> said(language, "ENCOURAGE.streak", days);
            case NudgePolicy.Reached.Much _ -> said(language, "ENCOURAGE.much");
        };
    }

    /// What a user reads when the work of a date is coming or has not been done.
    ///
    /// @param lastReceivedAt of the user; who has not been heard of on the date is not told to have missed
    ///     anything
    static Text of(
            Nudge.Kind kind,
            LocalDate date,
            Preferences.Language language,
            @Nullable Instant lastReceivedAt,
            ZoneId zone) {
        return switch (kind) {
            case PAIN_CHECK, RECOVERY, RE_ENGAGE, DUE_SOON, PROGRESS_READY -> said(language, kind.name());
            case SAFETY, ENCOURAGE -> throw new IllegalArgumentException("the user is told what for");
            case OVERDUE -> {
                if (lastReceivedAt == null) {
                    yield said(language, "OVERDUE.never");
                }
                yield lastReceivedAt.isBefore(date.atStartOfDay(zone).toInstant())
                        ? said(language, "OVERDUE.unheard", moment(lastReceivedAt, zone, language))
                        : said(language, "OVERDUE");
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
        return new MessageFormat(wording(language, key), locale(language)).format(values);
    }

    /// The same, with what it takes to prove later what was said.
    static Text said(Preferences.Language language, String key, Object... values) {
        var version = new CRC32();
        version.update(wording(language, key).getBytes(StandardCharsets.UTF_8));
        String id = key + "/" + locale(language).getLanguage() + "/"
                + HexFormat.of().toHexDigits((int) version.getValue());
        return new Text(id, text(language, key, values));
    }

    private static String wording(Preferences.Language language, String key) {
        return Objects.requireNonNull(BUNDLES.get(language)).getString(key);
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
