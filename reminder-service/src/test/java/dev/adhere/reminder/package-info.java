/// The rules, their vectors, and the fold against its oracle.
@NullMarked
package dev.adhere.reminder;

import org.jspecify.annotations.NullMarked;
