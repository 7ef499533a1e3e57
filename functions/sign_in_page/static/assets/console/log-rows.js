/** Rows of the trail in a table, each of which opens to its lines. */

import { el } from "../elements.js";
import { actorIn, deliveryIn, eventIn, isSignIn, outcomeIn, preciseTime, purposeIn, reasonIn, thingIn, wayIn } from "./log-words.js";
import { badge, button, given, newId, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {import("./log-words.js").Entry} Entry */
/** @typedef {import("./log-words.js").Names} Names */

const BAD = ["withheld", "refused"];
const CONTACT = /^ct_[A-Za-z0-9_-]{1,60}$/;
const NO_NEWS = ["sign_in", "reason", "connection", "method"];

/**
 * @param {Place} place
 * @param {Entry[]} entries
 * @param {{ names?: Names, one?: boolean }} [options] `one`: all of them are of one contact
 */
export function logRows(place, entries, { names = {}, one = false } = {}) {
  const { words } = place;
  const columns = ["log_when", "log_what", ...(one ? [] : ["log_whom"]), "log_from", "to_do"].map((key) => words.nodes(key));
  const of = (/** @type {Entry[]} */ some) => table(words.nodes("log_rows"), columns, some.map((entry) => cells(place, entry, names, one)));
  const node = of(entries);
  /** Put older ones below. @param {Entry[]} more */
  const add = (more) => {
    const added = [...of(more).tBodies[0].rows];
    node.tBodies[0].append(...added);
    return added;
  };
  return { node, add };
}

/** @param {Place} place @param {Entry} entry @param {Names} names @param {boolean} one @returns {Child[][]} */
function cells(place, entry, names, one) {
  const { words } = place;
  return [
    [preciseTime(words, entry.at)],
    what(place, entry, names, one),
    ...(one ? [] : [whom(place, entry, names)]),
    from(place, entry, names),
    [opening(place, entry, names)],
  ];
}

/** @param {Place} place @param {Entry} entry @param {Names} names @param {boolean} one @returns {Child[]} */
function what({ words }, entry, names, one) {
  const said = isSignIn(entry) ? outcomeIn(words, entry.outcome) : eventIn(words, entry.event);
  const about = [
    entry.way && wayIn(words, entry.way, names),
    entry.purpose && purposeIn(words, entry.purpose),
    entry.reason && reasonIn(words, entry.reason),
    // Beside a contact, whose row it is; else it is what the row is about.
    (one || entry.contact) && entry.about && thingIn(entry.about, entry.label, names),
  ].filter((each) => Array.isArray(each));
  const soft = about.flatMap((each, at) => (at ? [" · ", ...each] : each));
  return [
    BAD.includes(entry.outcome) ? badge(said, "bad") : el("strong", {}, ...said),
    entry.delivery && " ",
    entry.delivery && badge(deliveryIn(words, entry.delivery), "bad"),
    soft.length > 0 && el("br"),
    soft.length > 0 && el("span", { class: "soft" }, ...soft),
  ];
}

/** By name, where the page has read one. @param {Place} place @param {Entry} entry @param {Names} names @returns {Child[]} */
function whom({ words }, { contact, subject, link, about, label }, names) {
  const called = (/** @type {string} */ id) => (names[id] ? given(names[id]) : el("code", { dir: "ltr" }, id));
  if (contact) return [el("a", { href: `#contact=${encodeURIComponent(contact)}` }, called(contact))];
  if (about) return thingIn(about, label, names);
  const isAddress = subject?.startsWith("address-");
  return [
    isAddress ? words.text("log_nobodys_address") : subject && called(subject),
    isAddress && link && el("br"),
    isAddress && link && el("span", { class: "soft" }, ...words.nodes("log_by_link", { link: names[`link-${link}`] || link.slice(0, 8) })),
  ];
}

/** @param {Place} place @param {Entry} entry @param {Names} names @returns {Child[]} */
function from({ words }, { by, network }, names) {
  const isTheirs = ["contact", "mail"].includes(by);
  return [!isTheirs && el("span", {}, ...actorIn(words, by, names)), !isTheirs && network && el("br"), network && given(network)];
}

/** The button that opens and closes the lines. @param {Place} place @param {Entry} entry @param {Names} names */
function opening(place, entry, names) {
  const { words } = place;
  const id = newId();
  const name = words.text("log_lines_of", { moment: preciseTime(words, entry.at) });
  const pressed = button(words.nodes("log_lines"), () => {
    const row = pressed.closest("tr");
    const open = document.getElementById(id);
    pressed.setAttribute("aria-expanded", String(!open));
    if (open) open.remove();
    else row?.after(el("tr", { role: "row", id }, el("td", { role: "cell", class: "lines", colspan: String(row.cells.length) }, lines(place, entry, names))));
  }, "plain", name);
  pressed.setAttribute("aria-expanded", "false");
  return pressed;
}

/** @param {Place} place @param {Entry} entry @param {Names} names */
function lines(place, entry, names) {
  const { words } = place;
  const steps = entry.steps.map((/** @type {import("./log-words.js").Step} */ step) =>
    el(
      "li",
      {},
      el("span", { class: "soft" }, preciseTime(words, step.at)),
      " ",
      ...eventIn(words, step.event),
      step.detail.reason && ": ",
      ...(step.detail.reason ? reasonIn(words, step.detail.reason) : []),
      !["contact", "mail"].includes(step.by) && " · ",
      ...(["contact", "mail"].includes(step.by) ? [] : actorIn(words, step.by, names)),
      ...details(step.detail, names),
    ),
  );
  return el("ol", {}, ...steps);
}

/** What else a line has, as it has it; contacts lead to their page. @param {Record<string, string>} detail @param {Names} names @returns {Child[]} */
function details(detail, names) {
  return Object.entries(detail)
    // Values before and after are JSON, and stand in Changes.
    .filter(([name, value]) => !NO_NEWS.includes(name) && !/^[[{]/.test(value))
    .flatMap(([name, value]) => {
      const said = CONTACT.test(value) ? el("a", { href: `#contact=${value}` }, names[value] ?? value) : value;
      return [" ", el("code", { class: "detail", dir: "ltr" }, `${name}: `, said)];
    });
}
