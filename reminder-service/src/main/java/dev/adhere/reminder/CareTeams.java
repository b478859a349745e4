package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.CareTeam.Assignment;
import dev.adhere.platform.kafka.Relay;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
        Assignment current = known == null ? null : current(known.careTeam(), coachId, now);
        if (current != null) {
            return new Assigned(current, false);
        }
        UserState after = keeper.edit(userId, _ -> new Fold.Assign(coachId), now);
        relay.wake();
        Assignment assigned = current(after.careTeam(), coachId, now);
        return new Assigned(assigned == null ? new Assignment(coachId, now, null) : assigned, true);
    }

    /// Assigns a coach to each of these users from now on, in a few writes for all of them. Where it ends in an error
    /// some may be assigned; it may be done again.
    ///
    /// @return how many the coach did not have before
    int assignAll(Collection<String> userIds, String coachId) {
        Instant now = clock.instant();
        Map<String, UserState> heads = users.heads(userIds);
        var open = new HashMap<String, List<Fold.Input>>();
        for (String userId : userIds) {
            UserState known = heads.get(userId);
            if (known == null || !known.careTeam().assigns(coachId, now)) {
                open.put(userId, List.of(new Fold.Assign(coachId)));
            }
        }
        int assigned = open.size();
        var _ = keeper.fold(open, heads, now);
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
        var _ = edit(
                userId,
                before -> before.coaches().stream()
                        .map(a -> a.coachId().equals(coachId) && a.holdsAt(now)
                                ? new Assignment(a.coachId(), a.from(), now)
                                : a)
                        .toList(),
                now);
        return true;
    }

    private CareTeam edit(String userId, Function<CareTeam, List<Assignment>> change, Instant now) {
        UserState after = keeper.edit(
                userId,
                user -> {
                    CareTeam before = user.head().careTeam();
                    List<Assignment> coaches = change.apply(before);
                    return new Fold.EditCareTeam(
                            coaches.equals(before.coaches())
                                    ? before
                                    : new CareTeam(userId, before.revision() + 1, coaches));
                },
                now);
        relay.wake();
        return after.careTeam();
    }

    private static @Nullable Assignment current(CareTeam team, String coachId, Instant now) {
        return team.coaches().stream()
                .filter(a -> a.coachId().equals(coachId) && a.holdsAt(now))
                .findFirst()
                .orElse(null);
    }
}
