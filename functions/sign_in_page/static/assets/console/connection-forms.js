/** A new connection, step by step; another client secret; other values. A secret is sent once, and kept nowhere here. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { reviewConnection } from "./connection-changes.js";
import { KINDS, addCommand, freeId, inputs, isOther, nameOf, redirectUri, sent } from "./connection-fields.js";
import { connectionAt } from "./connections.js";
import { form } from "./form.js";
import { actions, button, copied, panel, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

/** @param {Place} place */
export async function newConnection(place) {
  const { words } = place;
  const kind = place.values.get("new-connection") ?? "";
  if (!KINDS.includes(kind)) return chooseProvider(place);
  const title = words.nodes("connection_new", { name: nameOf(words, kind) });
  const taken = await place.read(async () => (await place.ask("GET", "/connections")).body.connections.map((/** @type {any} */ each) => each.id), title);
  if (!taken) return;
  const label = kind === "oidc" ? "" : nameOf(words, kind);
  const asked = form(place, {
    id: `new-connection-${kind}`,
    fields: [
      { name: "id", label: words.nodes("connection_id"), hint: words.nodes("connection_hint_id"), dir: "ltr", required: true, most: 31, value: freeId(kind, taken) },
      ...inputs(words, kind, { label }),
      secretField(place),
    ],
    send: words.nodes("connection_make"),
    commands: ({ id, ...typed }) => [addCommand(id, kind, sent(kind, typed))],
    onSend: async ({ id, secret, ...typed }) => {
      const body = { id, kind, ...sent(kind, typed), secret };
      try {
        await place.ask("POST", "/connections", { body });
        place.go(connectionAt(id), place.good("connection_made"));
      } catch (error) {
        if (!(error instanceof Refusal) || error.type !== "taken" || !(await isOurs(place, body))) throw error;
        place.go(connectionAt(id), { tone: "info", text: words.nodes("connection_made_before") });
      }
    },
    says: { taken: "connection_taken" },
    onCancel: () => place.go("authentication"),
  });
  const id = /** @type {HTMLInputElement} */ (asked.inputs.get("id"));
  const address = el("div", {});
  const follow = () => address.replaceChildren(copied(words, redirectUri(id.value.trim()), words.nodes("redirect_uri")));
  id.addEventListener("input", follow);
  follow();
  const steps = words.text(`steps_${kind}`).split("\n").map((step) => el("li", {}, step));
  place.show(
    title,
    panel(words.nodes("connection_there"), el("ol", { class: "steps" }, ...steps), address),
    panel(words.nodes("connection_here"), asked.node),
  );
}

/** The first press made it, and its answer never came. @param {Place} place @param {Record<string, any>} wanted */
async function isOurs(place, { id, kind, client_id }) {
  const { body } = await place.ask("GET", `/connections/${encodeURIComponent(id)}`);
  return body.connection.kind === kind && body.connection.client_id === client_id;
}

/** @param {Place} place */
function chooseProvider(place) {
  const { words } = place;
  place.commands = KINDS.map((kind) => addCommand(freeId(kind, []), kind, {}));
  const buttons = KINDS.map((kind) => button([nameOf(words, kind)], () => place.go(`new-connection=${kind}`)));
  place.show(
    words.nodes("connection_choose"),
    el("p", {}, ...words.nodes("connection_choose_text")),
    panel(words.nodes("connection_provider"), actions(...buttons)),
    actions(button(words.nodes("back"), () => place.go("authentication"))),
  );
}

/** @param {Place} place @returns {import("./form.js").Field} */
function secretField({ words }) {
  return { name: "secret", label: words.nodes("connection_secret"), hint: words.nodes("connection_hint_secret"), type: "password", dir: "ltr", required: true, most: 4096 };
}

/** @param {Place} place @param {string} key the fragment's @param {import("../elements.js").Child[]} title */
async function read(place, key, title) {
  const id = place.values.get(key) ?? "";
  const path = `/connections/${encodeURIComponent(id)}`;
  return place.read(async () => (await place.ask("GET", path)).body.connection, title);
}

/** @param {Place} place */
export async function newSecret(place) {
  const { words } = place;
  const title = words.nodes("connection_new_secret");
  let connection = await read(place, "connection-secret", title);
  if (!connection) return;
  const { id } = connection;
  const asked = form(place, {
    id: `connection-secret-${id}`,
    fields: [secretField(place)],
    send: words.nodes("connection_new_secret"),
    commands: () => [addCommand(id, connection.kind, connection, true)],
    onSend: async ({ secret }) => {
      await place.ask("PUT", `/connections/${id}/secret`, { body: { secret }, etag: connection.etag });
      place.go(connectionAt(id), place.good("connection_secret_replaced"));
    },
    onRefused: (refusal) => {
      if (refusal.type === "changed-meanwhile") connection = refusal.problem.now?.connection ?? connection;
      return false;
    },
    onCancel: () => place.go(connectionAt(id)),
  });
  place.show(title, el("p", {}, ...words.nodes("connection_secret_text")), asked.node);
}

/** @param {Place} place */
export async function changeConnection(place) {
  const { words } = place;
  const title = words.nodes("connection_change");
  const connection = await read(place, "change-connection", title);
  if (!connection) return;
  const id = `change-connection-${connection.id}`;
  const asked = form(place, {
    id,
    keeps: true,
    fields: inputs(words, connection.kind, connection),
    send: words.nodes("look_at_it"),
    commands: (typed) => [addCommand(connection.id, connection.kind, sent(connection.kind, typed), true)],
    onSend: async (typed) => {
      const changed = Object.entries(sent(connection.kind, typed)).filter(([name, value]) => isOther(connection[name], value));
      if (!changed.length) return tell(asked.slot, { tone: "info", text: words.nodes("nothing_changes") });
      reviewConnection(place, connection, Object.fromEntries(changed), id);
    },
    onCancel: () => place.go(connectionAt(connection.id)),
  });
  place.show(title, asked.node);
}
