/** *Contacts*: everybody, page by page, or those whom the beginning of an address or a name finds. */

import { el } from "../elements.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { gather } from "./pages.js";
import { actions, badge, button, given, onlyPanel, reach, slot, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const AT_ONCE = 50;
/** Who comes back by the back button sees as many as before, up to this. */
const MOST_AT_ONCE = 500;
const LONGEST_TEXT = 100;

/** @param {Place} place @param {import("./pages.js").Gathered} [before] pages that are shown already */
export async function showContacts(place, before) {
  const { words } = place;
  const title = words.nodes("contacts_title");
  // What is sought may be an address: it stays in the tab, and only how many are shown is in the fragment.
  const text = String(place.unsent.of("contacts")?.values.text ?? "").trim();
  const wanted = Math.min(Number(place.values.get("contacts")) || AT_ONCE, MOST_AT_ONCE);
  const asks = { limit: AT_ONCE, ...(text && { text }) };
  const options = { asks, before, least: before ? AT_ONCE : wanted };
  const found = await place.read(() => gather(place, "/contacts/list", "contacts", options), title);
  if (!found) return;
  const list = found.items.length ? rows(place, found.items) : el("p", {}, ...empty(place, text));
  const more = button(words.nodes("show_more"), () => {
    history.replaceState(history.state, "", `#contacts=${found.items.length + AT_ONCE}`);
    showContacts(place, found);
  });
  const said = slot();
  if (found.complete === false) tell(said, { tone: "info", text: words.nodes("contacts_incomplete") }, { takesFocus: false });
  const add = place.allows("contact:write") && button(words.nodes("add_title"), () => place.go("add"));
  const bring = place.allows("contacts:import") && button(words.nodes("contacts_import"), () => place.go("import"));
  place.show(title, search(place, text), actions(bring, add), onlyPanel(words.nodes("contacts_title"), list, said, found.next && actions(more)));
  if (before) reach(list, before.items.length);
}

/** @param {Place} place @param {string} text that the list is of */
function search(place, text) {
  const { words } = place;
  const all = button(words.nodes("contacts_all"), () => {
    place.unsent.drop("contacts");
    anew(place);
  });
  const sought = form(place, {
    id: "contacts",
    keeps: true,
    fields: [{ name: "text", label: words.nodes("contacts_search"), dir: "auto", most: LONGEST_TEXT }],
    send: words.nodes("contacts_find"),
    commands: (typed) => [["contact list", { starting: typed.text || null }]],
    onSend: async () => anew(place),
  });
  if (text) sought.node.querySelector(".actions")?.append(all);
  return sought.node;
}

/** Another list begins at its beginning. @param {Place} place */
function anew(place) {
  history.replaceState(history.state, "", "#contacts");
  place.go("contacts");
}

/** @param {Place} place @param {any[]} contacts */
function rows({ words }, contacts) {
  const columns = ["name", "email", "state", "contacts_changed"].map((key) => words.nodes(key));
  const cells = contacts.map((contact) => [
    [el("a", { href: `#${contactAt(contact.id)}` }, given(contact.name || contact.email || contact.id))],
    contact.email ? [given(contact.email)] : words.nodes("no_address"),
    [
      contact.active ? words.text("contacts_active") : badge(words.nodes("is_off"), "bad"),
      contact.suppressed && " ",
      contact.suppressed && badge(words.nodes("gets_no_mail"), "bad"),
    ],
    [words.moment(contact.updated_at)],
  ]);
  return table(words.nodes("contacts_title"), columns, cells);
}

/** What to do first. @param {Place} place @param {string} text */
function empty(place, text) {
  if (text) return place.words.nodes("contacts_nobody", { text });
  return place.words.nodes(place.allows("contacts:import") ? "contacts_none" : "contacts_none_read");
}
