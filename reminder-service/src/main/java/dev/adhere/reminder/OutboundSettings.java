package dev.adhere.reminder;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What addresses that users name may lead to. The defaults are for the open Internet; all else is for
/// trying out.
///
/// @param http whether a URL may be `http`, too
/// @param networks that are allowed though they are not public, such as `127.0.0.0/8` or `fd12:3456::/48`
@ConfigurationProperties(prefix = "adhere.outbound", ignoreUnknownFields = false)
record OutboundSettings(
        @DefaultValue("false") boolean http, @DefaultValue List<String> networks) {

    OutboundSettings {
        networks = networks.stream().filter(network -> !network.isBlank()).toList();
    }
}
