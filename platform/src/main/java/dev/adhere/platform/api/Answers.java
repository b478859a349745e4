package dev.adhere.platform.api;

import dev.adhere.platform.web.ProblemType;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// How a handler's answers read in the API document. Every handler has it.
///
/// Not named here is what [ApiDocument] adds by itself: what can end every request, what follows from an id
/// in the path, from a body, from an `If-Match` and from a media type.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Answers {

    /// The statuses of success.
    int[] status() default 200;

    /// Whether success carries the document's revision.
    boolean etag() default false;

    /// The problems that are this handler's own.
    ProblemType[] problems() default {};
}
