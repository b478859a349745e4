/// What every service's HTTP edge has in common: problems, paging, parameters that are checked by name.
@NullMarked
package dev.adhere.platform.web;

import org.jspecify.annotations.NullMarked;
