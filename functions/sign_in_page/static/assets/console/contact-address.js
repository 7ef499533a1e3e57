/** Another address of a contact. */

import { el } from "../elements.js";
import { readContact } from "./contact-data.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";

/** @typedef {import("./place.js").Place} Place */

const LONGEST_EMAIL = 254;

/** @param {Place} place */
export async function changeAddress(place) {
  const { words } = place;
  const title = words.nodes("address_title");
  const contact = await readContact(place, "address", title);
  if (!contact) return;
  if (contact.id === place.member.id || !place.allowsOn("contact:address", contact)) return place.go(contactAt(contact.id));
  const asked = form(place, {
    id: `address-${contact.id}`,
    fields: [{ name: "email", label: words.nodes("address_new"), type: "email", dir: "ltr", required: true, most: LONGEST_EMAIL }],
    send: words.nodes("address_do"),
    commands: ({ email }) => [["contact set", contact.id, { email }]],
    onSend: async ({ email }) => {
      // The same address again changes nothing, so a press after a lost answer is harmless.
      await place.ask("POST", `/contacts/${contact.id}/email`, { body: { email } });
      place.go(contactAt(contact.id), place.good("address_done"));
    },
    onCancel: () => place.go(contactAt(contact.id)),
  });
  const now = contact.email ? words.nodes("address_now", { name: contact.name, email: contact.email }) : words.nodes("no_address");
  place.show(title, el("p", {}, ...now), el("p", { class: "soft" }, ...words.nodes("address_text")), asked.node);
}
