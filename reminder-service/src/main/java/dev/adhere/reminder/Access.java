package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import java.time.Clock;
import java.util.Objects;

/// Who may see a user: the user, and a coach while assigned. To every other user or coach, a foreign user
/// and one who
/// does not exist look the same.
final class Access {

    private final Users users;
    private final Clock clock;

    Access(Users users, Clock clock) {
        this.users = users;
        this.clock = clock;
    }

    /// The user's head, for one who may read it.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 403 for the wrong role, 404 for the wrong person
    UserState read(Caller caller, String userId) {
        caller.require(Role.USER, Role.COACH);
        if (caller.owns(userId)) {
            UserState head = users.head(userId);
            return head == null ? UserState.unknown(userId, clock.instant()) : head;
        }
        UserState head = SessionEvents.isId(userId) ? users.head(userId) : null;
        if (head == null || !coaches(caller, head)) {
            throw Problem.notFound().asException();
        }
        return head;
    }

    /// Lets the assigned coach pass, and nobody else.
    void requireCoach(Caller caller, UserState head) {
        if (!coaches(caller, head)) {
            throw (caller.owns(head.userId()) ? Problem.forbidden() : Problem.notFound()).asException();
        }
    }

    /// Lets the user pass, and nobody else.
    void requireSelf(Caller caller, UserState head) {
        if (!caller.owns(head.userId())) {
            throw (coaches(caller, head) ? Problem.forbidden() : Problem.notFound()).asException();
        }
    }

    private boolean coaches(Caller caller, UserState head) {
        return caller.is(Role.COACH)
                && !Objects.equals(caller.userId(), head.userId())
                && head.careTeam().assigns(caller.userId(), clock.instant());
    }
}
