package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;

/// What nudges say. Nothing about health: a lock screen may show it.
final class NudgeTexts {

    private NudgeTexts() {}

    static String of(Nudge.Kind kind) {
        return switch (kind) {
            case DUE_SOON -> "Your exercises for today are coming up.";
        };
    }
}
