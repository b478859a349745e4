package dev.adhere.reminder;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// What a link in a mail that switches e-mail off is made of. Without both, mails have none.
///
/// @param url where users' browsers and mailboxes reach this service, such as `https://adhere.example.org`
/// @param key 32 bytes or more in base64, the same on every instance; under another one older links end
@ConfigurationProperties(prefix = "adhere.unsubscribe", ignoreUnknownFields = false)
record UnsubscribeSettings(@Nullable String url, @Nullable String key) {

    private static final int SHORTEST_KEY = 32;

    UnsubscribeSettings {
        url = url == null || url.isBlank() ? null : url.replaceAll("/+$", "");
        key = key == null || key.isBlank() ? null : key;
        if ((url == null) != (key == null)) {
            throw new IllegalArgumentException("adhere.unsubscribe needs both url and key, or neither");
        }
        if (key != null && Base64.getDecoder().decode(key).length < SHORTEST_KEY) {
            throw new IllegalArgumentException("adhere.unsubscribe.key must be 32 bytes or more in base64");
        }
    }

    @Override
    public String toString() {
        return "UnsubscribeSettings[" + url + "]";
    }
}
