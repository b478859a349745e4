/// The real broker, the MongoDB and the token issuer that tests and `./adhere up` run on.
@NullMarked
package dev.adhere.testbed;

import org.jspecify.annotations.NullMarked;
