package dev.adhere.page;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Passes calls of the public API on to the service that they are for, `/api/session/v1/events` to
/// `/v1/events` of session-service, and the answers back, streams as they come.
///
/// No open proxy: where the services are is fixed, nothing but their public API and the issuer's token
/// endpoint can be reached, and only headers that this API knows go through. Cookies do not, in neither
/// direction: browsers send those of one port of a host to all of them, the dashboard's too.
final class PassThrough {

    static final String PATH = "/api/";
    private static final String TOKEN = PATH + "token";

    private static final List<String> ASKED =
            List.of("Accept", "Authorization", "Content-Type", "If-Match", "Last-Event-ID");
    private static final List<String> TOLD =
            List.of("Cache-Control", "Content-Type", "ETag", "Retry-After", "WWW-Authenticate");
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
    private static final String EVENTS = "text/event-stream";
    // A browser that has gone is noticed by writing to it, and until then the service keeps its stream.
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = {};
    private static final int PARTS = 16;
    private static final byte[] UNREACHABLE = """
            {"type":"urn:adhere:problem:temporarily-unavailable","title":"The service cannot be reached.","status":503}""".getBytes(StandardCharsets.UTF_8);

    private final HttpClient http;
    private final Map<String, URI> services;
    private final URI tokens;

    /// @param services where each service is, without a path, by its name
    /// @param tokens the issuer's token endpoint, which is `/api/token` here
    PassThrough(HttpClient http, Map<String, URI> services, URI tokens) {
        this.http = http;
        this.services = Map.copyOf(services);
        this.tokens = tokens;
    }

    /// @throws IOException where the caller has gone
    void pass(HttpExchange exchange) throws IOException, InterruptedException {
        URI target = target(exchange.getRequestURI());
        if (target == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        HttpResponse<InputStream> answer;
        try {
            answer = http.send(request(exchange, target), BodyHandlers.ofInputStream());
        } catch (IOException _) {
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.getResponseHeaders().set("Retry-After", "1");
            exchange.sendResponseHeaders(503, UNREACHABLE.length);
            exchange.getResponseBody().write(UNREACHABLE);
            return;
        }
        try (InputStream body = answer.body()) {
            Headers told = exchange.getResponseHeaders();
            TOLD.forEach(name -> answer.headers().firstValue(name).ifPresent(value -> told.set(name, value)));
            boolean empty = answer.statusCode() == 204
                    || answer.headers().firstValueAsLong("Content-Length").orElse(-1) == 0;
            // 0: of unknown length, in chunks
            exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : 0);
            if (empty) {
                return;
            }
            if (answer.headers().firstValue("Content-Type").orElse("").startsWith(EVENTS)) {
                stream(body, exchange.getResponseBody());
            } else {
                copy(body, exchange.getResponseBody());
            }
        }
    }

    /// Where a call goes; null where nothing is for it.
    private @Nullable URI target(URI asked) {
        if (asked.getRawPath().equals(TOKEN)) {
            return tokens;
        }
        String[] parts = asked.getRawPath().substring(PATH.length()).split("/", 2);
        URI service = services.get(parts[0]);
        if (service == null
                || parts.length < 2
                || !parts[1].startsWith("v1/")
                || Arrays.stream(parts[1].split("/")).anyMatch(PassThrough::dots)) {
            return null;
        }
        String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
        return URI.create(service + "/" + parts[1] + query);
    }

    private static boolean dots(String segment) {
        String plain = segment.replace("%2e", ".").replace("%2E", ".");
        return plain.equals(".") || plain.equals("..");
    }

    private static HttpRequest request(HttpExchange exchange, URI target) {
        var request = HttpRequest.newBuilder(target).method(exchange.getRequestMethod(), body(exchange));
        if (!EVENTS.equals(exchange.getRequestHeaders().getFirst("Accept"))) {
            var _ = request.timeout(ANSWERED_WITHIN);
        }
        for (String name : ASKED) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                var _ = request.header(name, value);
            }
        }
        return request.build();
    }

    private static BodyPublisher body(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String length = headers.getFirst("Content-Length");
        if (length == null && !headers.containsKey("Transfer-Encoding")) {
            return BodyPublishers.noBody();
        }
        BodyPublisher body = BodyPublishers.ofInputStream(exchange::getRequestBody);
        if (length == null) {
            return body;
        }
        return length.equals("0")
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(body, Long.parseLong(length));
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        var buffer = new byte[8192];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
            to.flush();
        }
    }

    private static void stream(InputStream from, OutputStream to) throws IOException, InterruptedException {
        var parts = new ArrayBlockingQueue<byte[]>(PARTS);
        Thread reader = Thread.startVirtualThread(() -> read(from, parts));
        try {
            boolean between = true;
            while (true) {
                byte[] part = parts.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (part == END) {
                    return;
                }
                if (part != null) {
                    to.write(part);
                    between = part.length > 1 && part[part.length - 1] == '\n' && part[part.length - 2] == '\n';
                } else if (between) {
                    to.write(COMMENT);
                }
                to.flush();
            }
        } finally {
            reader.interrupt();
        }
    }

    private static void read(InputStream from, ArrayBlockingQueue<byte[]> parts) {
        var buffer = new byte[8192];
        try {
            try {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                    parts.put(Arrays.copyOf(buffer, n));
                }
            } catch (IOException _) {
                // Broken off: for the browser that is an end, and it comes again.
            }
            parts.put(END);
        } catch (InterruptedException _) {
            // Nobody reads on.
        }
    }
}
