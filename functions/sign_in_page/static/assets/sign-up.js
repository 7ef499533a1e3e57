/** The journey of somebody new: an address, a code, a name; and then the portal. */

import { askNewAddress, welcome } from "./sign-up-screens.js";

/** @typedef {import("./problems.js").Message} Message */

export class SignUp {
  #visit;
  #codes;
  #onward;

  /** @param {import("./visit.js").Visit} visit @param {import("./codes.js").Codes} codes @param {{ choose: () => void }} onward */
  constructor(visit, codes, onward) {
    this.#visit = visit;
    this.#codes = codes;
    this.#onward = onward;
  }

  /** @param {Message | null} [message] */
  begin = (message = null) => {
    const { wayIn: way, typed } = this.#visit;
    this.#visit.challenge = null;
    const actions = { send: this.#send, choose: () => this.#onward.choose() };
    this.#visit.show(askNewAddress, { way, typed, actions }, { message, again: () => this.begin() });
  };

  /** @param {string} email */
  #send = async (email) => {
    const visit = this.#visit;
    if (!visit.takeEmail(email)) return;
    await visit.press(async () => {
      const asked = { ...visit.link, email: email.trim(), language: visit.language };
      this.#codes.sent(await visit.portico.signUp(asked), { purpose: "sign_up" });
    });
  };

  /** The contact is there and signed in; a name and a password are theirs to give. @param {string} url */
  welcome(url) {
    const { way, typed, workspaceName: workspace } = this.#visit;
    typed.name = "";
    typed.password = "";
    const enter = () => this.#visit.enter(url);
    const actions = { save: () => this.#save(enter), skip: enter };
    const takesPasswords = Boolean(way?.methods.password);
    this.#visit.show(welcome, { workspace, takesPasswords, typed, actions });
  }

  /** @param {() => void} enter */
  #save(enter) {
    const visit = this.#visit;
    return visit.press(async () => {
      const { name, password } = visit.typed;
      if (name.trim()) await visit.portico.account.edit({ name: name.trim() });
      if (password) await visit.portico.account.setPassword({ password });
      enter();
    });
  }
}
