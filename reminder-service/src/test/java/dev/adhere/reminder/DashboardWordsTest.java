package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.Exercise;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvent;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The dashboard has words for everything that it can be told, in every language.
class DashboardWordsTest {

    private static final Map<String, Enum<?>[]> SAID = Map.ofEntries(
            Map.entry("reason.", Risk.Kind.values()),
            Map.entry("filter.", Risk.Kind.values()),
            Map.entry("sort.", Cohort.Sort.values()),
            Map.entry("band.", CohortRow.Band.values()),
            Map.entry("day.", Coaching.DayKind.values()),
            Map.entry("mark.", Coaching.DayKind.values()),
            Map.entry("excuse.", Excuse.Reason.values()),
            Map.entry("slot.", Slot.State.values()),
            Map.entry("condition.", Profile.Condition.values()),
            Map.entry("severity.", Alert.Severity.values()),
            Map.entry("waiting.", PainState.Approval.Scope.values()),
            Map.entry("kind.", Exercise.Kind.values()),
            Map.entry("nudge.", Nudge.Kind.values()),
            Map.entry("outcome.", Nudge.Outcome.values()),
            Map.entry("nudge.reason.", Nudge.Reason.values()),
            Map.entry("state.", Nudge.State.values()),
            Map.entry("context.", SessionEvent.Context.values()),
            Map.entry("sensation.", SessionEvent.Sensation.values()),
            Map.entry("region.", SessionEvent.Region.values()));

    @Test
    void every_constant_has_words() {
        for (Locale locale : new Locale[] {Locale.ROOT, Locale.GERMAN}) {
            ResourceBundle words = ResourceBundle.getBundle(
                    "dashboard.words",
                    locale,
                    ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
            var missing = new TreeSet<String>();
            SAID.forEach((prefix, constants) -> {
                for (Enum<?> constant : constants) {
                    if (!words.containsKey(prefix + constant.name())) {
                        missing.add(prefix + constant.name());
                    }
                }
            });
            assertThat(missing).as(locale.toString()).isEmpty();
        }
    }

    @Test
    void german_has_all_that_english_has() {
        var control = ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);
        ResourceBundle english = ResourceBundle.getBundle("dashboard.words", Locale.ROOT, control);
        ResourceBundle german = ResourceBundle.getBundle("dashboard.words", Locale.GERMAN, control);
        var own = new TreeSet<String>();
        german.keySet().forEach(own::add);
        assertThat(own).containsAll(english.keySet());
        assertThat(german.getString("glance")).isNotEqualTo(english.getString("glance"));
    }
}
