package dev.adhere.reminder.dashboard;

import dev.adhere.reminder.Coaching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/// What coaches take away with them, as JSON or CSV (RFC 4180). What is not known is null, in CSV an empty cell; 0 is a
/// count of nothing.
final class Export {

    // A spreadsheet takes what begins so for a formula.
    private static final String FORMULA = "=+-@\t\r";

    private Export() {}

    /// A client at a glance.
    ///
    /// @param throughDate the last closed day, with which all figures but today's end
    /// @param a7 per cent; null where nothing was due
    /// @param a28 per cent; null where nothing was due
    /// @param streak days
    /// @param doneToday sets
    /// @param dueToday sets
    /// @param lastReceivedAt null where nothing was ever received
    /// @param painMedian of the week's MORNING scores; null where there are none
    /// @param openAlerts how many
    /// @param reasons the most urgent first
    record ClientRow(
            String userId,
            String name,
            ZoneId timeZone,
            LocalDate throughDate,
            @Nullable BigDecimal a7,
            @Nullable BigDecimal a28,
            int streak,
            BigDecimal doneToday,
            int dueToday,
            @Nullable Instant lastReceivedAt,
            @Nullable BigDecimal painMedian,
            int openAlerts,
            List<String> reasons) {

        static ClientRow of(Coaching.Client c) {
            return new ClientRow(
                    c.userId(),
                    c.name(),
                    c.zone(),
                    c.throughDate(),
                    c.a7(),
                    c.a28(),
                    c.streak(),
                    c.doneToday(),
                    c.dueToday(),
                    c.lastReceivedAt(),
                    c.painMedian(),
                    c.openAlerts().size(),
                    c.reasons().stream().map(Coaching.Reason::kind).toList());
        }
    }

    /// A day of a client. Sets.
    ///
    /// @param date in the client's zone
    /// @param done null where nothing was received that tells
    /// @param over beyond what was prescribed; null where nothing was received that tells
    record DayRow(
            LocalDate date,
            Coaching.DayKind state,
            int due,
            @Nullable BigDecimal done,
            int excused,
            @Nullable BigDecimal over) {

        static DayRow of(Coaching.DayCell d) {
            boolean known = d.kind() != Coaching.DayKind.NOT_RECEIVED;
            return new DayRow(
                    d.date(), d.kind(), d.due(), known ? d.done() : null, d.excused(), known ? d.over() : null);
        }
    }

    /// The days that have come, the oldest first.
    static List<DayRow> days(Coaching.File file) {
        return file.weeks().stream()
                .flatMap(List::stream)
                .filter(day -> day.kind() != Coaching.DayKind.AHEAD && day.kind() != Coaching.DayKind.NO_PLAN)
                .map(DayRow::of)
                .toList();
    }

    /// A line of names and a line for each row.
    static <T extends Record> String csv(Class<T> type, List<T> rows) {
        RecordComponent[] columns = type.getRecordComponents();
        var csv = new StringBuilder();
        try (var printer = new CSVPrinter(csv, CSVFormat.RFC4180)) {
            printer.printRecord(Stream.of(columns).map(RecordComponent::getName));
            for (T row : rows) {
                printer.printRecord(Stream.of(columns).map(column -> cell(column, row)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return csv.toString();
    }

    private static String cell(RecordComponent column, Record row) {
        Object value;
        try {
            value = column.getAccessor().invoke(row);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return switch (value) {
            case null -> "";
            case BigDecimal number -> number.toPlainString();
            case Collection<?> many ->
                String.join(" ", many.stream().map(String::valueOf).toList());
            case String text when !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 -> "'" + text;
            default -> value.toString();
        };
    }
}
