package dev.adhere.reminder;

import dev.adhere.contracts.CareTeam;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One user's head: everything that is needed to think about the user but the facts themselves, which are
/// in `Day`s.
///
/// @param excuses that people entered; what rules take out is in `pain`
/// @param zone in force: it rules day ends and nudges until the next day end
/// @param throughDate the last closed local day; never goes back once a plan is there
/// @param sums the dates from the horizon on that have facts or are closed
/// @param links facts that correct, withdraw or are named by one that does, by id
/// @param nudges decisions of the last 14 days, and what fatigue looks at of the last 42, oldest first; some are
///     a day older, since they are forgotten when a day closes
/// @param editedAt when plan, preferences or excuses were edited last: no nudge is decided for a moment
///     before that
/// @param nextDueAt when the fold wants to be called next though nothing happened; null for never
/// @param applied up to where this user's partition has been folded
/// @param pending what is to be told to others and was not yet confirmed
/// @param revision compare-and-set; 0 where nothing is stored yet
record UserState(
        String userId,
        @Nullable Plan plan,
        Preferences preferences,
        Profile profile,
        CareTeam careTeam,
        boolean careTeamDirty,
        List<Excuse> excuses,
        PainState pain,
        ZoneId zone,
        LocalDate throughDate,
        NavigableMap<LocalDate, DaySums> sums,
        Figures.Frozen frozen,
        List<ChainLink> links,
        List<Decision> nudges,
        @Nullable Instant lastReceivedAt,
        @Nullable Instant editedAt,
        @Nullable Instant nextDueAt,
        Applied applied,
        Pending pending,
        long revision) {

    /// Rules while neither the user nor a plan names a zone.
    static final ZoneId NO_ZONE = ZoneId.of("UTC");

    /// The offset of the last record that was folded, valid for one life of the topic only.
    ///
    /// @param topicId Kafka's id of the topic; null before the first record
    record Applied(@Nullable String topicId, long offset) {

        static final Applied NOTHING = new Applied(null, -1);

        boolean covers(String topicId, long offset) {
            return topicId.equals(this.topicId) && offset <= this.offset;
        }
    }

    /// @param adherence the figures changed
    /// @param nudges decisions by id
    /// @param alerts by id
    record Pending(boolean adherence, List<String> nudges, List<String> alerts) {

        static final Pending NOTHING = new Pending(false, List.of(), List.of());

        Pending {
            nudges = List.copyOf(nudges);
            alerts = List.copyOf(alerts);
        }

        Pending withAdherence() {
            return new Pending(true, nudges, alerts);
        }

        Pending withNudge(String id) {
            return new Pending(adherence, with(nudges, id), alerts);
        }

        Pending withAlert(String id) {
            return new Pending(adherence, nudges, with(alerts, id));
        }

        private static List<String> with(List<String> ids, String id) {
            if (ids.contains(id)) {
                return ids;
            }
            var all = new ArrayList<>(ids);
            all.add(id);
            return all;
        }

        boolean isEmpty() {
            return !adherence && nudges.isEmpty() && alerts.isEmpty();
        }
    }

    UserState {
        excuses = List.copyOf(excuses);
        links = List.copyOf(links);
        nudges = List.copyOf(nudges);
        sums = Collections.unmodifiableNavigableMap(sums);
    }

    /// A user of whom nothing is known yet.
    static UserState unknown(String userId, Instant now) {
        return new UserState(
                userId,
                null,
                Preferences.DEFAULT,
                Profile.EMPTY,
                new CareTeam(userId, 0, List.of()),
                false,
                List.of(),
                PainState.NOTHING,
                NO_ZONE,
                LocalDate.ofInstant(now, NO_ZONE).minusDays(1),
                new TreeMap<>(),
                Figures.Frozen.NONE,
                List.of(),
                List.of(),
                null,
                null,
                null,
                Applied.NOTHING,
                Pending.NOTHING,
                0);
    }

    /// Ids of facts that a correction or a withdrawal has put out of force.
    Set<String> superseded() {
        return ChainLink.superseded(links);
    }

    /// What takes slots out of the measure, for whatever reason.
    List<Excuse> excusesInForce() {
        return PainState.excuses(pain.restrictions(), excuses);
    }

    /// The zone that should rule from the next day end on.
    ZoneId wantedZone() {
        ZoneId own = preferences.timeZone();
        if (plan != null && (own == null || plan.zonePolicy() == Plan.ZonePolicy.FIXED)) {
            return plan.timeZone();
        }
        return own == null ? NO_ZONE : own;
    }

    LocalDate today(Instant now) {
        return LocalDate.ofInstant(now, zone);
    }

    Figures figures() {
        return Figures.of(sums, throughDate, frozen);
    }

    /// This head as it is once it has been stored.
    UserState stored() {
        Draft draft = draft();
        draft.revision++;
        return draft.done();
    }

    /// A copy to change; the one place that knows all components.
    Draft draft() {
        return new Draft(this);
    }

    /// A head that is being changed by one call of the fold.
    static final class Draft {
        final String userId;

        @Nullable
        Plan plan;

        Preferences preferences;
        Profile profile;
        CareTeam careTeam;
        boolean careTeamDirty;
        List<Excuse> excuses;
        final PainState.Draft pain;
        ZoneId zone;
        LocalDate throughDate;
        final TreeMap<LocalDate, DaySums> sums;
        Figures.Frozen frozen;
        final TreeMap<String, ChainLink> links;
        final List<Decision> nudges;

        @Nullable
        Instant lastReceivedAt;

        @Nullable
        Instant editedAt;

        @Nullable
        Instant nextDueAt;

        Applied applied;
        Pending pending;
        long revision;

        private Draft(UserState s) {
            userId = s.userId;
            plan = s.plan;
            preferences = s.preferences;
            profile = s.profile;
            careTeam = s.careTeam;
            careTeamDirty = s.careTeamDirty;
            excuses = s.excuses;
            pain = new PainState.Draft(s.pain);
            zone = s.zone;
            throughDate = s.throughDate;
            sums = new TreeMap<>(s.sums);
            frozen = s.frozen;
            links = new TreeMap<>();
            s.links.forEach(link -> links.put(link.id(), link));
            nudges = new ArrayList<>(s.nudges);
            lastReceivedAt = s.lastReceivedAt;
            editedAt = s.editedAt;
            nextDueAt = s.nextDueAt;
            applied = s.applied;
            pending = s.pending;
            revision = s.revision;
        }

        UserState done() {
            return new UserState(
                    userId,
                    plan,
                    preferences,
                    profile,
                    careTeam,
                    careTeamDirty,
                    excuses,
                    pain.done(),
                    zone,
                    throughDate,
                    sums,
                    frozen,
                    List.copyOf(links.values()),
                    nudges,
                    lastReceivedAt,
                    editedAt,
                    nextDueAt,
                    applied,
                    pending,
                    revision);
        }
    }
}
