package dev.adhere.platform.security;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Whose tokens are taken.
///
/// @param issuer the `iss` that a token must have
/// @param jwksUri where the issuer's keys are; the issuer's `/oauth2/jwks` if unset
/// @param audience the `aud` that a token must have
/// @param keysLive how long a fetched key counts: a token by a key that was rotated out is refused after that
@ConfigurationProperties(prefix = "adhere.security", ignoreUnknownFields = false)
record SecuritySettings(
        String issuer,
        @Nullable String jwksUri,
        @DefaultValue("adhere") String audience,
        @DefaultValue("PT5M") Duration keysLive) {

    String keys() {
        return jwksUri == null || jwksUri.isBlank() ? issuer + "/oauth2/jwks" : jwksUri;
    }
}
