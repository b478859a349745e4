package dev.adhere.local.demo;

import java.time.Duration;
import java.util.Random;

/// How a simulated person behaves, and how the phone does.
enum Habit {
    STEADY("steady"),
    MOSTLY("misses a day now and then"),
    PARTLY("does about half of it"),
    LAPSING("lapsing"),
    RETURNING("back after two weeks off"),
    BEGINNER("began nine days ago"),
    OVERDOING("over-doing"),
    IN_PAIN("in pain"),
    WORSENING("worse since last week"),
    READY("ready for more"),
    OFFLINE("offline for three days"),
    CLOCK_AHEAD("phone clock 14 min ahead"),
    CLOCK_BEHIND("phone clock 7 min behind"),
    TWICE("phone sends all of it twice"),
    RUBBISH("phone sends rubbish, too"),
    FLARING("hurts while exercising", true),
    SORE("sore since yesterday", true),
    SKIPPED("skipped yesterday", true),
    AWAY("away for three days", true),
    LATE("has not begun today", true),
    PUNCTUAL("begins in half an hour", true),
    APPROVED("may do more from today on", true),
    ON_A_ROLL("does the third day in a row", true);

    private final String words;
    private final boolean byTheClock;

    Habit(String words) {
        this(words, false);
    }

    Habit(String words, boolean byTheClock) {
        this.words = words;
        this.byTheClock = byTheClock;
    }

    String words() {
        return words;
    }

    /// How long before the demo's first day the plan began.
    int planDaysAgo() {
        return switch (this) {
            case BEGINNER -> 9;
            case ON_A_ROLL -> 2;
            case STEADY, LAPSING -> 40;
            default -> byTheClock ? 12 : 35;
        };
    }

    /// How far the phone's clock is ahead.
    Duration clockAhead() {
        return switch (this) {
            case CLOCK_AHEAD -> Duration.ofMinutes(14);
            case CLOCK_BEHIND -> Duration.ofMinutes(-7);
            default -> Duration.ZERO;
        };
    }

    /// For how many days before the demo's first start the phone has sent nothing.
    int daysOffline() {
        return this == OFFLINE ? 3 : 0;
    }

    /// @param daysBefore the demo's first day, negative after it
    /// @return the chance in per cent that a due day is trained on
    int showsUp(int daysBefore) {
        return switch (this) {
            case READY, FLARING, SORE, PUNCTUAL, APPROVED, ON_A_ROLL -> 100;
            case SKIPPED -> daysBefore == 1 ? 0 : 100;
            case AWAY -> daysBefore >= 1 && daysBefore <= 3 ? 0 : 100;
            case LATE -> daysBefore == 0 ? 0 : 100;
            case STEADY, OVERDOING -> 97;
            case MOSTLY, BEGINNER, CLOCK_AHEAD, CLOCK_BEHIND, TWICE, RUBBISH -> 86;
            case OFFLINE -> 92;
            case PARTLY, WORSENING -> 80;
            case IN_PAIN -> 65;
            case LAPSING -> daysBefore < 6 ? 0 : Math.min(95, 5 * daysBefore - 25);
            case RETURNING -> daysBefore > 4 && daysBefore <= 18 ? 0 : 90;
        };
    }

    /// How many sets are done where so many are prescribed.
    int sets(int prescribed, Random random) {
        if (doesItAll()) {
            return prescribed;
        }
        return switch (this) {
            case OVERDOING -> prescribed + 1 + random.nextInt(prescribed + 1);
            case PARTLY -> random.nextInt(100) < 55 ? prescribed : prescribed / 2;
            case IN_PAIN -> random.nextInt(100) < 60 ? prescribed : 0;
            default -> random.nextInt(100) < 96 ? prescribed : prescribed - 1;
        };
    }

    /// How much of a set's target is done.
    int amount(int target, Random random) {
        if (doesItAll()) {
            return target;
        }
        return switch (this) {
            case OVERDOING -> target + random.nextInt(target / 2 + 1);
            case IN_PAIN, PARTLY -> Math.max(1, target * (60 + random.nextInt(41)) / 100);
            default -> random.nextInt(100) < 92 ? target : Math.max(1, target * 4 / 5);
        };
    }

    private boolean doesItAll() {
        return byTheClock || this == READY;
    }

    /// A score of pain, 0-10.
    ///
    /// @param daysBefore the demo's first day, negative after it
    /// @param context of the score, as events name it
    int pain(int daysBefore, String context, Random random) {
        return switch (this) {
            case READY, APPROVED -> 0;
            case FLARING -> flaring(daysBefore, context);
            case SORE -> context.equals("DURING") ? 4 : 3;
            case WORSENING -> daysBefore < 7 ? 5 : 2;
            case IN_PAIN -> 4 + random.nextInt(4);
            case LAPSING, PARTLY -> 2 + random.nextInt(3);
            default -> random.nextInt(3);
        };
    }

    // Every third session hurts too much, and the night after one of them does not settle it.
    private static int flaring(int daysBefore, String context) {
        return switch (context) {
            case "BEFORE" -> 2;
            case "DURING" -> daysBefore % 3 == 0 ? 7 : 4;
            case "MORNING" -> daysBefore == 2 ? 5 : 3;
            default -> 4;
        };
    }

    /// In how many of a hundred sessions the app asks how it was.
    int scores() {
        return switch (this) {
            case IN_PAIN, WORSENING, READY, FLARING, SORE, APPROVED -> 100;
            case SKIPPED, AWAY, LATE, PUNCTUAL, ON_A_ROLL -> 0;
            default -> 40;
        };
    }

    /// Whether scores are told in the mornings, too.
    boolean tellsMornings() {
        return this != SORE;
    }

    /// Whether today goes by the true clock: sessions begin to the minute, a set takes one, and none is
    /// done earlier because somebody watches.
    boolean byTheClock() {
        return byTheClock;
    }
}
