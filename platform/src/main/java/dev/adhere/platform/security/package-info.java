/// Who is calling: signed tokens in, a `Caller` with roles out; the management port's own chain.
@NullMarked
package dev.adhere.platform.security;

import org.jspecify.annotations.NullMarked;
