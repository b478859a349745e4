package dev.adhere.reminder;

import dev.adhere.reminder.Nudging.Ended;
import dev.adhere.reminder.Nudging.Result;
import dev.adhere.reminder.PushSubscriptions.Subscription;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Map;
import org.apache.hc.core5.http.ContentType;
import tools.jackson.databind.json.JsonMapper;

/// One attempt to push a nudge to all of a user's devices (RFC 8030). What a device is told is encrypted for
/// it; the push service sees how long it is wanted and nothing else.
///
/// The attempt succeeded if one device's service took it. A device that its service no longer knows is
/// forgotten.
final class WebPush implements Courier.Sender {

    private static final ContentType ENCRYPTED = ContentType.create("application/octet-stream");

    private final Outbound outbound;
    private final Vapid vapid;
    private final PushSubscriptions subscriptions;
    private final JsonMapper json;

    WebPush(Outbound outbound, Vapid vapid, PushSubscriptions subscriptions, JsonMapper json) {
        this.outbound = outbound;
        this.vapid = vapid;
        this.subscriptions = subscriptions;
        this.json = json;
    }

    /// What the device's app gets to see.
    record Message(String nudgeId, LocalDate date, String text) {}

    @Override
    public Ended send(Courier.Letter letter) {
        if (vapid.publicKey() == null) {
            return Ended.with(Result.REFUSED);
        }
        byte[] message = json.writeValueAsBytes(
                new Message(letter.nudge().id(), letter.nudge().date(), letter.text()));
        Ended best = Ended.with(Result.REFUSED);
        for (Subscription device : subscriptions.of(letter.userId())) {
            best = better(best, send(letter, device, message));
        }
        return best;
    }

    private Ended send(Courier.Letter letter, Subscription device, byte[] message) {
        byte[] body = PushCipher.encrypt(
                message,
                P256.publicKey(Base64.getUrlDecoder().decode(device.p256dh())),
                Base64.getUrlDecoder().decode(device.auth()));
        Duration life = Duration.between(letter.at(), letter.expiresAt());
        Outbound.Answer answer = outbound.post(
                device.endpoint(),
                Map.of(
                        "TTL",
                        Long.toString(Math.max(0, life.toSeconds())),
                        "Urgency",
                        "normal",
                        // One that was not fetched yet is replaced by the next of the same nudge.
                        "Topic",
                        letter.nudge().id().replace("-", ""),
                        "Content-Encoding",
                        "aes128gcm",
                        "Authorization",
                        vapid.authorization(URI.create(device.endpoint()), letter.at())),
                body,
                ENCRYPTED,
                letter.at());
        if (answer == null) {
            return Ended.with(Result.REFUSED);
        }
        return switch (answer.status()) {
            case 404, 410 -> {
                var _ = subscriptions.remove(device.userId(), device.id());
                yield Ended.with(Result.REFUSED);
            }
            case 0, 408, 425, 429 -> new Ended(Result.LATER, answer.pause());
            default -> {
                if (answer.success()) {
                    yield Ended.with(Result.TAKEN);
                }
                yield answer.status() >= 500 ? new Ended(Result.LATER, answer.pause()) : Ended.with(Result.REFUSED);
            }
        };
    }

    // Taken by one is taken; of several that want it later, the one that waits the shortest.
    private static Ended better(Ended a, Ended b) {
        int order = Integer.compare(rank(b.result()), rank(a.result()));
        if (order == 0) {
            return a.pause().compareTo(b.pause()) <= 0 ? a : b;
        }
        return order > 0 ? b : a;
    }

    private static int rank(Result result) {
        return switch (result) {
            case TAKEN -> 3;
            case UNKNOWN -> 2;
            case LATER -> 1;
            case REFUSED, GONE, NOT_BEGUN -> 0;
        };
    }
}
