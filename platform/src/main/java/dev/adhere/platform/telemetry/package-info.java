/// What a service lets others see of its running: log lines, traces and histograms. JSON, but for a person at a
/// terminal, and never what an exception says.
@NullMarked
package dev.adhere.platform.telemetry;

import org.jspecify.annotations.NullMarked;
