package dev.adhere.local.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a client app has to do to bring its events in: stream them as NDJSON, read the outcome of each
/// line, and send again under the same ids whatever has no final one, ever more slowly.
final class ClientApp {

    /// Told of every final outcome, once a line.
    interface Listener {

        /// @param problem the slug of the refusal; null where the line was accepted
        void settled(Letter letter, @Nullable String problem);

        /// A line has to be sent again.
        default void again() {}
    }

    // An app that reads no outcome while it writes must not write more than the answers' buffers hold.
    private static final int LINES_A_STREAM = 500;
    private static final Duration STREAM_WITHIN = Duration.ofSeconds(60);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final String PROBLEM = "urn:adhere:problem:";

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http;
    private final URI events;
    private final Tokens tokens;
    private final String userId;

    /// @param session-service's address without a path
    ClientApp(HttpClient http, URI session, Tokens tokens, String userId) {
        this.http = http;
        this.events = session.resolve("/v1/events");
        this.tokens = tokens;
        this.userId = userId;
    }

    /// Sends until every line has its final outcome or the patience is at its end.
    ///
    /// @return lines without a final outcome, to be sent again under the same ids some other time
    /// @throws IOException where the service refuses the app as a whole
    List<Letter> send(List<Letter> letters, Duration patience, Listener listener)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        var open = new ArrayList<>(letters);
        Duration pause = FIRST_PAUSE;
        while (!open.isEmpty()) {
            List<Letter> part = open.subList(0, Math.min(LINES_A_STREAM, open.size()));
            int before = part.size();
            var left = new TreeMap<Long, Letter>();
            for (Letter letter : part) {
                left.put(left.size() + 1L, letter);
            }
            Duration wanted = stream(left, listener);
            part.clear();
            open.addAll(0, left.values());
            left.values().forEach(_ -> listener.again());
            if (left.size() < before) {
                pause = FIRST_PAUSE;
            }
            if (!left.isEmpty()) {
                Duration wait = wanted.compareTo(pause) > 0 ? wanted : pause;
                if (System.nanoTime() + wait.toNanos() > end) {
                    return open;
                }
                TimeUnit.MILLISECONDS.sleep(wait.toMillis());
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
        return open;
    }

    /// One stream; takes out of `left` what has its final outcome.
    ///
    /// @return how long the service asks to wait before the next
    private Duration stream(TreeMap<Long, Letter> left, Listener listener) throws IOException, InterruptedException {
        String body = left.values().stream().map(Letter::json).collect(Collectors.joining("\n", "", "\n"));
        var request = HttpRequest.newBuilder(events)
                .header("Authorization", "Bearer " + tokens.of(userId))
                .header("Content-Type", "application/x-ndjson")
                .timeout(STREAM_WITHIN)
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<Stream<String>> answer;
        try {
            answer = http.send(request, BodyHandlers.ofLines());
        } catch (IOException _) {
            return Duration.ZERO; // nothing is known of any line
        }
        try (Stream<String> lines = answer.body()) {
            int status = answer.statusCode();
            if (status == 401) {
                tokens.forget(userId);
                return Duration.ZERO;
            }
            if (status == 429 || status >= 500) {
                return answer.headers()
                        .firstValue("Retry-After")
                        .filter(seconds -> seconds.matches("\\d{1,4}"))
                        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                        .orElse(Duration.ZERO);
            }
            if (status != 200) {
                throw new IOException("POST " + events + " answers " + status + " "
                        + lines.findFirst().orElse(""));
            }
            lines.forEach(line -> outcome(line, left, listener));
        } catch (java.io.UncheckedIOException _) {
            // The stream was cut: what has no outcome yet is sent again.
        }
        return Duration.ZERO;
    }

    private void outcome(String line, TreeMap<Long, Letter> left, Listener listener) {
        JsonNode outcome;
        try {
            outcome = json.readTree(line);
        } catch (JacksonException _) {
            return; // the last line of a stream that was cut
        }
        String status = outcome.path("status").asString("");
        boolean settled = status.equals("accepted") || status.equals("rejected");
        Letter letter = settled ? left.remove(outcome.path("line").asLong(0)) : null;
        if (letter != null) {
            String type = outcome.path("problem").path("type").asString("");
            listener.settled(letter, status.equals("accepted") ? null : type.replace(PROBLEM, ""));
        }
    }
}
