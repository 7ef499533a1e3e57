/** A contact of a screen, and what is done to them as a whole: the ways there, and all their data as a file. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { contactAt } from "./find.js";
import { actions, button, given, panel, slot, table, tell } from "./parts.js";
import { saveFile } from "./save-file.js";

/** @typedef {import("./place.js").Place} Place */

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
