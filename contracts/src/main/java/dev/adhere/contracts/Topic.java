package dev.adhere.contracts;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Every topic: its key, how long it is kept and who alone writes it.
///
/// Topics keyed by the user id have the same number of partitions, fixed for good, so that one user's
/// records of all
/// of them fall to partitions of the same number. Retention counts from arrival (`LogAppendTime`).
public enum Topic {
    EXERCISES("exercises", Key.EXERCISE_ID, null, "catalog-service"),
    SESSION_EVENTS("session-events", Key.USER_ID, Duration.ofDays(14), "session-service"),
    SESSION_EVENTS_REPLAY("session-events-replay", Key.USER_ID, Duration.ofDays(1), "session-service"),
    CARE_TEAM("care-team", Key.USER_ID, null, "reminder-service"),
    ADHERENCE("adherence", Key.USER_ID, null, "reminder-service"),
    NUDGES("nudges", Key.USER_ID, Duration.ofDays(14), "reminder-service"),
    ALERTS("alerts", Key.USER_ID, Duration.ofDays(14), "reminder-service");

    /// What a record's key is.
    public enum Key {
        EXERCISE_ID,
        USER_ID
    }

    /// How long a dead letter is kept.
    public static final Duration DEAD_LETTER_RETENTION = Duration.ofDays(14);

    private final String topicName;
    private final Key key;
    private final @Nullable Duration retention;
    private final String writer;

    Topic(String topicName, Key key, @Nullable Duration retention, String writer) {
        this.topicName = topicName;
        this.key = key;
        this.retention = retention;
        this.writer = writer;
    }

    /// The name on the broker.
    public String topicName() {
        return topicName;
    }

    /// Where records go that no consumer can read.
    public String dltName() {
        return topicName + ".dlt";
    }

    public Key key() {
        return key;
    }

    public boolean userKeyed() {
        return key == Key.USER_ID;
    }

    /// How long a record is kept from its arrival; null where the topic is compacted.
    public @Nullable Duration retention() {
        return retention;
    }

    public boolean compacted() {
        return retention == null;
    }

    /// The one service that writes this topic.
    public String writer() {
        return writer;
    }
}
