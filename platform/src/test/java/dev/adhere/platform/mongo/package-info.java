@NullMarked
package dev.adhere.platform.mongo;

import org.jspecify.annotations.NullMarked;
