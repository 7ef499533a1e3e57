/** What waits for an owner, on *Team*: what it is, whom it keeps out, and one press. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { actions, button, given, panel, slot } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {{ what: "address" | "account" | "connection" | "draft", id: string, until: number | null, connection: string | null, etag: string | null }} Waiting as the API answers it */

/** @param {Place} place @param {{ members: any[], waiting: Waiting[], keys: any[], connections: any[] }} read */
export function waitingPanel(place, { members, waiting, keys, connections }) {
  const { words } = place;
  const held = keys.filter(({ state }) => state === "held");
  if (!waiting.length && !held.length) return null;
  const said = slot();
  const may = place.allows("team:write");
  const labels = new Map(connections.map(({ id, label }) => [id, label]));
  const labelOf = (/** @type {string} */ id) => labels.get(id) ?? id;
  const etags = new Map(connections.map(({ id, etag }) => [id, etag]));
  const item = (/** @type {About | null} */ about) => about && el("li", {}, el("p", {}, ...about.text), may && about.path && actions(confirm(place, about, said)));
  const unconfirmed = waiting.filter(({ what }) => what === "connection");
  const ofConnections = unconfirmed.map((each) => item(ofConnection(place, each, labelOf(each.id), etags.get(each.id))));
  const items = [
    ...waiting.filter(({ what }) => what === "draft").map((each) => {
      const look = button(words.nodes("waiting_look"), () => place.go(`connection=${encodeURIComponent(each.id)}`), "secondary", words.text("waiting_look_at", { name: labelOf(each.id) }));
      return el("li", {}, el("p", {}, ...words.nodes("waiting_draft", { name: given(labelOf(each.id)) })), may && actions(look));
    }),
    ...waiting.filter(({ what }) => what === "address" || what === "account").map((each) => item(ofMember(place, each, members, labelOf))),
    // Several are one line, until somebody wants to see them.
    ...(ofConnections.length > 1 ? [] : ofConnections),
    ...held.map((key) => {
      const go = button(words.nodes("waiting_to_keys"), () => place.go("keys"), "secondary", words.text("waiting_to_key", { label: key.label }));
      return el("li", {}, el("p", {}, ...words.nodes("waiting_key", { label: key.label })), may && actions(go));
    }),
  ].filter(Boolean);
  const note = el("p", { class: "soft" }, ...words.nodes(may ? "waiting_text" : "waiting_text_read"));
  // Each name by itself: together they would turn the brackets around them where it is read from right to left.
  const named = unconfirmed.flatMap(({ id }, at) => [at > 0 && ", ", given(labelOf(id))]);
  const names = words.nodes("waiting_connections", { count: unconfirmed.length, names: el("span", {}, ...named) });
  const several = ofConnections.length > 1 && el("details", {}, el("summary", {}, ...names), el("ul", { class: "waiting-list" }, ...ofConnections));
  return panel(words.nodes("waiting_title"), note, items.length > 0 && el("ul", { class: "waiting-list" }, ...items), several, said);
}

/** @typedef {{ text: Child[], path: string | null, name: string, etag?: string }} About also as what it was read */

/** @param {Place} place @param {Waiting} waiting @param {any[]} members @param {(id: string) => string} labelOf @returns {About | null} */
function ofMember({ words, member: me }, { what, id, until, connection, etag }, members, labelOf) {
  const member = members.find(({ contact }) => contact === id);
  if (!member) return null;
  const name = member.name || member.email;
  const label = connection && labelOf(connection);
  const said = words.nodes(`waiting_${what}`, { name, email: given(member.email), moment: words.moment(until ?? 0) });
  const text = label ? [el("strong", {}, given(label)), " · ", ...said] : said;
  // Nobody says so of their own. A member may have several that wait, and somebody else may add another.
  return { text, path: id === me.id ? null : `/team/${encodeURIComponent(id)}/confirm`, name: label ? `${name} · ${label}` : name, etag: etag ?? undefined };
}

/** @param {Place} place @param {Waiting} waiting @param {string} label @param {string | undefined} etag @returns {About} */
function ofConnection({ words }, { id }, label, etag) {
  const name = el("a", { href: `#connection=${encodeURIComponent(id)}` }, given(label));
  return { text: words.nodes("waiting_connection", { name }), path: `/connections/${encodeURIComponent(id)}/confirm`, name: label, etag };
}

/** @param {Place} place @param {About} about @param {HTMLElement} said */
function confirm(place, { path, name, etag }, said) {
  const { words } = place;
  const pressed = button(words.nodes("waiting_confirm"), () =>
    place.press(pressed, async () => {
      try {
        await place.ask("POST", path ?? "", { etag });
      } catch (error) {
        // The first press was carried out, and its answer never came: it waits no more.
        if (!(error instanceof Refusal) || !isConfirmed(error)) throw error;
      }
      place.again(place.good("waiting_confirmed", { name }));
    }, said), "secondary", words.text("waiting_confirm_of", { name }));
  return pressed;
}

/** An address that is confirmed again is answered the same; a connection is another by then. @param {Refusal} refusal */
function isConfirmed({ type, problem }) {
  const now = type === "changed-meanwhile" && problem.now?.connection;
  return now && now.confirmed && !now.waits;
}
