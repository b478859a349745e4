/// The simulator is right about its own people, and its apps behave.
@NullMarked
package dev.adhere.local.demo;

import org.jspecify.annotations.NullMarked;
