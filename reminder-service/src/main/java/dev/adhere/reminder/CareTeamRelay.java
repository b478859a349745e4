package dev.adhere.reminder;

/// Brings care teams to their topic.
interface CareTeamRelay {

    /// Something is to be sent: look now, not at the next turn.
    void wake();
}
