/// What was due, and what now: plan, adherence, agenda, nudges.
///
/// Start reading at `Fold`: it is the whole of the thinking, and knows no Kafka, MongoDB, Spring or clock.
@NullMarked
package dev.adhere.reminder;

import org.jspecify.annotations.NullMarked;
