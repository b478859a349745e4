package dev.adhere.platform.mongo;

/// The service's own database: the one that `spring.mongodb.uri` names, else `adhere_` and the service's short name.
public record DatabaseName(String value) {}
