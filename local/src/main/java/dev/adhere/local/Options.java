package dev.adhere.local;

import dev.adhere.local.demo.Demo;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands behind `./adhere up` and `./adhere demo`.
///
/// @param portOffset added to every port
/// @param data where everything is kept
/// @param now where the application's clocks start; the system's time if null
/// @param seed of the simulated cohort; null where there is none
record Options(
        int portOffset,
        Path data,
        @Nullable Instant now,
        @Nullable Long seed) {

    static final String USAGE = """
            ./adhere up   [--port-offset N] [--data DIR] [--now INSTANT]
            ./adhere demo [--port-offset N] [--data DIR] [--now INSTANT] [--seed N]

              --port-offset N   adds N to every port (9000 becomes 9000 + N)
              --data DIR        keeps everything in DIR instead of .adhere
              --now INSTANT     starts the application's clocks there, as in 2026-10-24T21:55:00Z, and lets them run
              --seed N          makes other people of the demo's cohort; the same N makes the same ones
            """;

    /// A command line that cannot be followed; the message is for the person who typed it.
    static final class Unusable extends Exception {
        Unusable(String message) {
            super(message);
        }
    }

    /// @param arguments `up` (which may be left out) or `demo`, then options
    static Options parse(List<String> arguments) throws Unusable {
        String command = arguments.isEmpty() || arguments.getFirst().startsWith("-") ? "" : arguments.getFirst();
        if (!List.of("", "up", "demo").contains(command)) {
            throw new Unusable("There is no command " + command + ".\n\n" + USAGE);
        }
        boolean demo = command.equals("demo");
        Long seed = demo ? Demo.SEED : null;
        int offset = 0;
        Path data = Path.of(".adhere");
        Instant now = null;
        var rest = new ArrayDeque<>(arguments.subList(command.isEmpty() ? 0 : 1, arguments.size()));
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
                case "--seed" -> {
                    if (!demo) {
                        throw new Unusable("--seed belongs to ./adhere demo.\n\n" + USAGE);
                    }
                    seed = seed(value);
                }
                default -> throw new Unusable("There is no option " + name + ".\n\n" + USAGE);
            }
        }
        return new Options(offset, data.toAbsolutePath().normalize(), now, seed);
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

    private static long seed(String value) throws Unusable {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException _) {
            throw new Unusable("--seed takes a whole number.");
        }
    }

    private static Instant instant(String value) throws Unusable {
        try {
            return java.time.OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException _) {
            throw new Unusable("--now takes a time with Z or an offset, as in 2026-10-24T21:55:00Z.");
        }
    }
}
