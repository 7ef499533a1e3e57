/** The workspace's own look: its name, logo and accent colour on the page. */

import { coloursOf } from "./colour.js";
import { el } from "./elements.js";

/**
 * @typedef {Pick<import("./portico.js").Workspace, "name" | "logo_url" | "accent_color" | "locale" | "support_url" |
 *   "privacy_url" | "terms_url" | "powered_by"> & { check_pasted_code?: boolean }} Brand what the page keeps of a workspace
 */

/**
 * @param {Element} header
 * @param {Brand | null} brand
 * @param {HTMLElement} root of the page that gets the colours
 */
export function showBrand(header, brand, root = document.documentElement) {
  for (const [name, colour] of Object.entries(coloursOf(brand?.accent_color ?? null))) {
    // Through the CSSOM: the content security policy allows no style attribute.
    root.style.setProperty(name, colour);
  }
  if (!brand) return header.replaceChildren();
  header.replaceChildren(mark(brand), el("span", { class: "name", dir: "auto" }, brand.name));
}

/** The logo, or the name's first letter while there is none. @param {Brand} brand */
function mark({ name, logo_url }) {
  const letter = el("span", { class: "monogram", "aria-hidden": "true" }, firstLetter(name));
  if (!logo_url) return letter;
  // The name stands beside it, so the picture itself is silent.
  const logo = el("img", { class: "logo", src: logo_url, alt: "" });
  logo.addEventListener("error", () => logo.replaceWith(letter));
  return logo;
}

function firstLetter(/** @type {string} */ name) {
  const letters = new Intl.Segmenter().segment(name.trim());
  return letters[Symbol.iterator]().next().value?.segment.toUpperCase() ?? "";
}
