/// The API document of every service (`/v3/api-docs`): made of the handlers, their records and what their
/// comments say.
@NullMarked
package dev.adhere.platform.api;

import org.jspecify.annotations.NullMarked;
