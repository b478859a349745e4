package dev.adhere.reminder.dashboard;

import dev.adhere.reminder.Coaching;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Where everything lies in the drawing of pain over sets, in its own units.
///
/// @param width of the drawing
/// @param height of the drawing
/// @param lines scores on the axis
/// @param dates Mondays on the axis
/// @param bars sets that count, a bar a day
/// @param dots scores
/// @param morning the line through the MORNING scores, as `points` of a polyline; empty where there are none
record PainChart(
        int width, int height, List<Line> lines, List<Tick> dates, List<Bar> bars, List<Dot> dots, String morning) {

    private static final int DAY = 20;
    private static final int LEFT = 28;
    private static final int TOP = 10;
    private static final int POINT = 16;
    private static final int BOTTOM = TOP + 10 * POINT;

    record Line(int y, int score) {}

    record Tick(int x, LocalDate date) {}

    record Bar(int x, int y, int width, int height) {}

    record Dot(int x, int y, boolean morning, Coaching.Score score) {}

    static PainChart of(Coaching.File file) {
        LocalDate first = file.today().minusDays(Coaching.DAYS - 1L);
        var lines = new ArrayList<Line>();
        for (int score = 0; score <= 10; score += 2) {
            lines.add(new Line(y(score), score));
        }
        var dates = new ArrayList<Tick>();
        for (List<Coaching.DayCell> week : file.weeks()) {
            LocalDate monday = week.getFirst().date();
            if (!monday.isBefore(first)) {
                dates.add(new Tick(x(first, monday), monday));
            }
        }
        Map<LocalDate, Long> sets = new TreeMap<>();
        file.logged().forEach(logged -> sets.put(logged.date(), logged.sets()));
        long most = Math.max(10, sets.values().stream().mapToLong(n -> n).max().orElse(0));
        var bars = new ArrayList<Bar>();
        sets.forEach((date, n) -> {
            int height = (int) (n * 5 * POINT / most);
            bars.add(new Bar(x(first, date) - DAY / 2 + 3, BOTTOM - height, DAY - 6, height));
        });
        var dots = new ArrayList<Dot>();
        var morning = new StringBuilder();
        for (Coaching.Score score : file.scores()) {
            boolean isMorning = score.context().equals("MORNING");
            if (isMorning || score.context().equals("DURING")) {
                int x = x(first, score.date()) + (isMorning ? -3 : 3);
                dots.add(new Dot(x, y(score.score()), isMorning, score));
                if (isMorning) {
                    morning.append(x).append(',').append(y(score.score())).append(' ');
                }
            }
        }
        return new PainChart(
                LEFT + Coaching.DAYS * DAY + 8,
                BOTTOM + 26,
                lines,
                dates,
                bars,
                dots,
                morning.toString().strip());
    }

    /// Whether there is nothing to draw.
    public boolean empty() {
        return dots.isEmpty();
    }

    private static int x(LocalDate first, LocalDate date) {
        return LEFT + DAY / 2 + DAY * (int) ChronoUnit.DAYS.between(first, date);
    }

    private static int y(int score) {
        return BOTTOM - score * POINT;
    }
}
