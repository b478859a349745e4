// What was logged today, made of what the service has stored, what it has just taken, and what still waits here.

import { localDate } from "/clock.js";

export const SET = "dev.adhere.completed-set.v1";
export const SCORE = "dev.adhere.pain-score.v1";
export const ANSWERS = "dev.adhere.red-flag-answers.v1";
export const WITHDRAWAL = "dev.adhere.withdrawal.v1";

/** Sets and scores of a local date that were neither taken back nor corrected, by time. Every id once. */
export function logged(stored, taken, waiting, date, zone) {
  const all = new Map([...stored, ...taken, ...waiting].map((event) => [event.id, event]));
  const gone = new Set([...all.values()].map((event) => event.data?.replaces));
  return [...all.values()]
    .filter((event) => (event.type === SET || event.type === SCORE) && !gone.has(event.id))
    .filter((event) => localDate(Date.parse(event.time), event.data.zone ?? zone) === date)
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1));
}

export const setsOf = (log, exerciseId, side) =>
  log.filter((e) => e.type === SET && e.data.exerciseId === exerciseId && (e.data.side ?? "NONE") === side);

export const scores = (log) => log.filter((e) => e.type === SCORE);

/** What the form for a score begins with: what is most likely to be told now. */
export function likelyContext(log, hour) {
  const told = (context) => scores(log).some((e) => e.data.context === context);
  if (log.some((e) => e.type === SET)) return "DURING";
  if (hour < 12 && !told("MORNING")) return "MORNING";
  return told("BEFORE") ? "DURING" : "BEFORE";
}
