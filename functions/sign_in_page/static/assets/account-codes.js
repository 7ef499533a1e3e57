/** The codes of the account: to show again who one is, and to prove a new address. */

import { isInAlphabet } from "./code-field.js";
import { enterCode } from "./code-screen.js";
import { opened } from "./codes.js";
import { masked } from "./visit.js";

/** @typedef {import("./problems.js").Message} Message */

export class AccountCodes {
  #visit;
  #steps;
  /** What goes on once the contact has shown again who they are. @type {(() => Promise<void>) | null} */
  #interrupted = null;

  /**
   * @param {import("./visit.js").Visit} visit
   * @param {{ show: (message?: Message | null) => void, moved: (email: string) => Promise<void> }} steps
   */
  constructor(visit, steps) {
    this.#visit = visit;
    this.#steps = steps;
  }

  /** @param {string} email the contact's own @param {() => Promise<void>} interrupted goes on after the code */
  async confirm(email, interrupted) {
    this.#interrupted = interrupted;
    this.#enter(await this.#visit.portico.account.confirm({ language: this.#visit.language }), { sent_to: masked(email), purpose: "confirm" });
  }

  /** @param {import("./portico.js").Challenge} answer @param {string} email the new one */
  prove(answer, email) {
    this.#enter(answer, { sent_to: email, purpose: "new_email" });
  }

  /** @param {import("./portico.js").PorticoError} error @param {Message} message @returns {boolean} */
  refused({ type, problem }, message) {
    const { challenge } = this.#visit;
    if (type === "challenge-closed" || (challenge && type === "taken")) this.#steps.show(message);
    else if (type === "too-soon" && challenge) {
      const resend_at = problem.retry_after ? Date.now() + problem.retry_after * 1000 : null;
      this.#visit.challenge = { ...challenge, resend_at };
      this.#visit.stage.redraw(this.#facts());
    } else return false;
    return true;
  }

  /**
   * Not kept in the browser: only this page knows what the code is for.
   *
   * @param {import("./portico.js").Challenge} answer
   * @param {{ sent_to: string, purpose: "confirm" | "new_email" }} known
   */
  #enter(answer, known) {
    this.#visit.typed.code = "";
    this.#visit.challenge = opened(answer, { asked_for: "", ...known });
    this.#visit.show(enterCode, this.#facts());
  }

  #facts() {
    const { openChallenge: challenge, typed, workspaceName } = this.#visit;
    return {
      brand: { name: workspaceName ?? "" },
      challenge,
      address: challenge.sent_to,
      typed,
      canChange: "cancel",
      actions: { verify: this.#verify, resend: this.#resend, chooseAnew: () => this.#steps.show() },
    };
  }

  #resend = () =>
    this.#visit.press(async () => {
      const { openChallenge: open, portico, stage } = this.#visit;
      const answer = await portico.resend({ challenge: open.challenge, language: this.#visit.language });
      this.#visit.challenge = opened(answer, open);
      stage.redraw(this.#facts());
      stage.tell({ tone: "info", key: "resent", values: { label: answer.label } });
    });

  /** @param {string} code folded */
  #verify = async (code) => {
    const { openChallenge: open, portico, stage } = this.#visit;
    const length = open.code_length;
    if (code.length !== length || !isInAlphabet(code)) {
      const key = code.length === length ? "code_characters" : "code_incomplete";
      return stage.tell({ tone: "error", lead: "check_the_form", key, values: { length } });
    }
    await this.#visit.press(async () => {
      const typed = { challenge: open.challenge, code };
      if (open.purpose === "new_email") {
        const { contact } = await portico.account.confirmEmail(typed);
        return await this.#steps.moved(contact.email);
      }
      await portico.verify(typed);
      await this.#goOn();
    });
  };

  /** The code was right: what fails now is about the change, and is told beside the account. */
  async #goOn() {
    this.#visit.challenge = null;
    try {
      await this.#interrupted?.();
    } catch (error) {
      this.#visit.refused(error, this.#steps.show);
    }
  }
}
