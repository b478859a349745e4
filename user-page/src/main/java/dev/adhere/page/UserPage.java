package dev.adhere.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The page on which people try Adhere as the user: a handful of static files, and beside them the public
/// API of the services under `/api/<service>/`, so that the browser talks to one origin and the services need
/// to trust no other.
///
/// It knows nothing that any other client app could not know, and answers to its own name only.
public final class UserPage implements AutoCloseable {

    /// The client id under which browsers sign in here.
    public static final String CLIENT = "adhere-user-page";

    // Nothing runs or is shown but our own files, and nothing is framed or sent elsewhere.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final List<String> FILES = List.of(
            "api.js",
            "clock.js",
            "day.js",
            "dom.js",
            "icon.svg",
            "inbox.js",
            "outbox.js",
            "page.css",
            "page.js",
            "signin.js",
            "sw.js",
            "timer.js",
            "view.js",
            "words.de.json",
            "words.en.json",
            "words.js");
    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css",
            "html", "text/html; charset=utf-8",
            "js", "text/javascript",
            "json", "application/json",
            "svg", "image/svg+xml");

    private record Asset(String type, byte[] bytes) {}

    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final PassThrough api;
    private final Map<String, Asset> assets;
    private final Set<String> hosts;

    private UserPage(HttpServer server, Set<String> names, PassThrough api, Map<String, Asset> assets) {
        this.server = server;
        this.api = api;
        this.assets = assets;
        int port = server.getAddress().getPort();
        this.hosts = new HashSet<>(names);
        hosts.addAll(Set.of("localhost:" + port, "127.0.0.1:" + port));
    }

    /// Where people sign in, and where what comes of it becomes a token.
    ///
    /// @param authorization as browsers reach it
    /// @param token as this machine reaches it
    public record Provider(URI authorization, URI token) {}

    /// @param at where to listen, on port 0 for any
    /// @param names under which browsers may call it, as the header `Host` has them, besides `localhost` and
    ///     `127.0.0.1` with its port
    /// @param services where each service is, by its name in `/api/<name>/`
    /// @param clockShift how far the services' clocks are ahead of this machine's
    /// @throws IOException where it cannot listen there
    public static UserPage start(
            InetSocketAddress at,
            Set<String> names,
            HttpClient http,
            Map<String, URI> services,
            Provider provider,
            Duration clockShift)
            throws IOException {
        // Chunks of a stream go out as they are, without waiting for the acknowledgement of the last one.
        var _ = System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(at, 0);
        String settings = "{\"clientId\":\"" + CLIENT + "\",\"authorizationUri\":\"" + provider.authorization()
                + "\",\"clockShiftMillis\":" + clockShift.toMillis() + "}";
        var page = new UserPage(server, names, new PassThrough(http, services, provider.token()), assets(settings));
        server.setExecutor(page.workers);
        var _ = server.createContext("/", page::handle);
        server.start();
        return page;
    }

    private static Map<String, Asset> assets(String settings) throws IOException {
        var assets = new LinkedHashMap<String, Asset>();
        assets.put("/", asset("index.html"));
        for (String file : FILES) {
            assets.put("/" + file, asset(file));
        }
        assets.put(
                "/settings.json", new Asset(TYPES.getOrDefault("json", ""), settings.getBytes(StandardCharsets.UTF_8)));
        return assets;
    }

    private static Asset asset(String file) throws IOException {
        String type = TYPES.getOrDefault(file.substring(file.lastIndexOf('.') + 1), "");
        try (InputStream bytes = UserPage.class.getResourceAsStream(file)) {
            if (bytes == null) {
                throw new FileNotFoundException(file);
            }
            return new Asset(type, bytes.readAllBytes());
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Security-Policy", POLICY);
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cross-Origin-Opener-Policy", "same-origin");
            headers.set("Cross-Origin-Resource-Policy", "same-origin");
            String host = exchange.getRequestHeaders().getFirst("Host");
            if (host == null || !hosts.contains(host)) {
                // Another name for this machine would be another site's, made to point here.
                exchange.sendResponseHeaders(421, -1);
            } else if (exchange.getRequestURI().getRawPath().startsWith(PassThrough.PATH)) {
                api.pass(exchange);
            } else {
                show(exchange);
            }
        } catch (IOException _) {
            // The browser has gone.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(HttpExchange exchange) throws IOException {
        Asset asset = assets.get(exchange.getRequestURI().getPath());
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (asset == null) {
            exchange.sendResponseHeaders(404, -1);
        } else if (!head && !exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            exchange.sendResponseHeaders(405, -1);
        } else {
            exchange.getResponseHeaders().set("Content-Type", asset.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-cache");
            exchange.sendResponseHeaders(200, head ? -1 : asset.bytes().length);
            if (!head) {
                exchange.getResponseBody().write(asset.bytes());
            }
        }
    }
}
