package dev.adhere.reminder.dashboard;

import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import reactor.core.publisher.Mono;

/// Makes pages and parts of pages out of models. Everything that is shown is text to the templates: they
/// escape it.
final class Pages {

    static final String LANGUAGE = "adhere-language";
    private static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.GERMAN);

    private final ITemplateEngine templates;
    private final ProblemWriter problems;
    private final Clock clock;

    Pages(ITemplateEngine templates, ProblemWriter problems, Clock clock) {
        this.templates = templates;
        this.problems = problems;
        this.clock = clock;
    }

    /// The language that somebody chose, else the first of the browser's that there is, else English.
    static Locale language(ServerWebExchange exchange) {
        HttpCookie chosen = exchange.getRequest().getCookies().getFirst(LANGUAGE);
        if (chosen != null) {
            for (Locale locale : LANGUAGES) {
                if (locale.getLanguage().equals(chosen.getValue())) {
                    return locale;
                }
            }
        }
        try {
            Locale wanted = Locale.lookup(
                    Locale.LanguageRange.parse(
                            String.valueOf(exchange.getRequest().getHeaders().getFirst(HttpHeaders.ACCEPT_LANGUAGE))),
                    LANGUAGES);
            return wanted == null ? Locale.ENGLISH : wanted;
        } catch (IllegalArgumentException _) {
            return Locale.ENGLISH;
        }
    }

    static boolean wantsPage(ServerHttpRequest request) {
        return String.valueOf(request.getHeaders().getFirst(HttpHeaders.ACCEPT)).contains("text/html");
    }

    /// A page as text.
    String page(String template, Locale locale, Map<String, ?> model) {
        return templates.process(template, context(locale, model));
    }

    /// A part of a page, as its templates names it.
    String part(String template, String part, Locale locale, Map<String, ?> model) {
        return templates.process(template, Set.of(part), context(locale, model));
    }

    private Context context(Locale locale, Map<String, ?> model) {
        var all = new HashMap<String, Object>(model);
        all.put("f", new Formats(locale, clock.instant()));
        return new Context(locale, all);
    }

    /// Refuses a request: a page for people, a problem for everything else, with the same status.
    Mono<Void> refuse(ServerWebExchange exchange, Problem problem) {
        if (!wantsPage(exchange.getRequest())) {
            return problems.write(exchange, problem);
        }
        String html = error(language(exchange), problem);
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatus.valueOf(problem.status()));
        response.getHeaders().setContentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8));
        response.getHeaders().setCacheControl("no-store");
        return response.writeWith(Mono.just(response.bufferFactory().wrap(html.getBytes(StandardCharsets.UTF_8))));
    }

    /// The page that says why there is nothing else.
    String error(Locale locale, Problem problem) {
        var model = new HashMap<String, @Nullable Object>();
        model.put("status", problem.status());
        model.put("kind", kind(problem));
        model.put("traceId", problem.traceId());
        return page("error", locale, model);
    }

    // What pages have words for; all else is "something failed".
    private static String kind(Problem problem) {
        return switch (problem.slug()) {
            case "not-found", "csrf", "session-expired", "forbidden", "temporarily-unavailable" -> problem.slug();
            default -> problem.status() < 500 ? "refused" : "failed";
        };
    }
}
