/** What an import would do, or has done, and each row that was refused. */

import { el } from "../elements.js";
import { gather } from "./pages.js";
import { actions, button, facts, given, panel, reach, slot, table, tell } from "./parts.js";
import { csvRow, saveFile } from "./save-file.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./import-run.js").Job} Job */
/** @typedef {import("./pages.js").Gathered} Gathered */

/**
 * @typedef {object} Ways
 * @property {HTMLElement | null} again where the file is chosen again, if the tab has it no more
 * @property {() => Promise<void>} onImport
 * @property {() => void} onEnd
 */

/** Each field of a contact that a column may be, and what it is called here. @type {Record<string, string>} */
export const IMPORTED = { email: "email", name: "name", language: "their_language", active: "import_active", id: "contact_id" };

const COUNTS = /** @type {const} */ (["rows", "added", "changed", "deactivated", "unchanged", "moved", "refused"]);
const AT_ONCE = 50;
const WHOLE_REPORT = 200_000;

/** @param {Place} place @param {Job} job @param {Ways} ways @param {Gathered} [before] */
export async function showReport(place, job, ways, before) {
  const { words } = place;
  const path = `/contacts/imports/${job.id}/report`;
  const ended = job.state === "cancelled" ? "import_was_cancelled" : job.dry_run ? "import_would" : "import_is_done";
  const title = words.nodes(ended);
  const read = () => gather(place, path, "refused_rows", { query: { limit: String(AT_ONCE) }, before, least: AT_ONCE });
  const found = job.refused ? await place.read(read, title) : { items: [], next: null };
  if (!found) return;
  const said = slot();
  const isReady = job.dry_run && job.state === "finished" && job.added + job.changed > 0;
  const go = button(words.nodes("import_go"), () => place.press(go, ways.onImport, said), "primary");
  const another = button(words.nodes("import_another"), ways.onEnd);
  const contacts = button(words.nodes("nav_contacts"), () => place.go("contacts"));
  const refused = refusedRows(place, job, found, () => showReport(place, job, ways, found));
  place.show(
    title,
    job.state === "cancelled" && el("p", {}, ...words.nodes("import_cancelled_text")),
    panel(words.nodes("import_counts"), facts(COUNTS.map((name) => [words.nodes(`import_${name}`), [String(job[name])]]))),
    readAs(place, job),
    refused,
    isReady && ways.again,
    job.dry_run && !isReady && el("p", {}, ...words.nodes("import_nothing")),
    said,
    actions(isReady && go, another, !job.dry_run && contacts),
  );
  if (before) reach(refused, before.items.length);
}

/** Which column was read as what. @param {Place} place @param {Job} job */
function readAs({ words }, { columns, left_out, foreign_ids }) {
  if (!columns) return null;
  const pairs = Object.entries(columns).map(([field, header]) => {
    const label = Object.hasOwn(IMPORTED, field) ? words.nodes(IMPORTED[field]) : words.nodes("name");
    return /** @type {[any, any]} */ ([label, [given(header)]]);
  });
  if (left_out.length) pairs.push([words.nodes("import_left_out"), left_out.flatMap((name, at) => [at > 0 && ", ", given(name)])]);
  return panel(words.nodes("import_columns"), facts(pairs), foreign_ids && el("p", { class: "soft" }, ...words.nodes("import_foreign_ids")));
}

/** @param {Place} place @param {Job} job @param {Gathered} found @param {() => void} onMore */
function refusedRows(place, job, found, onMore) {
  const { words } = place;
  const title = words.nodes("import_refused_rows");
  if (!job.refused) return panel(title, el("p", { class: "soft" }, ...words.nodes("import_none_refused")));
  const said = slot();
  const save = button(words.nodes("import_download"), () =>
    place.press(save, async () => {
      const all = await gather(place, `/contacts/imports/${job.id}/report`, "refused_rows", { query: { limit: "100" }, before: found, least: WHOLE_REPORT, pages: WHOLE_REPORT });
      const lines = all.items.map(({ line, column, reason }) => csvRow([line, column ?? "", reason]));
      saveFile("import-report.csv", csvRow(["line", "field", "reason"]) + lines.join(""), "text/csv");
      tell(said, place.good("import_downloaded"));
    }, said));
  const columns = ["import_line", "field", "import_reason"].map((key) => words.nodes(key));
  const rows = found.items.map(({ line, column, reason }) => [
    [String(line)],
    column ? [el("bdi", { lang: "en" }, column)] : words.nodes("import_whole_row"),
    [el("bdi", { lang: "en" }, reason)],
  ]);
  const more = button(words.nodes("show_more"), onMore);
  return panel(title, table(words.nodes("import_refused_rows"), columns, rows), said, actions(found.next && more, save));
}
