/** A change of a connection, first as before and after, with who is touched. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { addCommand, isOther, makesDraft, said as shown } from "./connection-fields.js";
import { connectionAt, missing } from "./connections.js";
import { actions, button, panel, slot, table, tell } from "./parts.js";
import { undoable } from "./settings.js";
import { whoIsTouched } from "./touched.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {Record<string, any>} Connection as the API answers it */

/** On, off, or gone. @param {Place} place */
export async function switchConnection(place) {
  const { words } = place;
  const id = place.values.get("switch-connection") ?? "";
  const to = place.values.get("to");
  const path = `/connections/${encodeURIComponent(id)}`;
  const connection = await place.read(async () => (await place.ask("GET", path)).body.connection, words.nodes("review_title"));
  if (!connection) return;
  if (to === "gone") return review(place, connection, { rows: [[words.nodes("state"), stateOf(place, connection), words.nodes("connection_gone")]], touch: "connection_touch_gone", isGone: true });
  reviewConnection(place, connection, { on: to === "on" });
}

/** @param {Place} place @param {Connection} connection */
function stateOf({ words }, connection) {
  return words.nodes(missing(connection) ?? (connection.on ? "is_on" : "is_not_on"));
}

/**
 * @param {Place} place
 * @param {Connection} connection as it was read
 * @param {Record<string, any>} wanted
 * @param {string} [typed] what is kept of a form
 */
export function reviewConnection(place, connection, wanted, typed = "") {
  const { words } = place;
  const value = (/** @type {string} */ name, /** @type {any} */ each) => (name === "on" ? words.nodes(each ? "is_on" : "is_not_on") : shown(words, each));
  const rows = Object.entries(wanted).map(([name, each]) => [words.nodes(name === "on" ? "state" : `connection_${name}`), value(name, connection[name]), value(name, each)]);
  const isDraft = makesDraft(connection, wanted);
  if (isDraft) rows.push([words.nodes("state"), stateOf(place, connection), words.nodes("connection_is_draft")]);
  const touch = "on" in wanted ? `connection_touch_${wanted.on ? "on" : "off"}` : isDraft ? "connection_touch_draft" : "connection_touch_change";
  review(place, connection, { rows, touch, wanted, typed, isDraft });
}

/**
 * @param {Place} place
 * @param {Connection} connection
 * @param {{ rows: import("../elements.js").Child[][][], touch: string, wanted?: Record<string, any>, typed?: string, isGone?: boolean, isDraft?: boolean }} about
 */
function review(place, connection, { rows, touch, wanted = {}, typed = "", isGone = false, isDraft = false }) {
  const { words } = place;
  const { id } = connection;
  const path = `/connections/${id}`;
  const said = slot();
  const takesAway = connection.on && (isGone || isDraft || wanted.on === false);
  const columns = ["field", "was", "will_be"].map((key) => words.nodes(key));
  const what = isGone ? "gone" : wanted.on === true ? "on" : wanted.on === false ? "off" : null;
  place.commands = [what ? [`connection ${isGone ? "remove" : what}`, id] : addCommand(id, connection.kind, { ...connection, ...wanted }, true)];
  const values = { name: connection.label, id };
  const go = button(what ? words.nodes(`connection_${what}_go`, values) : words.nodes("change_it"), () =>
    place.press(go, async () => {
      try {
        if (isGone) {
          await place.ask("DELETE", path, { etag: connection.etag });
          return place.go("authentication", place.good("connection_removed"));
        }
        const { body, etag } = await place.ask("PATCH", path, { body: wanted, etag: connection.etag });
        place.unsent.drop(typed);
        place.go(connectionAt(id), undoable(place, body.change, etag));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        // The first press was carried out, and its answer never came.
        const now = error.problem.now?.connection;
        if (isGone && error.type === "not-found") return place.go("authentication", place.good("connection_removed"));
        if (error.type !== "changed-meanwhile" || !now) throw error;
        const isDone = !isGone && Object.keys(wanted).every((name) => !isOther(now[name], wanted[name]));
        if (isDone) {
          place.unsent.drop(typed);
          return place.go(connectionAt(id), place.good("saved"));
        }
        if (isGone) await switchConnection(place);
        else reviewConnection(place, now, wanted, typed);
        place.tell({ tone: "info", text: words.nodes("connection_meanwhile") });
      }
    }, said), isGone ? "danger" : "primary");
  place.show(
    what ? words.nodes(`connection_${what}_title`, values) : words.nodes("review_title"),
    panel(words.nodes("before_and_after"), table(words.nodes("before_and_after"), columns, rows)),
    panel(words.nodes("who_is_touched"), el("p", {}, ...words.nodes(touch)), takesAway && whoIsTouched(place, { connection: id })),
    said,
    actions(go, button(words.nodes("back"), () => (typed ? place.again() : place.go(connectionAt(id))))),
  );
}
