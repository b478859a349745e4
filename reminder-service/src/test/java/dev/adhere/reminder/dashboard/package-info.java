@NullMarked
package dev.adhere.reminder.dashboard;

import org.jspecify.annotations.NullMarked;
