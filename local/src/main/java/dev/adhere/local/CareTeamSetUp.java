package dev.adhere.local;

import dev.adhere.local.demo.AtOnce;
import dev.adhere.local.demo.Retrying;
import dev.adhere.local.demo.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Says who coaches whom, over HTTP like any administrator: `coach-anna` has user-001 to user-899, `coach-ben` the
/// rest.
record CareTeamSetUp(Retrying http, Tokens tokens, int reminderPort) {

    private static final int LAST_USER = 999;
    private static final int LAST_OF_ANNA = 899;
    private static final int AT_ONCE = 8;

    void run() throws IOException, InterruptedException {
        String token = tokens.of("admin");
        List<Integer> users = IntStream.rangeClosed(1, LAST_USER).boxed().toList();
        AtOnce.run(AT_ONCE, users, user -> assign(user, token));
    }

    private void assign(int number, String token) throws IOException, InterruptedException {
        String coach = number <= LAST_OF_ANNA ? "coach-anna" : "coach-ben";
        String path = String.format(Locale.ROOT, "/v1/users/user-%03d/coaches/%s", number, coach);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + reminderPort + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .PUT(BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = http.send(request);
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("PUT " + path + " answers " + answer.statusCode() + " " + answer.body());
        }
    }
}
