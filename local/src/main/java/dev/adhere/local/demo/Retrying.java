package dev.adhere.local.demo;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Repeats a request while there is no answer, or one of 503: a service that has just come up, on a machine that
/// stands still for a moment, asks for it. Only for requests that may be repeated: what was not answered may have been
/// carried out.
///
/// @param patience for how long; after it what came last is the answer
/// @param pause between two attempts
public record Retrying(HttpClient http, Duration patience, Duration pause) {

    public Retrying(HttpClient http) {
        this(http, Duration.ofMinutes(2), Duration.ofMillis(500));
    }

    /// Takes what comes first.
    static Retrying never(HttpClient http) {
        return new Retrying(http, Duration.ZERO, Duration.ZERO);
    }

    /// @throws IOException where the last attempt had no answer
    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
                if (answer.statusCode() != 503 || System.nanoTime() - end >= 0) {
                    return answer;
                }
            } catch (IOException e) {
                if (System.nanoTime() - end >= 0) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        }
    }
}
