@NullMarked
package dev.adhere.platform.security;

import org.jspecify.annotations.NullMarked;
