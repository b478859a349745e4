package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam.Assignment;
import dev.adhere.platform.kafka.Relay;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Who coaches whom, as it changes: whether an admin or the user's invitation is behind it, it is the same
/// edit, and the topic has it within a second. Every call blocks.
final class CareTeams {

    private final Users users;
    private final Keeper keeper;
    private final Relay relay;
    private final Clock clock;

    CareTeams(Users users, Keeper keeper, Relay relay, Clock clock) {
        this.users = users;
        this.keeper = keeper;
        this.relay = relay;
        this.clock = clock;
    }

    /// @param isNew false where the coach was assigned already
    record Assigned(Assignment assignment, boolean isNew) {}

    /// Assigns a coach from now on. The user need not be known yet.
    Assigned assign(String userId, String coachId) {
        Instant now = clock.instant();
        UserState known = users.head(userId);
        Assignment current = known == null ? null : known.careTeam().open(coachId, now);
        if (current != null) {
            return new Assigned(current, false);
        }
        UserState after = keeper.edit(userId, _ -> new Fold.Assign(coachId), now);
        relay.wake();
        return new Assigned(Objects.requireNonNull(after.careTeam().open(coachId, now)), true);
    }

    /// Assigns a coach to each of these users from now on, in a few writes for all of them. Where it ends in an error
    /// some may be assigned; it may be done again.
    ///
    /// @return how many the coach did not have before
    int assignAll(Collection<String> userIds, String coachId) {
        Instant now = clock.instant();
        Map<String, UserState> heads = users.heads(userIds);
        var without = new HashMap<String, List<Fold.Input>>();
        for (String userId : userIds) {
            UserState known = heads.get(userId);
            if (known == null || known.careTeam().open(coachId, now) == null) {
                without.put(userId, List.of(new Fold.Assign(coachId)));
            }
        }
        int assigned = without.size();
        var _ = keeper.fold(without, heads, now);
        relay.wake();
        return assigned;
    }

    /// Ends what a coach may see of a user, now.
    ///
    /// @return false where the coach is not assigned
    boolean end(String userId, String coachId) {
        Instant now = clock.instant();
        UserState known = users.head(userId);
        if (known == null || !known.careTeam().assigns(coachId, now)) {
            return false;
        }
        var _ = keeper.edit(userId, _ -> new Fold.Unassign(coachId), now);
        relay.wake();
        return true;
    }
}
