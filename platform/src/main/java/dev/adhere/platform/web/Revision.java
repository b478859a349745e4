package dev.adhere.platform.web;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/// A document's revision as its ETag, and the precondition of a PUT over it (RFC 9110, section 13).
public final class Revision {

    private Revision() {}

    public static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    /// A document as a GET answers it.
    public static <T> ResponseEntity<T> shown(long revision, T document) {
        return answer(HttpStatus.OK, revision, document);
    }

    /// A document as the PUT answers that made its revision: 201 the first, 200 every later one.
    public static <T> ResponseEntity<T> saved(long revision, T document) {
        return answer(revision == 1 ? HttpStatus.CREATED : HttpStatus.OK, revision, document);
    }

    private static <T> ResponseEntity<T> answer(HttpStatus status, long revision, T document) {
        return ResponseEntity.status(status).eTag(etag(revision)).body(document);
    }

    /// Lets a PUT pass that knows what it replaces.
    ///
    /// @param current 0 where there is no document yet
    /// @throws ProblemException 428 `precondition-required` without `If-Match` on an existing document, 412
    ///     `precondition-failed` where it names another revision
    public static void require(@Nullable String ifMatch, long current) {
        if (ifMatch == null) {
            if (current > 0) {
                throw Problem.of(ProblemType.PRECONDITION_REQUIRED).asException();
            }
            return;
        }
        String named = ifMatch.strip();
        if (!(named.equals("*") && current > 0) && !named.equals(etag(current))) {
            throw Problem.of(ProblemType.PRECONDITION_FAILED).asException();
        }
    }
}
