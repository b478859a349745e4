/// What was ever sent can still be read.
@NullMarked
package dev.adhere.contracts;

import org.jspecify.annotations.NullMarked;
