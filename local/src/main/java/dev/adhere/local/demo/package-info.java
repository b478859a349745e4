/// A simulated cohort: client apps that talk HTTP like real ones, each with its own token, and what must
/// come out of it.
@NullMarked
package dev.adhere.local.demo;

import org.jspecify.annotations.NullMarked;
