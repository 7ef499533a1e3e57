/** An address as a QR code. */

import { correction, generate, mode } from "lean-qr";

const SVG = "http://www.w3.org/2000/svg";
/** Light modules around it, which the standard asks for (ISO/IEC 18004). */
const QUIET = 4;

/**
 * @param {string} text
 * @param {string} name what the picture is, for whoever does not see it
 * @returns {SVGSVGElement}
 */
export function qrPicture(text, name) {
  // An address is ASCII. Said so, no reader has to know of character sets.
  const code = generate(mode.ascii(text), { minCorrectionLevel: correction.M });
  const side = code.size + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${-QUIET} ${-QUIET} ${side} ${side}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", squares(code));
  svg.append(path);
  return svg;
}

/** Each dark module a square of one. @param {{ size: number, get: (x: number, y: number) => boolean }} code */
function squares({ size, get }) {
  const all = [];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) if (get(x, y)) all.push(`M${x} ${y}h1v1h-1z`);
  }
  return all.join("");
}
