package dev.adhere.local.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads and writes documents as somebody.
record Answers(Retrying http, Tokens tokens, URI session, URI reminder) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration WITHIN = Duration.ofSeconds(20);

    /// A user's figures, as the user sees them.
    JsonNode adherence(String userId) throws IOException, InterruptedException {
        return get(reminder.resolve("/v1/users/" + userId + "/adherence"), userId);
    }

    /// All of a user's events of one kind of list, newest first, following its pages.
    List<JsonNode> all(String userId, String list) throws IOException, InterruptedException {
        var items = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            JsonNode page = get(session.resolve("/v1/users/" + userId + "/" + list + "?size=1000" + cursor), userId);
            page.path("items").forEach(items::add);
            cursor = page.path("next").isString()
                    ? "&cursor=" + page.path("next").asString()
                    : "";
        } while (!cursor.isEmpty());
        return items;
    }

    /// What a rule or a person takes out of a user's measure.
    ///
    /// @param to null until somebody ends it
    /// @param exerciseId null for all
    record Excuse(
            LocalDate from,
            @Nullable LocalDate to,
            @Nullable String exerciseId) {

        boolean covers(LocalDate date, String exercise) {
            return !date.isBefore(from)
                    && (to == null || !date.isAfter(to))
                    && (exerciseId == null || exerciseId.equals(exercise));
        }
    }

    /// A user's excuses, up to the newest thousand.
    List<Excuse> excuses(String userId) throws IOException, InterruptedException {
        var excuses = new ArrayList<Excuse>();
        for (JsonNode excuse : list(userId, "excuses")) {
            String to = excuse.path("to").stringValue(null);
            excuses.add(new Excuse(
                    LocalDate.parse(excuse.path("from").asString()),
                    to == null ? null : LocalDate.parse(to),
                    excuse.path("exerciseId").stringValue(null)));
        }
        return excuses;
    }

    /// What coaches are to look at, newest first: `P5 URGENT: ...`.
    List<String> alerts(String userId) throws IOException, InterruptedException {
        var alerts = new ArrayList<String>();
        for (JsonNode alert : list(userId, "alerts")) {
            String exercise = alert.path("exerciseId").stringValue(null);
            alerts.add(String.format(
                    Locale.ROOT,
                    "%-4s %-8s %s%s",
                    alert.path("rule").asString(),
                    alert.path("severity").asString(),
                    exercise == null ? "" : exercise + ": ",
                    alert.path("text").asString()));
        }
        return alerts;
    }

    /// The nudges in a user's inbox, up to the newest thousand.
    Map<Cue, List<Kinds.Sent>> nudges(String userId) throws IOException, InterruptedException {
        var nudges = new EnumMap<Cue, List<Kinds.Sent>>(Cue.class);
        for (JsonNode nudge : list(userId, "nudges")) {
            nudges.computeIfAbsent(Cue.valueOf(nudge.path("kind").asString()), _ -> new ArrayList<>())
                    .add(new Kinds.Sent(
                            userId,
                            Instant.parse(nudge.path("decidedAt").asString()),
                            nudge.path("text").asString("")));
        }
        return nudges;
    }

    /// Rules about pain that applied to a user, up to the newest hundred.
    List<Finding> findings(String userId) throws IOException, InterruptedException {
        var findings = new ArrayList<Finding>();
        for (JsonNode finding :
                get(reminder.resolve("/v1/users/" + userId + "/pain"), userId).path("findings")) {
            findings.add(new Finding(
                    finding.path("rule").asString(),
                    userId,
                    finding.path("exerciseId").stringValue(null),
                    LocalDate.parse(finding.path("date").asString())));
        }
        return findings;
    }

    /// Says how a user wants to be reminded, as the user.
    void prefer(String userId, String preferences) throws IOException, InterruptedException {
        put("/v1/users/" + userId + "/preferences", preferences, userId);
    }

    /// Allows more of an exercise, as the coach.
    void allowMore(String coach, String userId, String exerciseId) throws IOException, InterruptedException {
        put("/v1/users/" + userId + "/approvals/" + exerciseId, "{\"scope\":\"PROGRESS\"}", coach);
    }

    // Over what is there, whatever that is: an earlier start may have written it.
    private void put(String path, String body, String caller) throws IOException, InterruptedException {
        URI uri = reminder.resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body));
        HttpResponse<String> answer = send(request, caller);
        if (answer.statusCode() == 428) {
            String there = send(HttpRequest.newBuilder(uri).GET(), caller)
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow(() -> new IOException("GET " + path + " has no ETag"));
            answer = send(request.header("If-Match", there), caller);
        }
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("PUT " + path + " answers " + answer.statusCode() + " " + answer.body());
        }
    }

    private JsonNode list(String userId, String what) throws IOException, InterruptedException {
        return get(reminder.resolve("/v1/users/" + userId + "/" + what + "?size=1000"), userId)
                .path("items");
    }

    /// The dates on which the versions of a user's plan begin.
    List<LocalDate> planDates(String userId) throws IOException, InterruptedException {
        var dates = new ArrayList<LocalDate>();
        get(reminder.resolve("/v1/users/" + userId + "/plan"), userId)
                .path("versions")
                .forEach(version ->
                        dates.add(LocalDate.parse(version.path("effectiveFrom").asString())));
        return dates;
    }

    /// Has the coach write a first plan; an existing one stays as it is.
    ///
    /// @return false where the answer may be another one a moment later
    boolean writePlan(String coach, String userId, String plan) throws IOException, InterruptedException {
        URI uri = reminder.resolve("/v1/users/" + userId + "/plan");
        HttpResponse<String> there = send(HttpRequest.newBuilder(uri).GET(), coach);
        if (there.statusCode() == 200) {
            return true;
        }
        HttpResponse<String> answer = send(
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(plan)),
                coach);
        int status = answer.statusCode();
        // The copy of the catalogue may be a moment behind; and a plan that was not there a moment ago is one whose
        // answer was lost.
        if (status / 100 == 5 || status == 428 || status == 422 && answer.body().contains("unknown-reference")) {
            return false;
        }
        if (status / 100 != 2) {
            throw new IOException("PUT " + uri.getPath() + " answers " + status + " " + answer.body());
        }
        return true;
    }

    private JsonNode get(URI uri, String caller) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri).GET(), caller);
        if (answer.statusCode() != 200) {
            throw new IOException("GET " + uri.getPath() + " answers " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String caller)
            throws IOException, InterruptedException {
        return http.send(request.header("Authorization", "Bearer " + tokens.of(caller))
                .timeout(WITHIN)
                .build());
    }
}
