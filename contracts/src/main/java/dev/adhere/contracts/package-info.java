/// What travels between the services: topics, events and messages. Knows no Spring and no Kafka client.
@NullMarked
package dev.adhere.contracts;

import org.jspecify.annotations.NullMarked;
