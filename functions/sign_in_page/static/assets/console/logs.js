/** *Logs*: what happened, a row for each sign-in, newest first; and the same for one contact, and as a file. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { filterForm, filterOf, optionsOf } from "./log-filter.js";
import { exportPanel } from "./log-export.js";
import { logRows } from "./log-rows.js";
import { actions, button, given, panel, slot } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {import("./log-words.js").Entry} Entry */
/** @typedef {{ entries: Entry[], next: string | null, searched_until: number, complete_since: number | null }} Page */

const ENOUGH = 20;
/** Pages that are asked for by one press: each does a bounded amount of work, and may find nothing. */
const MOST_PAGES = 4;

/** @param {Place} place */
export async function showLogs(place) {
  const { words } = place;
  const filter = filterOf(place.values);
  const title = words.nodes("logs_title");
  const turn = (/** @type {string | null} */ cursor) =>
    place.ask("POST", "/trail/list", { body: { ...filter, limit: 50, ...(cursor && { cursor }) } });
  const read = await place.read(async () => {
    const [team, first] = await Promise.all([place.ask("GET", "/team"), walk(turn, null)]);
    const names = Object.fromEntries(team.body.members.map((/** @type {any} */ each) => [each.contact, each.name || each.email]));
    await readNames(place, first.entries.flatMap(thingsOf), names);
    return { names, first };
  }, title);
  if (!read) return;
  place.commands = [["trail list", optionsOf(filter, read.first.entries)]];
  const { names } = read;
  const isFiltered = Object.keys(filter).length > 0;
  const empty = words.nodes(isFiltered ? "log_nothing_fits" : "log_nothing_yet");
  place.show(
    title,
    el("p", { class: "soft" }, ...words.nodes("logs_text")),
    filterForm(place, filter),
    list(place, read.first, turn, { names, empty }),
    exportPanel(place, filter),
  );
}

/** Lists that say what things are called. Links for everybody come first in theirs. @type {Record<string, { path: string, query?: Record<string, string>, right?: string }>} */
const LISTS = {
  key: { path: "keys", right: "team:read" },
  link: { path: "links", query: { ended: "true", limit: "100" } },
  portal: { path: "portals" },
  connection: { path: "connections" },
};
/** Which lists were asked for already. @type {WeakMap<import("./log-words.js").Names, Set<string>>} */
const asked = new WeakMap();

/**
 * Add what things are called: a list is asked for once, if a row has something of its kind. What is
 * on no list stands there by its id.
 *
 * @param {Place} place
 * @param {string[]} things such as `key:<id>`
 * @param {import("./log-words.js").Names} names
 */
export async function readNames(place, things, names) {
  const before = asked.get(names) ?? new Set();
  const kinds = Object.keys(LISTS).filter((kind) => !before.has(kind) && things.some((thing) => thing.startsWith(`${kind}:`)));
  asked.set(names, new Set([...before, ...kinds]));
  await Promise.all(kinds.map(async (kind) => {
    const { path, query, right } = LISTS[kind];
    if (right && !place.allows(right)) return;
    const found = await place.ask("GET", `/${path}`, { query }).then(({ body }) => body[path], () => []);
    for (const { id, label } of found) if (label) names[`${kind}-${id}`] = label;
  }));
}

/** What a row has of them: what it is about, by which key, by which link, by which connection. @param {Entry} entry */
export function thingsOf({ about, by, subject, way, contact, link, steps }) {
  const wayIn = way?.startsWith("sso:") ? `connection:${way.slice("sso:".length)}` : "";
  const ofNobody = !contact && link ? `link:${link}` : "";
  return [about ?? "", by, ...steps.map((/** @type {import("./log-words.js").Step} */ step) => step.by), subject?.replace("-", ":") ?? "", wayIn, ofNobody];
}

/** What happened to one contact. @param {Place} place */
export async function showTrailOf(place) {
  const { words } = place;
  const path = `/contacts/${encodeURIComponent(place.values.get("trail") ?? "")}`;
  const title = words.nodes("log_of_contact");
  const turn = (/** @type {string | null} */ cursor) =>
    place.ask("GET", `${path}/trail`, { query: { limit: "50", ...(cursor && { cursor }) } });
  const read = await place.read(async () => {
    const [contact, first] = await Promise.all([place.ask("GET", path).catch(gone), walk(turn, null)]);
    const names = {};
    await readNames(place, first.entries.flatMap(thingsOf), names);
    return { contact: contact?.body.contact, first, names };
  }, title);
  if (!read) return;
  const { contact } = read;
  const [entry] = read.first.entries;
  const id = contact?.id ?? entry?.contact;
  if (id) place.commands = [["trail list", { contact: id }]];
  const back = contact && button(words.nodes("back"), () => place.go(`contact=${contact.id}`));
  place.show(
    title,
    el("p", { class: "under" }, contact ? given(contact.name || contact.email || contact.id) : words.text("log_of_nobody")),
    list(place, read.first, turn, { names: read.names, one: true, empty: words.nodes("log_nothing_of_contact") }),
    back && actions(back),
  );
}

/** Their trail is there also when they are not. @param {unknown} error */
function gone(error) {
  if (error instanceof Refusal && ["not-found", "contact-merged"].includes(error.type)) return null;
  throw error;
}

/**
 * The rows so far, how far back it was looked, and the way on.
 *
 * @param {Place} place
 * @param {Page} first
 * @param {(cursor: string | null) => Promise<{ body: Page }>} turn
 * @param {{ names?: import("./log-words.js").Names, one?: boolean, empty: Child[], title?: Child[] }} options
 */
export function list(place, first, turn, { empty, title, ...options }) {
  const { words } = place;
  const said = slot();
  const rows = logRows(place, first.entries, options);
  const holder = el("div", {}, first.entries.length || first.next ? rows.node : el("p", {}, ...empty));
  rows.node.hidden = !first.entries.length;
  const status = el("p", { class: "soft", role: "status", tabindex: "-1" });
  let { next } = first;
  const on = button(words.nodes("log_search_on"), () =>
    place.press(on, async () => {
      const page = await walk(turn, next);
      if (options.names) await readNames(place, page.entries.flatMap(thingsOf), options.names);
      const isHere = document.activeElement === on;
      const [first] = rows.add(page.entries);
      rows.node.hidden = rows.node.tBodies[0].rows.length === 0;
      tellHowFar(page);
      // The button has gone from under the keyboard.
      if (isHere && more.hidden) /** @type {HTMLElement} */ (first?.querySelector("button, a") ?? status).focus();
    }, said));
  const more = actions(on);
  /** @param {Page} page */
  function tellHowFar({ next: cursor, searched_until, complete_since }) {
    next = cursor;
    more.hidden = !cursor;
    const isAll = !cursor && complete_since;
    status.replaceChildren(...words.nodes(isAll ? "log_is_all" : "log_searched_until", { moment: words.moment(isAll ? complete_since : searched_until) }));
    // Without a list there is nothing to say of it.
    status.hidden = complete_since === null;
  }
  tellHowFar(first);
  return panel(title ?? words.nodes("log_rows"), holder, status, said, more);
}

/**
 * Go on until there is something to show.
 *
 * @param {(cursor: string | null) => Promise<{ body: Page }>} turn
 * @param {string | null} from
 * @returns {Promise<Page>}
 */
export async function walk(turn, from) {
  /** @type {Entry[]} */
  const entries = [];
  let cursor = from;
  for (let page = 1; ; page += 1) {
    const { body } = await turn(cursor);
    entries.push(...body.entries);
    cursor = body.next;
    if (!cursor || entries.length >= ENOUGH || page === MOST_PAGES) return { ...body, entries };
  }
}
