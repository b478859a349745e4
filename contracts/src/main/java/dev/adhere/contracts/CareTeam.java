package dev.adhere.contracts;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who coaches a user, as topic `care-team` carries it.
///
/// @param userId the coached user's pseudonym
/// @param revision counts up from 1; readers ignore a lower one
public record CareTeam(String userId, long revision, List<Assignment> coaches) {

    public CareTeam {
        coaches = List.copyOf(coaches);
    }

    /// @param from the first moment of the assignment
    /// @param until the first moment after it; null while it has no end
    public record Assignment(
            String coachId, Instant from, @Nullable Instant until) {

        public boolean holdsAt(Instant moment) {
            return !moment.isBefore(from) && !hasEndedAt(moment);
        }

        public boolean hasEndedAt(Instant moment) {
            return until != null && !moment.isBefore(until);
        }
    }

    /// Whether this coach may see the user at that moment.
    public boolean assigns(String coachId, Instant moment) {
        return coaches.stream().anyMatch(a -> a.coachId().equals(coachId) && a.holdsAt(moment));
    }

    /// The assignment of this coach that has not ended by that moment; null for none. It may begin later: clocks
    /// differ.
    public @Nullable Assignment open(String coachId, Instant moment) {
        return coaches.stream()
                .filter(a -> a.coachId().equals(coachId) && !a.hasEndedAt(moment))
                .findFirst()
                .orElse(null);
    }

    /// With one assignment more, under the next revision.
    public CareTeam with(Assignment further) {
        return new CareTeam(
                userId,
                revision + 1,
                Stream.concat(coaches.stream(), Stream.of(further)).toList());
    }

    /// With whatever holds of this coach at that moment ended by it, under the next revision.
    public CareTeam without(String coachId, Instant moment) {
        return new CareTeam(
                userId,
                revision + 1,
                coaches.stream()
                        .map(a -> a.coachId().equals(coachId) && a.holdsAt(moment)
                                ? new Assignment(coachId, a.from(), moment)
                                : a)
                        .toList());
    }
}
