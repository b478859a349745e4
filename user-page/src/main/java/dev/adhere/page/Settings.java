package dev.adhere.page;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Where the page is and what is behind it, as its environment says.
///
/// @param at where it listens
/// @param url as browsers reach it: scheme, host and port
/// @param services where each service is, by its name in `/api/<name>/`
/// @param provider who signs people in
record Settings(InetSocketAddress at, URI url, Map<String, URI> services, UserPage.Provider provider) {

    /// What the names of all settings begin with.
    static final String PREFIX = "ADHERE_PAGE_";

    private static final List<String> SERVICES = List.of("catalog", "session", "reminder");
    private static final Set<String> NAMES =
            Set.of("ADDRESS", "AUTHORIZATIONURI", "CATALOG", "PORT", "REMINDER", "SESSION", "TOKENURI", "URL");
    private static final int PORT = 8084;

    /// What stops a start: the message names the setting.
    static final class Unusable extends RuntimeException {
        Unusable(String setting, String fault) {
            super(PREFIX + setting + " " + fault);
        }
    }

    /// @param environment `ADHERE_PAGE_` and: `CATALOG`, `SESSION`, `REMINDER`, where the services are, without a
    ///     path; `AUTHORIZATIONURI`, as browsers reach it; `TOKENURI`; to listen on, `ADDRESS`, 127.0.0.1 if
    ///     unset, and `PORT`, 8084 if unset; `URL`, `http://localhost:` and that port if unset
    /// @throws Unusable where one is missing, is none of these, or is no http or https address
    static Settings of(Map<String, String> environment) {
        for (String name : environment.keySet()) {
            if (name.startsWith(PREFIX) && !NAMES.contains(name.substring(PREFIX.length()))) {
                throw new Unusable(name.substring(PREFIX.length()), "is no setting; there are " + new TreeSet<>(NAMES));
            }
        }
        int port = port(value(environment, "PORT", String.valueOf(PORT)));
        var at = new InetSocketAddress(value(environment, "ADDRESS", "127.0.0.1"), port);
        if (at.isUnresolved()) {
            throw new Unusable("ADDRESS", "is no address of this machine: " + at.getHostString());
        }
        var services = new LinkedHashMap<String, URI>();
        for (String service : SERVICES) {
            services.put(service, origin(environment, service.toUpperCase(Locale.ROOT), ""));
        }
        return new Settings(
                at,
                origin(environment, "URL", "http://localhost:" + port),
                services,
                new UserPage.Provider(uri(environment, "AUTHORIZATIONURI", ""), uri(environment, "TOKENURI", "")));
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new Unusable("PORT", "is no port: " + text);
    }

    private static URI origin(Map<String, String> environment, String setting, String otherwise) {
        URI uri = uri(environment, setting, otherwise);
        boolean more = uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null;
        if (more || !uri.getRawPath().isEmpty()) {
            throw new Unusable(setting, "is to have scheme and host and port alone: " + uri);
        }
        // As browsers name it in Host: in lower case, and without the port that the scheme has anyway.
        boolean usual = uri.getPort() == (uri.getScheme().equals("https") ? 443 : 80);
        String port = uri.getPort() < 0 || usual ? "" : ":" + uri.getPort();
        return URI.create(uri.getScheme() + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port);
    }

    // An empty one is not set: so Compose passes on what its own environment does not have.
    private static String value(Map<String, String> environment, String setting, String otherwise) {
        String value = environment.getOrDefault(PREFIX + setting, "");
        return value.isBlank() ? otherwise : value;
    }

    private static URI uri(Map<String, String> environment, String setting, String otherwise) {
        String text = value(environment, setting, otherwise);
        if (text.isBlank()) {
            throw new Unusable(setting, "is not set");
        }
        try {
            URI uri = URI.create(text);
            if (List.of("http", "https").contains(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new Unusable(setting, "is no http or https address: " + text);
    }
}
