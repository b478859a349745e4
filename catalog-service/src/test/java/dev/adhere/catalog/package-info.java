/// The content, the search and the service.
@NullMarked
package dev.adhere.catalog;

import org.jspecify.annotations.NullMarked;
