/** The erasure of a contact: what it takes, and whom, typed once more. */

import { el } from "../elements.js";
import { readContact } from "./contact-data.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { panel, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const LONGEST_EMAIL = 254;

/** What goes at once, what stays, and what is left to somebody else. */
const ERASED = ["erase_goes", "erase_links", "erase_trail", "erase_directory", "erase_told"];

/** @param {Place} place */
export async function eraseContact(place) {
  const { words } = place;
  const read = await readContact(place, "erase", words.nodes("contact_title"));
  if (!read) return;
  if (!place.allowsOn("contact:erase", read)) return place.go(contactAt(read.id));
  let contact = read;
  const text = contact.email || contact.id;
  const name = contact.name || text;
  if (!contact.name) place.tab = words.text("erase_do");
  const asked = form(place, {
    id: `erase-${contact.id}`,
    fields: [{ name: "typed", label: words.nodes("erase_type", { text }), dir: "ltr", required: true, most: LONGEST_EMAIL }],
    send: words.nodes("erase_go", { name }),
    commands: () => [["contact remove", contact.id]],
    onSend: async ({ typed }) => {
      if (typed.toLowerCase() !== text.toLowerCase()) return tell(asked.slot, { tone: "error", text: words.nodes("erase_differs") });
      // Of somebody who is gone it clears up the rest: a press after a lost answer is answered the same.
      await place.ask("DELETE", `/contacts/${contact.id}`, { etag: contact.etag });
      place.unsent.drop(`erase-${contact.id}`);
      place.go("find", place.good("erase_done"));
    },
    onRefused: ({ type, problem }) => {
      if (type === "changed-meanwhile") contact = problem.now.contact;
      return false;
    },
    says: { "on-the-team": "erase_on_team" },
    onCancel: () => place.go(contactAt(contact.id)),
    keeps: true,
  });
  asked.node.querySelector(".primary")?.classList.replace("primary", "danger");
  const list = el("ul", { class: "touched" }, ...ERASED.map((key) => el("li", {}, ...words.nodes(key))));
  const whom = words.nodes("erase_who", { name });
  place.show(words.nodes("erase_title", { name }), panel(whom, list), asked.node);
}
