package dev.adhere.contracts;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Something that a client app reports as having happened: a CloudEvent of topic `session-events`.
///
/// A fact. It is valid by its type's rules when it is made from a CloudEvent (`SessionEvents`); its `data`
/// keeps
/// every field, those that this release does not know too.
public sealed interface SessionEvent {

    /// Attributes that every event has.
    Envelope envelope();

    /// All of the event's data, known and unknown fields.
    ObjectNode data();

    /// The CloudEvents type, such as `dev.adhere.completed-set.v1`.
    default String type() {
        return envelope().type();
    }

    default String userId() {
        return envelope().userId();
    }

    /// The client's id, unique per user.
    default String id() {
        return envelope().id();
    }

    /// When it happened, with the offset that the client gave.
    default OffsetDateTime time() {
        return envelope().time();
    }

    /// When the service received it, by the service's clock.
    default Instant receivedAt() {
        return envelope().receivedAt();
    }

    /// @param userId pseudonym, CloudEvents `subject`, the record's key
    /// @param id 1-64 of `A-Z a-z 0-9 . _ ~ -`, unique per user
    /// @param source CloudEvents `source`
    /// @param type CloudEvents `type`
    /// @param receivedAt CloudEvents extension `receivedat`
    /// @param extensions further CloudEvents attributes, kept as they came: text, Boolean or Integer
    record Envelope(
            String userId,
            String id,
            String source,
            String type,
            OffsetDateTime time,
            Instant receivedAt,
            Map<String, Object> extensions) {

        public Envelope {
            extensions = Map.copyOf(extensions);
        }
    }

    /// An event that says in which zone it happened; its zone dates it and nothing else (rules 8 and 11).
    sealed interface Dated extends SessionEvent permits CompletedSet, PainScore, RedFlagAnswers, Withdrawal {

        ZoneId zone();

        /// The id of the event that this one corrects or withdraws (rule 10); null for none.
        @Nullable
        String replaces();

        /// The local date on which it counts (rule 11).
        default LocalDate date() {
            return time().atZoneSameInstant(zone()).toLocalDate();
        }
    }

    /// A set that was done. A missing amount means a full set.
    ///
    /// @param reps 1-1000
    /// @param holdSeconds seconds, 1-14400
    /// @param setNumber 1-100, shown and never a key
    /// @param exertion 0-10
    /// @param replaces the id of an earlier set that this one corrects
    record CompletedSet(
            Envelope envelope,
            ObjectNode data,
            String exerciseId,
            ZoneId zone,
            Side side,
            @Nullable Integer reps,
            @Nullable Integer holdSeconds,
            @Nullable Integer setNumber,
            @Nullable Integer exertion,
            @Nullable String sessionId,
            @Nullable String replaces)
            implements Dated {

        public static final String TYPE = "dev.adhere.completed-set.v1";
    }

    /// How it hurt, on the numeric rating scale NRS-11 (LOINC 72514-3).
    ///
    /// @param score 0 (none) to 10 (worst imaginable)
    /// @param exerciseId required while exercising (context DURING)
    record PainScore(
            Envelope envelope,
            ObjectNode data,
            int score,
            Context context,
            Sensation sensation,
            Region region,
            @Nullable String exerciseId,
            ZoneId zone,
            @Nullable String sessionId,
            @Nullable String replaces)
            implements Dated {

        public static final String TYPE = "dev.adhere.pain-score.v1";
    }

    /// What the user answered to the red-flag questions (section 2.4). A question that is missing was not
    /// answered: that is no "no".
    ///
    /// @param answers true for yes; at least one
    /// @param replaces the id of earlier answers that these correct; what those led to is not undone
    record RedFlagAnswers(
            Envelope envelope,
            ObjectNode data,
            Map<RedFlag, Boolean> answers,
            ZoneId zone,
            @Nullable String replaces) implements Dated {

        public static final String TYPE = "dev.adhere.red-flag-answers.v1";

        public RedFlagAnswers {
            answers = Map.copyOf(answers);
        }
    }

    /// Takes an earlier event back: neither it nor what it may have corrected counts any more.
    ///
    /// @param replaces the id of the event that is taken back, of any type
    /// @param zone dates the withdrawal itself; the offset of its time where the app gave none
    record Withdrawal(Envelope envelope, ObjectNode data, String replaces, ZoneId zone) implements Dated {

        public static final String TYPE = "dev.adhere.withdrawal.v1";
    }

    /// An event of a type that this release does not know: refused over HTTP, kept and counted when Kafka
    /// brings it.
    record Unknown(Envelope envelope, ObjectNode data) implements SessionEvent {}

    enum Side {
        NONE,
        LEFT,
        RIGHT,
        BOTH
    }

    enum Context {
        BEFORE,
        DURING,
        AFTER,
        MORNING,
        AD_HOC
    }

    enum Sensation {
        PAIN,
        EFFORT,
        STRETCH
    }

    enum Region {
        LOW_BACK,
        MID_BACK,
        BUTTOCK,
        HIP,
        GROIN_SADDLE,
        THIGH,
        LOWER_LEG,
        BOTH_LEGS,
        FOOT,
        OTHER
    }
}
