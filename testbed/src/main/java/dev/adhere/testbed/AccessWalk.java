package dev.adhere.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Walks over every mapping of a service with every role, against the service's checked-in table `access.csv`.
///
/// A mapping that the table does not have is a finding, and so is a line without a mapping.
public final class AccessWalk {

    /// The user whom the walk asks about; nobody of that id exists.
    public static final String WHOM = "somebody-else";

    /// Stands for a status where none came in 20 seconds.
    private static final int NO_ANSWER = 599;

    private static final List<String> ROLES = List.of("user", "coach", "editor", "admin", "ops");

    private AccessWalk() {}

    /// What differs from the table; empty if nothing does.
    ///
    /// @param table the file's content
    /// @param mappings as `METHOD /path/{variable}`
    public static List<String> findings(InputStream table, Set<String> mappings, int port, TestIssuer issuer) {
        var findings = new ArrayList<String>();
        var listed = new TreeSet<String>();
        try (HttpClient client = HttpClient.newHttpClient();
                table) {
            for (String line : new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("#")) {
                    continue;
                }
                String[] cells = line.split(",");
                String mapping = cells[0] + " " + cells[1];
                listed.add(mapping);
                for (int i = 0; i <= ROLES.size(); i++) {
                    String role = i == 0 ? "" : ROLES.get(i - 1);
                    int status = status(client, cells[0], cells[1], role, port, issuer);
                    boolean fits = cells[2 + i].equals("ok")
                            ? status != 401 && status != 403 && status < 500
                            : cells[2 + i].equals(Integer.toString(status));
                    if (!fits) {
                        findings.add(mapping + " as " + (role.isEmpty() ? "nobody" : role) + ": " + status + " and not "
                                + cells[2 + i]);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mappings.stream().filter(m -> !listed.contains(m)).forEach(m -> findings.add(m + " is not in the table"));
        listed.stream().filter(m -> !mappings.contains(m)).forEach(m -> findings.add(m + " is no mapping"));
        return findings;
    }

    /// What of the walk is not in the audit trail of the user whom it asked about as it should be: one record of
    /// each request, with its outcome.
    ///
    /// @param table the file's content
    /// @param records all that are about [#WHOM], each as `who METHOD /path/{variable} outcome`
    public static List<String> auditFindings(InputStream table, List<String> records) {
        var missing = new ArrayList<String>();
        var left = new ArrayList<>(records);
        try (table) {
            new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.contains("{userId}"))
                    .map(line -> line.split(","))
                    .forEach(cells -> {
                        for (int i = 0; i < ROLES.size(); i++) {
                            String outcome = cells[3 + i].equals("ok") ? "" : cells[3 + i];
                            String record = "walker-" + ROLES.get(i) + " " + cells[0] + " " + cells[1] + " " + outcome;
                            if (!left.stream()
                                    .filter(r -> r.startsWith(record))
                                    .findFirst()
                                    .map(left::remove)
                                    .orElse(false)) {
                                missing.add("no record: " + record);
                            }
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        left.forEach(record -> missing.add("one too many: " + record));
        return missing;
    }

    private static int status(HttpClient client, String method, String path, String role, int port, TestIssuer issuer)
            throws IOException {
        String concrete = path.replace("{userId}", WHOM).replaceAll("\\{[a-zA-Z]+}", "nothing");
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + concrete))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", path.equals("/v1/events") ? "application/cloudevents+json" : "application/json")
                .method(
                        method,
                        method.equals("PUT") || method.equals("POST")
                                ? HttpRequest.BodyPublishers.ofString("{}")
                                : HttpRequest.BodyPublishers.noBody());
        if (!role.isEmpty()) {
            request.header("Authorization", "Bearer " + issuer.token("walker-" + role, role));
        }
        // The head of the answer says it all; that of a stream has no end to wait for.
        try {
            HttpResponse<InputStream> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            return answer.statusCode();
        } catch (HttpTimeoutException _) {
            return NO_ANSWER;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
