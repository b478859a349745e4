/// What exists: exercises with their sources, programmes and guidance.
@NullMarked
package dev.adhere.catalog;

import org.jspecify.annotations.NullMarked;
