package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import dev.adhere.contracts.CareTeam.Assignment;
import dev.adhere.platform.kafka.Relay;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
        var made = new Assignment(coachId, now, null);
        CareTeam team = edit(
                userId,
                before -> {
                    if (before.assigns(coachId, now)) {
                        return before.coaches();
                    }
                    var coaches = new ArrayList<>(before.coaches());
                    coaches.add(made);
                    return coaches;
                },
                now);
        Assignment assigned = current(team, coachId, now);
        return new Assigned(assigned == null ? made : assigned, true);
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
