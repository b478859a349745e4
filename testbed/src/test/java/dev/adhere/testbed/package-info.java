/// What the testbed promises.
@NullMarked
package dev.adhere.testbed;

import org.jspecify.annotations.NullMarked;
