/** What is done to a contact as a whole: another address, all their data as a file, and the erasure. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { actions, button, given, panel, slot, table, tell } from "./parts.js";
import { saveFile } from "./save-file.js";

/** @typedef {import("./place.js").Place} Place */

const LONGEST_EMAIL = 254;

/** The part of a contact's page that leads there. @param {Place} place @param {any} contact as the API answers it */
export function wholeContact(place, contact) {
  const { words } = place;
  const said = slot();
  const isSelf = contact.id === place.member.id;
  const ways = [
    !isSelf && place.allowsOn("contact:address", contact) && button(words.nodes("address_do"), () => place.go(`address=${contact.id}`)),
    place.allowsOn("contacts:merge", contact) && button(words.nodes("merge_do"), () => place.go(`merge=${contact.id}`)),
    place.allows("contact:export") && exporting(place, contact, said),
    !isSelf && !contact.role && place.allowsOn("contact:erase", contact) && button(words.nodes("erase_do"), () => place.go(`erase=${contact.id}`)),
  ];
  return ways.some(Boolean) ? panel(words.nodes("whole_title"), said, actions(...ways)) : null;
}

/** Whom a contact is made of, on their page. @param {Place} place @param {any} contact */
export function mergedInto(place, contact) {
  if (!contact.merges?.length) return null;
  const { words } = place;
  const may = place.allowsOn("contacts:merge", contact);
  const undo = (/** @type {string} */ lost) =>
    button(words.nodes("merge_undo"), () => place.go(`unmerge=${contact.id}&lost=${lost}`), "plain", words.text("merge_undo_of", { id: lost }));
  const columns = ["contact_id", "merged_undo_until", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const rows = contact.merges.map((/** @type {{ lost: string, undo_until: number | null }} */ { lost, undo_until: until }) => [
    [el("code", { dir: "ltr" }, lost)],
    until ? [words.moment(until)] : words.nodes("merged_for_good"),
    ...(may ? [until ? [undo(lost)] : []] : []),
  ]);
  return panel(words.nodes("merged_title"), el("p", { class: "soft" }, ...words.nodes("merged_text")), table(words.nodes("merged_title"), columns, rows));
}

/** @param {Place} place @param {any} contact @param {HTMLElement} said */
function exporting(place, { id }, said) {
  const pressed = button(place.words.nodes("export_do"), () =>
    place.press(pressed, async () => {
      const { body } = await place.ask("GET", `/contacts/${id}/export`);
      saveFile(`contact-${id}.json`, `${JSON.stringify(body, null, 2)}\n`, "application/json");
      tell(said, place.good("export_done"));
    }, said));
  return pressed;
}

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

/**
 * The contact of a screen. Of one who was merged into another, the other one is shown.
 *
 * @param {Place} place
 * @param {string} name of the screen, or of the value
 * @param {import("../elements.js").Child[]} title
 * @returns {Promise<any>}
 */
export function readContact(place, name, title) {
  const path = `/contacts/${encodeURIComponent(place.values.get(name) ?? "")}`;
  return place.read(async () => {
    try {
      return (await place.ask("GET", path)).body.contact;
    } catch (error) {
      if (!(error instanceof Refusal) || error.type !== "contact-merged" || !error.problem.survivor) throw error;
      place.go(contactAt(error.problem.survivor), { tone: "info", text: place.words.nodes("merge_into") });
      return null;
    }
  }, title);
}

/** A name for a sentence. @param {any} contact */
export function calledBy({ name, email, id }) {
  return given(name || email || id);
}
