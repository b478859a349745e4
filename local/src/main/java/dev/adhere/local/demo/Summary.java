package dev.adhere.local.demo;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What came out, beside what the simulator knows must come out.
public final class Summary {

    /// One person's figures as the services tell them.
    ///
    /// @param lastEvent when the newest stored event happened; null where there is none
    /// @param missing events that were accepted and are not stored
    /// @param strangers stored events that the simulator did not send
    /// @param conflicts listed, and how many it must be
    /// @param planned whether the plan is the demo's; somebody who tries things out may have written
    ///     another one
    /// @param alerts what coaches are to look at
    /// @param findings rules about pain that applied
    /// @param week A7 as told: thousandths of a set, and sets
    record Row(
            Person person,
            JsonNode adherence,
            @Nullable Instant lastEvent,
            int stored,
            int missing,
            int strangers,
            long conflicts,
            long conflictsExpected,
            boolean planned,
            Expected week,
            Expected weekExpected,
            List<String> alerts,
            List<Finding> findings) {

        static Row read(Person person, Answers answers, Ledger ledger) throws IOException, InterruptedException {
            String userId = person.userId();
            JsonNode adherence = answers.adherence(userId);
            List<JsonNode> events = answers.all(userId, "events");
            Set<String> stored =
                    events.stream().map(event -> event.path("id").asString("")).collect(Collectors.toSet());
            Set<String> expected = ledger.stored(userId);
            var missing = new HashSet<>(expected);
            missing.removeAll(stored);
            // Each once: an id that is listed twice is a stranger, too.
            int strangers = events.size() - (expected.size() - missing.size());
            List<Answers.Excuse> excuses = answers.excuses(userId);
            LocalDate through = LocalDate.parse(adherence.path("throughDate").asString());
            JsonNode a7 = adherence.path("a7");
            long done = a7.path("numerator")
                    .decimalValue(BigDecimal.ZERO)
                    .movePointRight(3)
                    .longValue();
            return new Row(
                    person,
                    adherence,
                    events.isEmpty()
                            ? null
                            : OffsetDateTime.parse(
                                            events.getFirst().path("time").asString())
                                    .toInstant(),
                    events.size(),
                    missing.size(),
                    strangers,
                    answers.all(userId, "events/conflicts").size(),
                    ledger.conflicts(userId),
                    answers.planDates(userId)
                            .equals(person.plan(ledger.began()).stream()
                                    .map(Person.Version::from)
                                    .toList()),
                    new Expected(done, a7.path("denominator").asLong(0)),
                    Expected.week(
                            person,
                            through,
                            ledger,
                            (date, exercise) -> excuses.stream().anyMatch(excuse -> excuse.covers(date, exercise))),
                    answers.alerts(userId),
                    answers.findings(userId));
        }

        boolean isAsExpected() {
            return missing == 0 && conflicts >= conflictsExpected && isCountedRight();
        }

        boolean isCountedRight() {
            return !planned || week.equals(weekExpected);
        }

        private String line(Instant now) {
            JsonNode today = adherence.path("today");
            return String.format(
                    Locale.ROOT,
                    "  %-9s %-27s %-20s %5s %5s %5s/%-3s %6s/%-3s %9s",
                    person.userId(),
                    person.habit().words(),
                    person.zone(),
                    figure(adherence.path("a7").path("value")),
                    figure(adherence.path("a28").path("value")),
                    adherence.path("streak").path("current").asString("-"),
                    adherence.path("streak").path("best").asString("-"),
                    figure(today.path("done")),
                    today.path("due").asString("-"),
                    lastEvent == null ? "never" : ago(Duration.between(lastEvent, now)));
        }

        private static String figure(JsonNode number) {
            return number.isNumber() ? number.asString() : "-";
        }

        private static String ago(Duration duration) {
            if (duration.isNegative()) {
                return "ahead";
            }
            if (duration.toDays() > 1) {
                return duration.toDays() + " d ago";
            }
            return duration.toHours() > 0 ? duration.toHours() + " h ago" : duration.toMinutes() + " min ago";
        }
    }

    private final List<Row> rows;
    private final Kinds kinds;
    private final Tally tally;
    private final Instant now;
    private final Duration took;

    Summary(List<Row> rows, Kinds kinds, Tally tally, Instant now, Duration took) {
        this.rows = rows;
        this.kinds = kinds;
        this.tally = tally;
        this.now = now;
        this.took = took;
    }

    /// Whether everything that was accepted is stored once, every outcome was the right one, and every A7
    /// is what the simulator counts itself.
    public boolean isAsExpected() {
        return tally.surprises() == 0 && rows.stream().allMatch(Row::isAsExpected);
    }

    /// Whether every rule applied that a first start shows.
    boolean showsRules() {
        return Finding.missing(findings()).isEmpty();
    }

    private List<Finding> findings() {
        return rows.stream().flatMap(row -> row.findings().stream()).toList();
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append("  user      habit                       zone                    A7   A28    streak      today")
                .append("  last event\n");
        text.append("                                                                           now/best   done/due\n");
        rows.forEach(row -> text.append(row.line(now)).append('\n'));
        text.append("""

                  A7, A28: per cent of the prescribed sets done in the last 7 and 28 closed days. Streak: due days in a row with
                  80 % or more, now and at best. Today is shown apart until the day ends where the person lives.

                """);
        text.append("  For coaches to look at (GET /v1/users/.../alerts):\n");
        for (Row row : rows) {
            row.alerts()
                    .forEach(alert -> text.append(String.format(
                            Locale.ROOT, "  %-9s %s%n", row.person().userId(), alert)));
        }
        text.append("\n  Rules about pain that applied (GET /v1/users/.../pain):\n");
        text.append(Finding.table(findings()));
        text.append("\n  Nudges so far and about to come (GET /v1/users/.../nudges):\n");
        text.append(kinds.table(now)).append('\n');
        long stored =
                rows.stream().mapToLong(row -> row.stored() - row.strangers()).sum();
        int missing = rows.stream().mapToInt(Row::missing).sum();
        int strangers = rows.stream().mapToInt(Row::strangers).sum();
        List<Row> planned = rows.stream().filter(Row::planned).toList();
        long weeks = planned.stream().filter(Row::isCountedRight).count();
        line(
                text,
                "sent",
                "%,d lines in %.1f s by %d apps%s",
                tally.sent(),
                took.toMillis() / 1e3,
                rows.size(),
                tally.resent() == 0 ? "" : "; " + tally.resent() + " of them again, their outcome was unknown");
        line(
                text,
                "accepted",
                "%,d: %,d new, %,d sent twice, %d with other content under the same id",
                tally.accepted(),
                tally.accepted() - tally.repeats() - tally.altered(),
                tally.repeats(),
                tally.altered());
        line(text, "rejected", "%,d%s", tally.refusals(), reasons(tally.refused()));
        line(
                text,
                "stored",
                "%,d, each once%s%s",
                stored,
                verdict(missing == 0, missing + " ACCEPTED EVENTS ARE MISSING"),
                strangers == 0 ? "" : "; " + strangers + " more that other apps have sent");
        line(
                text,
                "outcomes",
                "of every line%s",
                verdict(tally.surprises() == 0, tally.surprises() + " ARE OTHERS THAN THEY MUST BE"));
        line(
                text,
                "A7",
                "of %d of %d people is what the simulator itself counts%s%s",
                weeks,
                planned.size(),
                verdict(weeks == planned.size(), "NOT OF ALL: " + wrong()),
                planned.size() == rows.size() ? "" : "; the others have plans that are not the demo's");
        return text.toString();
    }

    private String wrong() {
        return rows.stream()
                .filter(row -> !row.isCountedRight())
                .map(row -> row.person().userId() + " " + row.week() + " instead of " + row.weekExpected())
                .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String name, String words, Object... values) {
        text.append(String.format(Locale.ROOT, "  %-9s ", name))
                .append(String.format(Locale.ROOT, words, values))
                .append('\n');
    }

    private static String verdict(boolean right, String otherwise) {
        return right ? " - as it must be" : " - " + otherwise;
    }

    private static String reasons(Map<String, Integer> refused) {
        return refused.isEmpty()
                ? ""
                : refused.entrySet().stream()
                        .map(reason -> reason.getKey() + " " + reason.getValue())
                        .collect(Collectors.joining(", ", ": ", ""));
    }
}
