/// The whole system, over HTTP only.
@NullMarked
package dev.adhere.local;

import org.jspecify.annotations.NullMarked;
