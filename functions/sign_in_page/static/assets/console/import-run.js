/** One import of a file of contacts: what is kept of it in the tab, and its parts, one after the other. */

import { Refusal } from "./api.js";

/** @typedef {import("./place.js").Place} Place */

/**
 * @typedef {object} Job an import as the API answers it
 * @property {string} id
 * @property {"open" | "read" | "finished" | "cancelled"} state
 * @property {number} size bytes
 * @property {number} next where the next part begins
 * @property {number} part_size bytes
 * @property {boolean} dry_run
 * @property {Record<string, string> | null} columns
 * @property {string[]} left_out
 * @property {boolean} foreign_ids
 * @property {number} rows
 * @property {number} added
 * @property {number} changed
 * @property {number} unchanged
 * @property {number} refused
 * @property {number} deactivated
 * @property {number} moved
 */

/** What the file is begun with. @typedef {{ ignore_unknown: boolean, columns: Record<string, string> }} Asks */

/** What is kept of an import, until the member is done with it. @typedef {{ id: string, file: string, sum: string, asks: Asks }} Kept */

const KEPT_AS = "import-job";
const PIECE = 1024 * 1024;
const FIRST_LINE_WITHIN = 65_536;
/** A service that is busy is asked again, so many times. */
const TRIES = 3;
const BETWEEN_TRIES_S = 2;
/** A longer wait is the member's to decide. */
const LONGEST_WAIT_S = 120;

/** The file that was chosen, for as long as the page is open: no browser keeps it. @type {{ file: File, sum: string } | null} */
let chosen = null;

/** @param {string} sum @returns {File | null} */
export function fileOf(sum) {
  return chosen?.sum === sum ? chosen.file : null;
}

/** Take a file, and know it again by what is in it. @param {File} file @returns {Promise<string>} */
export async function choose(file) {
  let sum = new Uint8Array();
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = await file.slice(at, at + PIECE).arrayBuffer();
    sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob([sum, piece]).arrayBuffer()));
  }
  chosen = { file, sum: [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  return chosen.sum;
}

/** @param {Place} place @returns {Kept | null} */
export function keptOf(place) {
  const text = place.unsent.of(KEPT_AS)?.values.kept;
  return typeof text === "string" ? JSON.parse(text) : null;
}

/** @param {Place} place @param {Kept} kept */
function keep(place, kept) {
  place.unsent.keep(KEPT_AS, { kept: JSON.stringify(kept) });
}

/** @param {Place} place */
export function forget(place) {
  place.unsent.drop(KEPT_AS);
}

/**
 * Begin an import, once for each file and what is asked of it, however often it is pressed.
 *
 * @param {Place} place
 * @param {{ file: File, sum: string, asks: Asks, isDry: boolean }} about
 * @returns {Promise<Job>}
 */
export async function begin(place, { file, sum, asks, isDry }) {
  const { ignore_unknown, columns } = asks;
  const body = { size: file.size, ...(isDry && { dry_run: true }), ...(ignore_unknown && { ignore_unknown }), columns };
  const key = place.unsent.keyOf(KEPT_AS, { ...body, sum });
  const job = (await place.ask("POST", "/contacts/imports", { body, key })).body.import;
  keep(place, { id: job.id, file: file.name, sum, asks });
  return job;
}

/**
 * Send part after part, and finish. Each of them may be sent again, so whoever was cut off goes on.
 *
 * @param {Place} place
 * @param {Job} start
 * @param {File | null} file null once all of it was read
 * @param {{ onStep: (job: Job) => void, onWait: (seconds: number) => void, isStopped: () => boolean }} told
 * @returns {Promise<Job>} as far as it came
 */
export async function run(place, start, file, { onStep, onWait, isStopped }) {
  let job = start;
  let tries = 0;
  const goesOn = () => !place.isOver && !isStopped();
  while (goesOn() && (job.state === "open" || job.state === "read")) {
    try {
      job = { ...job, ...(await next(place, job, file)) };
      tries = 0;
      onStep(job);
    } catch (error) {
      const now = error instanceof Refusal && error.type === "not-next" ? error.problem.now : null;
      if (now && (now.next !== job.next || now.state !== job.state)) {
        job = { ...job, ...now };
        continue;
      }
      tries += 1;
      const seconds = waitAfter(error, tries);
      if (seconds === null) throw error;
      onWait(seconds);
      for (let second = 0; second < seconds && goesOn(); second += 1) await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  return job;
}

/** @param {Place} place @param {Job} job @param {File | null} file @returns {Promise<Job>} */
async function next(place, job, file) {
  const path = `/contacts/imports/${job.id}`;
  if (job.state === "read" || !file) return (await place.ask("POST", `${path}/finish`)).body.import;
  const part = await file.slice(job.next, job.next + job.part_size).arrayBuffer();
  return (await place.ask("PUT", `${path}/parts/${job.next}`, { bytes: part })).body.import;
}

/** @param {unknown} error @param {number} tries @returns {number | null} seconds, or null: the member is told */
function waitAfter(error, tries) {
  if (!(error instanceof Refusal)) return null;
  const { type, problem } = error;
  const seconds = problem.retry_after ?? 0;
  // So many parts in a minute go through, and all that are pressed for go one after the other.
  if (type === "too-many-requests") return seconds > 0 && seconds <= LONGEST_WAIT_S ? seconds : null;
  return type === "try-later" && tries <= TRIES ? BETWEEN_TRIES_S : null;
}

/** The names in the first line of a file; what they mean the API decides. @param {File} file @returns {Promise<string[]>} */
export async function headersOf(file) {
  const bytes = new Uint8Array(await file.slice(0, FIRST_LINE_WITHIN).arrayBuffer());
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!isWide && bytes.includes(0)) return [];
  const text = new TextDecoder(isWide ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(bytes);
  const [line = ""] = text.replace(/^sep=.\r?\n/i, "").split(/\r?\n|\r/, 1);
  const separators = [",", ";", "\t"].sort((one, other) => line.split(other).length - line.split(one).length);
  const cells = line.match(new RegExp(`("([^"]|"")*"|[^${separators[0]}])+`, "g")) ?? [];
  return cells.map((cell) => cell.trim().replace(/^"([^]*)"$/, "$1").replaceAll('""', '"')).filter(Boolean);
}
