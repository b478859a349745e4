/// A page on which people try Adhere as the user, and the passage by which it reaches the public API. It needs the JDK
/// and nothing else.
@NullMarked
package dev.adhere.page;

import org.jspecify.annotations.NullMarked;
