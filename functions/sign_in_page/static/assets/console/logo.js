/** The workspace's logo, as *Portal* shows it. */

import { el } from "../elements.js";
import { actions, button, panel } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

/** The logo as it is now, and the way to another. @param {Place} place @param {boolean} may */
export function logoPanel(place, may) {
  const { words, settings } = place;
  const now = settings.logo
    ? el("img", { class: "logo-now", src: `/assets/logo/${settings.id}/${settings.logo}.png`, alt: words.text("logo_now") })
    : el("p", {}, ...words.nodes("logo_none"));
  const change = button(words.nodes("change"), () => place.go("logo"), "secondary", words.text("change_of", { group: words.text("logo_title") }));
  return panel(words.nodes("logo_title"), now, may && actions(change));
}
