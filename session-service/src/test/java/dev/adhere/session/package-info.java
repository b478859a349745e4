/// What is taken, how it is kept, and who may read it.
@NullMarked
package dev.adhere.session;

import org.jspecify.annotations.NullMarked;
