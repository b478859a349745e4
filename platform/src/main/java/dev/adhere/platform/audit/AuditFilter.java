package dev.adhere.platform.audit;

import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.audit.AuditEvent.Action;
import dev.adhere.platform.security.Caller;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The one place that records who asked for what of whom: whatever is mapped to a path with `{userId}` in
/// it is about that user, whether the user exists or not, and whether it is granted or not.
///
/// What reads is recorded when its answer is ready and before its first byte goes out, with one insert.
/// What changes is recorded before it begins, and its outcome added in the end: a change whose record
/// cannot be stored is not made.
final class AuditFilter implements WebFilter {

    private static final String WHOM = "userId";

    private final AuditTrail trail;
    private final Supplier<List<HandlerMapping>> mappings;

    AuditFilter(AuditTrail trail, Supplier<List<HandlerMapping>> mappings) {
        this.trail = trail;
        this.mappings = mappings;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return ReactiveSecurityContextHolder.getContext()
                .mapNotNull(SecurityContext::getAuthentication)
                .mapNotNull(Authentication::getDetails)
                .ofType(Caller.class)
                .flatMap(caller -> asked(caller, exchange))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(asked -> asked.isPresent() ? recorded(asked.get(), exchange, chain) : chain.filter(exchange));
    }

    private Mono<Void> recorded(AuditEvent event, ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpResponse response = exchange.getResponse();
        if (event.action() == Action.R) {
            response.beforeCommit(() -> stored(() -> trail.add(event.with(status(response)))));
            return chain.filter(exchange);
        }
        return stored(() -> trail.add(event)).then(Mono.defer(() -> {
            response.beforeCommit(() -> stored(() -> trail.end(event.id(), status(response))));
            return chain.filter(exchange);
        }));
    }

    private Mono<Void> stored(Runnable write) {
        return trail.waiting(() -> {
                    write.run();
                    return true;
                })
                .then();
    }

    private static int status(ServerHttpResponse response) {
        HttpStatusCode status = response.getStatusCode();
        return (status == null ? HttpStatus.OK : status).value();
    }

    // Which handler will take it is asked beforehand, on a copy of the attributes; a request that none takes
    // reaches nobody.
    private Mono<AuditEvent> asked(Caller caller, ServerWebExchange exchange) {
        Map<String, Object> attributes = new HashMap<>(exchange.getAttributes());
        var looked = new ServerWebExchangeDecorator(exchange) {
            @Override
            public Map<String, Object> getAttributes() {
                return attributes;
            }
        };
        return Flux.fromIterable(mappings.get())
                .concatMap(mapping -> mapping.getHandler(looked))
                .next()
                .onErrorComplete()
                .then(Mono.fromSupplier(() -> about(caller, looked)));
    }

    private @Nullable AuditEvent about(Caller caller, ServerWebExchange looked) {
        Map<String, String> variables =
                looked.getAttributeOrDefault(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, Map.of());
        PathPattern pattern = looked.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        String patient = variables.get(WHOM);
        return patient == null || pattern == null || caller.owns(patient) || !SessionEvents.isId(patient)
                ? null
                : trail.asked(caller, patient, looked.getRequest().getMethod().name(), pattern.getPatternString());
    }
}
