package dev.adhere.local.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Issuer and services in small: enough for the demo to talk to, and able to do what real ones must not.
final class StubServices implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    // Ids begin with their time.
    private static final Comparator<String> NEWEST_FIRST = Comparator.reverseOrder();

    /// What it loses though it says accepted.
    Predicate<String> loses = _ -> false;
    /// Sets that it counts too many.
    int miscounts;
    /// Each so many lines are to be sent again; 0 for none.
    int retryEach;

    final Map<String, String> plans = new ConcurrentHashMap<>();
    /// What users prefer, and what coaches approve, by the path's end.
    final Map<String, String> written = new ConcurrentHashMap<>();
    private final Set<String> preferred = ConcurrentHashMap.newKeySet();
    /// Inboxes: JSON of each nudge, by user.
    final Map<String, List<String>> nudges = new ConcurrentHashMap<>();
    /// JSON of rules that applied, by user.
    final Map<String, List<String>> findings = new ConcurrentHashMap<>();
    final Map<String, Map<String, String>> events = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> conflicts = new ConcurrentHashMap<>();
    private final AtomicInteger lines = new AtomicInteger();
    private final HttpServer server;
    private final Clock clock;
    private final Path ledger;

    StubServices(Clock clock, Path ledger) throws IOException {
        this.clock = clock;
        this.ledger = ledger;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/oauth2/token", this::token);
        server.createContext("/v1/events", this::take);
        server.createContext("/v1/users/", this::tell);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    int stored() {
        return events.values().stream().mapToInt(Map::size).sum();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    // The token is the client's name.
    private void token(HttpExchange exchange) throws IOException {
        String basic = exchange.getRequestHeaders().getFirst("Authorization").substring("Basic ".length());
        String client = new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8).replace(":demo", "");
        answer(exchange, 200, "{\"access_token\":\"" + client + "\",\"expires_in\":3600}");
    }

    private static String caller(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("Authorization").substring("Bearer ".length());
    }

    private void take(HttpExchange exchange) throws IOException {
        String user = caller(exchange);
        List<String> body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        var answers = new StringBuilder();
        for (int i = 0; i < body.size(); i++) {
            String status = "\"accepted\"";
            if (retryEach > 0 && lines.incrementAndGet() % retryEach == 0) {
                status = "\"retry\"";
            } else {
                String problem = problem(body.get(i));
                if (problem == null) {
                    keep(user, body.get(i));
                } else {
                    status = "\"rejected\",\"problem\":{\"type\":\"urn:adhere:problem:" + problem + "\"}";
                }
            }
            answers.append("{\"line\":")
                    .append(i + 1)
                    .append(",\"status\":")
                    .append(status)
                    .append("}\n");
        }
        answer(exchange, 200, answers.toString());
    }

    private @Nullable String problem(String line) {
        JsonNode event;
        try {
            event = JSON.readTree(line);
        } catch (JacksonException _) {
            return "invalid-body";
        }
        JsonNode data = event.path("data");
        if (data.has("$where")) {
            return "invalid-body";
        }
        if (data.has("userId")) {
            return "reserved-field";
        }
        if (event.path("type").asString().contains("sneeze")) {
            return "unknown-event-type";
        }
        if (data.has("score")
                && !(data.path("score").isInt() && data.path("score").asInt() <= 10)) {
            return "validation-failed";
        }
        OffsetDateTime time = OffsetDateTime.parse(event.path("time").asString());
        return time.toInstant().isAfter(clock.instant().plusSeconds(600)) ? "event-in-future" : null;
    }

    private void keep(String user, String line) {
        String id = JSON.readTree(line).path("id").asString();
        if (loses.test(id)) {
            return;
        }
        String first = events.computeIfAbsent(user, _ -> new ConcurrentSkipListMap<>(NEWEST_FIRST))
                .putIfAbsent(id, line);
        if (first != null && !first.equals(line)) {
            conflicts.computeIfAbsent(user, _ -> new ConcurrentSkipListMap<>()).put(id, line);
        }
    }

    private void tell(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", 5);
        String user = path[3];
        switch (path[4]) {
            case "plan" -> plan(exchange, user);
            case "excuses", "alerts" -> page(exchange, Map.of());
            case "preferences" -> preferences(exchange, user);
            case "approvals/bridge" -> {
                written.put(
                        user + "/" + path[4],
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                answer(exchange, 200, "{}");
            }
            case "nudges" -> answer(exchange, 200, "{\"items\":" + nudges.getOrDefault(user, List.of()) + "}");
            case "pain" -> answer(exchange, 200, "{\"findings\":" + findings.getOrDefault(user, List.of()) + "}");
            case "events" -> page(exchange, events.getOrDefault(user, Map.of()));
            case "events/conflicts" -> page(exchange, conflicts.getOrDefault(user, Map.of()));
            default -> answer(exchange, 200, adherence(user));
        }
    }

    // What was written once is written again over its revision only.
    private void preferences(HttpExchange exchange, String user) throws IOException {
        if (!exchange.getRequestMethod().equals("PUT")) {
            exchange.getResponseHeaders().set("ETag", "\"1\"");
            answer(exchange, 200, "{}");
        } else if (!preferred.add(user)
                && !"\"1\"".equals(exchange.getRequestHeaders().getFirst("If-Match"))) {
            answer(exchange, 428, "{}");
        } else {
            written.put(
                    user + "/preferences",
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            answer(exchange, 200, "{}");
        }
    }

    private void plan(HttpExchange exchange, String user) throws IOException {
        if (exchange.getRequestMethod().equals("PUT")) {
            plans.put(user, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            answer(exchange, 201, "{}");
        } else {
            answer(exchange, plans.containsKey(user) ? 200 : 404, plans.getOrDefault(user, "{}"));
        }
    }

    private static void page(HttpExchange exchange, Map<String, String> lines) throws IOException {
        answer(exchange, 200, "{\"items\":[" + String.join(",", lines.values()) + "],\"next\":null}");
    }

    // What the apps have been told is the truth here; whether the real services find it is the journey's question.
    private String adherence(String user) throws IOException {
        Person person = Person.all(clock.instant()).stream()
                .filter(p -> p.userId().equals(user))
                .findFirst()
                .orElseThrow();
        var through = person.date(clock.instant()).minusDays(1);
        Expected week;
        try {
            week = Expected.week(person, through, Ledger.open(ledger, Demo.SEED, clock.instant()), (_, _) -> false);
        } catch (Demo.OtherSeed e) {
            throw new IOException(e);
        }
        return "{\"throughDate\":\"" + through + "\",\"a7\":{\"value\":null,\"numerator\":"
                + (week.done() / 1000.0 + miscounts) + ",\"denominator\":" + week.due() + "},\"a28\":{\"value\":50.0},"
                + "\"streak\":{\"current\":2,\"best\":5},\"today\":{\"done\":0.0,\"due\":9}}";
    }
}
