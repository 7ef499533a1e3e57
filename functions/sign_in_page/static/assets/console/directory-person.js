/** One person of the directory: what it has sent, what was done, and why not. */

import { el } from "../elements.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { logRows } from "./log-rows.js";
import { badge, facts, given, panel, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */

const LONGEST = 254;

/** One field for an address or an id, and what it finds below. @param {Place} place @param {import("./command.js").Command[]} [shown] what shows the rest of the screen */
export function findPerson(place, shown = []) {
  const { words } = place;
  const below = el("div", { class: "of-directory", "aria-live": "polite" });
  const sought = form(place, {
    id: "directory-person",
    fields: [{ name: "who", label: words.nodes("dir_find_label"), hint: words.nodes("dir_find_hint"), dir: "ltr", required: true, most: LONGEST }],
    send: words.nodes("find"),
    commands: ({ who }) => [...shown, ["directory people", ...(who ? [who] : [])]],
    onSend: async ({ who }) => {
      below.replaceChildren();
      const { body } = await place.ask("POST", "/directory/people/find", { body: who.includes("@") ? { email: who } : { external_id: who } });
      if (place.isOver) return;
      below.replaceChildren(...found(place, body));
      // On a telephone it stands below what is seen.
      below.scrollIntoView({ block: "nearest" });
    },
    onRefused: ({ type }) => {
      if (type !== "not-found") return false;
      const who = String(sought.inputs.get("who")?.value ?? "").trim();
      tell(sought.slot, { tone: "info", text: words.nodes("dir_nobody", { who }) });
      return true;
    },
  });
  return el("div", { class: "of-directory" }, panel(words.nodes("dir_find_title"), sought.node), below);
}

/** @param {Place} place @param {any} answer @returns {HTMLElement[]} */
function found(place, { people, complete, file_record, refused }) {
  const { words } = place;
  return [
    ...people.map((/** @type {any} */ each) => person(place, each)),
    !complete && el("p", { class: "soft" }, ...words.nodes("dir_more")),
    file_record && file(place, file_record),
    refused?.length > 0 && panel(words.nodes("dir_in_vain"), el("p", {}, ...words.nodes("dir_in_vain_text")), logRows(place, refused, { one: true }).node),
  ].filter((each) => each instanceof HTMLElement);
}

/** @param {Place} place @param {any} each */
function person(place, each) {
  const { words } = place;
  const isSent = each.active && each.allowed;
  const isHeld = each.kept || (each.held_until ?? 0) * 1000 > Date.now();
  const isIn = isSent || isHeld;
  const state = isSent ? words.nodes("dir_in") : each.kept ? words.nodes("dir_in_kept") : isHeld ? words.nodes("dir_in_until", { moment: words.moment(each.held_until) }) : words.nodes("dir_out");
  const why = isSent ? null : each.active ? "dir_why_groups" : "dir_why_inactive";
  const groups = each.groups.map((/** @type {any} */ group) => el("li", {}, given(group.name), " ", group.lets_in && badge(words.nodes("dir_lets_in"))));
  const contacts = each.contacts.map((/** @type {any} */ contact) =>
    el("li", {}, el("a", { href: `#${contactAt(contact.id)}` }, given(contact.name || contact.email)), " ", !contact.active && badge(words.nodes("is_off"), "bad")),
  );
  return panel(
    [given(each.name)],
    el("p", {}, badge(state, isIn ? "" : "bad"), " ", ...(why ? words.nodes(why) : [])),
    facts([
      [words.nodes("dir_user_name"), [given(each.user_name)]],
      [words.nodes("dir_external_id"), each.external_id ? [given(each.external_id)] : words.nodes("nothing_set")],
      [words.nodes("dir_emails"), each.emails.length ? [given(each.emails.join(", "))] : words.nodes("nothing_set")],
      [words.nodes("dir_persons_groups"), groups.length ? [list(groups)] : words.nodes("dir_no_group")],
      [words.nodes("dir_contacts"), contacts.length ? [list(contacts)] : words.nodes("dir_no_contact")],
      [words.nodes("dir_changed"), [words.moment(each.changed_at)]],
    ]),
    el("h3", {}, ...words.nodes("dir_log")),
    each.log.length ? logRows(place, each.log, { one: true }).node : el("p", { class: "soft" }, ...words.nodes("dir_log_none")),
  );
}

/** @param {HTMLElement[]} items */
function list(items) {
  return el("ul", { class: "values" }, ...items);
}

/** @param {Place} place @param {any} record */
function file({ words }, { source, external_id, user_name, emails, active, imported_at }) {
  return panel(
    words.nodes("dir_file"),
    el("p", {}, badge(words.nodes(active ? "dir_in" : "dir_out"), active ? "" : "bad")),
    facts([
      [words.nodes("dir_source"), [given(source)]],
      [words.nodes("dir_external_id"), [given(external_id)]],
      [words.nodes("dir_user_name"), [given(user_name)]],
      [words.nodes("dir_emails"), [given(emails.join(", "))]],
      [words.nodes("dir_last_import"), [words.moment(imported_at)]],
    ]),
  );
}
