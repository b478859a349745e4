package dev.adhere.reminder.dashboard;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.format.TextStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How numbers, dates and times read in a language. Moments are shown in the client's zone, which the page
/// names.
final class Formats {

    private final Locale locale;
    private final Instant now;

    Formats(Locale locale, Instant now) {
        // Plain "English" would write dates as Americans do.
        this.locale = locale.getLanguage().equals("en") ? Locale.UK : locale;
        this.now = now;
    }

    public String lang() {
        return locale.getLanguage();
    }

    /// With as many decimals as it has.
    public String number(@Nullable Number number) {
        if (number == null) {
            return "–";
        }
        NumberFormat format = NumberFormat.getInstance(locale);
        format.setMaximumFractionDigits(1);
        return format.format(number);
    }

    /// Per cent of a figure that is one, with one decimal.
    public String percent(@Nullable BigDecimal figure) {
        if (figure == null) {
            return "–";
        }
        NumberFormat format = NumberFormat.getInstance(locale);
        format.setMinimumFractionDigits(1);
        format.setMaximumFractionDigits(1);
        return format.format(figure) + "\u00a0%";
    }

    /// With a sign, as differences have it.
    public String signed(@Nullable BigDecimal figure) {
        if (figure == null) {
            return "–";
        }
        return (figure.signum() > 0 ? "+" : figure.signum() < 0 ? "\u2212" : "±") + number(figure.abs());
    }

    public String date(LocalDate date) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                .withLocale(locale)
                .format(date);
    }

    public String dayAndDate(LocalDate date) {
        return weekday(date.getDayOfWeek()) + " " + date(date);
    }

    public String weekday(DayOfWeek day) {
        return day.getDisplayName(TextStyle.SHORT_STANDALONE, locale);
    }

    public String moment(Instant moment, ZoneId zone) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                .withLocale(locale)
                .format(moment.atZone(zone));
    }

    public String time(Instant moment, ZoneId zone) {
        return DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT)
                .withLocale(locale)
                .format(moment.atZone(zone));
    }

    /// Whole hours since a moment.
    public long hoursSince(Instant moment) {
        return Math.max(0, Duration.between(moment, now).toHours());
    }

    /// Whole days since a moment.
    public long daysSince(Instant moment) {
        return Math.max(0, Duration.between(moment, now).toDays());
    }
}
