package dev.adhere.reminder.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.reminder.Coaching;
import dev.adhere.reminder.Coaching.DayKind;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportTest {

    private record Named(String name, int count) {}

    private static Export.DayRow day(DayKind kind) {
        return Export.DayRow.of(
                new Coaching.DayCell(LocalDate.parse("2026-11-20"), kind, BigDecimal.ZERO, 9, 0, new BigDecimal("0")));
    }

    @Test
    void what_is_not_known_is_an_empty_cell_and_nothing_done_is_zero() {
        assertThat(Export.csv(Export.DayRow.class, List.of(day(DayKind.NOT_RECEIVED), day(DayKind.MISSED))))
                .isEqualTo("""
                        date,state,due,done,excused,over\r
                        2026-11-20,NOT_RECEIVED,9,,0,\r
                        2026-11-20,MISSED,9,0,0,0\r
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=HYPERLINK(\"http://evil\")", "+1", "-1", "@SUM(A1)", "\tx"})
    void row38_what_a_spreadsheet_would_reckon_is_text(String name) {
        String line = Export.csv(Named.class, List.of(new Named(name, -1))).split("\r\n")[1];
        assertThat(line).contains("'" + name.replace("\"", "\"\"")).endsWith(",-1");
    }

    @Test
    void commas_quotes_and_line_ends_stay_in_their_cell() {
        assertThat(Export.csv(Named.class, List.of(new Named("a,\"b\"\r\nc", 1))))
                .isEqualTo("name,count\r\n\"a,\"\"b\"\"\r\nc\",1\r\n");
    }
}
