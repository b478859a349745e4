package dev.adhere.local;

import dev.adhere.local.demo.Retrying;
import dev.adhere.local.demo.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Says who coaches whom, over HTTP like any administrator: `coach-anna` has user-001 to user-899, `coach-ben` the
/// rest.
record CareTeamSetUp(Retrying http, Tokens tokens, int reminderPort) {

    private static final int LAST_USER = 999;
    private static final int LAST_OF_ANNA = 899;
    private static final int AT_ONCE = 100;

    void run() throws IOException, InterruptedException {
        String token = tokens.of("admin");
        assign("coach-anna", 1, LAST_OF_ANNA, token);
        assign("coach-ben", LAST_OF_ANNA + 1, LAST_USER, token);
    }

    private void assign(String coach, int from, int to, String token) throws IOException, InterruptedException {
        for (int first = from; first <= to; first += AT_ONCE) {
            String users = IntStream.rangeClosed(first, Math.min(to, first + AT_ONCE - 1))
                    .mapToObj(number -> String.format(Locale.ROOT, "\"user-%03d\"", number))
                    .collect(Collectors.joining(",", "{\"users\":[", "]}"));
            String path = "/v1/coaches/" + coach + "/users";
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + reminderPort + path))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .timeout(Duration.ofSeconds(60))
                    .POST(BodyPublishers.ofString(users))
                    .build();
            HttpResponse<String> answer = http.send(request);
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("POST " + path + " answers " + answer.statusCode() + " " + answer.body());
            }
        }
    }
}
