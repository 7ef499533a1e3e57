/** A file for the browser's downloads, made of what the API has answered. */

import { el } from "../elements.js";

const KEPT_FOR_MS = 60_000;

/** @param {string} name @param {string} content @param {string} type */
export function saveFile(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  el("a", { href: url, download: name }).click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_FOR_MS);
}

/** A row of a CSV file. A spreadsheet takes what begins like a formula as text. @param {(string | number)[]} cells */
export function csvRow(cells) {
  const quoted = cells.map((cell) => {
    const text = String(cell);
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  });
  return `${quoted.join(",")}\r\n`;
}
