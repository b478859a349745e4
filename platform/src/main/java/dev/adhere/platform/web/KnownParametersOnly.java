package dev.adhere.platform.web;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.server.ServerWebExchange;

/// Refuses a query parameter that the handler does not name: a typo, an operator (`exercise[$ne]`) or an
/// attempt to
/// reach further (`userId`) must not pass for "no filter". A repeated one is refused too.
final class KnownParametersOnly extends RequestMappingHandlerMapping {

    private final Map<HandlerMethod, Set<String>> known = new ConcurrentHashMap<>();

    @Override
    protected void handleMatch(RequestMappingInfo info, HandlerMethod handler, ServerWebExchange exchange) {
        super.handleMatch(info, handler, exchange);
        var given = exchange.getRequest().getQueryParams();
        if (given.isEmpty() || !handler.getBeanType().getName().startsWith("dev.adhere.")) {
            return;
        }
        Set<String> names = known.computeIfAbsent(handler, KnownParametersOnly::names);
        given.forEach((name, values) -> {
            if (!names.contains(name) || values.size() > 1) {
                throw Problem.invalidParameter("A query parameter is not one of this resource, or is repeated.")
                        .asException();
            }
        });
    }

    private static Set<String> names(HandlerMethod handler) {
        return Arrays.stream(handler.getMethodParameters())
                .filter(p -> p.hasParameterAnnotation(RequestParam.class))
                .map(p -> {
                    var annotation =
                            AnnotatedElementUtils.findMergedAnnotation(p.getAnnotatedElement(), RequestParam.class);
                    String name = annotation == null ? "" : annotation.name();
                    return name.isEmpty() ? p.getParameter().getName() : name;
                })
                .collect(Collectors.toUnmodifiableSet());
    }
}
