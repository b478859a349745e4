package dev.adhere.platform.web;

import dev.adhere.platform.security.KeysUnavailable;
import dev.adhere.platform.telemetry.Faults;
import dev.adhere.platform.telemetry.Trace;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.support.WebExchangeBindException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.MissingRequestValueException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/// Turns whatever ended a request into a problem; an unforeseen fault shows a trace id and nothing else, and
/// leaves
/// its class and frames in the log under that id, never its message.
public final class ProblemWriter implements WebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemWriter.class);

    private static final Set<String> RESERVED = Set.of("userId", "receivedAt", "roles", "_id", "_class");

    private final JsonMapper json;

    ProblemWriter(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable fault) {
        String traceId = Trace.of(exchange);
        HttpMethod method = exchange.getRequest().getMethod();
        if (exchange.getResponse().isCommitted()) {
            // The server logs it no more, since it would name the path and with it the user.
            if (!DisconnectedClientHelper.isClientDisconnectedException(fault)) {
                Trace.around(traceId, () -> log.warn("an answer to {} broke off: {}", method, Faults.frames(fault)));
            }
            return Mono.error(fault);
        }
        Problem problem = problemOf(fault);
        if (problem.status() == 500) {
            Trace.around(traceId, () -> log.error("{} failed: {}", method, Faults.frames(fault)));
            problem = problem.tracedAs(traceId);
        }
        if (fault instanceof MethodNotAllowedException notAllowed) {
            exchange.getResponse().getHeaders().setAllow(notAllowed.getSupportedMethods());
        }
        // What comes before every answer (the audit trail's record) may fail, too.
        return write(exchange, problem)
                .onErrorResume(
                        later -> !exchange.getResponse().isCommitted(), later -> write(exchange, problemOf(later)));
    }

    /// Writes the problem as the whole answer.
    public Mono<Void> write(ServerWebExchange exchange, Problem problem) {
        ServerHttpResponse response = exchange.getResponse();
        response.setRawStatusCode(problem.status());
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        if (problem.status() == 503) {
            headers.set(HttpHeaders.RETRY_AFTER, "2");
        }
        if (problem.slug().equals(ProblemType.RATE_LIMITED.slug())) {
            headers.set(HttpHeaders.RETRY_AFTER, "60");
        }
        if (problem.status() == 413) {
            // The rest of the body is not read.
            headers.set(HttpHeaders.CONNECTION, "close");
        }
        byte[] body = json.writeValueAsBytes(problem);
        headers.setContentLength(body.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }

    /// The problem that a fault is to the caller.
    public static Problem problemOf(Throwable fault) {
        return switch (fault) {
            case ProblemException e -> e.problem();
            case KeysUnavailable _ -> Problem.temporarilyUnavailable();
            case DataBufferLimitException _ -> tooLarge();
            case UnsupportedMediaTypeStatusException _ -> Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE);
            case MethodNotAllowedException _ -> Problem.of(ProblemType.METHOD_NOT_ALLOWED);
            case MissingRequestValueException _ -> Problem.invalidParameter("A parameter is missing.");
            case WebExchangeBindException _ -> Problem.invalidBody("The body does not read as this resource.");
            case HandlerMethodValidationException _ -> Problem.invalidParameter("A parameter breaks its rule.");
            case ServerWebInputException e when caused(e, DataBufferLimitException.class) -> tooLarge();
            case ServerWebInputException e when namesReservedField(e) -> Problem.reservedField();
            case ServerWebInputException e
            when caused(e, JacksonException.class) || caused(e, DecodingException.class) ->
                Problem.invalidBody("The body does not read as this resource.");
            case ServerWebInputException e
            when e.getMethodParameter() != null
                    && e.getMethodParameter()
                            .hasParameterAnnotation(org.springframework.web.bind.annotation.RequestBody.class) ->
                Problem.invalidBody("The body does not read as this resource.");
            case ServerWebInputException _ -> Problem.invalidParameter("A parameter does not read.");
            case ResponseStatusException e ->
                ofStatus(HttpStatus.valueOf(e.getStatusCode().value()));
            case TimeoutException _ -> Problem.temporarilyUnavailable();
            case com.mongodb.MongoTimeoutException _, com.mongodb.MongoSocketException _ ->
                Problem.temporarilyUnavailable();
            default ->
                caused(fault, com.mongodb.MongoTimeoutException.class)
                        ? Problem.temporarilyUnavailable()
                        : Problem.internal();
        };
    }

    private static Problem ofStatus(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> Problem.notFound();
            case NOT_ACCEPTABLE -> Problem.of(ProblemType.NOT_ACCEPTABLE);
            case CONTENT_TOO_LARGE -> tooLarge();
            case FORBIDDEN -> Problem.forbidden();
            case SERVICE_UNAVAILABLE -> Problem.temporarilyUnavailable();
            case INTERNAL_SERVER_ERROR -> Problem.internal();
            default ->
                Problem.of(
                        status,
                        status.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                        status.getReasonPhrase());
        };
    }

    private static Problem tooLarge() {
        return Problem.of(ProblemType.PAYLOAD_TOO_LARGE);
    }

    // The service's own fields; resources do not have them, so they show up as unknown ones.
    private static boolean namesReservedField(Throwable fault) {
        for (Throwable t = fault.getCause(); t != null; t = t.getCause()) {
            if (t instanceof UnrecognizedPropertyException unknown) {
                return RESERVED.contains(unknown.getPropertyName());
            }
        }
        return false;
    }

    private static boolean caused(Throwable fault, Class<? extends Throwable> type) {
        for (Throwable t = fault.getCause(); t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }
}
