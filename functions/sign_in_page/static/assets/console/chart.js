/** Pictures of counts, as SVG. What they show stands beside them as a table; their colours are the style's. */

const SVG = "http://www.w3.org/2000/svg";
const STEP = 10;
const BROAD = 8;
const HIGH = 100;

/** @typedef {{ look: string, count: number }} Part of a column; `look` is a class of the style */

/**
 * A column for each, in the order that is read: from the right where the language is.
 *
 * @param {Part[][]} all the lowest part of each first
 * @param {{ name: string, isRightToLeft: boolean }} options
 * @returns {SVGSVGElement}
 */
export function columnsOf(all, { name, isRightToLeft }) {
  const most = Math.max(1, ...all.map(sum));
  const svg = drawing(all.length * STEP, HIGH);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  all.forEach((parts, at) => {
    const x = (isRightToLeft ? all.length - 1 - at : at) * STEP + (STEP - BROAD) / 2;
    let below = 0;
    for (const { look, count } of parts) {
      const high = (count / most) * HIGH;
      below += high;
      if (high > 0) svg.append(rect(look, x, HIGH - below, BROAD, high));
    }
  });
  return svg;
}

/**
 * A bar beside a count. It says nothing that the count does not.
 *
 * @param {number} count
 * @param {{ most: number, look: string, isRightToLeft: boolean }} options
 * @returns {SVGSVGElement}
 */
export function barOf(count, { most, look, isRightToLeft }) {
  const svg = drawing(HIGH, STEP);
  svg.setAttribute("aria-hidden", "true");
  const long = (count / Math.max(1, most)) * HIGH;
  svg.append(rect(look, isRightToLeft ? HIGH - long : 0, 0, long, STEP));
  return svg;
}

/** @param {number} width @param {number} height */
function drawing(width, height) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "chart");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  return svg;
}

/** @param {string} look @param {number} x @param {number} y @param {number} width @param {number} height */
function rect(look, x, y, width, height) {
  const made = document.createElementNS(SVG, "rect");
  made.setAttribute("class", look);
  for (const [name, value] of Object.entries({ x, y, width, height })) made.setAttribute(name, String(Number(value.toFixed(2))));
  return made;
}

/** @param {Part[]} parts */
function sum(parts) {
  return parts.reduce((total, { count }) => total + count, 0);
}
