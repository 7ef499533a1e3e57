/** One visit: what is known so far, and what every journey through the page does alike. */

import { emailProblem } from "./choose-screen.js";
import { PorticoError } from "./portico.js";
import { messageFor } from "./problems.js";
import { authorizing, isResumed } from "./requests.js";
import * as screens from "./screens.js";
import { Steps } from "./steps.js";

/** @typedef {import("./portico.js").Way} Way */
/** @typedef {import("./portico.js").Session} Session */
/** @typedef {import("./keep.js").OpenChallenge} OpenChallenge */
/** @typedef {import("./problems.js").Message} Message */

/**
 * @typedef {object} House what the page is made of
 * @property {import("./stage.js").Stage} stage
 * @property {import("./portico.js").Portico} portico
 * @property {import("./keep.js").Kept} kept
 * @property {import("./keep.js").Opened | null} opened
 * @property {(brand: import("./brand.js").Brand) => Promise<void>} onBrand
 * @property {() => void} restoreAddress put the opened link back into the address bar, for a reload that must know it
 */

export class Visit {
  #opened;
  isOver = false;
  steps = new Steps();
  askedFor = "";
  /** @type {Way | null} */
  way = null;
  /** @type {Session | null} */
  session = null;
  /** @type {OpenChallenge | null} */
  challenge = null;
  /** What a portal on another site waits for. @type {string | undefined} */
  request;
  /** A journey's own answer to a refusal: true when there is nothing left to tell. */
  /** @type {(error: PorticoError, message: Message) => boolean} */
  onRefused = () => false;

  /** @param {House} house */
  constructor({ stage, portico, kept, opened, onBrand, restoreAddress }) {
    this.stage = stage;
    this.portico = portico;
    this.kept = kept;
    this.onBrand = onBrand;
    this.restoreAddress = restoreAddress;
    this.#opened = opened;
    this.request = opened?.request;
    this.typed = { email: kept.typedEmail() || (opened?.hint ?? ""), code: "", password: "", name: "", shared: false };
    /** Codes that were sent off already: none of them goes another time by itself. @type {Set<string>} */
    this.sentOff = new Set();
  }

  /**
   * @param {import("./stage.js").Screen} screen
   * @param {any} facts
   * @param {{ message?: Message | null, again?: () => void }} [options] `again` shows it another time, for a screen that
   *   the browser's Back may lead to
   */
  show(screen, facts, { again, ...options } = {}) {
    if (this.isOver) return;
    if (again) this.steps.take(screen, again);
    this.stage.show(screen, facts, options);
  }

  /**
   * One press, one request: what is pressed meanwhile does nothing.
   *
   * @param {() => Promise<void>} work
   * @param {string} [pressed] the id of the button, when it is not the primary one
   */
  async press(work, pressed) {
    if (this.stage.isBusy || this.isOver) return;
    this.stage.busy(pressed);
    try {
      await work();
    } catch (error) {
      this.refused(error, (message) => this.stage.tell({ ...message, isAside: pressed !== undefined }));
    } finally {
      if (!this.isOver) this.stage.rest();
    }
  }

  /**
   * @param {unknown} error
   * @param {(message: Message) => void} tell when the screen may stay
   */
  refused(error, tell) {
    if (this.isOver) return;
    const message = messageFor(error, { label: this.challenge?.label });
    const workspace = this.workspaceName;
    if (!(error instanceof PorticoError)) tell(message);
    else if (error.type === "invalid-portal-link") this.show(screens.invalidLink, { workspace });
    else if (error.type === "portal-unavailable") this.show(screens.unavailable, { workspace });
    else if (!this.onRefused(error, message)) tell(message);
  }

  /**
   * Keep what was typed, and say when it can be no address, or none that we mail to.
   *
   * @param {string} email
   * @param {{ isMailed?: boolean }} [use] whoever has a password signs in without a mail
   */
  takeEmail(email, { isMailed = true } = {}) {
    const problem = emailProblem(email);
    const isTaken = problem === null || (problem === "email_unmailable" && !isMailed);
    if (isTaken) this.kept.typeEmail(email.trim());
    else this.stage.tell({ tone: "error", lead: "check_the_form", key: problem, about: "email" });
    return isTaken;
  }

  /**
   * Somebody has signed in: on with the portal's request, or to the area that was asked for.
   *
   * @param {string} [url] from an answer of the API, never from the address bar
   */
  enter(url) {
    if (this.request) return this.leaveFor(authorizing(this.request));
    // Where a portal's request should go on and none is kept, the portal can make another.
    const onward = [url, this.way?.destination.url].find((each) => each && !isResumed(each));
    if (onward) this.leaveFor(onward);
    else this.show(screens.goBack, { workspace: this.workspaceName, portal: this.kept.portal() });
  }

  /** @param {string} url ours, or from an answer of the API */
  leaveFor(url) {
    const isWeb = ["https:", "http:"].includes(new URL(url, location.origin).protocol);
    if (!isWeb) throw new Error("the portal's address is not a web address");
    this.show(screens.entering, { workspace: this.workspaceName, url });
    location.replace(url);
  }

  /** End this browser's session; one that is over already is no fault. */
  async signOut() {
    await this.portico.signOut().catch((error) => {
      if (error.type !== "not-signed-in") throw error;
    });
    this.session = null;
    this.kept.signedOut();
  }

  endChallenge() {
    this.kept.endChallenge();
    this.challenge = null;
    this.typed.code = "";
  }

  get workspaceName() {
    return this.way?.workspace.name ?? this.kept.brand()?.name;
  }

  /** @returns {Way} */
  get wayIn() {
    if (!this.way) throw new Error("the link is not resolved yet");
    return this.way;
  }

  /** @returns {import("./keep.js").Opened | null} */
  get opened() {
    return this.#opened;
  }

  /** @returns {{ link: string, to?: string }} as the API takes it */
  get link() {
    if (!this.#opened) throw new Error("no link was opened");
    const { link, to } = this.#opened;
    return { link, to };
  }

  /** What the page is shown in, and so what a mail that it asks for is written in. */
  get language() {
    return this.stage.words.language;
  }

  /** @returns {OpenChallenge} */
  get openChallenge() {
    if (!this.challenge) throw new Error("no code was asked for");
    return this.challenge;
  }
}

/** `ann@example.com` → `a•••@example.com`, as the API masks it. */
export function masked(/** @type {string} */ email) {
  const [, first, domain] = /^\s*([^@]).*@([^@]*?)\s*$/u.exec(email.toLowerCase()) ?? [];
  return domain ? `${first}•••@${domain}` : "";
}

/** A page opened in the background, or prepared by the browser, asks nothing before it is seen. */
export async function untilVisible() {
  while (document.visibilityState !== "visible") {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}
