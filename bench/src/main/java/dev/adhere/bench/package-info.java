/// How fast the services are beside what they are built on: Kafka's producer, MongoDB's driver and its Kafka
/// Connect sink.
@NullMarked
package dev.adhere.bench;

import org.jspecify.annotations.NullMarked;
