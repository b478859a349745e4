// The stream of a user's inbox (server-sent events). EventSource sends no token, so it is read by fetch.

import { lines, send } from "/api.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60000;

/**
 * Follows a stream until `stop` is called, and comes back after every break, ever more slowly, from where it was.
 *
 * `each(nudge)` is called for everything that is told. Returns `{stop, again}`; `again` does not wait any longer.
 */
export function follow(userId, token, each) {
  let lastId = null;
  let pause = FIRST_PAUSE;
  let stopped = false;
  let hurry = () => {};
  let control;

  const once = async () => {
    control = new AbortController();
    const response = await send(token(), "GET", `/api/reminder/v1/users/${userId}/nudges/updates`, {
      accept: "text/event-stream",
      signal: control.signal,
      headers: lastId === null ? {} : { "Last-Event-ID": lastId },
    });
    if (!response.ok) return;
    let id = lastId;
    let data = [];
    for await (const line of lines(response)) {
      pause = FIRST_PAUSE;
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (field === "id") id = value;
      else if (field === "data") data.push(value);
      else if (line === "" && data.length > 0) {
        lastId = id;
        each(JSON.parse(data.join("\n")));
        data = [];
      }
    }
  };

  (async () => {
    while (!stopped && token()) {
      await once().catch(() => {});
      await new Promise((go) => {
        hurry = go;
        setTimeout(go, pause * (0.8 + 0.4 * Math.random()));
      });
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  })();

  return {
    stop: () => { stopped = true; control?.abort(); hurry(); },
    again: () => hurry(),
  };
}
