package dev.adhere.platform.security;

import dev.adhere.platform.web.Problem;
import java.time.Instant;
import java.util.Set;

/// Who is calling, as the token says. A controller method takes it as a parameter.
///
/// @param userId the token's `sub`: the user id everywhere
/// @param expiresAt when the token ends, and with it what is still open under it
public record Caller(String userId, Set<Role> roles, Instant expiresAt) {

    /// One whose token does not end.
    public Caller(String userId, Set<Role> roles) {
        this(userId, roles, Instant.MAX);
    }

    public Caller {
        roles = Set.copyOf(roles);
    }

    public boolean is(Role role) {
        return roles.contains(role);
    }

    /// Whether this is the user's own app.
    public boolean owns(String userId) {
        return is(Role.USER) && this.userId.equals(userId);
    }

    /// Lets the user's own app pass, and nobody else.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 403 for who is no user, 404 for another one
    public void requireSelf(String userId) {
        require(Role.USER);
        if (!owns(userId)) {
            throw Problem.notFound().asException();
        }
    }

    /// @throws dev.adhere.platform.web.ProblemException 403 `forbidden` unless the caller has one of the roles
    public void require(Role... anyOf) {
        for (Role role : anyOf) {
            if (is(role)) {
                return;
            }
        }
        throw Problem.forbidden().asException();
    }
}
