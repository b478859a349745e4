package dev.adhere.platform.web;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Refuses what a handler would not notice, before it runs.
///
/// A query parameter that it does not name: a typo, an operator (`exercise[$ne]`) or an attempt to reach
/// further (`userId`) must not pass for "no filter". A repeated one is refused too. And an `Accept` without
/// JSON: the answer could not be written once the change is made.
final class StrictMappings extends RequestMappingHandlerMapping {

    private final Map<HandlerMethod, Set<String>> known = new ConcurrentHashMap<>();

    @Override
    protected @Nullable RequestMappingInfo getMappingForMethod(Method method, Class<?> type) {
        RequestMappingInfo info = super.getMappingForMethod(method, type);
        return info == null
                        || !type.getName().startsWith("dev.adhere.")
                        || !info.getProducesCondition().isEmpty()
                        || answersNothing(method)
                ? info
                : info.mutate().produces(MediaType.APPLICATION_JSON_VALUE).build();
    }

    private static boolean answersNothing(Method method) {
        ResolvableType answer = ResolvableType.forMethodReturnType(method);
        if (answer.resolve() == Mono.class) {
            answer = answer.getGeneric();
        }
        if (answer.resolve() == ResponseEntity.class) {
            answer = answer.getGeneric();
        }
        return answer.resolve() == Void.class || answer.resolve() == void.class;
    }

    @Override
    protected void handleMatch(RequestMappingInfo info, HandlerMethod handler, ServerWebExchange exchange) {
        super.handleMatch(info, handler, exchange);
        var given = exchange.getRequest().getQueryParams();
        if (given.isEmpty() || !handler.getBeanType().getName().startsWith("dev.adhere.")) {
            return;
        }
        Set<String> names = known.computeIfAbsent(handler, StrictMappings::names);
        given.forEach((name, values) -> {
            // Nothing asked for is a search of a kind; anywhere else it is a value that got lost.
            boolean lost = !name.equals("q") && values.contains("");
            if (!names.contains(name) || values.size() > 1 || lost) {
                throw Problem.invalidParameter(
                                "A query parameter is not one of this resource, is repeated, or is empty.")
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
