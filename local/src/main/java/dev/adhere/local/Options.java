package dev.adhere.local;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands behind `./adhere up`.
///
/// @param portOffset added to every port
/// @param data where everything is kept
/// @param now where the application's clocks start; the system's time if null
record Options(int portOffset, Path data, @Nullable Instant now) {

    static final String USAGE = """
            ./adhere up [--port-offset N] [--data DIR] [--now INSTANT]

              --port-offset N   adds N to every port (9000 becomes 9000 + N)
              --data DIR        keeps everything in DIR instead of .adhere
              --now INSTANT     starts the application's clocks there, as in 2026-10-24T21:55:00Z, and lets them run
            """;

    /// A command line that cannot be followed; the message is for the person who typed it.
    static final class Unusable extends Exception {
        Unusable(String message) {
            super(message);
        }
    }

    static Options parse(List<String> arguments) throws Unusable {
        int offset = 0;
        Path data = Path.of(".adhere");
        Instant now = null;
        var rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            int equals = option.indexOf('=');
            String value = equals > 0 ? option.substring(equals + 1) : rest.pollFirst();
            String name = equals > 0 ? option.substring(0, equals) : option;
            if (value == null) {
                throw new Unusable("A value is missing after " + name + ".\n\n" + USAGE);
            }
            switch (name) {
                case "--port-offset" -> offset = offset(value);
                case "--data" -> data = Path.of(value);
                case "--now" -> now = instant(value);
                default -> throw new Unusable("There is no option " + name + ".\n\n" + USAGE);
            }
        }
        return new Options(offset, data.toAbsolutePath().normalize(), now);
    }

    private static int offset(String value) throws Unusable {
        try {
            int offset = Integer.parseInt(value);
            // The highest port, MongoDB's 27018, has to stay one.
            if (offset >= 0 && offset <= 38_000) {
                return offset;
            }
        } catch (NumberFormatException _) {
            // The same answer as for a number out of range.
        }
        throw new Unusable("--port-offset takes a whole number from 0 to 38000.");
    }

    private static Instant instant(String value) throws Unusable {
        try {
            return java.time.OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException _) {
            throw new Unusable("--now takes a time with Z or an offset, as in 2026-10-24T21:55:00Z.");
        }
    }
}
