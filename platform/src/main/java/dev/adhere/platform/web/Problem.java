package dev.adhere.platform.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// An RFC 9457 problem. `type` is `urn:adhere:problem:<slug>` and stable; nothing of it repeats what the
/// caller sent.
///
/// @param errors which fields, where the problem is one of validation
/// @param traceId names the log line of an internal error
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable List<FieldError> errors,
        @Nullable String traceId) {

    private static final String PREFIX = "urn:adhere:problem:";

    /// @param field path of the field, such as `data.score` or `versions[0].items[1].sets`
    public record FieldError(String field, String message) {}

    public static Problem of(HttpStatus status, String slug, String detail) {
        return new Problem(PREFIX + slug, status.getReasonPhrase(), status.value(), detail, null, null);
    }

    /// What `type` ends in.
    public String slug() {
        return type.substring(PREFIX.length());
    }

    public static Problem notFound() {
        return of(HttpStatus.NOT_FOUND, "not-found", "There is nothing here that you may see.");
    }

    public static Problem forbidden() {
        return of(HttpStatus.FORBIDDEN, "forbidden", "Your role does not allow this.");
    }

    public static Problem invalidBody(String detail) {
        return of(HttpStatus.BAD_REQUEST, "invalid-body", detail);
    }

    public static Problem invalidParameter(String detail) {
        return of(HttpStatus.BAD_REQUEST, "invalid-parameter", detail);
    }

    public static Problem reservedField() {
        return of(HttpStatus.BAD_REQUEST, "reserved-field", "A field of the body is the service's own.");
    }

    public static Problem validationFailed(List<FieldError> errors) {
        return of(HttpStatus.UNPROCESSABLE_CONTENT, "validation-failed", "Some fields break their rules.")
                .with(errors);
    }

    public static Problem validationFailed(String field, String message) {
        return validationFailed(List.of(new FieldError(field, message)));
    }

    public static Problem temporarilyUnavailable() {
        return of(
                HttpStatus.SERVICE_UNAVAILABLE,
                "temporarily-unavailable",
                "This cannot be done right now; try again shortly.");
    }

    public Problem with(List<FieldError> errors) {
        return new Problem(type, title, status, detail, List.copyOf(errors), traceId);
    }

    public Problem tracedAs(String traceId) {
        return new Problem(type, title, status, detail, errors, traceId);
    }

    public ProblemException asException() {
        return new ProblemException(this);
    }
}
