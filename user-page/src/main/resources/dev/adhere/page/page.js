// The page's state, and everything that changes it. Data flows one way: state, view, action, state.

import { render } from "/dom.js";
import { Refused, Unreachable, call } from "/api.js";
import { localDate, localHour, now, rfc3339, shiftClock, uuid7 } from "/clock.js";
import { ANSWERS, SCORE, SET, WITHDRAWAL, likelyContext, logged, setsOf } from "/day.js";
import { follow } from "/inbox.js";
import { Outbox, Sender } from "/outbox.js";
import * as signin from "/signin.js";
import * as timer from "/timer.js";
import { view } from "/view.js";
import { say, speak } from "/words.js";

const SEEN = "adhere/seen";
const SESSION = "adhere/session";
const SILENCE_ENDS_SESSION = 60 * 60 * 1000;
// What was taken is stored and counted a moment later.
const LOOK_AGAIN = [300, 1500, 5000];
const LOOK_EVERY = 30000;
const TODAYS_EVENTS = 36 * 60 * 60 * 1000;
const PARTS = ["preferences", "agenda", "adherence", "events", "pain", "redFlags", "nudges"];

const state = {
  me: null,
  connected: navigator.onLine,
  preferences: null, agenda: null, adherence: null, events: null, pain: null, redFlags: null, nudges: null,
  exercises: {},
  taken: {},
  waiting: [],
  refused: [],
  timer: null,
  form: null,
  notPain: [],
  answered: false,
  aloud: "",
  fault: "",
};

let settings;
let outbox;
let sender;
let stream;
let drawing = false;
const displayed = new Set();

function draw() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    render(view({ ...state, log: log(), date: date(), timing: timer.running(state.timer),
      count: state.timer && timer.seconds(state.timer, performance.now()) }, actions), document.getElementById("page"));
  });
}

const zone = () => state.agenda?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
const date = () => localDate(now(), zone());
const log = () => logged(state.events?.items ?? [], Object.values(state.taken), state.waiting, date(), zone());
const token = () => signin.signedIn()?.token ?? null;
const mine = (path) => `/api/reminder/v1/users/${state.me.userId}/${path}`;

function aloud(words) {
  state.aloud = words;
  draw();
}

// What went wrong with something that the person asked for.
function fault(failure) {
  if (failure instanceof Refused && failure.status === 401) signedOut();
  else state.fault = failure instanceof Unreachable ? say("fault.unreachable") : say("fault.refused", { why: failure.message });
  draw();
}

function signedOut() {
  signin.expire();
  state.me = signin.signedIn();
  draw();
}

function reached(whether) {
  state.connected = whether && navigator.onLine;
  draw();
}

// ---- reading

let refreshing = false;
let refreshAgain = false;

async function refresh() {
  if (!token()) return;
  if (refreshing) {
    refreshAgain = true;
    return;
  }
  refreshing = true;
  const since = encodeURIComponent(new Date(now() - TODAYS_EVENTS).toISOString());
  const paths = {
    preferences: mine("preferences"), agenda: mine("agenda"), adherence: mine("adherence"), pain: mine("pain"),
    redFlags: mine("red-flags"), nudges: mine("nudges?size=20"),
    events: `/api/session/v1/users/${state.me.userId}/events?size=500&from=${since}`,
  };
  let unreachable = false;
  let refused = null;
  await Promise.all(PARTS.map(async (part) => {
    try {
      state[part] = await call(token(), "GET", paths[part]);
    } catch (failure) {
      if (failure instanceof Unreachable) unreachable = true;
      else refused = failure;
    }
  }));
  await Promise.all(exercisesNeeded().map(async (id) => {
    try {
      state.exercises[id] = await call(token(), "GET", `/api/catalog/v1/exercises/${encodeURIComponent(id)}`);
    } catch {
      // Its id stands in for its name.
    }
  }));
  for (const event of state.events?.items ?? []) delete state.taken[event.id];
  if (refused) fault(refused);
  if (state.preferences) await speak(state.preferences.language ?? undefined).catch(() => {});
  sessionStorage.setItem(SEEN, JSON.stringify(
    Object.fromEntries([...PARTS, "exercises"].map((part) => [part, state[part]]))));
  displayNudges();
  refreshing = false;
  reached(!unreachable);
  if (refreshAgain) {
    refreshAgain = false;
    await refresh();
  }
}

const exercisesNeeded = () =>
  [...new Set((state.agenda?.items ?? []).map((item) => item.exerciseId))].filter((id) => !state.exercises[id]);

let looks = [];

function refreshSoon() {
  looks.forEach(clearTimeout);
  looks = LOOK_AGAIN.map((wait) => setTimeout(refresh, wait));
}

// ---- the inbox

function upsert(nudge) {
  const others = (state.nudges?.items ?? []).filter((other) => other.id !== nudge.id);
  const known = (state.nudges?.items ?? []).some((other) => other.id === nudge.id);
  state.nudges = { ...state.nudges, items: [nudge, ...others].sort((a, b) => (a.decidedAt < b.decidedAt ? 1 : -1)) };
  displayNudges();
  if (state.nudges.items.length > 1 && !known) aloud(say("inbox.new"));
  draw();
}

// A receipt is a courtesy: where it fails, the next look sends it again.
function displayNudges() {
  if (document.visibilityState !== "visible") return;
  for (const nudge of state.nudges?.items ?? []) {
    if (nudge.displayedAt || displayed.has(nudge.id)) continue;
    displayed.add(nudge.id);
    call(token(), "POST", mine(`nudges/${nudge.id}/receipts`), { event: "DISPLAYED" }).catch(() => displayed.delete(nudge.id));
  }
}

async function act(nudge, verb, body, words) {
  state.fault = "";
  try {
    upsert(await call(token(), "POST", mine(`nudges/${nudge.id}/${verb}`), body));
    aloud(words);
  } catch (failure) {
    fault(failure);
  }
}

// ---- logging

function sync() {
  state.waiting = outbox.waiting();
  state.refused = outbox.refused();
  draw();
}

/** Keeps an event under its own id, then sends it. False where the browser keeps nothing. */
function record(type, data) {
  const event = {
    specversion: "1.0", id: uuid7(), source: "app/page", type, time: rfc3339(now(), zone()), data: { ...data, zone: zone() },
  };
  state.fault = "";
  try {
    outbox.add(event);
  } catch {
    state.fault = say("fault.full");
    draw();
    return false;
  }
  sync();
  sender.flush();
  return true;
}

// Sets and scores with no longer silence between them belong together.
function sessionId() {
  const kept = JSON.parse(sessionStorage.getItem(SESSION) ?? "null");
  const id = kept && now() - kept.at < SILENCE_ENDS_SESSION ? kept.id : uuid7();
  sessionStorage.setItem(SESSION, JSON.stringify({ id, at: now() }));
  return id;
}

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));

let ticking;

function tick() {
  const count = timer.seconds(state.timer, performance.now());
  if (timer.running(state.timer) && count === 0) {
    state.timer = { ...timer.pause(state.timer, performance.now()), over: true };
    clearInterval(ticking);
    state.aloud = say("timer.over");
  } else if (count !== state.timer.said && timer.worthSaying(count)) {
    state.aloud = String(count);
  }
  state.timer.said = count;
  draw();
}

const actions = {
  signIn: () => signin.begin(settings),

  signOut() {
    sender?.stop();
    stream?.stop();
    signin.signOut();
    location.assign("/");
  },

  logSet(item) {
    const { reps, holdSeconds } = item.prescribed;
    const number = setsOf(log(), item.exerciseId, item.side).length + 1;
    const kept = record(SET, given({
      exerciseId: item.exerciseId, sessionId: sessionId(), setNumber: Math.min(number, 100), side: item.side, reps, holdSeconds,
    }));
    if (kept) aloud(say(state.connected ? "aloud.logged" : "aloud.kept"));
  },

  undo(event) {
    if (record(WITHDRAWAL, { replaces: event.id })) aloud(say("aloud.undone"));
  },

  forget(id) {
    outbox.remove(id);
    sync();
  },

  startTimer(key, seconds) {
    state.timer = timer.start(state.timer?.key === key ? state.timer : timer.fresh(key, seconds), performance.now());
    state.timer.over = false;
    clearInterval(ticking);
    ticking = setInterval(tick, 100);
    aloud(say("timer.started"));
  },

  pauseTimer() {
    clearInterval(ticking);
    state.timer = timer.pause(state.timer, performance.now());
    aloud(say("timer.paused", { n: timer.seconds(state.timer, performance.now()) }));
  },

  resetTimer() {
    clearInterval(ticking);
    state.timer = null;
    draw();
  },

  edit(change) {
    state.form = { ...state.form, ...change };
    draw();
  },

  askDuring(exerciseId) {
    state.form = { ...state.form, context: "DURING", exerciseId, score: null };
    draw();
    queueMicrotask(() => document.querySelector("#pain input[name=score]")?.focus());
  },

  saveScore() {
    const { context, exerciseId, score, sensation, region } = state.form;
    if (score === null || context === null) {
      state.fault = say("pain.pick");
      draw();
      return;
    }
    const kept = record(SCORE, given({
      score, context, sensation, region,
      exerciseId: context === "DURING" ? exerciseId ?? state.agenda?.items[0]?.exerciseId : null,
      sessionId: context === "BEFORE" || context === "DURING" ? sessionId() : null,
    }));
    if (kept) {
      state.form = { ...state.form, score: null };
      aloud(say(state.connected ? "aloud.scored" : "aloud.kept"));
    }
  },

  confirmPain(id, yes) {
    const event = log().find((other) => other.id === id);
    if (yes && event) record(SCORE, { ...event.data, sensation: "PAIN", replaces: id });
    state.notPain = [...state.notPain, id];
    draw();
  },

  answer(answers) {
    if (Object.keys(answers).length > 0 && record(ANSWERS, { answers })) {
      state.answered = true;
      aloud(say("aloud.answered"));
    }
  },

  snooze: (nudge, minutes) => act(nudge, "snooze", { minutes }, say("aloud.snoozed")),

  dismiss: (nudge) => act(nudge, "dismiss", undefined, say("aloud.dismissed")),
};

// ---- the beginning

async function begin() {
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  settings = await (await fetch("/settings.json")).json();
  shiftClock(settings.clockShiftMillis);
  await speak();
  if (signin.returned() && !(await signin.complete(settings).catch(() => false))) state.fault = say("fault.signIn");
  const me = signin.signedIn();
  if (me && me.until < now()) signin.expire();
  state.me = signin.signedIn();
  if (state.me?.roles.includes("user")) live();
  draw();
}

function live() {
  const { userId } = state.me;
  Object.assign(state, JSON.parse(sessionStorage.getItem(SEEN) ?? "{}"));
  outbox = new Outbox(userId);
  sender = new Sender(outbox, token, {
    accepted(event) {
      state.taken[event.id] = event;
      if (event.type === ANSWERS) state.answered = false;
      sync();
      refreshSoon();
    },
    refused: sync,
    reached,
    signedOut,
  });
  stream = follow(userId, token, upsert);
  const back = () => {
    reached(true);
    stream.again();
    sender.flush();
    refresh();
  };
  addEventListener("online", back);
  addEventListener("offline", () => reached(false));
  addEventListener("storage", sync);
  addEventListener("pagehide", () => stream.stop());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  setInterval(refresh, LOOK_EVERY);
  state.form = { context: null, exerciseId: null, score: null, sensation: "PAIN", region: "LOW_BACK" };
  sync();
  sender.flush();
  refresh().then(() => {
    state.form.context ??= likelyContext(log(), localHour(now(), zone()));
    state.form.exerciseId ??= state.agenda?.items[0]?.exerciseId ?? null;
    draw();
  });
}

begin();
