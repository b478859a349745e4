package dev.adhere.platform.security;

/// The issuer's keys cannot be had, so no token can be judged: the caller should try again, and is not refused.
public final class KeysUnavailable extends IllegalStateException {

    private static final long serialVersionUID = 1;

    KeysUnavailable(Throwable cause) {
        super("the issuer's keys cannot be read", cause);
    }
}
