/// What every service does alike.
@NullMarked
package dev.adhere.platform;

import org.jspecify.annotations.NullMarked;
