/// What every service does alike with MongoDB.
@NullMarked
package dev.adhere.platform.mongo;

import org.jspecify.annotations.NullMarked;
