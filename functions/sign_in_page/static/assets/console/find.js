/** *Find a contact*: the first screen, with one field. And the form that adds whoever is not there yet. */

import { el } from "../elements.js";
import { findings } from "./findings.js";
import { form } from "./form.js";
import { LONGEST_NAME, proposed } from "./new-contact.js";
import { actions, button, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const LONGEST_EMAIL = 254;

/** @param {Place} place */
export function findContact(place) {
  const { words } = place;
  const below = el("div", { "aria-live": "polite" });
  const sought = form(place, {
    id: "find",
    fields: [
      { name: "email", label: words.nodes("find_label"), hint: words.nodes("find_hint"), dir: "ltr", required: true, most: LONGEST_EMAIL },
    ],
    send: words.nodes("find"),
    commands: ({ email }) => [["contact show", email], ["why", email]],
    onSend: async ({ email }) => {
      below.replaceChildren();
      if (isId(email)) return place.go(contactAt(email));
      const { body } = await place.ask("POST", "/contacts/find", { body: { email } });
      if (place.isOver) return;
      const isFormer = body.found_by === "former-email";
      place.go(contactAt(body.contact.id), isFormer ? { tone: "info", text: words.nodes("found_by_former", { email }) } : undefined);
    },
    onRefused: ({ type }) => {
      if (type !== "not-found") return false;
      const email = String(sought.inputs.get("email")?.value ?? "").trim();
      const add = button(words.nodes("add_them"), () => {
        place.unsent.keep("add", proposed(email));
        place.go("add");
      });
      const look = button(words.nodes("look_closer"), () =>
        place.press(look, async () => {
          below.replaceChildren(await findings(place, { email }));
          // On a telephone it stands below what is seen.
          below.scrollIntoView({ block: "nearest" });
        }));
      const more = actions(look, place.allows("contact:write") && add);
      tell(sought.slot, { tone: "info", text: words.nodes("nobody_has_it", { email }), more });
      return true;
    },
  });
  place.show(words.nodes("find_title"), sought.node, below);
  sought.inputs.get("email")?.focus();
}

/** @param {Place} place */
export function addContact(place) {
  const { words } = place;
  const added = form(place, {
    id: "add",
    fields: [
      { name: "name", label: words.nodes("name"), required: true, most: LONGEST_NAME },
      { name: "email", label: words.nodes("email"), type: "email", dir: "ltr", required: true, most: LONGEST_EMAIL },
    ],
    send: words.nodes("add"),
    commands: ({ name, email }) => [["contact add", { name, email }]],
    onSend: async ({ name, email }, keyOf) => {
      const body = { name, email };
      const { body: made } = await place.ask("POST", "/contacts", { body, key: keyOf(body) });
      place.go(contactAt(made.contact.id), place.good("added"));
    },
    onCancel: () => place.go("find"),
  });
  place.show(words.nodes("add_title"), added.node);
  const name = added.inputs.get("name");
  name?.focus();
  if (name instanceof HTMLInputElement) name.select();
}

/** Is it a contact's id? An address may begin like one. @param {string} text */
export function isId(text) {
  return /^ct_[\w-]+$/.test(text);
}

/** People are in the address by their id, never by their address. @param {string} id */
export function contactAt(id) {
  return `contact=${encodeURIComponent(id)}`;
}
