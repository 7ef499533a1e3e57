/** Moments, and the time zone that they are in: the browser's own. */

/** @typedef {import("../words.js").Words} Words */

/** "Europe/Berlin": what all moments are in. Summer and winter have one name each, and moments of both stand on one page. */
export function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** "GMT+1" or what a reader there calls it, at that moment. @param {Words} words @param {number} seconds since 1970 */
function zoneAt({ language }, seconds) {
  const parts = new Intl.DateTimeFormat(`${language}-u-nu-latn`, { hour: "numeric", timeZoneName: "short" }).formatToParts(seconds * 1000);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** A moment that matters to others, who may be in another zone. @param {Words} words @param {number} seconds since 1970 */
export function momentThere(words, seconds) {
  return `${words.moment(seconds)} ${zoneAt(words, seconds)}`;
}

/** So many seconds is kept when a key was used. */
const LATELY = 30 * 24 * 3600;

/** When a key was used last. @param {Words} words @param {{ last_used_at: number | null, created_at: number }} key */
export function lastUse(words, { last_used_at, created_at }) {
  if (last_used_at) return words.moment(last_used_at);
  return words.text((created_at + LATELY) * 1000 < Date.now() ? "not_lately" : "never_used");
}

/** As a field of a date and a time has it: the browser's own, to the minute. @param {number} seconds since 1970 */
export function localTime(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
