// What a person did is kept here first, under its id, and sent when it can be. It leaves only with a final outcome.

import { Unreachable, lines, send } from "/api.js";

const PREFIX = "adhere/outbox/";
const AT_ONCE = 200;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;

/** The events of one user that have no final outcome, and those that were refused. Tabs share it. */
export class Outbox {
  constructor(userId, store = localStorage) {
    this.prefix = `${PREFIX}${userId}/`;
    this.store = store;
  }

  /** @throws where the browser keeps nothing: then it is not logged */
  add(event) {
    this.store.setItem(this.prefix + event.id, JSON.stringify({ event }));
  }

  /** Whatever the answer says of it, an event that is gone already stays gone: another tab may have been faster. */
  refuse(id, problem) {
    const kept = this.read(this.prefix + id);
    if (kept) this.store.setItem(this.prefix + id, JSON.stringify({ event: kept.event, problem }));
  }

  remove(id) {
    this.store.removeItem(this.prefix + id);
  }

  waiting() {
    return this.all().filter((kept) => !kept.problem).map((kept) => kept.event);
  }

  refused() {
    return this.all().filter((kept) => kept.problem);
  }

  all() {
    return Object.keys(this.store)
      .filter((key) => key.startsWith(this.prefix))
      .sort()
      .map((key) => this.read(key))
      .filter((kept) => kept !== null);
  }

  read(key) {
    try {
      return JSON.parse(this.store.getItem(key));
    } catch {
      return null;
    }
  }
}

/**
 * Sends what waits in an outbox, again and under the same ids until every event has its final outcome.
 *
 * `told.accepted(event)`, `told.refused(event)`, `told.reached(whether)` and `told.signedOut()` say what happened;
 * `token()` is asked before every attempt.
 */
export class Sender {
  constructor(outbox, token, told) {
    this.outbox = outbox;
    this.token = token;
    this.told = told;
    this.pause = FIRST_PAUSE;
    this.running = false;
    this.timer = undefined;
  }

  /** Now, without waiting for the next attempt's time. */
  async flush() {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      for (;;) {
        const waiting = this.outbox.waiting().slice(0, AT_ONCE);
        if (waiting.length === 0) return;
        const wait = await this.attempt(waiting);
        if (wait === null) return;
        if (wait > 0) {
          this.timer = setTimeout(() => this.flush(), wait);
          return;
        }
      }
    } finally {
      this.running = false;
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.stopped = true;
  }

  /** How many milliseconds to wait before the next attempt; null to leave it at that. */
  async attempt(events) {
    const token = this.token();
    if (!token || this.stopped) return null;
    const left = new Map(events.map((event) => [event.id, event]));
    let asked = 0;
    try {
      const response = await send(token, "POST", "/api/session/v1/events", {
        body: events.map((event) => JSON.stringify(event) + "\n").join(""),
        type: "application/x-ndjson",
        accept: "application/x-ndjson",
      });
      if (response.status === 401) {
        this.told.signedOut();
        return null;
      }
      asked = 1000 * (Number(response.headers.get("Retry-After")) || 0);
      this.told.reached(response.status < 500);
      if (response.ok) {
        for await (const line of lines(response)) this.settle(line, left);
      }
    } catch (failure) {
      // Whatever has no outcome yet is sent again: what was taken all the same counts once.
      this.told.reached(!(failure instanceof Unreachable));
    }
    if (left.size === 0) {
      this.pause = FIRST_PAUSE;
      return 0;
    }
    const wait = Math.max(asked, this.pause * (0.8 + 0.4 * Math.random()));
    this.pause = left.size < events.length ? FIRST_PAUSE : Math.min(2 * this.pause, LONGEST_PAUSE);
    return wait;
  }

  settle(line, left) {
    if (!line) return;
    const outcome = JSON.parse(line);
    const event = left.get(outcome.id);
    if (!event || outcome.status === "retry") return;
    left.delete(event.id);
    if (outcome.status === "accepted") {
      this.outbox.remove(event.id);
      this.told.accepted(event);
    } else {
      this.outbox.refuse(event.id, outcome.problem ?? {});
      this.told.refused(event);
    }
  }
}
