/** A choice among a few, for a preview: nothing of it is kept or sent by itself. */

import { el } from "../elements.js";
import { newId } from "./parts.js";

/** @param {string[][]} options key and text @param {string} value */
export function choice(options, value) {
  const made = el("select", { id: newId(), autocomplete: "off" }, ...options.map(([key, text]) => el("option", { value: key }, text)));
  made.value = value;
  return made;
}

/** @param {import("../elements.js").Child[]} label @param {HTMLSelectElement} field */
export function labelled(label, field) {
  return el("div", { class: "field" }, el("label", { for: field.id }, ...label), field);
}
