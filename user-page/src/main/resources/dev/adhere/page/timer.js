// A hold timer: it counts down while it runs, can be paused, and is right however seldom the page is woken.

/** @returns a timer that is not running, of this many seconds */
export const fresh = (key, seconds) => ({ key, seconds, left: 1000 * seconds, since: null });

export const running = (timer) => timer?.since !== null && timer?.since !== undefined;

/** Milliseconds that are left at a moment of `performance.now()`, 0 at the end. */
export const left = (timer, at) => Math.max(0, timer.left - (running(timer) ? at - timer.since : 0));

export const start = (timer, at) => ({ ...timer, left: left(timer, at) || 1000 * timer.seconds, since: at });

export const pause = (timer, at) => ({ ...timer, left: left(timer, at), since: null });

/** Whole seconds as a person counts down: the last one is 1, then comes 0. */
export const seconds = (timer, at) => Math.ceil(left(timer, at) / 1000);

/** Whether a count is worth saying aloud: not every second, or nothing else is heard. */
export const worthSaying = (count) => count > 0 && (count <= 3 || (count <= 30 ? count % 10 === 0 : count % 30 === 0));
