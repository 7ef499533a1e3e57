/** The codes of the account: to show again who one is, and to prove a new address. */

import { isInAlphabet } from "./code-field.js";
import { codeOver, enterCode } from "./code-screen.js";
import { opened } from "./codes.js";
import { masked } from "./visit.js";

/** @typedef {import("./problems.js").Message} Message */

export class AccountCodes {
  #visit;
  #onward;
  /** What goes on once the contact has shown again who they are. @type {(() => Promise<void>) | null} */
  #interrupted = null;

  /**
   * @param {import("./visit.js").Visit} visit
   * @param {{ show: (message?: Message | null) => void, moved: (email: string) => Promise<void>,
   *   confirmed: () => Promise<void> }} onward `confirmed` where the change that waited for the code is not known any more
   */
  constructor(visit, onward) {
    this.#visit = visit;
    this.#onward = onward;
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
    const { challenge, kept } = this.#visit;
    if (type === "code-not-accepted" && challenge) {
      if (problem.attempts_left !== 0) {
        this.#visit.challenge = { ...challenge, refused: true };
        kept.keepAccountCode(this.#visit.challenge);
        return false;
      }
      kept.endAccountCode();
      this.#visit.show(codeOver, { again: () => this.#anew(challenge) });
    } else if (type === "challenge-closed" || (challenge && type === "taken")) {
      kept.endAccountCode();
      this.#onward.show(message);
    } else if (type === "too-soon" && challenge) {
      const resend_at = problem.retry_after ? Date.now() + problem.retry_after * 1000 : null;
      this.#visit.challenge = { ...challenge, resend_at };
      kept.keepAccountCode(this.#visit.challenge);
      this.#visit.stage.redraw(this.#facts());
    } else return false;
    return true;
  }

  /** After a reload: the code that was asked for is still to be typed. */
  goOn() {
    const open = this.#visit.kept.accountCode();
    if (open) this.#show(open);
  }

  /**
   * @param {import("./portico.js").Challenge} answer
   * @param {{ sent_to: string, purpose: "confirm" | "new_email" }} known
   */
  #enter(answer, known) {
    this.#visit.typed.code = "";
    this.#show(opened(answer, { asked_for: "", ...known }));
  }

  /** @param {import("./keep.js").OpenChallenge} open */
  #show(open) {
    this.#visit.challenge = open;
    this.#visit.kept.keepAccountCode(open);
    this.#visit.show(enterCode, this.#facts(), { again: () => this.#again() });
  }

  /** Forward to it again, if it goes on. */
  #again() {
    const open = this.#visit.kept.accountCode();
    if (open) this.#show(open);
    else this.#onward.show();
  }

  /** Another code for the same, after five that were wrong. @param {import("./keep.js").OpenChallenge} over */
  #anew({ purpose, sent_to }) {
    const { account } = this.#visit.portico;
    const { language } = this.#visit;
    return this.#visit.press(async () => {
      if (purpose === "new_email") this.prove(await account.changeEmail({ email: sent_to, language }), sent_to);
      else this.#enter(await account.confirm({ language }), { sent_to, purpose: "confirm" });
    });
  }

  #facts() {
    const { openChallenge: challenge, typed, sentOff, kept, workspaceName } = this.#visit;
    return {
      brand: { name: workspaceName ?? "", check_pasted_code: kept.brand()?.check_pasted_code },
      challenge,
      sentOff,
      address: challenge.sent_to,
      typed,
      canChange: "cancel",
      actions: { verify: this.#verify, resend: this.#resend, chooseAnew: this.#cancel },
    };
  }

  #cancel = () => {
    this.#visit.kept.endAccountCode();
    this.#onward.show();
  };

  #resend = () =>
    this.#visit.press(async () => {
      const { openChallenge: open, portico, stage } = this.#visit;
      const answer = await portico.resend({ challenge: open.challenge, language: this.#visit.language });
      this.#visit.challenge = opened(answer, open);
      this.#visit.kept.keepAccountCode(this.#visit.challenge);
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
    this.#visit.sentOff.add(code);
    await this.#visit.press(async () => {
      const typed = { challenge: open.challenge, code };
      if (open.purpose === "new_email") {
        const { contact } = await portico.account.confirmEmail(typed);
        this.#visit.kept.endAccountCode();
        return await this.#onward.moved(contact.email);
      }
      await portico.verify(typed);
      this.#visit.kept.endAccountCode();
      await this.#goOn();
    });
  };

  /** The code was right: what fails now is about the change, and is told beside the account. */
  async #goOn() {
    this.#visit.challenge = null;
    const interrupted = this.#interrupted ?? this.#onward.confirmed;
    this.#interrupted = null;
    try {
      await interrupted();
    } catch (error) {
      this.#visit.refused(error, this.#onward.show);
    }
  }
}
