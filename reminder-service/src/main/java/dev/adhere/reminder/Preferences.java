package dev.adhere.reminder;

import dev.adhere.contracts.Nudge;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How and when a user wants to be reminded.
///
/// @param timeZone null until the user sets it: then the plan's counts
/// @param preferredTime for days whose items name no time
/// @param email where e-mail goes; null for none
/// @param nudges false to be left alone
/// @param language of texts
/// @param revision 0 while these are the defaults
record Preferences(
        @Nullable ZoneId timeZone,
        LocalTime preferredTime,
        QuietHours quietHours,
        List<Nudge.Channel> channels,
        @Nullable String email,
        Set<Nudge.Kind> mutedKinds,
        boolean nudges,
        Language language,
        long revision) {

    /// Languages that texts are shipped in.
    enum Language {
        EN,
        DE
    }

    static final Preferences DEFAULT = new Preferences(
            null,
            LocalTime.of(18, 0),
            new QuietHours(LocalTime.of(21, 0), LocalTime.of(8, 0)),
            List.of(Nudge.Channel.INBOX),
            null,
            Set.of(),
            true,
            Language.EN,
            0);

    Preferences {
        channels = List.copyOf(channels);
        mutedKinds = Set.copyOf(mutedKinds);
    }

    /// From `from`, inclusive, to `to`, exclusive; over midnight where `to` is not after `from`. Equal
    /// ends: none.
    record QuietHours(LocalTime from, LocalTime to) {

        boolean none() {
            return from.equals(to);
        }

        boolean cover(LocalTime time) {
            return from.isBefore(to)
                    ? !time.isBefore(from) && time.isBefore(to)
                    : !none() && (!time.isBefore(from) || time.isBefore(to));
        }
    }
}
