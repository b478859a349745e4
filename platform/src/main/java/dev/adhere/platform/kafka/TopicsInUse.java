package dev.adhere.platform.kafka;

import dev.adhere.contracts.Topic;
import java.util.Set;

/// The topics that a service writes or reads; a bean of it makes them exist before anything listens.
public record TopicsInUse(Set<Topic> topics) {

    public TopicsInUse {
        topics = Set.copyOf(topics);
    }
}
