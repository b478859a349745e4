package dev.adhere.reminder;

import java.time.Instant;
import java.time.LocalDate;

/// Reads instants as they are stored. A head and a day hold a hundred of them, and the JDK's parser, which
/// knows every form, takes ten times as long for this one.
final class InstantText {

    private static final String FORM = "0000-00-00T00:00:00";

    private InstantText() {}

    /// @param text as `Instant.toString` writes it, or in any other form that `Instant.parse` takes
    /// @throws java.time.DateTimeException where it is no instant
    static Instant parse(String text) {
        int end = text.length() - 1;
        if (!inForm(text, end)) {
            return Instant.parse(text);
        }
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        if (hour > 23 || minute > 59 || second > 59) {
            return Instant.parse(text);
        }
        int nanos = 0;
        if (end > FORM.length()) {
            nanos = number(text, FORM.length() + 1, end);
            for (int digits = end - FORM.length() - 1; digits < 9; digits++) {
                nanos *= 10;
            }
        }
        long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                .toEpochDay();
        return Instant.ofEpochSecond(day * 86_400 + hour * 3_600 + minute * 60 + second, nanos);
    }

    // To the second, or with a point and up to nine digits more; then Z.
    private static boolean inForm(String text, int end) {
        int length = FORM.length();
        if (end < length || end == length + 1 || end > length + 10 || text.charAt(end) != 'Z') {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char wanted = i < length ? FORM.charAt(i) : i == length ? '.' : '0';
            char is = text.charAt(i);
            if (wanted == '0' ? is < '0' || is > '9' : is != wanted) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = 10 * number + text.charAt(i) - '0';
        }
        return number;
    }
}
