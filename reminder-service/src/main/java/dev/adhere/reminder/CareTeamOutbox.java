package dev.adhere.reminder;

import dev.adhere.platform.kafka.Relay;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// The care teams in users' heads, as the relay sees them.
record CareTeamOutbox(Users users, JsonMapper json) implements Relay.Outbox {

    @Override
    public List<Relay.Message> dirty(int limit) {
        return users.withDirtyCareTeam(limit).stream()
                .map(head -> new Relay.Message(head.userId(), json.writeValueAsBytes(head.careTeam())))
                .toList();
    }

    @Override
    public void topicIs(String topicId) {
        users.careTeamTopicIs(topicId);
    }

    @Override
    public void readBack(String key, long revision) {
        users.careTeamReadBack(key, revision);
    }
}
