/**
 * The overview's pictures, each with its table. While counts come, numbers change where they stand and new rows come
 * below: they are put in order once all is counted, and nobody is in their table.
 */

import { el } from "../elements.js";
import { barOf, columnsOf } from "./chart.js";
import { dayByDay, ranked, sums, together } from "./counts.js";
import { logsAt } from "./log-filter.js";
import { deliveryIn, reasonIn, wayIn } from "./log-words.js";
import { facts, panel, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./counts.js").Day} Day */
/** @typedef {import("./counts.js").Counts} Counts */
/** @typedef {import("../elements.js").Child} Child */

/** Reasons and ways that a table has; the rest is one row. */
const MOST_ROWS = 12;
const LOOKS = /** @type {const} */ ([["signedIn", "chart-good"], ["stopped", "chart-bad"], ["unfinished", "chart-rest"]]);
/** @type {Record<"signedIn" | "stopped" | "unfinished", string>} */
const NAMES = { signedIn: "overview_signed_in", stopped: "overview_stopped", unfinished: "overview_unfinished" };

/**
 * @param {Place} place
 * @param {{ period: number, since: number }} options
 */
export function picturesOf(place, { period, since }) {
  const { words } = place;
  const to = (/** @type {string} */ part) => (/** @type {string} */ value, /** @type {Child[]} */ said) => el("a", { href: `#${logsAt({ [part]: value, since })}` }, ...said);
  const days = dailyOf(place, period);
  const ways = barsOf(place, "overview_ways", "chart-good", (way) => to("way")(way, wayIn(words, way)));
  const reasons = barsOf(place, "overview_reasons", "chart-bad", (reason) => to("reason")(reason, reasonIn(words, reason)));
  const mails = mailsOf(place);
  const deliveries = barsOf(place, "overview_deliveries", "chart-bad", (delivery) => to("delivery")(delivery, deliveryIn(words, delivery)), mails.node);
  const node = el("div", { class: "counts" }, days.node, ways.node, reasons.node, deliveries.node);

  /** @param {Day[]} found of all pages so far @param {boolean} isAll */
  function show(found, isAll) {
    days.show(found);
    ways.show(together(found.map((each) => each.ways)), isAll);
    reasons.show(together(found.map((each) => each.reasons)), isAll);
    mails.show(together(found.map((each) => each.mails)));
    deliveries.show(together(found.map((each) => each.deliveries)), isAll);
  }

  return { node, show };
}

/**
 * Change what is in a part of the page, and leave where it is what somebody points at or has reached by the keyboard.
 *
 * @param {HTMLElement} node
 * @param {() => void} change
 */
export function inPlace(node, change) {
  const reached = node.contains(document.activeElement) ? document.activeElement : null;
  const still = [...node.querySelectorAll(":hover")].at(-1) ?? reached;
  const before = still?.getBoundingClientRect().top;
  change();
  if (still?.isConnected && before !== undefined) window.scrollBy(0, still.getBoundingClientRect().top - before);
}

/** @param {Place} place @param {number} period */
function dailyOf({ words }, period) {
  const number = numbersOf(words);
  const options = { name: words.text("overview_picture"), isRightToLeft: words.direction === "rtl" };
  const all = el("span", {});
  const parts = LOOKS.map(() => el("span", {}));
  const most = el("p", { class: "soft" });
  const picture = el("div", {});
  const edges = el("div", { class: "edges soft" });
  const columns = ["overview_day", "overview_sign_ins", ...LOOKS.map(([part]) => NAMES[part]), "overview_others"].map((name) => words.nodes(name));
  const rows = table(words.nodes("overview_picture"), columns, Array.from({ length: period }, () => columns.map(() => [])));
  const figure = el("figure", { class: "by-day" }, most, picture, edges, el("details", {}, el("summary", {}, ...words.nodes("overview_as_table")), rows));
  const names = LOOKS.map(([part, look]) => [el("span", { class: `key ${look}`, "aria-hidden": "true" }), " ", ...words.nodes(NAMES[part])]);
  const pairs = names.map((name, at) => /** @type {[Child[], Child[]]} */ ([name, [parts[at]]]));
  const node = panel(words.nodes("overview_sign_ins"), facts([[words.nodes("overview_sign_ins"), [all]], ...pairs]), figure);

  /** @param {Day[]} found */
  function show(found) {
    const sum = sums(found);
    const days = dayByDay(found, period, Date.now());
    all.textContent = number(sum.signIns);
    LOOKS.forEach(([part], at) => (parts[at].textContent = number(sum[part])));
    most.replaceChildren(...words.nodes("overview_most", { count: Math.max(...days.map((each) => each.signIns)) }));
    picture.replaceChildren(columnsOf(days.map((each) => LOOKS.map(([part, look]) => ({ look, count: each[part] }))), options));
    edges.replaceChildren(...[days[0], days[days.length - 1]].map(({ day }) => el("span", {}, dayIn(words, day))));
    // The newest first, as everywhere.
    days.toReversed().forEach((each, at) => {
      const cells = [dayIn(words, each.day), ...[each.signIns, each.signedIn, each.stopped, each.unfinished, each.others].map(number)];
      cells.forEach((text, column) => (rows.tBodies[0].rows[at].cells[column].textContent = text));
    });
  }

  return { node, show };
}

/** Mails with a code, and what is known of them. @param {Place} place */
function mailsOf({ words }) {
  const number = numbersOf(words);
  const shown = ["sent", "delivered", "bounced", "open"].map((part) => /** @type {const} */ ([part, el("span", {})]));
  const node = facts(shown.map(([part, cell]) => [words.nodes(`overview_mails_${part}`), [cell]]));

  /** @param {Counts} mails */
  function show(mails) {
    // Each mail is in one state, so what is left of those that were sent is in none yet.
    const open = Object.entries(mails).reduce((rest, [name, count]) => rest + (name === "sent" ? count : -count), 0);
    for (const [part, cell] of shown) cell.textContent = number(part === "open" ? open : (mails[part] ?? 0));
  }

  return { node, show };
}

/**
 * A table whose rows have bars: picture and table are one.
 *
 * @param {Place} place
 * @param {string} title
 * @param {string} look
 * @param {(name: string) => Child} said
 * @param {HTMLElement} [above] the table
 */
function barsOf({ words }, title, look, said, above) {
  const number = numbersOf(words);
  const columns = () => [words.nodes(`${title}_one`), words.nodes("overview_sign_ins")];
  const none = el("p", { class: "soft" }, ...words.nodes(`${title}_none`));
  const rows = table(words.nodes(title), columns(), []);
  rows.classList.add("bars");
  const [body] = rows.tBodies;
  const others = rowOf(words.text("overview_rest"));
  /** In the order of the table. @type {Map<string, HTMLTableRowElement>} */
  let shown = new Map();
  const node = panel(words.nodes(title), ...(above ? [above] : []), none);
  /** @type {Counts} */
  let newest = Object.create(null);
  /** All is counted, and the order is still that in which it came. */
  let waits = false;
  const settle = () => requestAnimationFrame(() => waits && !isUsed() && order());
  rows.addEventListener("pointerleave", settle);
  rows.addEventListener("focusout", settle);

  /** @param {Child} name */
  function rowOf(name) {
    return table([], columns(), [[[name], []]]).tBodies[0].rows[0];
  }

  /** Somebody points at a row, or walks through them. */
  function isUsed() {
    return rows.matches(":hover") || rows.contains(document.activeElement);
  }

  function order() {
    waits = false;
    const before = shown;
    shown = new Map();
    for (const [name] of ranked(newest).slice(0, MOST_ROWS)) shown.set(name, before.get(name) ?? rowOf(said(name)));
    body.replaceChildren(...shown.values());
    fill();
  }

  function fill() {
    const rest = Object.entries(newest).reduce((sum, [name, count]) => (shown.has(name) ? sum : sum + count), 0);
    const most = Math.max(rest, ...Object.values(newest));
    const set = (/** @type {HTMLTableRowElement} */ row, /** @type {number} */ count) =>
      row.cells[1].replaceChildren(number(count), barOf(count, { most, look, isRightToLeft: words.direction === "rtl" }));
    for (const [name, row] of shown) set(row, newest[name]);
    if (rest) {
      set(others, rest);
      if (body.lastChild !== others) body.append(others);
    } else others.remove();
  }

  /** @param {Counts} counts @param {boolean} isAll */
  function show(counts, isAll) {
    newest = counts;
    if (none.parentElement && Object.keys(counts).length) none.replaceWith(rows);
    if ((isAll || !shown.size) && !isUsed()) return order();
    waits = isAll;
    for (const [name] of ranked(counts)) {
      if (shown.has(name) || shown.size === MOST_ROWS) continue;
      const row = rowOf(said(name));
      shown.set(name, row);
      if (others.parentElement === body) others.before(row);
      else body.append(row);
    }
    fill();
  }

  return { node, show };
}

/** @param {import("../words.js").Words} words */
export function numbersOf(words) {
  const format = new Intl.NumberFormat(`${words.language}-u-nu-latn`);
  return (/** @type {number} */ count) => format.format(count);
}

/** A day of UTC, by which the API counts. @param {import("../words.js").Words} words @param {string} day */
function dayIn(words, day) {
  const own = navigator.languages.find((wish) => wish.split("-")[0] === words.language);
  const format = new Intl.DateTimeFormat(own ?? words.language, { day: "numeric", month: "short", timeZone: "UTC", numberingSystem: "latn", calendar: "gregory" });
  return format.format(Date.parse(day));
}
