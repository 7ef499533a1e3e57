/** The trail as a file: all pages one behind the other, as the API writes them. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { form } from "./form.js";
import { panel, tell } from "./parts.js";
import { saveFile } from "./save-file.js";

/** @typedef {import("./place.js").Place} Place */

/** @type {Record<string, { name: string, type: string, ending: string }>} */
const FORMATS = {
  csv: { name: "CSV", type: "text/csv", ending: "csv" },
  jsonl: { name: "JSON Lines", type: "application/x-ndjson", ending: "jsonl" },
  ocsf: { name: "OCSF", type: "application/x-ndjson", ending: "ocsf.jsonl" },
};
/** A page of a hundred rows each: more is for a script with a key. */
const MOST_PAGES = 1000;
const LONGEST_WAIT_S = 70;

/** @param {Place} place @param {import("./log-filter.js").Filter} filter */
export function exportPanel(place, filter) {
  const { words } = place;
  const options = Object.entries(FORMATS).map(([key, { name }]) => /** @type {[string, string]} */ ([key, name]));
  const asked = form(place, {
    id: "log-export",
    fields: [{ name: "format", label: words.nodes("log_format"), hint: words.nodes("log_format_hint"), type: "select", value: "csv", options }],
    send: words.nodes("log_download"),
    commands: null,
    onSend: async ({ format }) => {
      const found = await gathered(place, { ...filter, format }, (moment) =>
        tell(asked.slot, { tone: "info", text: words.nodes("log_read_back", { moment: words.moment(moment) }) }, { takesFocus: false }));
      if (place.isOver) return;
      const { type, ending } = FORMATS[format];
      const name = `${place.settings.id}-trail-${new Date().toISOString().slice(0, 10)}.${ending}`;
      saveFile(name, found.texts, `${type};charset=utf-8`);
      const isCut = found.next !== null;
      const said = isCut ? words.nodes("log_export_cut", { moment: words.moment(found.until) }) : words.nodes("log_exported");
      tell(asked.slot, { tone: isCut ? "info" : "good", text: said }, { takesFocus: false });
    },
  });
  return panel(words.nodes("log_export"), el("p", { class: "soft" }, ...words.nodes("log_export_text")), asked.node);
}

/**
 * Every page of it. Where the API asks to wait, it waits.
 *
 * @param {Place} place
 * @param {object} wanted
 * @param {(until: number) => void} tells
 */
async function gathered(place, wanted, tells) {
  /** @type {string[]} */
  const texts = [];
  /** @type {string | null} */
  let next = null;
  let until = 0;
  for (let page = 0; page < MOST_PAGES && !place.isOver; page += 1) {
    const body = await patiently(place, { ...wanted, limit: 100, ...(next && { cursor: next }) });
    texts.push(body.text);
    ({ next, searched_until: until } = body);
    if (!next) break;
    tells(until);
  }
  return { texts, next, until };
}

/** @param {Place} place @param {object} body @returns {Promise<any>} */
async function patiently(place, body) {
  try {
    return (await place.ask("POST", "/trail/export", { body })).body;
  } catch (error) {
    const wait = error instanceof Refusal && error.type === "too-many-requests" ? error.problem.retry_after : null;
    // The first page is asked for by a press, and its refusal is for whoever pressed.
    if (!wait || wait > LONGEST_WAIT_S || !("cursor" in body)) throw error;
    await new Promise((go) => setTimeout(go, wait * 1000));
    return place.isOver ? { text: "", next: null, searched_until: 0 } : (await place.ask("POST", "/trail/export", { body })).body;
  }
}
