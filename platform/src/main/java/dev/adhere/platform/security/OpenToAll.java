package dev.adhere.platform.security;

import java.util.List;

/// Paths of a service that need no token, because what they take is a proof of its own.
///
/// @param patterns outside `/v1`
public record OpenToAll(List<String> patterns) {

    public OpenToAll {
        patterns = List.copyOf(patterns);
    }
}
