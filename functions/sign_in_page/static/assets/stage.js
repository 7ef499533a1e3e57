/** The place on the page where one screen stands at a time, with its message and its clock. */

import { el, icon } from "./elements.js";

/** @typedef {import("./problems.js").Message} Message */

/**
 * @typedef {object} Built a screen, ready to be shown
 * @property {Node[]} body
 * @property {HTMLElement} [focus] where the keyboard goes; by default to the heading
 * @property {HTMLElement} [slot] where messages appear, in space that is kept for them
 * @property {Record<string, { slot: HTMLElement, field: HTMLElement }>} [others] further fields, by name, with messages
 *   of their own
 * @property {HTMLElement} [aside] where messages about anything but the field appear
 * @property {HTMLElement} [field] the input that a message is about
 * @property {HTMLButtonElement} [primary]
 * @property {(now: number) => void} [tick] called twice a second
 */

/** @typedef {import("./words.js").Words} Words */
/** @typedef {(facts: any, words: Words, stage: Stage) => Built} Screen */

export class Stage {
  #section;
  #status;
  /** @type {{ screen: Screen, facts: any, built: Built } | null} */
  #shown = null;
  /** @type {Message | null} */
  #message = null;
  #isBusy = false;
  /** The id of the button that was pressed, when it is not the primary one. */
  #pressed = "";

  /**
   * @param {HTMLElement} section
   * @param {HTMLElement} status a polite live region
   * @param {Words} words
   */
  constructor(section, status, words) {
    this.#section = section;
    this.#status = status;
    this.words = words;
    setInterval(() => this.#tick(), 500);
  }

  /** @param {Screen} screen */
  isShowing(screen) {
    return this.#shown?.screen === screen;
  }

  /** Is a request under way? Then a second press does nothing. */
  get isBusy() {
    return this.#isBusy;
  }

  /**
   * @param {Screen} screen
   * @param {any} facts
   * @param {{ message?: Message | null, takesFocus?: boolean }} [options]
   */
  show(screen, facts, { message = null, takesFocus = true } = {}) {
    this.#message = message;
    this.#isBusy = false;
    this.#draw(screen, facts);
    if (takesFocus) this.#takeFocus();
  }

  /** The same screen in other words, or with newer facts. */
  redraw(facts = this.#shown?.facts) {
    if (!this.#shown) return;
    const hadFocus = document.activeElement?.id;
    this.#draw(this.#shown.screen, facts);
    if (hadFocus) document.getElementById(hadFocus)?.focus();
    if (this.#isBusy) this.busy(this.#pressed);
  }

  /** @param {Message | null} message @param {{ takesFocus?: boolean }} [options] */
  tell(message, { takesFocus = true } = {}) {
    this.#message = message;
    this.rest();
    this.#drawMessage();
    if (message && takesFocus) this.#takeFocus();
    else if (message) this.say(message.key, message.values);
  }

  /** Announce without moving anything. @param {string} key @param {import("./words.js").Values} [values] */
  say(key, values) {
    this.#status.textContent = this.words.text(key, values);
  }

  /** @param {string} [pressed] the id of the button that waits; by default the primary one */
  busy(pressed = "") {
    this.#isBusy = true;
    this.#pressed = pressed;
    this.#section.setAttribute("aria-busy", "true");
    this.#waiting?.setAttribute("aria-disabled", "true");
    this.#waiting?.classList.add("busy");
  }

  rest() {
    this.#isBusy = false;
    this.#section.removeAttribute("aria-busy");
    this.#waiting?.removeAttribute("aria-disabled");
    this.#waiting?.classList.remove("busy");
  }

  get #waiting() {
    return this.#pressed ? document.getElementById(this.#pressed) : this.#shown?.built.primary;
  }

  /** @param {Screen} screen @param {any} facts */
  #draw(screen, facts) {
    const built = screen(facts, this.words, this);
    this.#shown = { screen, facts, built };
    this.#section.removeAttribute("aria-busy");
    this.#section.replaceChildren(...built.body);
    this.#drawMessage();
    this.#tick();
  }

  #drawMessage() {
    const { slot, aside, field, others = {} } = this.#shown?.built ?? {};
    const message = this.#message;
    const other = others[message?.about ?? ""];
    const place = message?.isAside && aside ? aside : (other?.slot ?? slot);
    for (const each of [slot, aside, ...Object.values(others).map((each) => each.slot)]) {
      each?.classList.toggle("speaks", message !== null && each === place);
      each?.querySelector(".message")?.remove();
    }
    const about = other && place === other.slot ? other.field : place === slot ? field : undefined;
    for (const each of [field, ...Object.values(others).map((each) => each.field)]) {
      each?.removeAttribute("aria-invalid");
    }
    if (!place || !message) return;
    if (message.tone === "error") about?.setAttribute("aria-invalid", "true");
    const sentence = el("span", {});
    place.append(
      el(
        "div",
        { class: `message ${message.tone}`, id: "message", tabindex: "-1" },
        icon(message.tone === "error" ? "alert" : (message.picture ?? "mail")),
        el(
          "p",
          {},
          message.lead && el("strong", {}, ...this.words.nodes(message.lead), " "),
          sentence,
        ),
      ),
    );
    this.#drawSentence(sentence);
  }

  /** @param {Element} sentence */
  #drawSentence(sentence) {
    if (!this.#message) return;
    const { key, values, until } = this.#message;
    const left = until === undefined ? 0 : Math.ceil((until - Date.now()) / 1000);
    const isOver = until !== undefined && left <= 0;
    const nodes = isOver
      ? this.words.nodes("try_now")
      : this.words.nodes(key, { ...values, time: this.words.duration(left) });
    const text = nodes.map((node) => node.textContent).join("");
    if (sentence.textContent === text) return;
    sentence.replaceChildren(...nodes);
    if (isOver) this.say("try_now");
  }

  #takeFocus() {
    const { focus } = this.#shown?.built ?? {};
    const message = document.getElementById("message");
    const target = message ?? focus ?? document.getElementById("heading");
    target?.focus({ preventScroll: target !== message });
  }

  #tick() {
    const sentence = this.#section.querySelector("#message span");
    if (sentence) this.#drawSentence(sentence);
    this.#shown?.built.tick?.(Date.now());
  }
}
