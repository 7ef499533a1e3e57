/** *Import contacts*: a file, what it would do, and then it is done. Nothing of a file is shown but as text. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { form } from "./form.js";
import { IMPORTED, showReport } from "./import-report.js";
import { begin, choose, fileOf, forget, headersOf, keptOf, run } from "./import-run.js";
import { actions, button, given, newId, panel, slot, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./import-run.js").Job} Job */
/** @typedef {import("./import-run.js").Kept} Kept */

/** @param {Place} place */
export async function showImport(place) {
  if (!place.allows("contacts:import")) return place.go("find");
  const { words } = place;
  const kept = keptOf(place);
  if (!kept) return chooseFile(place);
  const job = await place.read(async () => {
    try {
      return (await place.ask("GET", `/contacts/imports/${kept.id}`)).body.import;
    } catch (error) {
      if (!(error instanceof Refusal) || error.type !== "not-found") throw error;
      return "gone";
    }
  }, words.nodes("import_title"));
  if (job === "gone") {
    forget(place);
    return chooseFile(place, { tone: "info", text: words.nodes("import_gone") });
  }
  if (job) goOn(place, kept, job);
}

/** @param {string} file @param {import("./import-run.js").Asks} asks @param {boolean} isDry @returns {import("./command.js").Command[]} */
function asCommands(file, { ignore_unknown, columns }, isDry) {
  const column = Object.entries(columns).map(([field, header]) => `${field}=${header}`);
  return [["contact import", file, { "dry-run": isDry, "ignore-unknown": ignore_unknown, column }]];
}

/** What to do about an import as it is now. @param {Place} place @param {Kept} kept @param {Job} job @param {import("./parts.js").Said} [why] it stopped */
function goOn(place, kept, job, why) {
  place.commands = asCommands(kept.file, kept.asks, job.dry_run);
  if (job.state === "finished" || job.state === "cancelled") {
    return showReport(place, job, {
      again: fileAgain(place, kept),
      onImport: () => startsImporting(place, kept),
      onEnd: () => {
        forget(place);
        place.again();
      },
    });
  }
  const { words } = place;
  const said = slot();
  const go = button(words.nodes("import_go_on"), () => {
    if (job.state === "open" && !fileOf(kept.sum)) return tell(said, { tone: "error", text: words.nodes("import_no_file") });
    send(place, kept, job);
  }, "primary");
  const cancel = button(words.nodes("import_cancel"), () => place.press(cancel, () => cancelling(place, kept, job), said));
  const again = job.state === "open" ? fileAgain(place, kept) : null;
  place.show(title(place, job), panel(words.nodes("import_stopped", { percent: percentOf(job) }), el("p", {}, ...counts(place, job)), again, said, actions(go, cancel)));
  if (why) tell(said, why);
}

/** @param {Place} place @param {import("./parts.js").Said} [why] @param {{ file: File | null, unknown: string[] }} [before] the file that could not be read */
function chooseFile(place, why, before) {
  const { words } = place;
  const known = place.unsent.of("import-columns")?.values ?? {};
  const columns = el("div", { class: "import-columns" });
  const input = fileInput(place, words.nodes("import_file"), words.nodes("import_file_hint"), async (file) => {
    const headers = await headersOf(file).catch(() => []);
    columns.replaceChildren(...(headers.length ? [columnsOf(place, headers, known, before?.unknown ?? null)] : []));
    place.retyped();
  });
  const asksOf = (/** @type {import("./form.js").Typed} */ { ignore_unknown }) => {
    const pairs = [...columns.querySelectorAll("select")].map((each) => [each.name, each.value]).filter(([, value]) => value);
    return { ignore_unknown: ignore_unknown === true, columns: Object.fromEntries(pairs) };
  };
  const asked = form(place, {
    id: "import",
    keeps: true,
    fields: [{ name: "ignore_unknown", label: words.nodes("import_ignore"), type: "checkbox" }],
    send: words.nodes("import_try"),
    commands: (typed) => asCommands(input.chosen()?.name ?? "contacts.csv", asksOf(typed), true),
    onSend: async (typed) => {
      const file = input.chosen();
      if (!file) return tell(asked.slot, { tone: "error", text: words.nodes("import_no_file") });
      const asks = asksOf(typed);
      const sum = await readable(place, asked.slot, () => choose(file));
      if (sum === null) return;
      const job = await begin(place, { file, sum, asks, isDry: true });
      await send(place, { id: job.id, file: file.name, sum, asks }, job);
    },
    onCancel: () => place.go("contacts"),
    first: [input.node],
    also: [columns],
  });
  place.show(words.nodes("import_title"), el("p", {}, ...words.nodes("import_text")), asked.node);
  if (before?.file) input.put(before.file);
  if (why) tell(asked.slot, why);
}

/** @param {Place} place @param {import("../elements.js").Child[]} label @param {import("../elements.js").Child[]} hint @param {(file: File) => void} onFile */
function fileInput(place, label, hint, onFile) {
  const id = newId();
  const about = newId();
  const input = el("input", { type: "file", id, accept: ".csv,.tsv,.txt,text/csv", "aria-describedby": about });
  input.addEventListener("change", () => input.files?.[0] && onFile(input.files[0]));
  const node = el("div", { class: "field" }, el("label", { for: id }, ...label), input, el("p", { class: "hint", id: about }, ...hint));
  /** Choose a file that was chosen before. @param {File} file */
  const put = (file) => {
    const all = new DataTransfer();
    all.items.add(file);
    input.files = all.files;
    onFile(file);
  };
  return { node, put, chosen: () => input.files?.[0] ?? null };
}

/** Which column is what, where a guess would be wrong. */
/** @param {Place} place @param {string[]} headers @param {Record<string, any>} known @param {string[] | null} unknown what no guess is about, of a file that could not be read */
function columnsOf({ words, unsent }, headers, known, unknown) {
  const fields = Object.entries(IMPORTED).map(([name, label]) => {
    const id = newId();
    const options = headers.map((header) => el("option", { value: header }, header));
    const select = el("select", { id, name }, el("option", { value: "" }, words.text("import_guess")), ...options);
    const before = known[name];
    select.value = headers.includes(before) ? before : "";
    select.addEventListener("change", () => unsent.keep("import-columns", { ...unsent.of("import-columns")?.values, [name]: select.value }));
    return el("div", { class: "field" }, el("label", { for: id }, ...words.nodes(label)), select);
  });
  const missed = (unknown ?? []).filter((header) => headers.includes(header));
  const note = missed.length > 0 && el("p", { class: "found" }, ...words.nodes("import_not_known", { columns: namesOf(missed) }));
  return el("details", { open: unknown !== null }, el("summary", {}, ...words.nodes("import_columns")), el("div", { class: "import-fields" }, note, ...fields));
}

/** Where the tab has the file no more, the same one is chosen again. @param {Place} place @param {Kept} kept */
function fileAgain(place, kept) {
  if (fileOf(kept.sum)) return null;
  const { words } = place;
  const said = slot();
  const hint = words.nodes("import_again_text", { file: given(kept.file) });
  const input = fileInput(place, words.nodes("import_again"), hint, async (file) => {
    tell(said, null);
    const sum = await readable(place, said, () => choose(file));
    if (sum !== null && sum !== kept.sum) tell(said, { tone: "error", text: words.nodes("import_other_file") });
  });
  return el("div", {}, input.node, said);
}

/** @template T @param {Place} place @param {HTMLElement} said @param {() => Promise<T>} read @returns {Promise<T | null>} */
async function readable({ words }, said, read) {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // The file was changed or moved since it was chosen.
    tell(said, { tone: "error", text: words.nodes("import_file_changed") });
    return null;
  }
}

/** @param {Place} place @param {Kept} kept */
async function startsImporting(place, kept) {
  const file = fileOf(kept.sum);
  if (!file) return place.tell({ tone: "error", text: place.words.nodes("import_no_file") });
  const job = await begin(place, { file, sum: kept.sum, asks: kept.asks, isDry: false });
  await send(place, { ...kept, id: job.id }, job);
}

/** The parts, with how far they are. @param {Place} place @param {Kept} kept @param {Job} start */
async function send(place, kept, start) {
  const { words } = place;
  const said = slot();
  let isStopped = false;
  let job = start;
  const bar = el("progress", { max: String(start.size) });
  bar.ariaLabel = title(place, start).map((node) => node.textContent).join("");
  const line = el("p", {});
  const cancel = button(words.nodes("import_cancel"), () => {
    cancel.ariaDisabled = "true";
    isStopped = true;
  });
  const onStep = (/** @type {Job} */ now) => {
    job = now;
    bar.value = now.next;
    line.replaceChildren(...counts(place, now));
  };
  onStep(start);
  place.commands = asCommands(kept.file, kept.asks, start.dry_run);
  place.show(title(place, start), panel([given(kept.file)], bar, line, said, actions(cancel)));
  try {
    const onWait = (/** @type {number} */ seconds) => line.replaceChildren(...words.nodes("import_waits", { time: words.duration(seconds) }));
    job = await run(place, start, fileOf(kept.sum), { onStep, onWait, isStopped: () => isStopped });
    if (isStopped && !place.isOver && job.state !== "finished") return await cancelling(place, kept, job);
  } catch (error) {
    if (place.isOver) return;
    if (isUnreadable(error)) return unreadable(place, kept, error);
    const why = error instanceof DOMException ? /** @type {import("./parts.js").Said} */ ({ tone: "error", text: words.nodes("import_file_changed") }) : place.refused(error);
    return goOn(place, kept, job, why);
  }
  if (!place.isOver) goOn(place, kept, job);
}

/** @param {Place} place @param {Kept} kept @param {Job} job */
async function cancelling(place, kept, job) {
  try {
    const { body } = await place.ask("POST", `/contacts/imports/${job.id}/cancel`);
    if (!place.isOver) goOn(place, kept, body.import);
  } catch (error) {
    if (!place.isOver) goOn(place, kept, job, place.refused(error));
  }
}

/** @param {unknown} error @returns {error is Refusal} */
function isUnreadable(error) {
  return error instanceof Refusal && error.type === "invalid-request" && error.problem.errors?.[0]?.field === "file";
}

/** As the API says it (imports/flow.py). */
const UNKNOWN = /^Unknown columns: (.*)\. To leave them out/;

/** Not a row of it was read: another file, or other columns. @param {Place} place @param {Kept} kept @param {Refusal} error */
function unreadable(place, kept, error) {
  const { words } = place;
  forget(place);
  const [{ reason } = { reason: "" }] = error.problem.errors ?? [];
  const unknown = UNKNOWN.exec(reason)?.[1].split(", ") ?? [];
  const text = unknown.length
    ? words.nodes("import_unknown", { columns: namesOf(unknown), ignore: words.text("import_ignore") })
    : words.nodes("import_unreadable", { reason });
  chooseFile(place, { tone: "error", text }, { file: fileOf(kept.sum), unknown });
}

/** Names of columns, each as it stands in the file. @param {string[]} names */
function namesOf(names) {
  return el("span", {}, ...names.flatMap((name, at) => [at ? ", " : "", given(name)]));
}

/** @param {Place} place @param {Job} job */
function title({ words }, { dry_run }) {
  return words.nodes(dry_run ? "import_looking" : "import_running");
}

/** @param {Place} place @param {Job} job */
function counts({ words }, job) {
  return words.nodes("import_progress", { percent: percentOf(job), rows: job.rows, refused: job.refused });
}

/** @param {Job} job */
function percentOf({ next, size }) {
  return Math.floor((100 * next) / size);
}
