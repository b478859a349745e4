/// Tests of what the benchmark computes; that it works at all is shown by `./adhere bench --quick`.
@NullMarked
package dev.adhere.bench;

import org.jspecify.annotations.NullMarked;
