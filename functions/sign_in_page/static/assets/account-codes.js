/** The codes of the account: to show again who one is, and to prove a new address. */

import { isInAlphabet } from "./code-field.js";
import { codeOver, enterCode } from "./code-screen.js";
import { opened } from "./codes.js";
import { masked } from "./visit.js";

/** @typedef {import("./problems.js").Message} Message */
/** @typedef {import("./keep.js").OpenChallenge} OpenChallenge */
/** @typedef {import("./keep.js").Waiting} Waiting */
/** @typedef {{ id: string, email: string }} Contact */

export class AccountCodes {
  #visit;
  #onward;
  /**
   * @param {import("./visit.js").Visit} visit
   * @param {{ show: (message?: Message | null) => void, moved: (email: string) => Promise<void>,
   *   goOn: (waiting: Waiting) => Promise<void> }} onward
   */
  constructor(visit, onward) {
    this.#visit = visit;
    this.#onward = onward;
  }

  /** @param {Contact} own @param {Waiting} waiting goes on after the code */
  async confirm({ id, email }, waiting) {
    const answer = await this.#visit.portico.account.confirm({ language: this.#visit.language });
    this.#enter(answer, { sent_to: masked(email), purpose: "confirm", contact: id, waiting });
  }

  /** @param {Pick<Contact, "id">} own @param {import("./portico.js").Challenge} answer @param {string} email the new one */
  prove({ id }, answer, email) {
    this.#enter(answer, { sent_to: email, purpose: "new_email", contact: id });
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

  /** After a reload: the code that was asked for is still to be typed, by whoever asked. @param {string} contact */
  goOn(contact) {
    const open = this.#visit.kept.accountCode();
    if (open?.contact === contact) this.#show(open);
    else this.#visit.kept.endAccountCode();
  }

  /**
   * @param {import("./portico.js").Challenge} answer
   * @param {Pick<OpenChallenge, "sent_to" | "purpose" | "contact" | "waiting">} known
   */
  #enter(answer, known) {
    this.#visit.typed.code = "";
    this.#show(asked(answer, known));
  }

  /** @param {OpenChallenge} open */
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

  /** Another code for the same, after five that were wrong. @param {OpenChallenge} over */
  #anew({ purpose, sent_to, contact = "", waiting }) {
    const { account } = this.#visit.portico;
    const { language } = this.#visit;
    return this.#visit.press(async () => {
      if (purpose === "new_email") this.prove({ id: contact }, await account.changeEmail({ email: sent_to, language }), sent_to);
      else this.#enter(await account.confirm({ language }), { sent_to, purpose, contact, waiting });
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
      this.#visit.challenge = asked(answer, open);
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
      await this.#confirmed(open.waiting);
    });
  };

  /** The code was right: what fails now is about the change, and is told beside the account. @param {Waiting} [waiting] */
  async #confirmed(waiting) {
    this.#visit.challenge = null;
    if (!waiting) return this.#onward.show();
    try {
      await this.#onward.goOn(waiting);
    } catch (error) {
      this.#visit.refused(error, this.#onward.show);
    }
  }
}

/**
 * @param {import("./portico.js").Challenge} answer
 * @param {Pick<OpenChallenge, "sent_to" | "purpose" | "contact" | "waiting"> & { sent_at?: number }} known
 * @returns {OpenChallenge}
 */
function asked(answer, known) {
  const { contact, waiting } = known;
  return { ...opened(answer, { asked_for: "", ...known }), contact, waiting };
}
