package dev.adhere.platform.web;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/// Every problem that a service answers with: its status, and what it says where nothing more special is
/// said.
///
/// The slug in `urn:adhere:problem:<slug>` is the constant's name in lower case and is part of the interface.
public enum ProblemType {
    INVALID_BODY(HttpStatus.BAD_REQUEST, "The body does not read as this resource."),
    INVALID_PARAMETER(HttpStatus.BAD_REQUEST, "A query parameter is not one of this resource, or is repeated."),
    RESERVED_FIELD(HttpStatus.BAD_REQUEST, "A field of the body is the service's own."),
    UNAUTHENTICATED(HttpStatus.UNAUTHORIZED, "This needs a bearer token."),
    TOKEN_INVALID(HttpStatus.UNAUTHORIZED, "The token is not one to take."),
    FORBIDDEN(HttpStatus.FORBIDDEN, "Your role does not allow this."),
    SESSION_EXPIRED(HttpStatus.UNAUTHORIZED, "You are not signed in, or not any more."),
    CSRF(HttpStatus.FORBIDDEN, "The form is not one of your session."),
    CORS_REJECTED(HttpStatus.FORBIDDEN, "Another site may not ask for this."),
    NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing here that you may see."),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "This resource does not take that method."),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "This resource has none of the media types in Accept."),
    REQUEST_TIMEOUT(HttpStatus.REQUEST_TIMEOUT, "Nothing came for 60 seconds; the stream ends here."),
    NUDGE_CLOSED(HttpStatus.CONFLICT, "This nudge is dismissed or expired."),
    ALERT_OPEN(HttpStatus.CONFLICT, "An alert about this is not acknowledged yet."),
    TOO_MANY(HttpStatus.CONFLICT, "There are as many as there may be."),
    PRECONDITION_FAILED(HttpStatus.PRECONDITION_FAILED, "The document has another revision by now."),
    PAYLOAD_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is larger than this resource takes."),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body's media type is not one of this resource."),
    UNSUPPORTED_ENCODING(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body must come without a content encoding."),
    VALIDATION_FAILED(HttpStatus.UNPROCESSABLE_CONTENT, "Some fields break their rules."),
    UNKNOWN_REFERENCE(HttpStatus.UNPROCESSABLE_CONTENT, "It names an exercise that the catalogue does not have."),
    UNKNOWN_EVENT_TYPE(HttpStatus.UNPROCESSABLE_CONTENT, "This release does not know the event's type."),
    EVENT_IN_FUTURE(HttpStatus.UNPROCESSABLE_CONTENT, "The event's time lies in the future."),
    EVENT_TOO_OLD(HttpStatus.UNPROCESSABLE_CONTENT, "The event's time lies more than 400 days back."),
    VERSION_IN_FORCE(HttpStatus.UNPROCESSABLE_CONTENT, "A version that is in force must come back unchanged."),
    ALREADY_LOGGED_TODAY(
            HttpStatus.UNPROCESSABLE_CONTENT, "Something of today is logged: begin tomorrow at the earliest."),
    EXCUSE_TOO_LATE(
            HttpStatus.UNPROCESSABLE_CONTENT,
            "A day can be excused until 48 hours after it ended; after that by the coach."),
    OVERLAPPING_VERSIONS(HttpStatus.UNPROCESSABLE_CONTENT, "Two versions begin on the same date."),
    DUPLICATE_EXERCISE(HttpStatus.UNPROCESSABLE_CONTENT, "A version has the same exercise twice."),
    PRECONDITION_REQUIRED(HttpStatus.PRECONDITION_REQUIRED, "Name the revision that you change in If-Match."),
    TOO_MANY_STREAMS(HttpStatus.TOO_MANY_REQUESTS, "You have as many streams of this open as you may have."),
    RATE_LIMITED(HttpStatus.TOO_MANY_REQUESTS, "You have tried this too often; wait a minute."),
    INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR, "Something failed; the trace id names the line of the log."),
    TEMPORARILY_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "This cannot be done right now; try again shortly.");

    private final HttpStatus status;
    private final String detail;

    ProblemType(HttpStatus status, String detail) {
        this.status = status;
        this.detail = detail;
    }

    public HttpStatus status() {
        return status;
    }

    /// The last part of the problem's `type`.
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What is said where nothing more special is.
    public String detail() {
        return detail;
    }
}
