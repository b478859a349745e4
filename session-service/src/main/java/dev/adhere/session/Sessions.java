package dev.adhere.session;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Groups a user's events into sessions: by the session id that the app gave, else by 30 minutes of
/// silence.
final class Sessions {

    static final Duration SILENCE = Duration.ofMinutes(30);

    private Sessions() {}

    /// @param sessionId null where the app gave none
    record Moment(String id, Instant time, @Nullable String sessionId, boolean set) {}

    /// One session: events that belong together.
    ///
    /// @param sessionId the app's, or the id of its first event
    /// @param startedAt of its first event
    /// @param endedAt of its last
    /// @param sets how many sets were done
    /// @param painScores how many scores were given
    record Session(
            @Schema(example = "0193-s") String sessionId,
            Instant startedAt,
            Instant endedAt,
            @Schema(minimum = "0") int sets,
            @Schema(minimum = "0") int painScores) {

        private Session with(Moment moment) {
            return new Session(
                    sessionId,
                    startedAt,
                    moment.time().isAfter(endedAt) ? moment.time() : endedAt,
                    sets + (moment.set() ? 1 : 0),
                    painScores + (moment.set() ? 0 : 1));
        }

        private static Session begin(String id, Moment moment) {
            return new Session(id, moment.time(), moment.time(), 0, 0).with(moment);
        }
    }

    /// The sessions, newest first.
    static List<Session> of(List<Moment> moments) {
        Map<String, Session> named = new HashMap<>();
        var sessions = new ArrayList<Session>();
        Session open = null;
        for (Moment moment : moments.stream()
                .sorted(Comparator.comparing(Moment::time).thenComparing(Moment::id))
                .toList()) {
            String id = moment.sessionId();
            if (id != null) {
                Session session = named.get(id);
                named.put(id, session == null ? Session.begin(id, moment) : session.with(moment));
            } else if (open != null && !moment.time().isAfter(open.endedAt().plus(SILENCE))) {
                open = open.with(moment);
            } else {
                if (open != null) {
                    sessions.add(open);
                }
                open = Session.begin(moment.id(), moment);
            }
        }
        if (open != null) {
            sessions.add(open);
        }
        sessions.addAll(named.values());
        sessions.sort(Comparator.comparing(Session::startedAt)
                .thenComparing(Session::sessionId)
                .reversed());
        return sessions;
    }
}
