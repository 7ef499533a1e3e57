/** What is known of a contact, corrected. Whoever was faster is not written over: both are shown. */

import { el } from "../elements.js";
import { LANGUAGES } from "../words.js";
import { readContact } from "./contact-data.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { given, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const FIELDS = ["name", "language", "time_zone"];

/** @param {Place} place */
export async function editContact(place) {
  const { words } = place;
  const read = await readContact(place, "edit", words.nodes("edit_title"));
  if (!read) return;
  const { id } = read;
  const path = `/contacts/${id}`;
  let contact = read;
  const form_ = form(place, {
    id: `edit-${id}`,
    fields: [
      { name: "name", label: words.nodes("name"), value: contact.name, required: true, most: 100 },
      { name: "language", label: words.nodes("their_language"), type: "select", value: contact.language ?? "", options: languages(place) },
      { name: "time_zone", label: words.nodes("time_zone"), type: "select", value: contact.time_zone ?? "", options: zones(place, contact) },
    ],
    send: words.nodes("save"),
    commands: (typed) => asCommands(contact, typed),
    onSend: async ({ name, language, time_zone }) => {
      await place.ask("PATCH", path, { body: { name, language, time_zone }, etag: contact.etag });
      place.go(contactAt(id), place.good("saved"));
    },
    onRefused: (refusal) => {
      if (refusal.type !== "changed-meanwhile") return false;
      const before = contact;
      contact = refusal.problem.now.contact;
      // The first press was carried out, and its answer never came.
      if (FIELDS.every((name) => (contact[name] ?? "") === form_.inputs.get(name)?.value.trim())) {
        place.unsent.drop(`edit-${id}`);
        place.go(contactAt(id), place.good("saved"));
        return true;
      }
      tell(form_.slot, { tone: "info", text: words.nodes("changed_meanwhile"), more: differences(place, before, contact) });
      return true;
    },
    onCancel: () => place.go(contactAt(id)),
  });
  place.show(words.nodes("edit_title"), el("p", { class: "soft" }, ...words.nodes("edit_text")), form_.node);
}

/** What is typed otherwise than it is. @param {any} contact @param {import("./form.js").Typed} typed @returns {import("./command.js").Command[]} */
function asCommands(contact, { name, language, time_zone }) {
  /** @type {[string, string][]} */
  const own = [["language", language], ["time-zone", time_zone]];
  const others = own.filter(([option, value]) => value !== (contact[option.replace("-", "_")] ?? ""));
  const reset = others.filter(([, value]) => !value).map(([option]) => option);
  const options = { ...(name !== contact.name && { name }), ...Object.fromEntries(others.filter(([, value]) => value)), reset };
  return Object.values(options).flat().length ? [["contact set", contact.id, options]] : [["contact show", contact.id]];
}

/** What somebody else has changed since the form was opened. @param {Place} place @param {any} before @param {any} now */
function differences({ words }, before, now) {
  const columns = ["field", "was", "is_now"].map((key) => words.nodes(key));
  const rows = FIELDS.filter((name) => before[name] !== now[name]).map((name) => [
    words.nodes(name === "language" ? "their_language" : name),
    [given(before[name] ?? "–")],
    [given(now[name] ?? "–")],
  ]);
  return rows.length ? table(words.nodes("changed_table"), columns, rows) : undefined;
}

/** @param {Place} place @returns {[string, string][]} */
function languages({ words }) {
  return [["", words.text("none_of_their_own")], ...Object.entries(LANGUAGES)];
}

/** @param {Place} place @param {any} contact @returns {[string, string][]} */
function zones({ words }, { time_zone }) {
  const all = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ...(time_zone ? [time_zone] : [])]);
  return [["", words.text("none_of_their_own")], ...[...all].sort().map((zone) => /** @type {[string, string]} */ ([zone, zone.replaceAll("_", " ")]))];
}
