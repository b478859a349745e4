package dev.adhere.reminder.dashboard;

import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RequestPredicates.POST;

import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemException;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.ProblemWriter;
import dev.adhere.reminder.Coaching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Every page and what it answers to. Pages work without scripts; with them rows are live and searches swap a
/// part.
@Configuration(proxyBeanMethods = false)
class Dashboard {

    private static final int ROWS = 50;
    private static final Duration ASSETS_LIVE = Duration.ofMinutes(10);

    @Bean
    Pages pages(ProblemWriter problems, Clock clock) {
        var resolver = new ClassLoaderTemplateResolver();
        resolver.setPrefix("dashboard/");
        resolver.setSuffix(".html");
        resolver.setTemplateMode(TemplateMode.HTML);
        resolver.setCharacterEncoding("UTF-8");
        var words = new ResourceBundleMessageSource();
        words.setBasename("dashboard/words");
        words.setDefaultEncoding("UTF-8");
        words.setFallbackToSystemLocale(false);
        words.setAlwaysUseMessageFormat(true);
        var engine = new SpringTemplateEngine();
        engine.setTemplateResolver(resolver);
        engine.setTemplateEngineMessageSource(words);
        return new Pages(engine, problems, clock);
    }

    @Bean
    RouterFunction<ServerResponse> dashboardRoutes(
            Coaching coaching, Sessions sessions, Pages pages, DashboardSettings settings) {
        var routes = new Routes(coaching, sessions, pages, settings);
        return RouterFunctions.route(GET("/"), routes::cohort)
                .andRoute(GET(Sessions.STREAM), routes::updates)
                .andRoute(POST("/invitations"), routes::accept)
                .andRoute(GET("/cohort.csv"), routes::cohortCsv)
                .andRoute(GET("/cohort.json"), routes::cohortJson)
                .andRoute(GET("/clients/{userId}"), routes::client)
                .andRoute(GET("/clients/{userId}/days.csv"), routes::daysCsv)
                .andRoute(GET("/clients/{userId}/days.json"), routes::daysJson)
                .andRoute(GET("/clients/{userId}/days/{date}"), routes::day)
                .andRoute(GET("/clients/{userId}/plan"), routes::plan)
                .andRoute(POST("/clients/{userId}/plan"), routes::changePlan)
                .andRoute(POST("/clients/{userId}/excuses"), routes::excuse)
                .andRoute(POST("/clients/{userId}/alerts/{alertId}"), routes::acknowledge)
                .andRoute(POST("/clients/{userId}/approvals/{exerciseId}"), routes::approve)
                .andRoute(POST("/clients/{userId}/hold-ended"), routes::endHold)
                .andRoute(GET("/language/{language}"), routes::language)
                .andRoute(GET("/signed-out"), request -> routes.message(request, "signed-out"))
                .andRoute(GET("/not-signed-in"), request -> routes.message(request, "not-signed-in"))
                .andRoute(GET("/assets/htmx.js"), _ -> script(htmx()))
                .and(RouterFunctions.resources(
                        "/assets/**",
                        new ClassPathResource("dashboard/assets/"),
                        (_, headers) -> headers.setCacheControl(CacheControl.maxAge(ASSETS_LIVE))))
                .filter((request, next) -> next.handle(request).onErrorResume(fault -> routes.refuse(request, fault)));
    }

    private static Mono<ServerResponse> script(Resource resource) {
        return ServerResponse.ok()
                .contentType(MediaType.parseMediaType("text/javascript"))
                .cacheControl(CacheControl.maxAge(ASSETS_LIVE))
                .bodyValue(resource);
    }

    // The webjar has its version in its path.
    private static Resource htmx() {
        try {
            return new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:/META-INF/resources/webjars/htmx.org/*/dist/htmx.min.js")[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Routes(Coaching coaching, Sessions sessions, Pages pages, DashboardSettings settings) {

        Mono<ServerResponse> cohort(ServerRequest request) {
            return signedIn(request, session -> cohort(request, session, HttpStatus.OK, null));
        }

        private Mono<ServerResponse> cohort(
                ServerRequest request, Sessions.Session session, HttpStatus status, @Nullable String refused) {
            var search = new Coaching.Search(
                    parameter(request, "q"), parameter(request, "reason"), parameter(request, "sort"));
            String cursor =
                    request.queryParam("cursor").filter(c -> !c.isBlank()).orElse(null);
            return coaching.clients(session.caller(), search, ROWS, cursor).flatMap(clients -> {
                var model = new HashMap<String, @Nullable Object>();
                model.put("clients", clients.items());
                model.put("next", clients.next());
                model.put("search", search);
                model.put("first", cursor == null);
                model.put("searched", !search.q().isEmpty() || !search.reason().isEmpty());
                model.put("reasons", Coaching.reasons());
                model.put("sorts", Coaching.sorts());
                model.put("refused", refused);
                return page(request, session, status, "cohort", model);
            });
        }

        Mono<ServerResponse> cohortCsv(ServerRequest request) {
            return rows(request).flatMap(rows -> csv("adhere-cohort.csv", Export.csv(Export.ClientRow.class, rows)));
        }

        Mono<ServerResponse> cohortJson(ServerRequest request) {
            return rows(request).flatMap(Routes::json);
        }

        private Mono<List<Export.ClientRow>> rows(ServerRequest request) {
            return signedIn(request, session -> coaching.all(session.caller()))
                    .map(clients -> clients.stream().map(Export.ClientRow::of).toList());
        }

        Mono<ServerResponse> daysCsv(ServerRequest request) {
            return days(request)
                    .flatMap(days -> csv(
                            "adhere-" + request.pathVariable("userId") + "-days.csv",
                            Export.csv(Export.DayRow.class, days)));
        }

        Mono<ServerResponse> daysJson(ServerRequest request) {
            return days(request).flatMap(Routes::json);
        }

        private Mono<List<Export.DayRow>> days(ServerRequest request) {
            return signedIn(request, session -> coaching.client(session.caller(), request.pathVariable("userId")))
                    .map(Export::days);
        }

        private static Mono<ServerResponse> csv(String name, String csv) {
            return ServerResponse.ok()
                    .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .header(
                            HttpHeaders.CONTENT_DISPOSITION,
                            ContentDisposition.attachment()
                                    .filename(name)
                                    .build()
                                    .toString())
                    .bodyValue(csv);
        }

        private static Mono<ServerResponse> json(List<?> rows) {
            return ServerResponse.ok()
                    .contentType(MediaType.APPLICATION_JSON)
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .bodyValue(rows);
        }

        /// Takes a client on who has given the coach a code.
        Mono<ServerResponse> accept(ServerRequest request) {
            return signedIn(
                    request,
                    session -> request.formData()
                            .flatMap(form -> coaching.accept(session.caller(), PlanForm.first(form, "code")))
                            .flatMap(userId -> seeOther("/clients/" + userId + "?saved"))
                            .onErrorResume(
                                    ProblemException.class,
                                    e -> e.problem().status() == 404
                                                    || e.problem().status() == 429
                                            ? cohort(
                                                    request,
                                                    session,
                                                    HttpStatus.valueOf(
                                                            e.problem().status()),
                                                    e.problem().slug())
                                            : Mono.error(e)));
        }

        Mono<ServerResponse> updates(ServerRequest request) {
            Locale locale = Pages.language(request.exchange());
            return signedIn(
                    request,
                    session -> ServerResponse.ok()
                            .contentType(MediaType.TEXT_EVENT_STREAM)
                            .header(HttpHeaders.CACHE_CONTROL, "no-store")
                            .body(BodyInserters.fromServerSentEvents(
                                    coaching.updates(session.caller(), sessions.lives(session.key()))
                                            .map(update -> event(update, locale))
                                            // The stream ends by itself only with the session.
                                            .concatWith(Flux.just(named("over", ""))))));
        }

        private ServerSentEvent<String> event(Coaching.Update update, Locale locale) {
            return switch (update) {
                case Coaching.Update.Ready() -> named("ready", "");
                case Coaching.Update.Changed(Coaching.Client client) ->
                    named("client", pages.page("row", locale, Map.of("c", client)));
                case Coaching.Update.Gone(String userId) -> named("gone", userId);
                case Coaching.Update.Beat() ->
                    ServerSentEvent.<String>builder().comment("beat").build();
            };
        }

        private static ServerSentEvent<String> named(String name, String data) {
            return ServerSentEvent.builder(data).event(name).build();
        }

        Mono<ServerResponse> client(ServerRequest request) {
            return signedIn(request, session -> client(request, session, HttpStatus.OK, List.of()));
        }

        private Mono<ServerResponse> client(
                ServerRequest request, Sessions.Session session, HttpStatus status, List<Coaching.Fault> faults) {
            return coaching.client(session.caller(), request.pathVariable("userId"))
                    .flatMap(file -> page(
                            request,
                            session,
                            status,
                            "client",
                            Map.of(
                                    "c",
                                    file.client(),
                                    "file",
                                    file,
                                    "chart",
                                    PainChart.of(file),
                                    "weekdays",
                                    DayOfWeek.values(),
                                    "kinds",
                                    Coaching.DayKind.values(),
                                    "faults",
                                    faults,
                                    "saved",
                                    request.queryParam("saved").isPresent())));
        }

        Mono<ServerResponse> day(ServerRequest request) {
            return signedIn(
                    request,
                    session -> coaching.day(
                                    session.caller(),
                                    request.pathVariable("userId"),
                                    request.pathVariable("date"),
                                    Pages.language(request.exchange()).getLanguage())
                            .flatMap(day -> page(
                                    request, session, HttpStatus.OK, "day", Map.of("c", day.client(), "day", day))));
        }

        Mono<ServerResponse> plan(ServerRequest request) {
            return signedIn(
                    request,
                    session -> coaching.plan(session.caller(), request.pathVariable("userId"))
                            .flatMap(file -> editor(request, session, HttpStatus.OK, file, PlanForm.of(file), null)));
        }

        Mono<ServerResponse> changePlan(ServerRequest request) {
            String userId = request.pathVariable("userId");
            return signedIn(
                    request,
                    session -> request.formData()
                            .flatMap(form -> coaching.plan(session.caller(), userId)
                                    .flatMap(file -> {
                                        PlanForm given = PlanForm.read(form);
                                        String wanted = PlanForm.first(form, "do");
                                        if (wanted.equals("save")) {
                                            return save(request, session, file, given);
                                        }
                                        if (wanted.equals("preview")) {
                                            return coaching.preview(session.caller(), userId, given.draft())
                                                    .flatMap(preview -> editor(
                                                            request, session, HttpStatus.OK, file, given, preview));
                                        }
                                        return editor(
                                                request, session, HttpStatus.OK, file, changed(given, wanted), null);
                                    })));
        }

        private PlanForm changed(PlanForm form, String wanted) {
            if (wanted.startsWith("add-")) {
                Coaching.Prescribable exercise = coaching.exercise(wanted.substring(4));
                return exercise == null ? form : form.with(exercise);
            }
            if (wanted.startsWith("easier-")) {
                Integer row = PlanForm.number(wanted.substring(7));
                return row == null ? form : form.easier(row, coaching::easierForm);
            }
            Integer row = wanted.startsWith("remove-") ? PlanForm.number(wanted.substring(7)) : null;
            return row == null ? form : form.without(row);
        }

        private Mono<ServerResponse> save(
                ServerRequest request, Sessions.Session session, Coaching.PlanFile file, PlanForm form) {
            String userId = file.client().userId();
            return coaching.save(session.caller(), userId, form.draft())
                    .flatMap(_ -> seeOther("/clients/" + userId + "?saved"))
                    .onErrorResume(
                            ProblemException.class,
                            e -> e.problem().status() == 404
                                    ? Mono.error(e)
                                    : editor(
                                            request,
                                            session,
                                            HttpStatus.valueOf(e.problem().status()),
                                            file,
                                            form,
                                            new Coaching.Preview(Coaching.faults(e.problem()), List.of(), List.of())));
        }

        private Mono<ServerResponse> editor(
                ServerRequest request,
                Sessions.Session session,
                HttpStatus status,
                Coaching.PlanFile file,
                PlanForm form,
                Coaching.@Nullable Preview preview) {
            var model = new HashMap<String, @Nullable Object>();
            model.put("c", file.client());
            model.put("file", file);
            model.put("form", form);
            model.put("preview", preview);
            model.put("found", form.find().isBlank() ? List.of() : coaching.exercises(form.find()));
            model.put("easier", easier(form));
            model.put("weekdays", DayOfWeek.values());
            return page(request, session, status, "plan", model);
        }

        // The names of easier forms that a row could be replaced by, by the row's exercise.
        private Map<String, String> easier(PlanForm form) {
            var easier = new HashMap<String, String>();
            for (PlanForm.Row row : form.rows()) {
                Coaching.Prescribable instead = form.instead(row, coaching::easierForm);
                if (instead != null) {
                    easier.put(row.exerciseId(), instead.name());
                }
            }
            return easier;
        }

        Mono<ServerResponse> excuse(ServerRequest request) {
            String userId = request.pathVariable("userId");
            return signedIn(
                    request,
                    session -> request.formData().flatMap(form -> {
                        String from = PlanForm.first(form, "from");
                        String to = PlanForm.first(form, "to");
                        String exercise = PlanForm.first(form, "exercise");
                        return done(
                                request,
                                session,
                                coaching.excuse(
                                        session.caller(),
                                        userId,
                                        from,
                                        to.isEmpty() ? from : to,
                                        exercise.isEmpty() ? null : exercise,
                                        PlanForm.first(form, "reason")));
                    }));
        }

        Mono<ServerResponse> acknowledge(ServerRequest request) {
            return signedIn(
                    request,
                    session -> request.formData()
                            .flatMap(form -> done(
                                    request,
                                    session,
                                    coaching.acknowledge(
                                            session.caller(),
                                            request.pathVariable("userId"),
                                            request.pathVariable("alertId"),
                                            PlanForm.first(form, "note")))));
        }

        Mono<ServerResponse> approve(ServerRequest request) {
            return signedIn(
                    request,
                    session -> request.formData()
                            .flatMap(form -> done(
                                    request,
                                    session,
                                    coaching.approve(
                                            session.caller(),
                                            request.pathVariable("userId"),
                                            request.pathVariable("exerciseId"),
                                            PlanForm.first(form, "scope")))));
        }

        Mono<ServerResponse> endHold(ServerRequest request) {
            return signedIn(
                    request,
                    session ->
                            done(request, session, coaching.endHold(session.caller(), request.pathVariable("userId"))));
        }

        // Back to the client's page, which says what was wrong where something was.
        private Mono<ServerResponse> done(ServerRequest request, Sessions.Session session, Mono<Void> deed) {
            return deed.then(Mono.defer(() -> seeOther("/clients/" + request.pathVariable("userId") + "?saved")))
                    .onErrorResume(
                            ProblemException.class,
                            e -> e.problem().status() == 404
                                    ? Mono.error(e)
                                    : client(
                                            request,
                                            session,
                                            HttpStatus.valueOf(e.problem().status()),
                                            Coaching.faults(e.problem())));
        }

        /// Remembers a language, and goes back to where that was asked.
        Mono<ServerResponse> language(ServerRequest request) {
            String back = request.headers().header(HttpHeaders.REFERER).stream()
                    .filter(referer -> referer.startsWith(settings.origin() + "/"))
                    .findFirst()
                    .orElse(settings.at("/"));
            return ServerResponse.seeOther(URI.create(back))
                    .cookie(ResponseCookie.from(
                                    Pages.LANGUAGE,
                                    request.pathVariable("language").equals("de") ? "de" : "en")
                            .httpOnly(true)
                            .secure(settings.secure())
                            .sameSite("Lax")
                            .path("/")
                            .maxAge(Duration.ofDays(365))
                            .build())
                    .build();
        }

        Mono<ServerResponse> message(ServerRequest request, String kind) {
            return html(
                    HttpStatus.OK,
                    pages.page(
                            "message",
                            Pages.language(request.exchange()),
                            Map.of("kind", kind, "why", parameter(request, "why"), "start", SignIn.START)));
        }

        // What nobody foresaw is logged where everything like it is.
        Mono<ServerResponse> refuse(ServerRequest request, Throwable fault) {
            Problem problem = ProblemWriter.problemOf(fault);
            return problem.status() == 500
                            || !Pages.wantsPage(request.exchange().getRequest())
                    ? Mono.error(fault)
                    : html(
                            HttpStatus.valueOf(problem.status()),
                            pages.error(Pages.language(request.exchange()), problem));
        }

        private <T> Mono<T> signedIn(ServerRequest request, Function<Sessions.Session, Mono<T>> answer) {
            return sessions.of(request.exchange())
                    .switchIfEmpty(Mono.error(
                            () -> Problem.of(ProblemType.SESSION_EXPIRED).asException()))
                    .flatMap(answer);
        }

        private Mono<ServerResponse> page(
                ServerRequest request,
                Sessions.Session session,
                HttpStatus status,
                String template,
                Map<String, ? extends @Nullable Object> model) {
            var all = new HashMap<String, @Nullable Object>(model);
            Caller caller = session.caller();
            all.put("me", caller.userId());
            all.put("csrf", session.csrf());
            return html(status, pages.page(template, Pages.language(request.exchange()), all));
        }

        private static Mono<ServerResponse> html(HttpStatus status, String html) {
            return ServerResponse.status(status)
                    .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                    .bodyValue(html);
        }

        private static Mono<ServerResponse> seeOther(String path) {
            return ServerResponse.seeOther(URI.create(path)).build();
        }

        private static String parameter(ServerRequest request, String name) {
            return request.queryParam(name).map(String::strip).orElse("");
        }
    }
}
