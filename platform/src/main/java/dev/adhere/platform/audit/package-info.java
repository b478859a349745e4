/// Who asked for what of another person: recorded before it is answered, readable by that person.
@NullMarked
package dev.adhere.platform.audit;

import org.jspecify.annotations.NullMarked;
