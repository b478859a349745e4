/// What a coach looks at and does in a browser: sign-in, pages, live rows. All it knows comes from
/// `Coaching`.
@NullMarked
package dev.adhere.reminder.dashboard;

import org.jspecify.annotations.NullMarked;
