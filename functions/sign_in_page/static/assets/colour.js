/**
 * Any accent, always readable: WCAG 2.2 contrast, computed.
 *
 * Source: WCAG 2.2, relative luminance and contrast ratio; 1.4.3 (text 4.5) and 1.4.11 (edges 3).
 */

const TEXT = 4.5;
const EDGE = 3;

/** The card of each theme, as page.css has it, and where an unreadable accent is moved to. */
const THEMES = Object.freeze({
  light: { card: "#ffffff", towards: "#000000" },
  dark: { card: "#1a1d24", towards: "#ffffff" },
});

/** The accent of a workspace that has none, as page.css has it. */
const OURS = "#2f4fd0";

/** @param {string} colour `#rrggbb` @returns {number[]} red, green and blue from 0 to 255 */
function parts(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** @param {string} colour */
function luminance(colour) {
  const [red, green, blue] = parts(colour)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} one @param {string} other */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * The nearest shade of a colour that can be told from the card it is on.
 *
 * @param {string} colour
 * @param {{ card: string, towards: string }} theme
 * @param {number} ratio
 */
export function readable(colour, { card, towards }, ratio) {
  const shades = Array.from({ length: 21 }, (_, step) => mix(colour, towards, step / 20));
  return shades.find((shade) => contrast(shade, card) >= ratio) ?? towards;
}

/** @param {string} from @param {string} to @param {number} share */
function mix(from, to, share) {
  const target = parts(to);
  const mixed = parts(from).map((part, index) => Math.round(part + (target[index] - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * The page's colours for an accent: custom properties for the root element.
 *
 * @param {string | null} wished
 * @returns {Record<string, string>}
 */
export function coloursOf(wished) {
  const accent = wished && /^#[0-9a-f]{6}$/i.test(wished) ? wished : OURS;
  // Black or white: one of them always has 4.5 and more.
  const on = contrast(accent, "#ffffff") >= TEXT ? "#ffffff" : "#000000";
  return {
    "--accent": accent,
    "--on-accent": on,
    "--accent-text-light": readable(accent, THEMES.light, TEXT),
    "--accent-text-dark": readable(accent, THEMES.dark, TEXT),
    "--accent-edge-light": readable(accent, THEMES.light, EDGE),
    "--accent-edge-dark": readable(accent, THEMES.dark, EDGE),
  };
}
