/** One opened link, from the first answer to the portal's door. */

import { choose } from "./choose-screen.js";
import { enterCode } from "./code-screen.js";
import { hashOf } from "./keep.js";
import { PorticoError } from "./portico.js";
import { messageFor } from "./problems.js";
import { isInAlphabet } from "./code-field.js";
import * as screens from "./screens.js";

/** @typedef {import("./portico.js").Way} Way */
/** @typedef {import("./portico.js").Session} Session */
/** @typedef {import("./keep.js").OpenChallenge} OpenChallenge */

export class SignIn {
  #stage;
  #portico;
  #kept;
  #opened;
  #onBrand;
  #isOver = false;
  #askedFor = "";
  /** @type {Way | null} */
  #way = null;
  /** @type {Session | null} */
  #session = null;
  /** @type {OpenChallenge | null} */
  #challenge = null;
  #typed;

  /**
   * @param {object} house
   * @param {import("./stage.js").Stage} house.stage
   * @param {import("./portico.js").Portico} house.portico
   * @param {import("./keep.js").Kept} house.kept
   * @param {import("./keep.js").Opened | null} house.opened
   * @param {(brand: import("./brand.js").Brand) => Promise<void>} house.onBrand
   */
  constructor({ stage, portico, kept, opened, onBrand }) {
    this.#stage = stage;
    this.#portico = portico;
    this.#kept = kept;
    this.#opened = opened;
    this.#onBrand = onBrand;
    this.#typed = { email: kept.typedEmail(), code: "", shared: false };
  }

  /** Another link was opened in this tab: whatever is still under way is of no interest. */
  end() {
    this.#isOver = true;
  }

  start = async () => {
    if (!this.#opened) return this.#startWithoutLink();
    this.#show(screens.opening, { key: "opening" });
    await untilVisible();
    if (this.#isOver) return;
    try {
      this.#askedFor = await hashOf(this.#opened);
      const [way, session] = await Promise.all([this.#portico.resolve(this.#opened), this.#liveSession()]);
      this.#way = way;
      this.#session = session;
      await this.#onBrand(way.workspace);
    } catch (error) {
      return this.#refused(error, (message) =>
        this.#show(screens.notOpened, { retry: this.start }, { message }),
      );
    }
    this.#goOn();
  };

  /** Another tab of this browser asked for a code, or has finished. */
  challengeChanged() {
    if (this.#isOver || !this.#challenge) return;
    const open = this.#kept.challenge();
    if (open?.asked_for === this.#challenge.asked_for) {
      this.#challenge = open;
      this.#stage.redraw(this.#codeFacts(open));
    } else if (!this.#stage.isBusy) {
      this.#challenge = null;
      this.start();
    }
  }

  /** A browser that lost the link but not the challenge can still finish it. */
  #startWithoutLink() {
    const open = this.#kept.challenge();
    const brand = this.#kept.brand();
    if (open && brand) this.#enterCode(open);
    else this.#show(screens.invalidLink, { workspace: brand?.name });
  }

  /** Asked only where somebody has signed in before: a first visit has no session to offer. */
  async #liveSession() {
    if (!this.#kept.hasSignedIn()) return null;
    const session = await this.#portico.session({ fresh: true }).catch(() => undefined);
    if (session === null) this.#kept.signedOut();
    return session ?? null;
  }

  #goOn() {
    const open = this.#kept.challenge();
    if (open?.asked_for === this.#askedFor) this.#enterCode(open);
    else if (this.#session) this.#offerSession(this.#session);
    else this.#begin();
  }

  /** @param {Session} session */
  #offerSession({ contact }) {
    const { workspace, link } = this.#wayIn;
    const email = masked(contact.email);
    const isOfAnother = link.kind === "personal" && link.email_hint !== email;
    this.#show(isOfAnother ? screens.whoseLink : screens.continueAs, {
      workspace: workspace.name,
      name: contact.name || email,
      email,
      hint: link.email_hint ?? "",
      actions: { enter: this.#enter, chooseAnew: this.#begin, signOut: this.#signOut },
    });
  }

  /** A personal link may send its code as it is opened, if nothing must be said before. */
  #begin = () => {
    const { link, methods, notices } = this.#wayIn;
    if (link.send_on_open && methods.code && !notices.length) this.#sendOnOpen();
    else this.#choose();
  };

  /** @param {import("./problems.js").Message | null} [message] */
  #choose = (message = null) => {
    const facts = { way: this.#wayIn, typed: this.#typed, actions: this.#actions };
    this.#show(choose, facts, { message });
  };

  #chooseAnew = () => {
    this.#kept.endChallenge();
    this.#challenge = null;
    this.#typed.code = "";
    if (this.#way) this.#choose();
    else this.start();
  };

  async #sendOnOpen() {
    this.#show(screens.opening, { key: "sending" });
    try {
      this.#sent(await this.#portico.requestCode({ ...this.#link, auto: true }));
    } catch (error) {
      const isAlreadySent = error instanceof PorticoError && error.type === "too-soon";
      if (isAlreadySent) this.#choose({ tone: "info", key: "sent_before" });
      else this.#refused(error, this.#choose);
    }
  }

  /** @param {string | null} email null on a personal link */
  #sendCode = async (email) => {
    const isAddress = email === null || /^[^\s@]+@[^\s@]+$/.test(email.trim());
    if (!isAddress) {
      return this.#stage.tell({ tone: "error", lead: "check_the_form", key: "email_invalid" });
    }
    if (email !== null) this.#kept.typeEmail(email.trim());
    await this.#press(async () => {
      const asked = email === null ? this.#link : { ...this.#link, email: email.trim() };
      this.#sent(await this.#portico.requestCode(asked));
    });
  };

  /** @param {import("./portico.js").Challenge} answer */
  #sent(answer) {
    const { link } = this.#wayIn;
    const sent_to = link.email_hint ?? masked(this.#kept.typedEmail());
    this.#typed.code = "";
    this.#enterCode(this.#keep(answer, { asked_for: this.#askedFor, sent_to }));
  }

  #resend = () =>
    this.#press(async () => {
      const open = this.#openChallenge;
      const answer = await this.#portico.resend({ challenge: open.challenge });
      this.#challenge = this.#keep(answer, open);
      this.#stage.redraw(this.#codeFacts(this.#challenge));
      this.#stage.tell({ tone: "info", key: "resent", values: { label: answer.label } });
    });

  /** @param {string} code folded */
  #verify = async (code) => {
    const { challenge, code_length } = this.#openChallenge;
    const isWhole = code.length === code_length;
    if (!isWhole || !isInAlphabet(code)) {
      const key = isWhole ? "code_characters" : "code_incomplete";
      const values = { length: code_length };
      return this.#stage.tell({ tone: "error", lead: "check_the_form", key, values });
    }
    await this.#press(async () => {
      const shared_computer = this.#typed.shared;
      const { return_to } = await this.#portico.verify({ challenge, code, shared_computer });
      this.#challenge = null;
      this.#kept.signedIn();
      this.#leaveFor(return_to.url);
    });
  };

  #enter = () => this.#leaveFor(this.#wayIn.destination.url);

  /** @param {string} url from an answer of the API, never from the address bar */
  #leaveFor(url) {
    const isWeb = ["https:", "http:"].includes(new URL(url, location.origin).protocol);
    if (!isWeb) throw new Error("the portal's address is not a web address");
    this.#show(screens.entering, { workspace: this.#workspaceName, url });
    location.replace(url);
  }

  #signOut = () =>
    this.#press(async () => {
      await this.#portico.signOut().catch((error) => {
        if (error.type !== "not-signed-in") throw error;
      });
      this.#session = null;
      this.#kept.signedOut();
      this.#show(screens.signedOut, { workspace: this.#workspaceName, again: this.#begin });
    });

  /** @param {string} _connection */
  #startSso = (_connection) =>
    this.#stage.tell({ tone: "error", lead: "sign_in_failed", key: "sso_failed" });

  /** One press, one request: what is pressed meanwhile does nothing. @param {() => Promise<void>} work */
  async #press(work) {
    if (this.#stage.isBusy || this.#isOver) return;
    this.#stage.busy();
    try {
      await work();
    } catch (error) {
      this.#refused(error, (message) => this.#stage.tell(message));
    } finally {
      if (!this.#isOver) this.#stage.rest();
    }
  }

  /**
   * @param {unknown} error
   * @param {(message: import("./problems.js").Message) => void} tell when the screen may stay
   */
  #refused(error, tell) {
    if (this.#isOver) return;
    const message = messageFor(error, { label: this.#challenge?.label });
    const { type, problem } = /** @type {PorticoError} */ (error);
    if (type === "invalid-portal-link") this.#show(screens.invalidLink, { workspace: this.#workspaceName });
    else if (type === "portal-unavailable") this.#show(screens.unavailable, { workspace: this.#workspaceName });
    else if (type === "challenge-closed" && problem.reason === "used") this.#used(message);
    else if (type === "challenge-closed") this.#closed(message);
    else if (type === "too-soon" && this.#challenge) this.#waitLonger(problem.retry_after);
    else tell(message);
  }

  /** @param {import("./problems.js").Message} message */
  #closed(message) {
    this.#kept.endChallenge();
    this.#challenge = null;
    this.#typed.code = "";
    if (!this.#way) this.start();
    else this.#choose(message);
  }

  /**
   * Another tab may have used the code, or an answer got lost on its way: then this browser is
   * signed in, and that is better news than the message.
   *
   * @param {import("./problems.js").Message} message
   */
  async #used(message) {
    this.#kept.signedIn();
    const session = this.#way && (await this.#liveSession());
    if (!session) return this.#closed(message);
    this.#challenge = null;
    this.#offerSession(session);
  }

  /** The API's wait is the one that counts; ours may have been another tab's. @param {number} [seconds] */
  #waitLonger(seconds) {
    const resend_at = seconds ? Date.now() + seconds * 1000 : null;
    this.#challenge = { ...this.#openChallenge, resend_at };
    this.#kept.keepChallenge(this.#challenge);
    this.#stage.redraw(this.#codeFacts(this.#challenge));
  }

  /** @param {OpenChallenge} open */
  #enterCode(open) {
    this.#challenge = open;
    this.#show(enterCode, this.#codeFacts(open));
  }

  /** @param {OpenChallenge} challenge */
  #codeFacts(challenge) {
    const { email } = this.#typed;
    const isTypedHere = masked(email) === challenge.sent_to;
    const hasOtherWays = Boolean(this.#way?.methods.sso.length);
    const isShared = this.#way ? this.#way.link.kind === "shared" : false;
    return {
      brand: this.#way?.workspace ?? this.#kept.brand(),
      challenge,
      // Who typed the address here can see a slip of the finger; everywhere else it is masked.
      address: isShared && isTypedHere ? email.trim() : challenge.sent_to,
      notices: this.#way?.notices ?? [],
      typed: this.#typed,
      canChange: isShared ? "another_address" : hasOtherWays && "another_way",
      actions: this.#actions,
    };
  }

  /**
   * @param {import("./portico.js").Challenge} answer
   * @param {{ asked_for: string, sent_to: string, sent_at?: number }} known
   * @returns {OpenChallenge}
   */
  #keep({ challenge, label, code_length, resend_after, expires_in }, { asked_for, sent_to, sent_at }) {
    const now = Date.now();
    const open = {
      challenge,
      label,
      code_length,
      asked_for,
      sent_to,
      sent_at: sent_at ?? now,
      resend_at: resend_after === null ? null : now + resend_after * 1000,
      expires_at: now + expires_in * 1000,
    };
    this.#kept.keepChallenge(open);
    return open;
  }

  /** @param {import("./stage.js").Screen} screen @param {any} facts @param {{ message?: any }} [options] */
  #show(screen, facts, options) {
    if (!this.#isOver) this.#stage.show(screen, facts, options);
  }

  get #actions() {
    return {
      sendCode: this.#sendCode,
      verify: this.#verify,
      resend: this.#resend,
      chooseAnew: this.#chooseAnew,
      startSso: this.#startSso,
    };
  }

  get #workspaceName() {
    return this.#way?.workspace.name ?? this.#kept.brand()?.name;
  }

  /** @returns {Way} */
  get #wayIn() {
    if (!this.#way) throw new Error("the link is not resolved yet");
    return this.#way;
  }

  /** @returns {import("./keep.js").Opened} */
  get #link() {
    if (!this.#opened) throw new Error("no link was opened");
    return this.#opened;
  }

  /** @returns {OpenChallenge} */
  get #openChallenge() {
    if (!this.#challenge) throw new Error("no code was asked for");
    return this.#challenge;
  }
}

/** `ann@example.com` → `a•••@example.com`, as the API masks it. */
function masked(/** @type {string} */ email) {
  const [, first, domain] = /^\s*([^@]).*@([^@]*?)\s*$/u.exec(email.toLowerCase()) ?? [];
  return domain ? `${first}•••@${domain}` : "";
}

/** A page opened in the background, or prepared by the browser, asks nothing before it is seen. */
async function untilVisible() {
  while (document.visibilityState !== "visible") {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}
