/**
 * A mail's HTML in a frame. The console's policy takes no text for markup, not even for a parser, and no style
 * attribute. So what our own templates write is read here, element by element: known elements, known attributes, and
 * styles through the CSSOM.
 */

const PARTS = /<!--[^]*?-->|<!doctype[^>]*>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>|([^<]+)/gi;
const ATTRIBUTES = /([a-z-]+)(?:="([^"]*)")?/gi;
const ENTITIES = /&(?:#(\d+)|([a-z]+));/g;
/** @type {Record<string, string>} */
const NAMED = { nbsp: "\u00a0", zwnj: "\u200c", amp: "&", lt: "<", gt: ">", quot: '"' };
const ELEMENTS = ["a", "b", "div", "h1", "img", "p", "span", "table", "td", "tr"];
const COPIED = ["align", "alt", "aria-hidden", "bgcolor", "border", "cellpadding", "cellspacing", "class", "dir", "height", "lang", "role", "translate", "width"];
const PICTURE = "data:image/png;base64,";

/**
 * Put a mail into a document in the place of what is there.
 *
 * @param {Document} inside
 * @param {string} html
 * @returns {string} the mail's style sheet
 */
export function putMail(inside, html) {
  const root = inside.documentElement;
  const body = inside.createElement("body");
  /** @type {Element[]} */
  const open = [];
  let style = "";
  let isStyle = false;
  for (const [, closes, tag, written = "", text] of html.matchAll(PARTS)) {
    const name = tag?.toLowerCase() ?? "";
    const within = open.at(-1);
    if (text) {
      if (isStyle) style += text;
      else within?.append(decoded(text));
    } else if (name === "style") isStyle = !closes;
    else if (name === "html" && !closes) dress(root, written);
    else if (name === "body" && !closes) open.push(dress(body, written));
    else if (ELEMENTS.includes(name) && within) {
      if (closes) open.pop();
      else {
        const made = dress(inside.createElement(name), written);
        within.append(made);
        if (name !== "img") open.push(made);
      }
    }
  }
  inside.body.replaceWith(body);
  return style;
}

/** @template {HTMLElement} T @param {T} element @param {string} written its attributes @returns {T} */
function dress(element, written) {
  for (const [, name, quoted = ""] of written.matchAll(ATTRIBUTES)) {
    const value = decoded(quoted);
    if (name === "style") element.style.cssText = value;
    else if (COPIED.includes(name) || (name === "src" && value.startsWith(PICTURE))) element.setAttribute(name, value);
  }
  return element;
}

/** @param {string} text */
function decoded(text) {
  return text.replace(ENTITIES, (whole, number, name) => (number ? String.fromCodePoint(Number(number)) : (NAMED[name] ?? whole)));
}
