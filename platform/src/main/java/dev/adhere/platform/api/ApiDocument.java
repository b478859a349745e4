package dev.adhere.platform.api;

import static dev.adhere.platform.web.ProblemType.FORBIDDEN;
import static dev.adhere.platform.web.ProblemType.INTERNAL;
import static dev.adhere.platform.web.ProblemType.INVALID_BODY;
import static dev.adhere.platform.web.ProblemType.INVALID_PARAMETER;
import static dev.adhere.platform.web.ProblemType.NOT_ACCEPTABLE;
import static dev.adhere.platform.web.ProblemType.NOT_FOUND;
import static dev.adhere.platform.web.ProblemType.PAYLOAD_TOO_LARGE;
import static dev.adhere.platform.web.ProblemType.PRECONDITION_FAILED;
import static dev.adhere.platform.web.ProblemType.PRECONDITION_REQUIRED;
import static dev.adhere.platform.web.ProblemType.RATE_LIMITED;
import static dev.adhere.platform.web.ProblemType.RESERVED_FIELD;
import static dev.adhere.platform.web.ProblemType.TEMPORARILY_UNAVAILABLE;
import static dev.adhere.platform.web.ProblemType.TOKEN_INVALID;
import static dev.adhere.platform.web.ProblemType.UNAUTHENTICATED;
import static dev.adhere.platform.web.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;

/// Completes what springdoc reads from handlers and records: which problems can come, what all resources have
/// in common, and an example of everything.
@Order(Ordered.LOWEST_PRECEDENCE)
final class ApiDocument implements OpenApiCustomizer {

    /// Marks a schema that [RecordSchemas] has seen; gone from the finished document.
    static final String COMPLETE = "x-complete";

    private static final String BEARER = "bearer";
    private static final String NDJSON = "application/x-ndjson";
    private static final String JSON = "application/json";
    private static final String PROBLEM_JSON = "application/problem+json";
    private static final Set<ProblemType> EVERYWHERE =
            EnumSet.of(INVALID_PARAMETER, UNAUTHENTICATED, TOKEN_INVALID, FORBIDDEN, INTERNAL, TEMPORARILY_UNAVAILABLE);
    private static final Map<String, String> SUCCESS = Map.of(
            "200", "What was asked for", "201", "It is new", "202", "Accepted", "204", "Done; there is nothing to say");

    private final Supplier<Map<RequestMappingInfo, HandlerMethod>> mappings;

    ApiDocument(Supplier<Map<RequestMappingInfo, HandlerMethod>> mappings) {
        this.mappings = mappings;
    }

    /// What the document says of the service as a whole.
    static OpenAPI frame(String service) {
        String version = ApiDocument.class.getPackage().getImplementationVersion();
        return new OpenAPI()
                .info(new Info()
                        .title("Adhere " + service)
                        .version(version == null ? "development" : version)
                        .license(new License().name("Apache-2.0").identifier("Apache-2.0"))
                        .description("""
                                JSON over HTTP. Errors are problems (RFC 9457) whose `type` is `urn:adhere:problem:<slug>`; a client tells
                                them apart by it and by nothing else. Times are RFC 3339, zones IANA ids, dates `YYYY-MM-DD`.

                                A list answers `items` and `next`: hand `next` in as `cursor` to go on, null means that there is no more.
                                A document answers its revision as `ETag`; to change one, name that in `If-Match`.

                                A query parameter that a resource does not name is refused, and so is a field of a body. A line of the
                                request beyond 8 KiB ends in 414 and a header block beyond 16 KiB in 431, both without a body.
                                A method that a path does not have ends in 405 `method-not-allowed`."""))
                .servers(List.of(new Server().url("/").description("Where this document came from")))
                .security(List.of(new SecurityRequirement().addList(BEARER)))
                .components(
                        new Components()
                                .addSecuritySchemes(
                                        BEARER,
                                        new SecurityScheme()
                                                .type(SecurityScheme.Type.HTTP)
                                                .scheme("bearer")
                                                .bearerFormat("JWT")
                                                .description(
                                                        "An access token of the configured issuer for audience `adhere`: RS256, `sub` is the"
                                                                + " user id, `roles` is some of user, coach, editor, admin, ops.")));
    }

    @Override
    public void customise(OpenAPI api) {
        var types = ModelConverters.getInstance(true)
                .resolveAsResolvedSchema(new AnnotatedType(Problem.class).resolveAsRef(true));
        types.referencedSchemas.forEach(api.getComponents()::addSchemas);
        ContractSchemas.putInto(api);
        var examples = new Examples(api.getComponents().getSchemas());
        var operationIds = new TreeMap<String, Integer>();
        Map<String, List<HandlerMethod>> handlers = handlers();
        api.getPaths()
                .forEach((path, item) -> item.readOperationsMap()
                        .forEach((method, operation) ->
                                operationIds.merge(name(handlers, path, method, operation), 1, Integer::sum)));
        api.getPaths()
                .forEach((path, item) -> item.readOperationsMap().forEach((method, operation) -> {
                    List<HandlerMethod> own = handlers.getOrDefault(method + " " + path, List.of());
                    String name = name(handlers, path, method, operation);
                    String tag = tag(operation);
                    operation.setTags(List.of(tag));
                    operation.setOperationId(
                            operationIds.getOrDefault(name, 0) > 1 ? name + tag.replace(" ", "") : name);
                    complete(api, operation, own, examples);
                }));
        if (api.getTags() != null) {
            api.getTags().forEach(tag -> tag.setName(tag(tag.getName())));
        }
        ContractSchemas.prune(api);
        api.getComponents().getSchemas().values().forEach(schema -> {
            inParagraphs(schema);
            if (schema.getExtensions() != null) {
                schema.getExtensions().remove(COMPLETE);
            }
        });
    }

    private Map<String, List<HandlerMethod>> handlers() {
        var handlers = new TreeMap<String, List<HandlerMethod>>();
        mappings.get()
                .forEach((info, handler) -> info.getPatternsCondition()
                        .getPatterns()
                        .forEach(pattern -> info.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> handlers.computeIfAbsent(
                                                method + " " + pattern.getPatternString(), _ -> new ArrayList<>())
                                        .add(handler))));
        return handlers;
    }

    private static String name(
            Map<String, List<HandlerMethod>> handlers, String path, PathItem.HttpMethod method, Operation operation) {
        return handlers.getOrDefault(method + " " + path, List.of()).stream()
                .filter(handler -> handler.hasMethodAnnotation(Answers.class))
                .map(handler -> handler.getMethod().getName())
                .sorted()
                .findFirst()
                .orElse(operation.getOperationId());
    }

    private static String tag(Operation operation) {
        return operation.getTags() == null || operation.getTags().isEmpty()
                ? "Other"
                : tag(operation.getTags().getFirst());
    }

    // springdoc names it by the class: plan-controller.
    private static String tag(String springdocs) {
        String words = springdocs.replace("-controller", "").replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static void complete(OpenAPI api, Operation operation, List<HandlerMethod> handlers, Examples examples) {
        withoutSummary(operation);
        List<Answers> answers = handlers.stream()
                .map(handler -> handler.getMethodAnnotation(Answers.class))
                .filter(Objects::nonNull)
                .toList();
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(ApiDocument::describe);
        }
        if (operation.getRequestBody() != null) {
            operation.getRequestBody().setRequired(!optionalBody(handlers));
            exemplify(operation.getRequestBody().getContent(), examples::sent);
        }
        if (answers.size() == 1) {
            statuses(operation.getResponses(), answers.getFirst().status());
        }
        operation.getResponses().forEach((status, response) -> {
            if (status.startsWith("2")) {
                if (response.getDescription() == null
                        || response.getDescription().equals("OK")
                        || response.getDescription().equals("default response")) {
                    response.setDescription(SUCCESS.getOrDefault(status, "Success"));
                }
                if (answers.stream().anyMatch(Answers::etag)) {
                    response.addHeaderObject(
                            HttpHeaders.ETAG,
                            header("The document's revision, in quotes: what a change names in `If-Match`", "\"3\""));
                }
                exemplify(response.getContent(), examples::answered);
            }
        });
        addProblems(api, operation, answers);
    }

    // springdoc takes the first sentence for the summary and leaves it in the description.
    private static void withoutSummary(Operation operation) {
        String description = operation.getDescription();
        String summary = operation.getSummary();
        if (description != null && summary != null && description.startsWith(summary)) {
            String rest = inParagraphs(description.substring(summary.length())).strip();
            operation.setDescription(rest.isEmpty() ? null : rest);
        }
    }

    // A comment's lines end where the page does.
    private static String inParagraphs(String comment) {
        return comment.replaceAll("(?<!\\n)\\n(?!\\n) *", " ");
    }

    private static void inParagraphs(Schema<?> schema) {
        if (schema.getDescription() != null) {
            schema.setDescription(inParagraphs(schema.getDescription()));
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(ApiDocument::inParagraphs);
        }
    }

    private static boolean optionalBody(List<HandlerMethod> handlers) {
        return handlers.stream()
                .flatMap(handler -> Arrays.stream(handler.getMethodParameters()))
                .map(parameter -> parameter.getParameterAnnotation(RequestBody.class))
                .anyMatch(body -> body != null && !body.required());
    }

    private static void statuses(ApiResponses responses, int[] statuses) {
        ApiResponse springdocs = responses.get("200");
        if (springdocs == null || Arrays.equals(statuses, new int[] {200})) {
            return;
        }
        responses.remove("200");
        for (int status : statuses) {
            responses.addApiResponse(
                    Integer.toString(status),
                    new ApiResponse()
                            .description(SUCCESS.get(Integer.toString(status)))
                            .content(status == 204 ? null : springdocs.getContent()));
        }
    }

    private static void exemplify(@Nullable Content content, Function<Schema<?>, @Nullable Object> example) {
        if (content != null) {
            content.values().forEach(media -> {
                if (media.getExample() == null && media.getExamples() == null && media.getSchema() != null) {
                    media.setExample(example.apply(media.getSchema()));
                }
            });
        }
    }

    // What these mean is the same wherever they stand.
    private static void describe(Parameter parameter) {
        if (parameter.getDescription() != null) {
            parameter.setDescription(inParagraphs(parameter.getDescription()));
        }
        Schema<?> schema = parameter.getSchema();
        if (schema == null) {
            return;
        }
        switch (parameter.getName()) {
            case "userId" -> {
                say(parameter, "The user's id, a pseudonym: `sub` of the user's own token.");
                schema.pattern("^[A-Za-z0-9._~-]{1,64}$").setExample("user-001");
            }
            case "size" -> {
                say(parameter, "How many items a page has at most.");
                schema.minimum(BigDecimal.ONE).maximum(BigDecimal.valueOf(1_000));
                schema.setDefault(50);
            }
            case "cursor" -> {
                say(parameter, "Where the page before ended: its `next`. Any other text is refused.");
                schema.maxLength(1_024);
            }
            case HttpHeaders.IF_MATCH -> {
                say(
                        parameter,
                        "The revision that is to be changed, as the last `ETag` said; `*` for any. Not needed for a"
                                + " document that does not exist yet.");
                schema.setExample("\"3\"");
            }
            default -> {}
        }
    }

    private static void say(Parameter parameter, String words) {
        if (parameter.getDescription() == null || parameter.getDescription().isBlank()) {
            parameter.setDescription(words);
        }
    }

    private static void addProblems(OpenAPI api, Operation operation, List<Answers> answers) {
        Set<ProblemType> problems = EnumSet.copyOf(EVERYWHERE);
        answers.forEach(own -> problems.addAll(List.of(own.problems())));
        if (operation.getRequestBody() != null) {
            problems.add(UNSUPPORTED_MEDIA_TYPE);
            // A stream of lines has no end that could be too far away, and says line by line what is wrong.
            if (!operation.getRequestBody().getContent().keySet().equals(Set.of(NDJSON))) {
                problems.addAll(List.of(INVALID_BODY, RESERVED_FIELD, PAYLOAD_TOO_LARGE));
            }
        }
        // An id with a slash in it leads to another resource, or to none.
        if (operation.getParameters() != null
                && operation.getParameters().stream().anyMatch(parameter -> "path".equals(parameter.getIn()))) {
            problems.add(NOT_FOUND);
        }
        if (operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(parameter -> HttpHeaders.IF_MATCH.equals(parameter.getName()))) {
            problems.addAll(List.of(PRECONDITION_FAILED, PRECONDITION_REQUIRED));
        }
        if (operation.getResponses().values().stream()
                .anyMatch(response ->
                        response.getContent() != null && response.getContent().containsKey(JSON))) {
            problems.add(NOT_ACCEPTABLE);
        }
        Map<Integer, List<ProblemType>> byStatus = problems.stream()
                .collect(Collectors.groupingBy(type -> type.status().value(), TreeMap::new, Collectors.toList()));
        byStatus.forEach((status, types) -> {
            String name =
                    "Problem" + status + types.stream().map(ApiDocument::camel).collect(Collectors.joining("Or"));
            if (api.getComponents().getResponses() == null
                    || !api.getComponents().getResponses().containsKey(name)) {
                api.getComponents().addResponses(name, response(status, types));
            }
            operation
                    .getResponses()
                    .addApiResponse(Integer.toString(status), new ApiResponse().$ref("#/components/responses/" + name));
        });
    }

    private static String camel(ProblemType type) {
        return Arrays.stream(type.slug().split("-"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static ApiResponse response(int status, List<ProblemType> types) {
        Schema<Object> slug = schema("string");
        slug.setEnum(types.stream().<Object>map(ApiDocument::urn).toList());
        Schema<Object> number = schema("integer");
        number.setEnum(List.of(status));
        Schema<Object> narrowed = schema("object");
        narrowed.addProperty("type", slug);
        narrowed.addProperty("status", number);
        var media = new MediaType()
                .schema(new JsonSchema()
                        .addAllOfItem(new JsonSchema().$ref("#/components/schemas/Problem"))
                        .addAllOfItem(narrowed));
        types.forEach(type -> media.addExamples(
                type.slug(), new Example().summary(type.detail()).value(example(type))));
        var response = new ApiResponse()
                .description(types.stream()
                        .map(type -> "`" + type.slug() + "`: " + type.detail())
                        .collect(Collectors.joining(" ")))
                .content(new Content().addMediaType(PROBLEM_JSON, media));
        if (status == 401) {
            response.addHeaderObject(HttpHeaders.WWW_AUTHENTICATE, header("How to authenticate (RFC 6750)", "Bearer"));
        }
        if (status == 503) {
            response.addHeaderObject(HttpHeaders.RETRY_AFTER, header("Seconds to wait before trying again", "2"));
        }
        if (types.contains(RATE_LIMITED)) {
            response.addHeaderObject(HttpHeaders.RETRY_AFTER, header("Seconds to wait before trying again", "60"));
        }
        return response;
    }

    private static Map<String, Object> example(ProblemType type) {
        var example = new LinkedHashMap<String, Object>();
        example.put("type", urn(type));
        example.put("title", type.status().getReasonPhrase());
        example.put("status", type.status().value());
        switch (type) {
            case INTERNAL -> example.put("traceId", "6f1d9b2c-17");
            case VALIDATION_FAILED -> {
                example.put("detail", type.detail());
                example.put("errors", List.of(Map.of("field", "data.score", "message", "must be a whole number 0-10")));
            }
            default -> example.put("detail", type.detail());
        }
        return example;
    }

    private static String urn(ProblemType type) {
        return "urn:adhere:problem:" + type.slug();
    }

    @SuppressWarnings("unchecked")
    private static Schema<Object> schema(String type) {
        return new JsonSchema().types(Set.of(type));
    }

    private static Header header(String words, String example) {
        return new Header()
                .description(words)
                .required(true)
                .schema(schema("string"))
                .example(example);
    }
}
