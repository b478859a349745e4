package dev.adhere.platform.security;

/// What a caller is. The token's claim `roles` names them in lower case.
public enum Role {
    USER,
    COACH,
    EDITOR,
    ADMIN,
    OPS
}
