/// What every service does alike with Kafka: topics that are declared, copies of compacted topics, the relay.
@NullMarked
package dev.adhere.platform.kafka;

import org.jspecify.annotations.NullMarked;
