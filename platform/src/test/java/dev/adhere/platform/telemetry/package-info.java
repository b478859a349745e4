@NullMarked
package dev.adhere.platform.telemetry;

import org.jspecify.annotations.NullMarked;
