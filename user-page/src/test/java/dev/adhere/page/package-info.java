/// The page's server, between a browser and stubs of the services.
@NullMarked
package dev.adhere.page;

import org.jspecify.annotations.NullMarked;
