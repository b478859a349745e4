package dev.adhere.local.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Access tokens by client credentials, kept for most of their life. Safe to share between threads.
public final class Tokens {

    private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern EXPIRES = Pattern.compile("\"expires_in\"\\s*:\\s*(\\d+)");

    private record Kept(String token, long untilNanos) {}

    private final Retrying http;
    private final URI endpoint;
    private final String secret;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    /// @param issuer without a path, as in `http://localhost:9000`
    /// @param secret of every client
    public Tokens(HttpClient http, URI issuer, String secret) {
        this.http = new Retrying(http);
        this.endpoint = issuer.resolve("/oauth2/token");
        this.secret = secret;
    }

    /// A token that is good for a while.
    ///
    /// @throws IOException where the issuer gives none
    public String of(String client) throws IOException, InterruptedException {
        @Nullable Kept token = kept.get(client);
        if (token == null || token.untilNanos() - System.nanoTime() < 0) {
            token = fetch(client);
            kept.put(client, token);
        }
        return token.token();
    }

    /// The next one is a new one: what was given has been refused.
    void forget(String client) {
        kept.remove(client);
    }

    private Kept fetch(String client) throws IOException, InterruptedException {
        String basic = Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(endpoint)
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString("grant_type=client_credentials"))
                .build();
        HttpResponse<String> answer = http.send(request);
        Matcher token = TOKEN.matcher(answer.body());
        Matcher expires = EXPIRES.matcher(answer.body());
        if (answer.statusCode() != 200 || !token.find()) {
            throw new IOException("The issuer gives " + client + " no token: " + answer.statusCode());
        }
        long seconds = expires.find() ? Long.parseLong(expires.group(1)) : 60;
        return new Kept(
                token.group(1),
                System.nanoTime() + Duration.ofSeconds(seconds * 4 / 5).toNanos());
    }
}
