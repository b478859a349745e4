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
/// @param channels in the order in which they are tried
/// @param language of texts
/// @param webhook where signed requests go; null for none
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
        @Nullable Webhook webhook,
        long revision) {

    /// Without a webhook.
    Preferences(
            @Nullable ZoneId timeZone,
            LocalTime preferredTime,
            QuietHours quietHours,
            List<Nudge.Channel> channels,
            @Nullable String email,
            Set<Nudge.Kind> mutedKinds,
            boolean nudges,
            Language language,
            long revision) {
        this(timeZone, preferredTime, quietHours, channels, email, mutedKinds, nudges, language, null, revision);
    }

    /// A receiver of signed requests (Standard Webhooks).
    ///
    /// @param url absolute
    /// @param secret `whsec_` and the key in base64; never shown again
    record Webhook(String url, String secret) {

        @Override
        public String toString() {
            return "Webhook[]";
        }
    }

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

    /// The ways out that can be tried, in their order; the inbox, which has everything, is none of them.
    List<Nudge.Channel> waysOut() {
        return channels.stream()
                .filter(channel -> switch (channel) {
                    case INBOX -> false;
                    case EMAIL -> email != null;
                    case WEBHOOK -> webhook != null;
                    case WEB_PUSH -> true;
                })
                .toList();
    }

    /// Without this channel, for good.
    Preferences without(Nudge.Channel channel) {
        if (!channels.contains(channel)) {
            return this;
        }
        List<Nudge.Channel> left =
                channels.stream().filter(each -> each != channel).toList();
        return new Preferences(
                timeZone,
                preferredTime,
                quietHours,
                left.isEmpty() ? List.of(Nudge.Channel.INBOX) : left,
                email,
                mutedKinds,
                nudges,
                language,
                webhook,
                revision + 1);
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
