// Time and ids. The clock is the browser's, shifted where the services were started at another time.

let shift = 0;
let last = 0;

export const shiftClock = (millis) => { shift = millis; };

export const now = () => Date.now() + shift;

/** RFC 3339 with milliseconds and the offset that the zone has at that moment. */
export function rfc3339(millis, zone) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZoneName: "longOffset",
  }).formatToParts(millis);
  const part = (type) => parts.find((p) => p.type === type).value;
  const fraction = String(Math.floor(millis) % 1000).padStart(3, "0");
  // Intl says GMT+01:00, and GMT alone where there is no offset.
  const offset = part("timeZoneName").slice(3) || "+00:00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}.${fraction}${offset}`;
}

/** The local date in a zone, as 2026-11-20. */
export const localDate = (millis, zone) => rfc3339(millis, zone).slice(0, 10);

/** The hour of the local day in a zone, 0-23. */
export const localHour = (millis, zone) => Number(rfc3339(millis, zone).slice(11, 13));

/** A UUID of version 7 (RFC 9562). Later ones of this page sort after earlier ones, within a millisecond too. */
export function uuid7() {
  last = Math.max(Math.floor(now()), last + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(last / 2 ** 32));
  view.setUint32(2, last % 2 ** 32);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
