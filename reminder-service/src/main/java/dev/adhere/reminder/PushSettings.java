package dev.adhere.reminder;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// Who this deployment is to push services (RFC 8292). Without keys there is no Web Push.
///
/// @param publicKey a point of P-256, uncompressed, in base64url; subscriptions are bound to it
/// @param privateKey its private half, 32 bytes in base64url
/// @param subject how a push service reaches the operator: a `mailto:` or `https:` URI
@ConfigurationProperties(prefix = "adhere.push", ignoreUnknownFields = false)
record PushSettings(
        @Nullable String publicKey,
        @Nullable String privateKey,
        @Nullable String subject) {

    PushSettings {
        publicKey = publicKey == null || publicKey.isBlank() ? null : publicKey;
        privateKey = privateKey == null || privateKey.isBlank() ? null : privateKey;
        subject = subject == null || subject.isBlank() ? null : subject;
        boolean all = publicKey != null && privateKey != null && subject != null;
        if (!all && (publicKey != null || privateKey != null)) {
            throw new IllegalArgumentException("adhere.push needs public-key, private-key and subject, or none");
        }
        if (subject != null && !subject.startsWith("mailto:") && !subject.startsWith("https://")) {
            throw new IllegalArgumentException("adhere.push.subject must be a mailto: or https: URI");
        }
    }

    @Override
    public String toString() {
        return "PushSettings[" + publicKey + "]";
    }
}
