// What is seen, as a function of the state. Whatever came from elsewhere becomes text and nothing else.

import { h } from "/dom.js";
import { scores, setsOf } from "/day.js";
import { dateWords, say, timeWords } from "/words.js";

const CONTEXTS = ["BEFORE", "DURING", "AFTER", "MORNING"];
const SENSATIONS = ["PAIN", "EFFORT", "STRETCH"];
const REGIONS = ["LOW_BACK", "MID_BACK", "BUTTOCK", "HIP", "GROIN_SADDLE", "THIGH", "LOWER_LEG", "BOTH_LEGS", "FOOT", "OTHER"];
const SCALE = Array.from({ length: 11 }, (_, score) => score);
const CLOSED = ["DISMISSED", "EXPIRED"];

// What the services say is in the language of the preferences, whatever the page speaks; the catalogue is in English.
const theirs = (state) => (state.preferences?.language === "DE" ? "de" : "en");

export function view(state, act) {
  const user = state.me?.roles.includes("user");
  return h("div", null,
    user && h("a", { class: "skip", href: "#today" }, say("skip")),
    h("header", { class: "top" },
      h("span", { class: "brand" }, "Adhere"),
      state.me && h("span", { class: "tools" },
        h("span", null, state.me.userId),
        h("button", { type: "button", onClick: act.signOut }, say("sign.out")))),
    h("main", null,
      h("p", { class: "hide", role: "status", id: "aloud" }, state.aloud),
      user ? signedIn(state, act) : signedOut(state, act)),
    user && state.pain && h("footer", null, h("p", { class: "small", lang: theirs(state) }, state.pain.notWatched, " ", state.pain.notice)));
}

const faults = (state) => h("p", { class: "fault", role: "alert", id: "fault" }, state.fault);

function signedOut(state, act) {
  return h("section", { class: "sign" },
    h("h1", null, say("title")),
    faults(state),
    h("p", null, say(state.me ? "sign.role" : "sign.why")),
    !state.me && h("button", { type: "button", class: "primary", id: "sign-in", onClick: act.signIn }, say("sign.in")));
}

function signedIn(state, act) {
  return [
    connection(state, act),
    faults(state),
    h("h1", null, say("title")),
    h("p", { class: "small" }, dateWords(state.agenda?.date ?? state.date), state.agenda && ` · ${state.agenda.timeZone}`),
    figures(state.adherence),
    refused(state, act),
    h("div", { class: "columns" },
      h("div", null, today(state, act)),
      h("div", null, inbox(state, act), questions(state, act), pain(state, act))),
  ];
}

function connection(state, act) {
  const n = state.waiting.length;
  const words = [];
  if (!state.me.token) words.push(say("lost.token"));
  else if (!state.connected) words.push(say("lost"));
  if (n > 0) words.push(say("waiting", { n }));
  return h("div", { class: words.length ? "lost" : "lost none", role: "status", id: "connection" },
    words.join(" "),
    !state.me.token && h("button", { type: "button", onClick: act.signIn }, say("sign.in")));
}

const share = (figure) => (figure?.value === null || figure?.value === undefined ? say("figure.none") : say("figure.share", { value: figure.value }));

function figures(adherence) {
  if (!adherence) return null;
  const { today: { done, due }, a7, streak } = adherence;
  return h("p", { class: "figures", id: "figures" },
    h("span", null, due > 0 ? say("figure.today", { done, due }) : say("figure.rest")),
    h("span", null, say("figure.week", { share: share(a7) })),
    h("span", null, say("figure.streak", { n: streak.current })));
}

function refused(state, act) {
  if (state.refused.length === 0) return null;
  return h("section", { class: "bad refused", id: "refused" },
    h("h2", null, say("refused")),
    h("ul", { class: "plain" }, state.refused.map(({ event, problem }) =>
      h("li", { key: event.id },
        h("span", null, what(event, state), ": ", problem.errors?.[0]?.message ?? problem.detail ?? problem.title ?? ""),
        h("button", { type: "button", onClick: () => act.forget(event.id) }, say("refused.forget"))))));
}

// ---- today

const nameOf = (state, id) => state.exercises[id]?.name ?? id;

function what({ type, data }, state) {
  const kind = type.split(".")[2];
  if (kind === "completed-set") return say("what.set", { name: nameOf(state, data.exerciseId) });
  if (kind === "pain-score") return say("what.score", { score: data.score });
  return say(`what.${kind}`);
}

function today(state, act) {
  const items = state.agenda?.items;
  const seen = new Set();
  return h("section", { id: "today", tabindex: -1, "aria-labelledby": "today-title" },
    h("h2", { id: "today-title" }, say("today")),
    !items && h("p", { class: "empty" }, say(state.connected ? "loading" : "today.unknown")),
    items?.length === 0 && h("p", { class: "empty" }, say("today.nothing")),
    items?.map((item) => {
      const place = `${item.exerciseId}-${item.side}`;
      const first = !seen.has(place);
      seen.add(place);
      return card(state, act, item, first);
    }));
}

function dose({ sets, reps, holdSeconds }) {
  const amount = [reps && say("dose.reps", { n: reps }), holdSeconds && say(reps ? "dose.held" : "dose.hold", { n: holdSeconds })];
  return say("dose", { sets: say("dose.sets", { n: sets }), amount: amount.filter(Boolean).join(", ") });
}

/** @param first whether no earlier card is about the same exercise and side: the log of both stands there */
function card(state, act, item, first) {
  const key = `${item.itemId}-${item.side}-${item.timeOfDay ?? "any"}`;
  const exercise = state.exercises[item.exerciseId];
  const name = nameOf(state, item.exerciseId);
  const side = item.side === "NONE" ? "" : say(`side.${item.side}`);
  const mine = setsOf(state.log, item.exerciseId, item.side);
  const fresh = (id) => state.waiting.some((event) => event.id === id);
  const done = item.state === "DONE";
  const excused = item.state === "EXCUSED";
  // As far as is known here: what still waits will count.
  const full = done || item.doneSets + mine.filter((event) => fresh(event.id)).length >= item.prescribed.sets;
  const logWords = full ? say("log.more") : say("log", { number: mine.length + 1 });
  return h("article", { key, class: `card ${item.state.toLowerCase()}`, "aria-labelledby": `name-${key}` },
    h("div", { class: "head" },
      h("h3", { id: `name-${key}` }, name, side && h("span", { class: "side" }, ` ${side}`)),
      h("span", { class: `state state-${item.state.toLowerCase()}` }, say(`state.${item.state}`))),
    h("p", { class: "dose" }, item.timeOfDay && h("strong", null, `${item.timeOfDay} · `), dose(item.prescribed)),
    excused
      ? h("p", null, say(`excuse.${item.excuse}`))
      : h("p", { class: "count" }, say("count", { done: item.doneSets, n: item.prescribed.sets })),
    exercise && steps(exercise),
    !excused && item.prescribed.holdSeconds && holdTimer(state, act, key, item.prescribed.holdSeconds, name),
    !excused && h("div", { class: "actions" },
      h("button", {
        type: "button", class: full ? "log" : "log primary",
        "aria-label": `${logWords}: ${side ? `${name}, ${side}` : name}`,
        onClick: () => act.logSet(item),
      }, logWords),
      h("button", { type: "button", "aria-label": say("pain.ask.aria", { name }), onClick: () => act.askDuring(item.exerciseId) }, say("pain.ask"))),
    first && mine.length > 0 && h("ul", { class: "plain logged", "aria-label": say("logged.aria", { name }) }, mine.map((event, i) =>
      h("li", { key: event.id, "data-id": event.id, class: fresh(event.id) ? "waits" : "" },
        h("span", null, say("logged.set", { number: i + 1, time: timeWords(event.time, state.agenda.timeZone) }),
          fresh(event.id) && h("em", null, ` ${say("logged.waits")}`)),
        h("button", { type: "button", "aria-label": say("undo.aria", { what: say("what.set", { name }) }), onClick: () => act.undo(event) }, say("undo"))))));
}

function steps(exercise) {
  const source = exercise.sources?.find((s) => s.steps?.length > 0);
  const warned = (exercise.sources ?? []).flatMap((s) => [s.cautions, s.contraindications]).flat().filter(Boolean);
  if (!source && warned.length === 0) return null;
  return h("details", null,
    h("summary", null, say("steps")),
    source && h("ol", { lang: "en" }, source.steps.map((step) => h("li", { key: step }, step))),
    warned.length > 0 && h("ul", { class: "warned", lang: "en" }, [...new Set(warned)].map((words) => h("li", { key: words }, words))),
    source?.title && h("p", { class: "small" }, say("steps.source", { title: source.title })));
}

const clockWords = (seconds) => (seconds < 60 ? String(seconds) : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);

function holdTimer(state, act, key, seconds, name) {
  const own = state.timer?.key === key;
  const count = own ? state.count : seconds;
  const runs = own && state.timing;
  const over = own && state.timer.over;
  return h("div", { class: over ? "timer over" : "timer", role: "group", "aria-label": say("timer.aria", { name }) },
    h("span", { class: "digits" }, over ? say("timer.done") : clockWords(count)),
    h("progress", { max: seconds, value: seconds - count, "aria-label": say("timer.progress") }),
    runs
      ? h("button", { type: "button", onClick: act.pauseTimer }, say("timer.pause"))
      : h("button", { type: "button", onClick: () => act.startTimer(key, seconds) },
        say(own && !over ? "timer.go" : over ? "timer.again" : "timer.start")),
    own && !over && h("button", { type: "button", onClick: act.resetTimer }, say("timer.reset")));
}

// ---- inbox

function inbox(state, act) {
  const all = state.nudges?.items ?? [];
  const open = all.filter((nudge) => !CLOSED.includes(nudge.state));
  return h("section", { id: "inbox", "aria-labelledby": "inbox-title" },
    h("h2", { id: "inbox-title" }, say("inbox"), open.length > 0 && h("span", { class: "badge" }, open.length)),
    state.nudges && open.length === 0 && h("p", { class: "empty" }, say("inbox.empty")),
    h("ul", { class: "plain nudges" }, open.map((nudge) =>
      h("li", { key: nudge.id, "data-nudge": nudge.id, class: nudge.kind === "SAFETY" ? "nudge safety" : "nudge" },
        h("p", { lang: theirs(state) }, nudge.text),
        h("p", { class: "small" }, dateWords(nudge.date, { day: "numeric", month: "short" }),
          nudge.state === "SNOOZED" && ` · ${say("inbox.snoozed")}`),
        h("div", { class: "actions" },
          [30, 120].map((n) => h("button", { key: n, type: "button", disabled: !state.connected, onClick: () => act.snooze(nudge, n) }, say(`inbox.snooze.${n}`))),
          h("button", { type: "button", disabled: !state.connected, onClick: () => act.dismiss(nudge) }, say("inbox.dismiss")))))));
}

// ---- pain

function questions(state, act) {
  if (!state.redFlags?.ask || state.answered) return null;
  const { because, questions: asked } = state.redFlags;
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    act.answer(Object.fromEntries([...form].map(([id, answer]) => [id, answer === "yes"])));
  };
  return h("section", { id: "questions", "aria-labelledby": "questions-title" },
    h("h2", { id: "questions-title" }, say("questions")),
    h("p", null, say(because ? "questions.because" : "questions.routine"), " ", say("questions.how")),
    h("details", { open: because !== null },
      h("summary", null, say("questions.open", { n: asked.length })),
      h("form", { onSubmit: submit },
        asked.map(({ id, text }) => h("fieldset", { key: id, class: "question" },
          h("legend", { lang: theirs(state) }, text),
          ["yes", "no"].map((answer) => h("label", { key: answer },
            h("input", { type: "radio", name: id, value: answer }), h("span", null, say(answer)))))),
        h("button", { type: "submit", class: "primary" }, say("questions.send")))));
}

function pain(state, act) {
  const confirm = (state.pain?.confirm ?? []).filter(({ id }) => !state.notPain.includes(id));
  const told = scores(state.log);
  return h("section", { id: "pain", "aria-labelledby": "pain-title" },
    h("h2", { id: "pain-title" }, say("pain")),
    state.pain?.onHold && h("p", { class: "bad", id: "hold" }, say("pain.hold")),
    state.pain?.restrictions?.length > 0 && h("ul", { class: "restrictions", id: "restrictions", lang: theirs(state) },
      [...new Set(state.pain.restrictions.map((r) => r.text))].map((text) => h("li", { key: text }, text))),
    confirm.map(({ id, question }) => h("div", { key: id, class: "actions confirm" },
      h("span", null, told.filter((event) => event.id === id).map(({ data }) =>
        `${say("pain.confirm", { score: data.score, sensation: say(`sensation.${data.sensation}`) })} `), question),
      h("button", { type: "button", onClick: () => act.confirmPain(id, true) }, say("yes")),
      h("button", { type: "button", onClick: () => act.confirmPain(id, false) }, say("no")))),
    state.pain?.week && h("p", { class: "small" }, say(state.pain.week.first === null ? "pain.week" : "pain.week.first", state.pain.week)),
    state.form && scoreForm(state, act),
    told.length > 0 && h("ul", { class: "plain logged", "aria-label": say("pain.told") }, told.map((event) => {
      const { score, context, sensation, exerciseId } = event.data;
      const waits = state.waiting.some((other) => other.id === event.id);
      return h("li", { key: event.id, "data-id": event.id, class: waits ? "waits" : "" },
        h("span", null, say("pain.line", {
          score, sensation: say(`sensation.${sensation ?? "PAIN"}`),
          context: say(`context.${context}`) + (exerciseId ? `, ${nameOf(state, exerciseId)}` : ""),
          time: timeWords(event.time, state.agenda?.timeZone),
        }), waits && h("em", null, ` ${say("logged.waits")}`)),
        h("button", { type: "button", "aria-label": say("undo.aria", { what: say("what.score", { score }) }), onClick: () => act.undo(event) }, say("undo")));
    })));
}

function scoreForm(state, act) {
  const { form } = state;
  const exercises = [...new Set((state.agenda?.items ?? []).map((item) => item.exerciseId))];
  const choices = (name, values, words, chosen) => h("fieldset", { class: "choices" },
    h("legend", null, say(`pain.${name}`)),
    values.map((value) => h("label", { key: value },
      h("input", { type: "radio", name, value, checked: value === chosen, onChange: () => act.edit({ [name]: value }) }),
      h("span", null, words(value)))));
  const select = (name, values, words, chosen) => h("label", { class: "field" },
    h("span", null, say(`pain.${name}`)),
    h("select", { name, value: chosen, onChange: (event) => act.edit({ [name]: event.target.value }) },
      values.map((value) => h("option", { key: value, value, selected: value === chosen }, words(value)))));
  const submit = (event) => {
    event.preventDefault();
    act.saveScore();
  };
  return h("form", { class: "score", onSubmit: submit },
    choices("context", CONTEXTS, (context) => say(`context.${context}`), form.context),
    form.context === "DURING" && exercises.length > 0 && select("exerciseId", exercises, (id) => nameOf(state, id), form.exerciseId ?? exercises[0]),
    h("div", { class: "scale" }, choices("score", SCALE, String, form.score)),
    choices("sensation", SENSATIONS, (sensation) => say(`sensation.${sensation}`), form.sensation),
    select("region", REGIONS, (region) => say(`region.${region}`), form.region),
    h("button", { type: "submit", class: "primary" }, say("pain.save")));
}
