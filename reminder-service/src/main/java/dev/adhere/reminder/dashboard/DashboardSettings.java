package dev.adhere.reminder.dashboard;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where the dashboard is, and who signs coaches in.
///
/// @param url as browsers see it: scheme, host and port. With `https` its cookies are for that host and TLS
///     only
/// @param clientId under which the provider knows the dashboard
/// @param clientSecret null for a public client, which PKCE protects alone
/// @param authorizationUri where browsers are sent to sign in; the issuer's `/oauth2/authorize` if unset
/// @param tokenUri where codes are exchanged; the issuer's `/oauth2/token` if unset
/// @param subjectClaim the claim of an ID token that names the coach as care teams do
/// @param idle a session in which nothing is done for so long is over
/// @param longest no session lasts longer
@ConfigurationProperties(prefix = "adhere.dashboard", ignoreUnknownFields = false)
record DashboardSettings(
        @DefaultValue("http://localhost:8083") URI url,
        @DefaultValue("adhere-dashboard") String clientId,
        @Nullable String clientSecret,
        @Nullable String authorizationUri,
        @Nullable String tokenUri,
        @DefaultValue("sub") String subjectClaim,
        @DefaultValue("PT15M") Duration idle,
        @DefaultValue("PT12H") Duration longest) {

    /// Scheme, host and port, as the header `Origin` has it.
    String origin() {
        return url.getScheme() + "://" + url.getAuthority();
    }

    String at(String path) {
        return origin() + path;
    }

    boolean secure() {
        return "https".equals(url.getScheme());
    }

    /// A cookie's name: with the prefix browsers only take such cookies over TLS, for this host and every
    /// path.
    String cookie(String name) {
        return secure() ? "__Host-" + name : name;
    }
}
