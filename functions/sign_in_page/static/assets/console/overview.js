/** *Overview*: how many sign in, by which way, why not, and what becomes of mails; each picture with its table. */

import { el } from "../elements.js";
import { barOf, columnsOf } from "./chart.js";
import { dayByDay, ranked, sums, together } from "./counts.js";
import { logsAt } from "./log-filter.js";
import { deliveryIn, reasonIn, wayIn } from "./log-words.js";
import { actions, button, facts, panel, slot, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./counts.js").Day} Day */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {{ days: Day[], next: string | null, searched_until: number, complete_since: number | null }} Counted */

const PERIODS = [7, 30, 90];
const DAY_S = 86_400;
/** Pages for one press, of some 600 rows each. */
const MOST_PAGES = 20;
/** Reasons and ways that a table has; the rest is one row. */
const MOST_ROWS = 12;
const LOOKS = /** @type {const} */ ([["signedIn", "chart-good"], ["stopped", "chart-bad"], ["unfinished", "chart-rest"]]);

/** @param {Place} place */
export async function showOverview(place) {
  const { words } = place;
  const title = words.nodes("overview_title");
  const asked = Number(place.values.get("days"));
  const period = PERIODS.includes(asked) ? asked : 30;
  const since = Math.floor(Date.now() / 1000 / DAY_S - period + 1) * DAY_S;
  const first = await place.read(() => count(place, since, null), title);
  if (!first) return;
  place.commands = [["trail overview", "--since", `${period}d`]];
  draw(first);

  /** @param {Counted} counted */
  function draw(counted) {
    const said = slot();
    const on = button(words.nodes("overview_count_on"), () =>
      place.press(on, async () => {
        const more = await count(place, since, counted.next);
        draw({ ...more, days: [...counted.days, ...more.days] });
      }, said));
    const more = counted.next && [
      el("p", { class: "soft", role: "status" }, ...words.nodes("overview_counted_back", { moment: words.moment(counted.searched_until) })),
      said,
      actions(on),
    ];
    place.show(title, periods(place, period), ...(more || []), ...pictures(place, counted.days, { period, since }));
  }
}

/** Every page of it, up to a bound. @param {Place} place @param {number} since @param {string | null} from @returns {Promise<Counted>} */
async function count(place, since, from) {
  /** @type {Day[]} */
  const days = [];
  let cursor = from;
  for (let page = 1; ; page += 1) {
    const { body } = await place.ask("POST", "/trail/overview", { body: { since, ...(cursor && { cursor }) } });
    days.push(...body.days);
    cursor = body.next;
    if (!cursor || page === MOST_PAGES) return { ...body, days };
  }
}

/** @param {Place} place @param {number} period */
function periods({ words }, period) {
  const items = PERIODS.map((days) => {
    const isHere = days === period;
    return el("li", {}, el("a", { href: `#overview&days=${days}`, "aria-current": isHere ? "true" : null }, ...words.nodes("overview_days", { count: days })));
  });
  return el("nav", { class: "nav periods", "aria-label": words.text("overview_period") }, el("ul", {}, ...items));
}

/** @param {Place} place @param {Day[]} days @param {{ period: number, since: number }} options */
function pictures(place, days, { period, since }) {
  const { words } = place;
  const all = sums(days);
  if (all.signIns === 0) return [panel(words.nodes("overview_sign_ins"), el("p", {}, ...words.nodes("overview_nothing")))];
  const number = numbersOf(words);
  const ways = together(days.map((each) => each.ways));
  const reasons = together(days.map((each) => each.reasons));
  const deliveries = together(days.map((each) => each.deliveries));
  const to = (/** @type {string} */ part) => (/** @type {string} */ value, /** @type {Child[]} */ said) => el("a", { href: `#${logsAt({ [part]: value, since })}` }, ...said);
  return [
    panel(
      words.nodes("overview_sign_ins"),
      facts([
        [words.nodes("overview_sign_ins"), [number(all.signIns)]],
        ...LOOKS.map(([part, look]) => /** @type {[Child[], Child[]]} */ ([[key(look), " ", ...words.nodes(NAMES[part])], [number(all[part])]])),
      ]),
      byDay(place, dayByDay(days, period, Date.now())),
    ),
    bars(place, "overview_ways", ways, "chart-good", (way) => (way ? to("way")(way, wayIn(words, way)) : words.text("overview_no_way"))),
    bars(place, "overview_reasons", reasons, "chart-bad", (reason) => to("reason")(reason, reasonIn(words, reason))),
    bars(place, "overview_deliveries", deliveries, "chart-bad", (delivery) => to("delivery")(delivery, deliveryIn(words, delivery))),
  ];
}

/** @type {Record<"signedIn" | "stopped" | "unfinished", string>} */
const NAMES = { signedIn: "overview_signed_in", stopped: "overview_stopped", unfinished: "overview_unfinished" };

/** @param {Place} place @param {ReturnType<typeof dayByDay>} days */
function byDay({ words }, days) {
  const number = numbersOf(words);
  const most = Math.max(...days.map((each) => each.signIns));
  const options = { name: words.text("overview_picture"), isRightToLeft: words.direction === "rtl" };
  const picture = columnsOf(days.map((each) => LOOKS.map(([part, look]) => ({ look, count: each[part] }))), options);
  const edges = el("div", { class: "edges soft" }, el("span", {}, dayIn(words, days[0].day)), el("span", {}, dayIn(words, days[days.length - 1].day)));
  const columns = ["overview_day", "overview_sign_ins", ...LOOKS.map(([part]) => NAMES[part]), "overview_others"].map((name) => words.nodes(name));
  // The newest first, as everywhere.
  const rows = days.toReversed().map((each) => [[dayIn(words, each.day)], ...[each.signIns, each.signedIn, each.stopped, each.unfinished, each.others].map((count) => [number(count)])]);
  return el(
    "figure",
    { class: "by-day" },
    el("p", { class: "soft" }, ...words.nodes("overview_most", { count: most })),
    picture,
    edges,
    el("details", {}, el("summary", {}, ...words.nodes("overview_as_table")), table(words.nodes("overview_picture"), columns, rows)),
  );
}

/**
 * A table whose rows have bars: picture and table are one.
 *
 * @param {Place} place
 * @param {string} title
 * @param {import("./counts.js").Counts} counts
 * @param {string} look
 * @param {(name: string) => Child} said
 */
function bars({ words }, title, counts, look, said) {
  const all = ranked(counts);
  if (!all.length) return panel(words.nodes(title), el("p", { class: "soft" }, ...words.nodes(`${title}_none`)));
  const number = numbersOf(words);
  const most = all[0][1];
  const rest = all.slice(MOST_ROWS).reduce((total, [, count]) => total + count, 0);
  const row = (/** @type {Child} */ name, /** @type {number} */ count) => [
    [name],
    [number(count), barOf(count, { most: Math.max(most, rest), look, isRightToLeft: words.direction === "rtl" })],
  ];
  const rows = all.slice(0, MOST_ROWS).map(([name, count]) => row(said(name), count));
  if (rest) rows.push(row(words.text("overview_rest"), rest));
  const made = table(words.nodes(title), [words.nodes(`${title}_one`), words.nodes("overview_sign_ins")], rows);
  made.classList.add("bars");
  return panel(words.nodes(title), made);
}

/** @param {string} look */
function key(look) {
  return el("span", { class: `key ${look}`, "aria-hidden": "true" });
}

/** @param {import("../words.js").Words} words */
function numbersOf(words) {
  const format = new Intl.NumberFormat(`${words.language}-u-nu-latn`);
  return (/** @type {number} */ count) => format.format(count);
}

/** A day of UTC, by which the API counts. @param {import("../words.js").Words} words @param {string} day */
function dayIn(words, day) {
  const own = navigator.languages.find((wish) => wish.split("-")[0] === words.language);
  const format = new Intl.DateTimeFormat(own ?? words.language, { day: "numeric", month: "short", timeZone: "UTC", numberingSystem: "latn", calendar: "gregory" });
  return format.format(Date.parse(day));
}
