package dev.adhere.platform.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// An RFC 9457 problem. `type` is `urn:adhere:problem:<slug>` and stable; nothing of it repeats what the
/// caller sent.
///
/// @param type `urn:adhere:problem:<slug>`
/// @param title the status in words
/// @param status the HTTP status
/// @param detail what is wrong, for people to read
/// @param errors which fields, where the problem is one of validation
/// @param traceId names the log line of an internal error
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        @Schema(example = "urn:adhere:problem:validation-failed")
        String type,

        @Schema(example = "Unprocessable Content") String title,

        @Schema(minimum = "400", maximum = "599", example = "422")
        int status,

        @Schema(example = "Some fields break their rules.") @Nullable
        String detail,

        @Nullable List<FieldError> errors,
        @Nullable String traceId) {

    private static final String PREFIX = "urn:adhere:problem:";

    /// A field that breaks its rule.
    ///
    /// @param field path of the field, such as `data.score` or `versions[0].items[1].sets`
    /// @param message the rule
    public record FieldError(
            @Schema(example = "data.score") String field,
            @Schema(example = "must be a whole number 0-10") String message) {}

    /// A problem that says what its type says.
    public static Problem of(ProblemType type) {
        return of(type, type.detail());
    }

    public static Problem of(ProblemType type, String detail) {
        return of(type.status(), type.slug(), detail);
    }

    /// What a framework refuses and no type of ours names.
    static Problem of(HttpStatus status, String slug, String detail) {
        return new Problem(PREFIX + slug, status.getReasonPhrase(), status.value(), detail, null, null);
    }

    /// What `type` ends in.
    public String slug() {
        return type.substring(PREFIX.length());
    }

    public static Problem notFound() {
        return of(ProblemType.NOT_FOUND);
    }

    public static Problem forbidden() {
        return of(ProblemType.FORBIDDEN);
    }

    public static Problem invalidBody(String detail) {
        return of(ProblemType.INVALID_BODY, detail);
    }

    public static Problem invalidParameter(String detail) {
        return of(ProblemType.INVALID_PARAMETER, detail);
    }

    public static Problem reservedField() {
        return of(ProblemType.RESERVED_FIELD);
    }

    public static Problem validationFailed(List<FieldError> errors) {
        return of(ProblemType.VALIDATION_FAILED).with(errors);
    }

    public static Problem validationFailed(String field, String message) {
        return validationFailed(List.of(new FieldError(field, message)));
    }

    public static Problem temporarilyUnavailable() {
        return of(ProblemType.TEMPORARILY_UNAVAILABLE);
    }

    /// An unforeseen fault, which says nothing of itself.
    static Problem internal() {
        ProblemType type = ProblemType.INTERNAL;
        return new Problem(PREFIX + type.slug(), type.status().getReasonPhrase(), 500, null, null, null);
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
