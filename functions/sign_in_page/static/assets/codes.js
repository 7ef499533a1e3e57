/** The journey of a code: mailed, mailed again, typed. What it is good for is its purpose. */

import { isInAlphabet } from "./code-field.js";
import { codeOver, enterCode } from "./code-screen.js";
import { MailLine } from "./mail-line.js";
import { PorticoError } from "./portico.js";
import { masked } from "./visit.js";

/** @typedef {import("./keep.js").OpenChallenge} OpenChallenge */
/** @typedef {import("./problems.js").Message} Message */

/**
 * @typedef {object} Onward where a journey goes on that is not its own
 * @property {(message?: Message | null) => void} choose
 * @property {() => void} chooseAnew
 * @property {() => Promise<void>} start
 * @property {() => Promise<boolean>} used this browser may be signed in already: then that is offered
 * @property {(message?: Message | null) => void} forgot
 * @property {(message?: Message | null) => void} signUp
 * @property {(signedIn: import("./portico.js").SignedIn) => void} signedIn
 */

export class Codes {
  #visit;
  #onward;
  /** @type {MailLine | null} */
  #line = null;

  /** @param {import("./visit.js").Visit} visit @param {Onward} onward */
  constructor(visit, onward) {
    this.#visit = visit;
    this.#onward = onward;
  }

  /** @param {string | null} email null on a personal link */
  send = async (email) => {
    const visit = this.#visit;
    if (email !== null && !visit.takeEmail(email)) return;
    await visit.press(async () => {
      const asked = { ...visit.link, email: email?.trim(), language: visit.language };
      this.sent(await visit.portico.requestCode(asked));
    });
  };

  /** @param {import("./portico.js").Challenge} answer @param {{ connects?: string, purpose?: OpenChallenge["purpose"] }} [more] */
  sent(answer, more = {}) {
    const { wayIn, kept, typed, askedFor } = this.#visit;
    const sent_to = wayIn.link.email_hint ?? masked(kept.typedEmail());
    typed.code = "";
    typed.password = "";
    this.enter(this.keep(answer, { asked_for: askedFor, sent_to, ...more }));
  }

  resend = () =>
    this.#visit.press(async () => {
      const { openChallenge: open, portico, stage } = this.#visit;
      const answer = await portico.resend({ challenge: open.challenge, language: this.#visit.language });
      this.#visit.challenge = this.keep(answer, open);
      stage.redraw(this.#facts(this.#visit.challenge));
      stage.tell({ tone: "info", key: "resent", values: { label: answer.label } });
    });

  /** Is it whole, and can it be a code? If not, say so. @param {string} code folded */
  isWhole(code) {
    const { code_length: length } = this.#visit.openChallenge;
    const key = code.length !== length ? "code_incomplete" : "code_characters";
    const isWhole = code.length === length && isInAlphabet(code);
    if (!isWhole) this.#visit.stage.tell({ tone: "error", lead: "check_the_form", key, values: { length } });
    return isWhole;
  }

  /** @param {string} code folded */
  verify = async (code) => {
    if (!this.isWhole(code)) return;
    const visit = this.#visit;
    visit.sentOff.add(code);
    await visit.press(async () => {
      const { challenge } = visit.openChallenge;
      const signedIn = await visit.portico.verify({ challenge, code, shared_computer: visit.typed.shared });
      visit.challenge = null;
      visit.kept.signedIn();
      this.#onward.signedIn(signedIn);
    });
  };

  /** @param {OpenChallenge} open */
  enter(open) {
    this.#visit.challenge = open;
    this.#visit.show(enterCode, this.#facts(open), { again: this.#again });
  }

  /** Forward to it again, if it goes on. */
  #again = () => {
    const open = this.#visit.kept.challenge();
    if (open && open.asked_for === this.#visit.askedFor) this.enter(open);
    else this.#visit.steps.home();
  };

  /** Another tab of this browser asked for a code, or has finished. */
  changed() {
    const visit = this.#visit;
    if (visit.isOver || !visit.challenge) return;
    const open = visit.kept.challenge();
    if (open?.asked_for === visit.challenge.asked_for && open.purpose === visit.challenge.purpose) {
      visit.challenge = open;
      visit.stage.redraw(this.#facts(open));
    } else if (!visit.stage.isBusy) {
      visit.challenge = null;
      this.#onward.start();
    }
  }

  /** @param {PorticoError} error @param {Message} message @returns {boolean} */
  refused = ({ type, problem }, message) => {
    const { challenge } = this.#visit;
    const isClosed = type === "challenge-closed";
    if (type === "code-not-accepted" && challenge) {
      if (problem.attempts_left === 0) return this.#isOver();
      this.#visit.challenge = { ...challenge, refused: true };
      this.#visit.kept.keepChallenge(this.#visit.challenge);
      return false;
    }
    if (isClosed && problem.reason === "used" && challenge?.purpose !== "reset") {
      this.#visit.kept.signedIn();
      this.#onward.used().then((isIn) => isIn || this.#closed(message));
    } else if (isClosed || type === "already-linked") this.#closed(message);
    else if (type === "too-soon" && challenge) this.#waitLonger(problem.retry_after);
    else return false;
    return true;
  };

  /** The last try is spent: nothing that is typed here would be read. */
  #isOver() {
    const { kept, way } = this.#visit;
    const { purpose, connects } = this.#visit.openChallenge;
    this.#visit.endChallenge();
    const signsIn = way && !purpose && !connects;
    const again = () => {
      if (signsIn) return this.send(isMailedAtOnce(way) ? null : kept.typedEmail());
      if (!way) return this.#onward.start();
      return (this.#askedFrom[purpose ?? ""] ?? this.#onward.choose)();
    };
    this.#visit.show(codeOver, { again });
    return true;
  }

  /** Where a code of this purpose is asked for. @returns {Record<string, (() => void) | undefined>} */
  get #askedFrom() {
    return { reset: () => this.#onward.forgot(), sign_up: () => this.#onward.signUp() };
  }

  /** @param {Message} message */
  #closed(message) {
    const purpose = this.#visit.challenge?.purpose;
    this.#visit.endChallenge();
    if (!this.#visit.way) this.#onward.start();
    else if (purpose === "reset") this.#onward.forgot(message);
    else if (purpose === "sign_up") this.#onward.signUp(message);
    else this.#onward.choose(message);
  }

  /** The API's wait is the one that counts; ours may have been another tab's. @param {number} [seconds] */
  #waitLonger(seconds) {
    const resend_at = seconds ? Date.now() + seconds * 1000 : null;
    const open = { ...this.#visit.openChallenge, resend_at };
    this.#visit.challenge = open;
    this.#visit.kept.keepChallenge(open);
    this.#visit.stage.redraw(this.#facts(open));
  }

  /** @param {OpenChallenge} challenge */
  #facts(challenge) {
    const { way, typed, kept } = this.#visit;
    // The address that a code was asked for, not what stands in the field: a portal may have put that there.
    const asked = kept.typedEmail();
    const isTypedHere = masked(asked) === challenge.sent_to;
    const hasOtherWays = Boolean(way?.methods.sso.length || way?.methods.password);
    const isShared = way ? !isMailedAtOnce(way) : false;
    const canChange = () => {
      if (isShared && !challenge.connects) return "another_address";
      return (hasOtherWays || Boolean(challenge.connects)) && "another_way";
    };
    const anew = this.#askedFrom[challenge.purpose ?? ""];
    return {
      brand: way?.workspace ?? kept.brand(),
      lead: way?.link.asks_email && !challenge.purpose ? "sent_lead_first" : undefined,
      challenge,
      sentOff: this.#visit.sentOff,
      // Who typed the address here can see a slip of the finger; everywhere else it is masked.
      address: isShared && isTypedHere ? asked : challenge.sent_to,
      typed,
      canChange: canChange(),
      line: this.#lineOf(challenge),
      actions: {
        verify: this.verify,
        resend: this.resend,
        chooseAnew: way && anew ? () => (this.#visit.endChallenge(), anew()) : this.#onward.chooseAnew,
        ...this.more,
      },
    };
  }

  /** What became of the mail is told to a personal link's contact alone. @param {OpenChallenge} challenge */
  #lineOf(challenge) {
    const { way } = this.#visit;
    if (!way || !isMailedAtOnce(way) || challenge.purpose || challenge.connects) return null;
    if (this.#line?.mail !== `${challenge.challenge} ${challenge.label}`) {
      this.#line = new MailLine(challenge, (id) => this.#visit.portico.mailNews({ challenge: id }));
    }
    return this.#line;
  }

  /** What another journey does with a typed code. @type {{ reset?: (code: string) => void }} */
  more = {};

  /**
   * @param {Omit<import("./portico.js").Challenge, "label"> & { label: string | null }} answer
   * @param {{ asked_for: string, sent_to: string, sent_at?: number, connects?: string,
   *   purpose?: OpenChallenge["purpose"], request?: string }} known
   * @returns {OpenChallenge}
   */
  keep(answer, known) {
    const open = opened(answer, { request: this.#visit.request, ...known });
    this.#visit.kept.keepChallenge(open);
    return open;
  }
}

/** Does the link say to whom, so that nobody types an address? @param {import("./portico.js").Way} way */
const isMailedAtOnce = ({ link }) => link.kind === "personal" && !link.asks_email;

/**
 * What an answer says, in this browser's own time.
 *
 * @param {Omit<import("./portico.js").Challenge, "label"> & { label: string | null }} answer
 * @param {{ asked_for: string, sent_to: string, sent_at?: number, connects?: string,
 *   purpose?: OpenChallenge["purpose"], request?: string }} known
 * @returns {OpenChallenge}
 */
export function opened({ challenge, label, code_length, resend_after, expires_in }, known) {
  const { asked_for, sent_to, sent_at, connects, purpose, request } = known;
  const now = Date.now();
  return {
    challenge,
    label,
    code_length,
    asked_for,
    sent_to,
    sent_at: sent_at ?? now,
    mailed_at: now,
    resend_at: resend_after === null ? null : now + resend_after * 1000,
    expires_at: now + expires_in * 1000,
    connects,
    purpose,
    request,
  };
}
