/** What is told on every screen while no contact can sign in: that the portal is paused, or off, and the way to open it. */

import { el, icon } from "../elements.js";
import { momentThere } from "./moments.js";
import { actions, button } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

/** Is no contact let in until a moment that has not come yet? @param {Record<string, any>} settings */
export function isPaused({ paused_until }) {
  return paused_until * 1000 > Date.now();
}

/** What opens it again. @type {Record<string, [string, Record<string, any>]>} */
const OPENING = { off: ["remedy_switch_on", { portal_enabled: true }], paused: ["remedy_end_pause", { paused_until: 0 }] };

/** Why no contact can sign in now. @param {Record<string, any>} settings @returns {"off" | "paused" | null} */
function whyClosed(settings) {
  return settings.portal_enabled === false ? "off" : isPaused(settings) ? "paused" : null;
}

/**
 * @param {HTMLElement} banner
 * @param {Place} place the screen that is shown
 * @param {(wanted: Record<string, any>) => Promise<void>} review shows before and after
 */
export function tellClosed(banner, place, review) {
  const { words, settings } = place;
  const why = whyClosed(settings);
  banner.hidden = why === null;
  if (!why) return banner.replaceChildren();
  const text = words.nodes(`closed_${why}`, why === "paused" ? { moment: momentThere(words, settings.paused_until) } : {});
  const [key, wanted] = OPENING[why];
  const open = button(words.nodes(key), () => place.press(open, () => review(wanted)));
  banner.ariaLabel = words.text("closed_title");
  const all = [icon("alert"), el("p", {}, ...text), place.allows("settings:write") && actions(open)];
  banner.replaceChildren(...all.filter((each) => each !== false));
}
