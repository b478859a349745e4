package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Exercise.Kind;
import dev.adhere.contracts.SessionEvent.Side;
import java.time.LocalTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgendaTest {

    private static Slot slot(String id, @Nullable Kind kind, @Nullable String time) {
        var item = new Plan.Item(
                id, id, 2, 10, null, Situations.daily(), new Plan.Item.Traits(id, false, kind, false), null);
        return new Slot(
                item, Side.NONE, time == null ? null : LocalTime.parse(time), 0, List.of(), Excuse.Reason.TRAVEL);
    }

    private static List<String> order(Slot... slots) {
        return Agenda.inOrder(List.of(slots)).stream()
                .map(slot -> slot.item().id())
                .toList();
    }

    @Test
    void r2_warmup_what_makes_warm_comes_before_stretches_of_the_same_time() {
        assertThat(order(
                        slot("bridge", Kind.STRENGTHENING, null),
                        slot("hamstring", Kind.STRETCHING, null),
                        slot("cat-cow", Kind.MOBILITY, null),
                        slot("walking", Kind.CARDIO, null)))
                .containsExactly("cat-cow", "walking", "bridge", "hamstring");
    }

    @Test
    void without_stretches_the_plans_order_stands() {
        assertThat(order(slot("bridge", Kind.STRENGTHENING, null), slot("walking", Kind.CARDIO, null)))
                .containsExactly("bridge", "walking");
    }

    @Test
    void each_time_of_day_has_its_own_order_and_any_time_is_last() {
        assertThat(order(
                        slot("hamstring", Kind.STRETCHING, null),
                        slot("bridge", Kind.STRENGTHENING, "18:00"),
                        slot("walking", Kind.CARDIO, "18:00"),
                        slot("plank", null, "08:00")))
                .as("no stretch at 18:00, and nothing to warm up with at any time")
                .containsExactly("plank", "bridge", "walking", "hamstring");
    }
}
