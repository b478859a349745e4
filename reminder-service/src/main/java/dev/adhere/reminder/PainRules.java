package dev.adhere.reminder;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The thresholds of section 2.3. They are samples: who deploys Adhere owns them, and gives every other set
/// of them another version, which each decision names.
///
/// @param version of these thresholds; "1" is what is shipped
/// @param stopFrom P1: pain during an exercise that stops it, 0-10
/// @param loadFrom P3: pain during an exercise that counts as load, 0-10
/// @param rise P3: points by which the next morning may not exceed what was before the session
/// @param discomfortFrom P2: pain in the low back that postpones some exercises, 0-10; a coach may raise it
/// @param severeFrom P5: pain that a coach hears of at once, 0-10
/// @param highMorning P8: pain on two mornings in a row, 0-10
/// @param worseBy P7: points by which a week's median may not exceed the last one's
/// @param notImprovingDays P9: days after which it should have become better
/// @param improvedBy P9: points that make an improvement
/// @param improvedPercent P9: per cent of the first median that make one
/// @param newPlaceFrom P10: pain in a new place, 0-10
/// @param easyUpTo P12: pain during an exercise that allows more of it, 0-10
/// @param progressFrom P12: A7 that allows more, per cent
/// @param emergencyNumber of the deployer's country; null: users are told to call theirs
@ConfigurationProperties("adhere.pain-rules")
record PainRules(
        @DefaultValue("1") String version,
        @DefaultValue("6") int stopFrom,
        @DefaultValue("3") int loadFrom,
        @DefaultValue("2") int rise,
        @DefaultValue("1") int discomfortFrom,
        @DefaultValue("8") int severeFrom,
        @DefaultValue("6") int highMorning,
        @DefaultValue("2") int worseBy,
        @DefaultValue("28") int notImprovingDays,
        @DefaultValue("2") int improvedBy,
        @DefaultValue("30") int improvedPercent,
        @DefaultValue("3") int newPlaceFrom,
        @DefaultValue("2") int easyUpTo,
        @DefaultValue("80") int progressFrom,
        @Nullable String emergencyNumber) {

    /// What is shipped.
    static final PainRules SAMPLES = new PainRules("1", 6, 3, 2, 1, 8, 6, 2, 28, 2, 30, 3, 2, 80, null);

    /// @throws IllegalArgumentException where thresholds were changed and the version was not
    PainRules {
        boolean shipped = stopFrom == 6
                && loadFrom == 3
                && rise == 2
                && discomfortFrom == 1
                && severeFrom == 8
                && highMorning == 6
                && worseBy == 2
                && notImprovingDays == 28
                && improvedBy == 2
                && improvedPercent == 30
                && newPlaceFrom == 3
                && easyUpTo == 2
                && progressFrom == 80;
        for (int score : new int[] {stopFrom, loadFrom, severeFrom, highMorning, newPlaceFrom, discomfortFrom}) {
            require(score >= 1 && score <= 10, "a score that a rule looks for is 1-10");
        }
        require(loadFrom <= stopFrom && stopFrom <= severeFrom, "load-from, stop-from and severe-from must ascend");
        require(easyUpTo >= 0 && easyUpTo < stopFrom, "easy-up-to must be below stop-from");
        require(rise >= 1 && rise <= 10 && worseBy >= 1 && worseBy <= 10 && improvedBy >= 1, "a change is 1-10");
        require(notImprovingDays >= 7, "not-improving-days is 7 or more");
        require(improvedPercent >= 1 && improvedPercent <= 100, "improved-percent is 1-100");
        require(progressFrom >= 1 && progressFrom <= 100, "progress-from is 1-100");
        if (version.equals("1") && !shipped) {
            throw new IllegalArgumentException(
                    "adhere.pain-rules: thresholds that are not those shipped need a version of their own");
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("adhere.pain-rules: " + message);
        }
    }
}
