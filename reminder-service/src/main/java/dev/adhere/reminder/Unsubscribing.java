package dev.adhere.reminder;

import dev.adhere.contracts.Nudge.Channel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Links that switch a channel off without a sign-in (RFC 8058).
///
/// A token names user, channel and the address that it was sent to, and is signed: who has none cannot make
/// one, and one that went to an address of earlier times changes nothing for the present one.
final class Unsubscribing {

    static final String PATH = "/unsubscribe/";

    private static final String HMAC = "HmacSHA256";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int TAG_BYTES = 9;

    private final @Nullable String url;
    private final @Nullable SecretKeySpec key;

    Unsubscribing(UnsubscribeSettings settings) {
        this.url = settings.url();
        this.key = settings.key() == null
                ? null
                : new SecretKeySpec(Base64.getDecoder().decode(settings.key()), HMAC);
    }

    /// What a valid token says.
    ///
    /// @param tag of the address that it was sent to
    record Request(String userId, Channel channel, String tag) {}

    /// The link for mails to this address; null where the deployment has none.
    @Nullable
    String link(String userId, String address) {
        if (url == null) {
            return null;
        }
        String said = Channel.EMAIL + "|" + userId + "|" + tag(address);
        return url + PATH + BASE64.encodeToString(bytes(said)) + "." + BASE64.encodeToString(sign(said));
    }

    /// What a token says; null for one that was not made here.
    @Nullable
    Request read(String token) {
        int dot = token.indexOf('.');
        if (key == null || dot < 0) {
            return null;
        }
        try {
            String said = new String(Base64.getUrlDecoder().decode(token.substring(0, dot)), StandardCharsets.UTF_8);
            byte[] signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            if (!MessageDigest.isEqual(signature, sign(said))) {
                return null;
            }
            String[] parts = said.split("\\|");
            return new Request(parts[1], Channel.valueOf(parts[0]), parts[2]);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /// Whether a token was sent to this address.
    boolean concerns(Request request, @Nullable String address) {
        return address != null && request.tag().equals(tag(address));
    }

    private String tag(String address) {
        return BASE64.encodeToString(Arrays.copyOf(sign("address|" + address), TAG_BYTES));
    }

    private byte[] sign(String said) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(Objects.requireNonNull(key));
            return mac.doFinal(bytes(said));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
