package dev.adhere.reminder.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.reminder.Coaching.Prescribable;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanFormTest {

    private static final Prescribable ALTERNATING =
            new Prescribable("alternating-superman", "Alternating superman", "STRENGTHENING", true, null, 5, null);

    private static PlanForm.Row row(String exercise, String sets) {
        return new PlanForm.Row(exercise, exercise, sets, "10", "5", "DAYS", Set.of("MONDAY"), "1", "18:00", "4");
    }

    private static PlanForm form(PlanForm.Row... rows) {
        return new PlanForm(3, "2026-11-22", "UTC", "", List.of(rows));
    }

    @Test
    void p4_the_easier_form_takes_the_place_in_its_own_dose() {
        var eased = form(row("bridge", "3"), row("superman", "3")).easier(1, _ -> ALTERNATING);
        assertThat(eased.rows().get(0)).isEqualTo(row("bridge", "3"));
        assertThat(eased.rows().get(1))
                .isEqualTo(new PlanForm.Row(
                        "alternating-superman",
                        "Alternating superman",
                        "2",
                        "5",
                        "",
                        "DAYS",
                        Set.of("MONDAY"),
                        "1",
                        "18:00",
                        ""));
        assertThat(eased.revision()).isEqualTo(3);
    }

    @Test
    void p4_one_set_less_where_there_is_no_easier_form_or_it_is_there_already() {
        assertThat(form(row("superman", "3")).easier(0, _ -> null)).isEqualTo(form(row("superman", "2")));
        assertThat(form(row("superman", "3"), row("alternating-superman", "1")).easier(0, _ -> ALTERNATING))
                .isEqualTo(form(row("superman", "2"), row("alternating-superman", "1")));
    }

    @Test
    void what_cannot_be_made_easier_stays() {
        for (String sets : List.of("1", "0", "-3", "", "many")) {
            assertThat(form(row("superman", sets)).easier(0, _ -> null)).isEqualTo(form(row("superman", sets)));
        }
        assertThat(form(row("superman", "3")).easier(7, _ -> null)).isEqualTo(form(row("superman", "3")));
    }
}
