// What the page says, in English or German. The services' own texts come in the language of the preferences.

let words = {};
let language;
let locale;

/** @param wanted `EN` or `DE`, from the preferences; undefined to ask the browser */
export async function speak(wanted) {
  const next = (wanted ?? navigator.language).toLowerCase().startsWith("de") ? "de" : "en";
  if (next === language) return;
  language = next;
  // How dates and numbers are written where the reader is, if that is in the same language.
  locale = navigator.languages.find((known) => known.toLowerCase().startsWith(next)) ?? next;
  words = await (await fetch(`/words.${language}.json`)).json();
  document.documentElement.lang = language;
}

/** The words of a key; `{name}` stands for a value. `key.one` is taken where `n` is 1. */
export function say(key, values = {}) {
  const text = (values.n === 1 && words[`${key}.one`]) || words[key] || `??${key}`;
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? new Intl.NumberFormat(locale).format(values[name]) : String(values[name] ?? ""));
}

/** A local date such as 2026-11-20, in words. */
export const dateWords = (date, style = { weekday: "long", day: "numeric", month: "long" }) =>
  new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`));

export const timeWords = (instant, zone) =>
  new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: zone }).format(new Date(instant));
