package dev.adhere.reminder;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Says to a push service who sends: a token signed with the deployment's key, for that service and half a
/// day (RFC 8292).
final class Vapid {

    private static final Duration GOOD_FOR = Duration.ofHours(12);
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final @Nullable String publicKey;
    private final @Nullable ECPrivateKey key;
    private final @Nullable String subject;
    private final JsonMapper json;

    /// @throws IllegalArgumentException where the keys are none, or not of one pair
    Vapid(PushSettings settings, JsonMapper json) {
        this.json = json;
        this.publicKey = settings.publicKey();
        this.subject = settings.subject();
        String privateKey = settings.privateKey();
        if (publicKey == null || privateKey == null) {
            this.key = null;
            return;
        }
        try {
            this.key = P256.privateKey(Base64.getUrlDecoder().decode(privateKey));
            var verify = Signature.getInstance("SHA256withECDSAinP1363Format");
            verify.initVerify(P256.publicKey(Base64.getUrlDecoder().decode(publicKey)));
            verify.update(ascii("a pair"));
            if (!verify.verify(sign("a pair"))) {
                throw new IllegalArgumentException("not of one pair");
            }
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new IllegalArgumentException("adhere.push.public-key and private-key are no pair of P-256", e);
        }
    }

    /// What clients subscribe with; null where this deployment has no Web Push.
    @Nullable
    String publicKey() {
        return publicKey;
    }

    /// The `Authorization` for a message to this endpoint.
    String authorization(URI endpoint, Instant now) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("aud", origin(endpoint));
        claims.put("exp", now.plus(GOOD_FOR).getEpochSecond());
        claims.put("sub", Objects.requireNonNull(subject));
        String said = BASE64.encodeToString(ascii("{\"typ\":\"JWT\",\"alg\":\"ES256\"}"))
                + "."
                + BASE64.encodeToString(json.writeValueAsBytes(claims));
        return "vapid t=" + said + "." + BASE64.encodeToString(sign(said)) + ", k=" + publicKey;
    }

    /// Scheme, host and the port where it is not the usual one (RFC 6454, 6.2).
    static String origin(URI endpoint) {
        int port = endpoint.getPort();
        boolean usual = port < 0 || port == (endpoint.getScheme().equals("https") ? 443 : 80);
        return endpoint.getScheme() + "://" + endpoint.getHost() + (usual ? "" : ":" + port);
    }

    private byte[] sign(String said) {
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(Objects.requireNonNull(key));
            signature.update(ascii(said));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
