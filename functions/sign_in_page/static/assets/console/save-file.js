/** A file for the browser's downloads, made of what the API has answered. */

import { el } from "../elements.js";

const KEPT_FOR_MS = 60_000;

/**
 * What a cell begins with that a spreadsheet takes for a formula, as `printable_cell` in portico/printable.py has it: after
 * blanks and what nobody sees, and in full-width signs, which some fold.
 */
const FORMULA = /^[\s\p{C}]*[=+\-@＝＋－＠]|^[\t\r]/u;

/** @param {string} name @param {string | string[]} content whole, or part by part @param {string} type */
export function saveFile(name, content, type) {
  const url = URL.createObjectURL(new Blob([content].flat(), { type }));
  el("a", { href: url, download: name }).click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_FOR_MS);
}

/** A row of a CSV file. A spreadsheet takes what begins like a formula as text. @param {(string | number)[]} cells */
export function csvRow(cells) {
  const quoted = cells.map((cell) => {
    const text = String(cell);
    return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  });
  return `${quoted.join(",")}\r\n`;
}
