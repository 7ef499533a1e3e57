/** The foot of the page: where to find help, what a contact agrees to, and who made the page. */

import { el } from "./elements.js";

/** @typedef {import("./brand.js").Brand} Brand */
/** @typedef {import("./words.js").Words} Words */

/** @type {[keyof Brand & ("support_url" | "privacy_url" | "terms_url"), string][]} */
const LINKS = [
  ["support_url", "help"],
  ["privacy_url", "privacy"],
  ["terms_url", "terms"],
];

/**
 * @param {Element} links
 * @param {HTMLElement} madeBy
 * @param {Brand | null} brand null: nobody may know whose page it is, and the foot says nothing of it
 * @param {Words} words
 */
export function showFoot(links, madeBy, brand, words) {
  madeBy.hidden = !brand || brand.powered_by === false;
  madeBy.textContent = words.text("made_by");
  links.replaceChildren(...LINKS.flatMap(([name, key]) => publicLink(brand?.[name] ?? null, words.nodes(key), key)));
}

/**
 * A link of the workspace's. The API has checked it; whatever is neither a page nor an address is left out.
 *
 * @param {string | null | undefined} url
 * @param {Node[]} text
 * @param {string} id
 * @param {string} [look]
 */
export function publicLink(url, text, id, look) {
  if (!url || !URL.canParse(url)) return [];
  const { protocol } = new URL(url);
  if (protocol === "mailto:") return [el("a", { href: url, id, class: look }, ...text)];
  // What was typed here must not be lost by looking something up.
  return protocol === "https:" ? [el("a", { href: url, id, class: look, target: "_blank", rel: "noopener" }, ...text)] : [];
}
