/// Everything on one machine by one command: broker, MongoDB, issuer, mail catcher and the three services.
@NullMarked
package dev.adhere.local;

import org.jspecify.annotations.NullMarked;
