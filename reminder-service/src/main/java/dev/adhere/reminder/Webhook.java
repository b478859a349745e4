package dev.adhere.reminder;

import dev.adhere.reminder.Nudging.Ended;
import dev.adhere.reminder.Nudging.Result;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.hc.core5.http.ContentType;
import tools.jackson.databind.json.JsonMapper;

/// One attempt to tell a user's webhook that there is a nudge, signed as Standard Webhooks 1.0 says.
///
/// The body says that there is one, and its id: who wants to know more asks for it with a token. So nothing
/// of the nudge lies in a stranger's logs. `webhook-id` is the same over all attempts: a receiver that has
/// seen it has seen the message.
final class Webhook implements Courier.Sender {

    static final String SECRET_PREFIX = "whsec_";
    static final int SHORTEST_KEY = 24;
    static final int LONGEST_KEY = 64;

    private static final String TYPE = "nudge.sent";
    private static final int GONE = 410;

    private final Outbound outbound;
    private final JsonMapper json;

    Webhook(Outbound outbound, JsonMapper json) {
        this.outbound = outbound;
        this.json = json;
    }

    /// The body.
    ///
    /// @param timestamp when the nudge was decided
    record Body(String type, Instant timestamp, Data data) {

        record Data(String nudgeId) {}
    }

    /// Whether this is a secret as Standard Webhooks has them: `whsec_` and 24 to 64 bytes in base64.
    static boolean isSecret(String text) {
        if (!text.startsWith(SECRET_PREFIX)) {
            return false;
        }
        try {
            int length = key(text).length;
            return length >= SHORTEST_KEY && length <= LONGEST_KEY;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static byte[] key(String secret) {
        return Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
    }

    @Override
    public Ended send(Courier.Letter letter) {
        Preferences.Webhook to = letter.preferences().webhook();
        if (to == null) {
            return Ended.with(Result.REFUSED);
        }
        byte[] body = json.writeValueAsBytes(new Body(
                TYPE, letter.nudge().decidedAt(), new Body.Data(letter.nudge().id())));
        long timestamp = letter.at().getEpochSecond();
        Outbound.Answer answer = outbound.post(
                to.url(),
                Map.of(
                        "webhook-id",
                        letter.id(),
                        "webhook-timestamp",
                        Long.toString(timestamp),
                        "webhook-signature",
                        signature(to.secret(), letter.id(), timestamp, body)),
                body,
                ContentType.APPLICATION_JSON,
                letter.at());
        if (answer == null) {
            return Ended.with(Result.REFUSED);
        }
        if (answer.success()) {
            return Ended.with(Result.TAKEN);
        }
        return answer.status() == GONE ? Ended.with(Result.GONE) : new Ended(Result.LATER, answer.pause());
    }

    /// `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64.
    static String signature(String secret, String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key(secret), "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
