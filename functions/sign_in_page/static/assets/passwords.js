/** The journeys of a password: signing in with it, and setting one by a code when it is forgotten. */

import { askForgotten, enterPassword } from "./password-screen.js";

/** @typedef {import("./problems.js").Message} Message */

export class PasswordSignIn {
  #visit;
  #codes;
  #onward;

  /**
   * @param {import("./visit.js").Visit} visit
   * @param {import("./codes.js").Codes} codes
   * @param {import("./codes.js").Onward & { startSso: (connection: import("./portico.js").Connection) => void }} onward
   */
  constructor(visit, codes, onward) {
    this.#visit = visit;
    this.#codes = codes;
    this.#onward = onward;
    codes.more.reset = this.#reset;
  }

  /** @param {Message | null} [message] */
  enter = (message = null) => {
    const { wayIn: way, typed } = this.#visit;
    typed.password = "";
    this.#visit.challenge = null;
    const actions = {
      signIn: this.#signIn,
      forgot: () => this.forgot(),
      choose: () => this.#onward.choose(),
      startSso: this.#onward.startSso,
      signUp: () => this.#onward.signUp(),
    };
    this.#visit.show(enterPassword, { way, typed, actions }, { message, again: () => this.enter() });
  };

  /** @param {Message | null} [message] */
  forgot = (message = null) => {
    const { wayIn: way, typed } = this.#visit;
    this.#visit.challenge = null;
    const actions = { send: this.#sendReset, back: () => this.enter() };
    this.#visit.show(askForgotten, { way, typed, actions }, { message, again: () => this.forgot() });
  };

  /** @param {string | null} email null on a personal link @param {string} password */
  #signIn = async (email, password) => {
    const visit = this.#visit;
    if (email !== null && !visit.takeEmail(email, { isMailed: false })) return;
    if (!password) {
      return visit.stage.tell({ tone: "error", lead: "check_the_form", key: "password_missing", about: "password" });
    }
    await visit.press(async () => {
      const whose = email === null ? visit.link : { ...visit.link, email: email.trim() };
      const typed = { ...whose, password, shared_computer: visit.typed.shared };
      const signedIn = await visit.portico.signInWithPassword(typed);
      visit.typed.password = "";
      visit.kept.signedIn();
      this.#onward.signedIn(signedIn);
    });
  };

  /** @param {string | null} email null on a personal link */
  #sendReset = async (email) => {
    const visit = this.#visit;
    if (email !== null && !visit.takeEmail(email)) return;
    await visit.press(async () => {
      const asked = { ...visit.link, email: email?.trim(), language: visit.language };
      this.#codes.sent(await visit.portico.forgotPassword(asked), { purpose: "reset" });
    });
  };

  /** @param {string} code folded */
  #reset = async (code) => {
    const visit = this.#visit;
    if (!this.#codes.isWhole(code)) return;
    await visit.press(async () => {
      const { challenge } = visit.openChallenge;
      await visit.portico.resetPassword({ challenge, code, password: visit.typed.password });
      visit.endChallenge();
      visit.typed.password = "";
      const message = /** @type {Message} */ ({ tone: "info", key: "password_is_set", picture: "check" });
      if (visit.way) this.enter(message);
      else await this.#onward.start();
    });
  };
}
