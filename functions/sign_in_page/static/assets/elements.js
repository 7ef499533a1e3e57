/** Elements without markup: text is always text. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | null | undefined | ((event: any) => void)>} [attributes]
 *   a function is a listener (`onclick`), `true` an attribute without a value; false, null and
 *   undefined leave it away
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  element.append(...children.filter(isThere));
  return element;
}

/** @param {Child} child @returns {child is Node | string} */
function isThere(child) {
  return child !== null && child !== undefined && child !== false;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture of index.html's own set; silent, because words stand beside it. */
export function icon(/** @type {string} */ name) {
  return drawn("icon", `#icon-${name}`);
}

/** A provider's own mark, in its own colours. */
export function mark(/** @type {string} */ name) {
  return drawn("mark", `#mark-${name}`);
}

/** @param {string} look @param {string} symbol */
function drawn(look, symbol) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", look);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", symbol);
  svg.append(use);
  return svg;
}
