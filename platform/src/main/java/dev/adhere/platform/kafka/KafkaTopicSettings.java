package dev.adhere.platform.kafka;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How topics are laid out.
///
/// @param userPartitions partitions of every topic that is keyed by the user, fixed for good
/// @param replicationFactor copies of each record
@ConfigurationProperties(prefix = "adhere.kafka", ignoreUnknownFields = false)
public record KafkaTopicSettings(
        @DefaultValue("24") int userPartitions,
        @DefaultValue("3") short replicationFactor) {}
