/** What stands around every screen: whose workspace it is, who is here, and where they can go. */

import { showBrand } from "../brand.js";
import { el, icon } from "../elements.js";
import { button, newId } from "./parts.js";
import { MAY } from "./rights.js";

/** @typedef {[string, string, string[]]} Offered a place, the action that its role must be allowed, and its other screens */

/** The places by what they are for. One that is named nowhere stands in the last group. @type {[string, string[]][]} */
const GROUPS = [
  ["people", ["find", "contacts", "directory"]],
  ["sign_in", ["links", "authentication", "portal"]],
  ["insight", ["logs", "overview", "changes"]],
  ["team", ["team", "keys"]],
];

export class Frame {
  #page;
  #places;
  /** The place that is marked. */
  #here = "";

  /**
   * @param {{ brand: HTMLElement, who: HTMLElement, menu: HTMLElement, nav: HTMLElement }} page
   * @param {Offered[]} places
   */
  constructor(page, places) {
    this.#page = page;
    this.#places = places;
    page.menu.addEventListener("click", () => this.#open(!this.#isOpen));
    for (const part of [page.menu, page.who, page.nav]) {
      part.addEventListener("keydown", ({ key }) => {
        if (key !== "Escape" || !this.#isOpen) return;
        this.#open(false);
        page.menu.focus();
      });
    }
  }

  /**
   * @param {object} now
   * @param {import("../words.js").Words} now.words
   * @param {Record<string, any>} now.settings
   * @param {import("./api.js").Member} now.member
   * @param {() => void} now.onSignOut
   * @param {() => void} now.onSame the place where they are was pressed
   */
  draw({ words, settings, member, onSignOut, onSame }) {
    const { brand, who, menu, nav } = this.#page;
    const logo = settings.logo ? `/assets/logo/${settings.id}/${settings.logo}.png` : null;
    const { name, accent_color, locale, support_url, privacy_url, terms_url, powered_by } = settings;
    // The workspace's colour is of its own sign, and not of the console's buttons: what is red here is dangerous.
    showBrand(brand, { name, logo_url: logo, accent_color, locale, support_url, privacy_url, terms_url, powered_by }, brand);
    const out = button(words.nodes("sign_out"), onSignOut, "plain");
    who.replaceChildren(el("span", {}, el("bdi", {}, member.name || member.email), " · ", words.text(`role_${member.role}`)), out);
    menu.replaceChildren(icon("menu"), ...words.nodes("nav_menu"));
    menu.hidden = false;
    const offered = this.#places.filter(([, action]) => MAY[action].includes(member.role)).map(([place]) => place);
    const grouped = GROUPS.flatMap(([, places]) => places);
    const groups = GROUPS.map(([group, places], at) => {
      const rest = at === GROUPS.length - 1 ? offered.filter((place) => !grouped.includes(place)) : [];
      const here = [...places.filter((place) => offered.includes(place)), ...rest];
      if (!here.length) return null;
      const id = newId();
      const links = here.map((place) => el("li", {}, this.#link(place, words, onSame)));
      return el("div", {}, el("p", { id, class: "soft" }, ...words.nodes(`nav_group_${group}`)), el("ul", { "aria-labelledby": id }, ...links));
    });
    nav.ariaLabel = words.text("nav");
    nav.replaceChildren(...groups.filter((group) => group !== null));
    this.#mark();
  }

  /** Another screen is shown. @param {string} name @param {URLSearchParams} values the fragment's */
  moved(name, values) {
    this.#open(false);
    /** @param {Offered} offered */
    const belongs = ([place, , others]) => place === name || others.includes(name) || values.get("change")?.startsWith(`${place}-`);
    const places = this.#places.filter(belongs).map(([place]) => place);
    // A contact is reached by two places: the one that somebody came by stays marked.
    if (!places.includes(this.#here)) this.#here = places[0] ?? "";
    this.#mark();
  }

  #mark() {
    for (const each of this.#page.nav.querySelectorAll("a")) {
      if (each.dataset.place === this.#here) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    }
  }

  /** @param {string} place @param {import("../words.js").Words} words @param {() => void} onSame */
  #link(place, words, onSame) {
    const press = (/** @type {MouseEvent} */ event) => {
      this.#open(false);
      if ((location.hash || "#find") !== `#${place}` || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      onSame();
    };
    return el("a", { href: `#${place}`, "data-place": place, onclick: press }, ...words.nodes(`nav_${place}`));
  }

  get #isOpen() {
    return this.#page.menu.ariaExpanded === "true";
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#page.menu.ariaExpanded = String(isOpen);
  }
}
