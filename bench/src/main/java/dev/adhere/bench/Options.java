package dev.adhere.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What stands behind `./adhere bench`.
///
/// @param portOffset added to every port
/// @param data where everything is kept; a folder of its own, gone afterwards, if null
/// @param only what is measured
record Options(int portOffset, @Nullable Path data, Size size, Set<Part> only) {

    static final String USAGE = """
            ./adhere bench [--quick | --long] [--only PART[,PART]] [--port-offset N] [--data DIR]

              --quick           a minute, to see that it works; its figures mean nothing
              --long            three times the repetitions
              --only PART       ingest, drain, keeper, latency, herd
              --port-offset N   adds N to every port (9092 becomes 9092 + N); 5000 if not given
              --data DIR        keeps everything, logs too, in DIR, which must not exist
            """;

    /// What can be measured by itself.
    enum Part {
        INGEST,
        DRAIN,
        KEEPER,
        LATENCY,
        HERD
    }

    /// How much of it.
    ///
    /// @param repetitions of every measurement
    /// @param sendMillis how long each way of sending is measured
    /// @param drained events that are stored in one repetition
    /// @param users with a history, of whom the keeper has heads
    /// @param streams that are open at once while latency is measured
    /// @param latencySeconds how long it is measured
    /// @param herd users who are due in the same minute
    record Size(int repetitions, int sendMillis, int drained, int users, int streams, int latencySeconds, int herd) {
        static final Size QUICK = new Size(1, 500, 4_000, 1_200, 100, 4, 1_000);
        static final Size NORMAL = new Size(5, 2_000, 60_000, 12_000, 1_000, 20, 50_000);
        static final Size LONG = new Size(15, 3_000, 100_000, 20_000, 1_000, 60, 50_000);

        boolean quick() {
            return this == QUICK;
        }

        /// Users that send one event each in one repetition.
        int usersWithOne() {
            return users / 2;
        }

        /// Users that send nine events each in one repetition.
        int usersWithNine() {
            return users / 5;
        }
    }

    /// A command line that cannot be followed; the message is for the person who typed it.
    static final class Unusable extends Exception {
        Unusable(String message) {
            super(message + "\n\n" + USAGE);
        }
    }

    static Options parse(List<String> arguments) throws Unusable {
        int offset = 5_000;
        Path data = null;
        Size size = Size.NORMAL;
        Set<Part> only = EnumSet.allOf(Part.class);
        var rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            switch (option) {
                case "--quick" -> size = Size.QUICK;
                case "--long" -> size = Size.LONG;
                case "--only" -> only = parts(value(option, rest));
                case "--port-offset" -> offset = offset(value(option, rest));
                case "--data" ->
                    data = Path.of(value(option, rest)).toAbsolutePath().normalize();
                default -> throw new Unusable("There is no option " + option + ".");
            }
        }
        return new Options(offset, data, size, only);
    }

    private static String value(String option, ArrayDeque<String> rest) throws Unusable {
        String value = rest.pollFirst();
        if (value == null) {
            throw new Unusable("A value is missing after " + option + ".");
        }
        return value;
    }

    private static Set<Part> parts(String value) throws Unusable {
        var parts = EnumSet.noneOf(Part.class);
        for (String name : value.split(",")) {
            try {
                parts.add(Part.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException _) {
                throw new Unusable("There is no part " + name + ".");
            }
        }
        return parts;
    }

    private static int offset(String value) throws Unusable {
        try {
            int offset = Integer.parseInt(value);
            if (offset >= 0 && offset <= 38_000) {
                return offset;
            }
        } catch (NumberFormatException _) {
            // The same answer as for a number out of range.
        }
        throw new Unusable("--port-offset takes a whole number from 0 to 38000.");
    }
}
