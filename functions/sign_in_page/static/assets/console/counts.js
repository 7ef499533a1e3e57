/** Counts of the trail, page by page, added up: a day that two pages have a part of is in both, with different rows. */

/** @typedef {Record<string, number>} Counts */
/** @typedef {{ day: string, sign_ins: number, others: number, outcomes: Counts, ways: Counts, reasons: Counts, deliveries: Counts, mails: Counts }} Day as the API counts it */

const DAY_MS = 86_400_000;

/** @param {Counts[]} all @returns {Counts} */
export function together(all) {
  /** @type {Counts} */
  const sums = Object.create(null);
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** Names with their counts, the most first. @param {Counts} counts @returns {[string, number][]} */
export function ranked(counts) {
  return Object.entries(counts).sort(([one, most], [other, more]) => more - most || (one < other ? -1 : 1));
}

/**
 * A row for each day of a time, oldest first, also where nothing was.
 *
 * @param {Day[]} found of all pages
 * @param {number} count of days, of which the last is today or the newest that was found
 * @param {number} now milliseconds since 1970
 */
export function dayByDay(found, count, now) {
  const newest = found.reduce((day, each) => (each.day > day ? each.day : day), dayOf(now));
  const last = Date.parse(newest);
  return Array.from({ length: count }, (_, at) => {
    const day = dayOf(last - (count - 1 - at) * DAY_MS);
    const parts = found.filter((each) => each.day === day);
    return { day, ...sums(parts) };
  });
}

/** @param {Day[]} parts */
export function sums(parts) {
  const outcomes = together(parts.map((each) => each.outcomes));
  const signIns = parts.reduce((total, each) => total + each.sign_ins, 0);
  const signedIn = outcomes["signed-in"] ?? 0;
  const stopped = (outcomes.refused ?? 0) + (outcomes.withheld ?? 0);
  const others = parts.reduce((total, each) => total + each.others, 0);
  return { signIns, signedIn, stopped, unfinished: signIns - signedIn - stopped, others };
}

/** @param {number} at milliseconds since 1970 */
function dayOf(at) {
  return new Date(at).toISOString().slice(0, 10);
}
