/** One visit of one screen: what it may ask for, and where it says what came of it. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { commandLine } from "./command.js";
import { actions, button, copied, slot, tell, wait } from "./parts.js";
import { toldOf } from "./refusals.js";
import { MAY, mayActOn } from "./rights.js";

/** @typedef {import("../elements.js").Child} Child */
/** @typedef {import("./api.js").Asked} Asked */
/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("./parts.js").Said} Said */

export class Place {
  /** Another screen is shown by now: what still comes is of no interest. */
  isOver = false;
  /**
   * What does the same in a terminal. Only what the API has answered and what was typed here stands in it, never the
   * fragment, which anybody can write. A form's are asked for anew at each letter.
   *
   * @type {Command[] | (() => Command[])}
   */
  commands = [];
  /** As they were shown last, and where. */
  #lines = "";
  #holder = el("div", {});
  /** The directory's groups, where a screen has read them. @type {import("./settings-fields.js").Group[]} */
  groups = [];
  /** Asks whether somebody may go while the screen holds what is shown once. @type {(() => Promise<boolean>) | null} */
  leaving = null;
  /** What the tab is called where the heading would name an address: titles stay in the browser's history. @type {string | null} */
  tab = null;
  /** How many presses wait for their answers. Until then the screen stays: what comes may be shown only once. */
  waiting = 0;
  /** Another language was chosen meanwhile. */
  isInOtherWords = false;
  #shell;
  #at = location.hash;
  #slot = slot();

  /** @param {import("./shell.js").Shell} shell @param {URLSearchParams} values the fragment's */
  constructor(shell, values) {
    this.#shell = shell;
    this.values = values;
  }

  get words() {
    return this.#shell.words;
  }

  get unsent() {
    return this.#shell.unsent;
  }

  get member() {
    return this.#shell.member;
  }

  /** The workspace's settings, as they were read last. */
  get settings() {
    return this.#shell.settings;
  }

  /** @param {Parameters<import("./api.js").Api["ask"]>} asked */
  ask(...asked) {
    return this.#shell.api.ask(...asked);
  }

  get settingsTag() {
    return this.#shell.settingsTag;
  }

  /** Read the settings, which another member may have changed. */
  async readSettings() {
    const { body } = await this.ask("GET", "/settings");
    this.tookSettings(body);
    return body;
  }

  /** @param {{ settings: Record<string, any>, etag: string }} now as the API answers them */
  tookSettings(now) {
    this.#shell.takeSettings(now);
  }

  /** The screen that is shown by now, for what stays on it after this one. @returns {Place} */
  shown() {
    return this.#shell.place ?? this;
  }

  /** Is it offered to this role? The API decides anew. @param {string} action */
  allows(action) {
    return MAY[action].includes(this.member.role);
  }

  /** @param {string} action @param {{ id: string, role: import("./api.js").Role | null }} contact */
  allowsOn(action, contact) {
    return this.allows(action) && mayActOn(this.member, contact);
  }

  /** @param {string} fragment `contact=ct_…` @param {Said} [said] there */
  go(fragment, said) {
    // An answer that comes late takes nobody away from where they have gone meanwhile.
    const isElsewhere = this.isOver && ![this.#at, `#${fragment}`].includes(location.hash);
    if (said && isElsewhere) return;
    this.#shell.go(fragment, said);
  }

  /** To the sign-in page, and back to this screen. @param {HTMLElement} pressed in a slot, or beside one */
  leave(pressed) {
    return this.#shell.leave(pressed);
  }

  /** The same screen, read anew; but what is shown once stays. @param {Said} [said] */
  again(said) {
    if (!this.isOver && !this.leaving) this.#shell.show(said);
  }

  /**
   * Show the screen.
   *
   * @param {Child[]} title
   * @param {...Child} children
   */
  show(title, ...children) {
    if (this.isOver) return;
    const heading = el("h1", { id: "heading", tabindex: "-1" }, ...title);
    this.#shell.draw(heading, this.#slot, ...children, this.#asCommands());
    const said = this.#shell.takeSaid();
    if (said) tell(this.#slot, said, { takesFocus: false });
  }

  /** The same for a terminal, which asks for a key or for credentials itself. */
  #asCommands() {
    if (Array.isArray(this.commands) && this.commands.length === 0) return null;
    this.#lines = "";
    this.retyped();
    return this.#folded(this.#holder);
  }

  /** The same of one press, below the question that it asks. @param {Command | string} command whole, where the API says it */
  inTerminal(command) {
    const line = typeof command === "string" ? command : commandLine(this.settings.id, command);
    return this.#folded(el("div", {}, copied(this.words, line, this.words.nodes("command"))));
  }

  /** @param {HTMLElement} lines */
  #folded(lines) {
    return el("details", { class: "commands" }, el("summary", {}, ...this.words.nodes("copy_as_command")), lines);
  }

  /** Something else stands in a form by now, and so in the commands. */
  retyped() {
    const { words, settings, commands } = this;
    const lines = (Array.isArray(commands) ? commands : commands()).map((each) => commandLine(settings.id, each));
    if (lines.join("\n") === this.#lines) return;
    this.#lines = lines.join("\n");
    this.#holder.replaceChildren(...lines.map((each) => copied(words, each, words.nodes("command"))));
  }

  /** Say something at the top of the screen. @param {Said | null} said */
  tell(said) {
    if (!this.isOver) tell(this.#slot, said);
  }

  /** What the screen needs, or null: then it says why, and how to go on. */
  /** @template T @param {() => Promise<T>} read @param {Child[]} title @returns {Promise<T | null>} */
  async read(read, title) {
    this.#shell.waits();
    try {
      const found = await read();
      return this.isOver ? null : found;
    } catch (error) {
      if (this.isOver) return null;
      this.show(title);
      const said = this.refused(error);
      const isOurs = error instanceof Refusal && ["not-signed-in", "team-refused", "re-auth-needed", "role-too-small"].includes(error.type);
      const retry = isOurs ? null : button(this.words.nodes("try_again"), () => this.again());
      tell(this.#slot, retry ? { ...said, more: actions(retry) } : said);
      return null;
    }
  }

  /**
   * One press, one request.
   *
   * @param {HTMLElement} pressed
   * @param {() => Promise<void>} work
   * @param {HTMLElement} [where] a slot beside it; by default the top
   */
  async press(pressed, work, where = this.#slot) {
    if (pressed.ariaDisabled === "true") return;
    // What was said of a press before is not said of this one.
    if (where !== this.#slot) tell(this.#slot, null);
    await this.sends(pressed, work, (error) => {
      const isMeanwhile = error instanceof Refusal && error.type === "changed-meanwhile";
      // The next press is about what is there by now, and whoever presses has seen it.
      if (isMeanwhile && !this.leaving) this.again({ tone: "info", text: this.words.nodes("pressed_meanwhile") });
      else this.tellAt(where, this.refused(error));
    });
  }

  /**
   * Send what was pressed for, and wait for the answer.
   *
   * @param {HTMLElement} pressed
   * @param {() => Promise<void>} work
   * @param {(error: unknown) => void} onRefused not where another screen is shown by then
   */
  async sends(pressed, work, onRefused) {
    wait(pressed, true);
    this.waiting += 1;
    try {
      await work();
    } catch (error) {
      if (!this.isOver) onRefused(error);
    } finally {
      this.waiting -= 1;
      wait(pressed, false);
    }
  }

  /** Say it in a slot; in another language by now, on the screen as it is in that. @param {HTMLElement} where @param {Said} said @param {{ takesFocus?: boolean }} [options] */
  tellAt(where, said, options) {
    if (this.isInOtherWords && !this.leaving) this.again(said);
    else tell(where, said, options);
  }

  /**
   * What to say of a refusal, with the way to sign in where that helps.
   *
   * @param {unknown} error
   * @param {Record<string, string>} [says] a screen's own sentences, by the type of the refusal
   * @returns {Said}
   */
  refused(error, says = {}) {
    const own = error instanceof Refusal ? says[error.type] : undefined;
    /** @type {import("./refusals.js").Told} */
    const { key, values, signIn } = own ? { key: own } : toldOf(error, this.words);
    const leave = button(this.words.nodes("sign_in_again"), () => this.#shell.leave(leave), "primary");
    return { tone: "error", text: this.words.nodes(key, values), more: signIn && actions(leave) };
  }

  /** @param {string} key @param {import("../words.js").Values} [values] @returns {Said} */
  good(key, values) {
    return { tone: "good", text: this.words.nodes(key, values) };
  }
}
