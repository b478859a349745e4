package dev.adhere.page;

import java.io.IOException;
import java.net.BindException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Set;

/// The page as a process of its own, as it runs in a container; `./adhere up` has it within.
final class Main {

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(2);

    private Main() {}

    /// Serves until it is stopped. What [Settings] cannot use ends it with status 1 and a line that says why.
    public static void main(String[] arguments) throws IOException {
        try {
            Settings settings = Settings.of(System.getenv());
            HttpClient http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECTED_WITHIN)
                    .build();
            // Stopping is the end of the process: it keeps nothing.
            var _ = UserPage.start(
                    settings.at(),
                    Set.of(settings.url().getRawAuthority()),
                    http,
                    settings.services(),
                    settings.provider(),
                    Duration.ZERO);
            System.out.println("The page for users is at " + settings.url());
        } catch (Settings.Unusable | BindException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
