/** Connections to providers: all of them on *Authentication*, and each on a screen of its own. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { fieldsOf, logoutUri, nameOf, redirectUri, said } from "./connection-fields.js";
import { actions, badge, button, copied, facts, given, panel, slot, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {Record<string, any>} Connection as the API answers it */

/** @param {string} id */
export const connectionAt = (id) => `connection=${id}`;

/** What a trip to a provider is kept by in the tab. @param {string} id */
const tripOf = (id) => `connection-trip-${id}`;

/** @param {Place} place @param {Connection[]} connections */
export function connectionsPanel(place, connections) {
  const { words } = place;
  const columns = ["connection_name", "state"].map((key) => words.nodes(key));
  const rows = connections.map((each) => [
    [el("a", { href: `#${connectionAt(each.id)}` }, given(each.label)), el("br"), el("span", { class: "soft" }, given(nameOf(words, each.kind)), " · ", given(each.id))],
    states(place, each),
  ]);
  const may = place.allows("settings:write");
  const add = button(words.nodes("connection_add"), () => place.go("new-connection"), "primary");
  const empty = el("p", {}, ...words.nodes(may ? "connection_none" : "connection_none_read"));
  return panel(
    words.nodes("connections_title"),
    place.settings.sso_method ? null : el("p", {}, ...words.nodes("connection_all_off")),
    rows.length ? table(words.nodes("connections_title"), columns, rows) : empty,
    may && actions(add),
  );
}

/** What keeps it from everybody; null: nothing but its switch. @param {Connection} connection */
export function missing({ draft, waits }) {
  return draft ? "connection_is_draft" : waits ? "connection_is_waiting" : null;
}

/** Draft, tested, waits for an owner, on, off. @param {Place} place @param {Connection} connection @returns {Child[]} */
function states({ words }, connection) {
  const { on, confirmed } = connection;
  const what = missing(connection);
  if (what) return [badge(words.nodes(what), "bad")];
  return [badge(words.nodes(on ? "connection_is_on" : "connection_is_off"), on ? "" : "bad"), !confirmed && " ", !confirmed && badge(words.nodes("connection_waits"))];
}

/** @param {Place} place */
export async function showConnection(place) {
  const { words } = place;
  const named = encodeURIComponent(place.values.get("connection") ?? "");
  const title = words.nodes("connection_title");
  const connection = await place.read(async () => (await place.ask("GET", `/connections/${named}`)).body.connection, title);
  if (!connection) return;
  const { id } = connection;
  const path = `/connections/${id}`;
  place.commands = [["connection list"]];
  const may = place.allows("settings:write");
  const trip = await cameBack(place, connection);
  const values = fieldsOf(connection.kind).map((field) => /** @type {[Child[], Child[]]} */ ([words.nodes(`connection_${field.name}`), said(words, connection[field.name])]));
  place.show(
    [given(connection.label)],
    trip,
    el("p", {}, given(nameOf(words, connection.kind)), " ", ...states(place, connection)),
    ...next(place, connection, path),
    panel(
      words.nodes("connection_set"),
      facts(values),
      copied(words, redirectUri(id), words.nodes("redirect_uri")),
      connection.kind === "oidc" && copied(words, logoutUri(place.settings.id, id), words.nodes("dir_logout_uri")),
      ...connection.cautions.map((/** @type {string} */ each) => el("p", { class: "soft", lang: "en", dir: "ltr" }, each)),
      may && actions(
        button(words.nodes("change"), () => place.go(`change-connection=${id}`)),
        button(words.nodes("connection_new_secret"), () => place.go(`connection-secret=${id}`)),
      ),
    ),
    may && panel(words.nodes("connection_end"), ...ending(place, connection)),
  );
}

/** What comes next: the test, an owner's word, a trip, a switch. @param {Place} place @param {Connection} connection @param {string} path */
function next(place, connection, path) {
  const { words } = place;
  const { draft, waits, on, confirmed } = connection;
  const steps = [];
  if (place.allows("settings:write")) steps.push(test(place, connection, path));
  if (!draft && (waits || !confirmed)) steps.push(confirm(place, connection, path));
  if (on && confirmed && place.settings.sso_method) steps.push(tripPanel(place, connection));
  return steps;
}

/** @param {Place} place @param {Connection} connection @param {string} path */
function test(place, connection, path) {
  const { words } = place;
  const { draft, waits } = connection;
  const said = slot();
  const run = button(words.nodes("connection_test"), () =>
    place.press(run, async () => {
      const { body } = await place.ask("POST", `${path}/test`);
      place.again(outcome(place, body.test, connection));
    }, said), draft ? "primary" : "secondary");
  return panel(words.nodes("connection_test_title"), el("p", {}, ...words.nodes(!draft ? "connection_test_again" : waits ? "connection_test_waits" : "connection_test_draft")), said, actions(run));
}

/** What came of a test. What a provider publishes is text, whatever is in it. @param {Place} place @param {any} test @param {Connection} connection as it was before @returns {import("./parts.js").Said} */
function outcome({ words }, { passed, problems, found }, { draft, waits }) {
  if (!passed) {
    const list = el("ul", { lang: "en", dir: "ltr" }, ...problems.map((/** @type {string} */ each) => el("li", {}, given(each))));
    return { tone: "error", text: words.nodes("connection_failed"), more: list };
  }
  const pairs = Object.entries(found).map(([name, value]) => /** @type {[Child[], Child[]]} */ ([[given(name)], [given(String(value))]]));
  const more = el("details", {}, el("summary", {}, ...words.nodes("connection_found")), el("div", { lang: "en" }, facts(pairs)));
  return { tone: "good", text: words.nodes(!draft ? "connection_passed_again" : waits ? "connection_passed_waits" : "connection_passed"), more };
}

/** An owner's word, about what is on this screen and nothing newer. @param {Place} place @param {Connection} connection @param {string} path */
function confirm(place, { waits, etag }, path) {
  const { words } = place;
  const said = slot();
  const press = button(words.nodes("connection_confirm"), () =>
    place.press(press, async () => {
      try {
        await place.ask("POST", `${path}/confirm`, { etag });
      } catch (error) {
        if (!(error instanceof Refusal) || error.type !== "changed-meanwhile") throw error;
        // The first press was carried out, and its answer never came.
        const now = error.problem.now?.connection;
        const isDone = now?.confirmed && !now.waits;
        if (!isDone) return place.again({ tone: "info", text: words.nodes("connection_meanwhile_confirm") });
      }
      place.again(place.good(waits ? "connection_opened" : "connection_confirmed"));
    }, said), "primary");
  const may = place.allows("team:write");
  const text = `connection_${waits ? "opens" : "confirm"}_${may ? "text" : "read"}`;
  return panel(words.nodes(waits ? "waiting_title" : "connection_confirm_title"), el("p", {}, ...words.nodes(text)), said, may && actions(press));
}

/** A real sign-in by it, and back to this screen. @param {Place} place @param {Connection} connection */
function tripPanel(place, { id }) {
  const { words } = place;
  const go = button(words.nodes("connection_try"), () => {
    place.unsent.keep(tripOf(id), { tried: true });
    place.leave(go);
  });
  return panel(words.nodes("connection_try_title"), el("p", {}, ...words.nodes("connection_try_text")), slot(), actions(go));
}

/** What came of the trip: by what the member is signed in now. @param {Place} place @param {Connection} connection */
async function cameBack(place, { id, label }) {
  if (!place.unsent.of(tripOf(id))) return null;
  place.unsent.drop(tripOf(id));
  const path = `/contacts/${place.member.id}/sessions`;
  const sessions = await place.ask("GET", path).then(({ body }) => body.sessions, () => []);
  const [newest] = sessions.sort((/** @type {any} */ a, /** @type {any} */ b) => b.signed_in_at - a.signed_in_at);
  const key = newest?.method === `sso:${id}` ? "connection_tried" : "connection_not_tried";
  return el("p", { role: "status" }, ...place.words.nodes(key, { name: given(label) }));
}

/** @param {Place} place @param {Connection} connection @returns {Child[]} */
function ending(place, connection) {
  const { words } = place;
  const { id, on } = connection;
  const off = button(words.nodes("connection_off"), () => place.go(`switch-connection=${id}&to=off`));
  const back = button(words.nodes("connection_on"), () => place.go(`switch-connection=${id}&to=on`));
  const remove = button(words.nodes("connection_remove"), () => place.go(`switch-connection=${id}&to=gone`), "remove");
  return [el("p", {}, ...words.nodes("connection_end_text")), actions(on ? off : !missing(connection) && back, remove)];
}
