/// What happened: events in over HTTP, on the road in Kafka, on record in MongoDB.
///
/// Start reading at `EventReader` (what is taken), `Sender` (when it counts as taken) and `Recorder` (how
/// it is kept).
@NullMarked
package dev.adhere.session;

import org.jspecify.annotations.NullMarked;
