/** One visit: what is known so far, and what every journey through the page does alike. */

import { emailProblem } from "./choose-screen.js";
import { PorticoError } from "./portico.js";
import { messageFor } from "./problems.js";
import { authorizing, isAccount, isConsole, isResumed } from "./requests.js";
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
 * @property {string} front the link that the workspace's address alone opens
 * @property {(brand: import("./brand.js").Brand) => Promise<void>} onBrand
 * @property {() => void} restoreAddress put the opened link back into the address bar, for a reload that must know it
 * @property {() => void} onAccount somebody has signed in to see their account
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
  constructor({ stage, portico, kept, opened, front, onBrand, onAccount, restoreAddress }) {
    this.stage = stage;
    this.portico = portico;
    this.kept = kept;
    this.front = front;
    this.onBrand = onBrand;
    this.restoreAddress = restoreAddress;
    this.onAccount = onAccount;
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
    if (!(error instanceof PorticoError)) tell(message);
    else if (isClosed(error.type)) this.closed(error.type);
    else if (!this.onRefused(error, message)) tell(message);
  }

  /**
   * The link or the portal is closed: say what to do next, with what the API tells of it.
   *
   * @param {"invalid-portal-link" | "portal-unavailable"} type
   * @param {import("./portico.js").Problem | null} [problem] its answer about the link, if we have it already
   */
  async closed(type, problem = null) {
    const { workspace, paused, ended } = problem ?? (await this.#problemOf(this.#opened?.link ?? this.front)) ?? {};
    if (workspace) await this.onBrand(workspace);
    const replaced = ended === "replaced";
    const facts = { paused, replaced, brand: this.kept.brand(), retry: () => location.reload() };
    if (type === "portal-unavailable") return this.show(screens.unavailable, facts);
    if (this.#opened?.link === this.front) return this.show(screens.noEntrance, facts);
    if (ended !== "renewable") return this.showWithWayOn(screens.invalidLink, facts);
    await this.showWithWayOn(screens.endedLink, { ...facts, renew: this.#renew });
  }

  /** A link that has ended: its contact is mailed a new one. */
  #renew = () =>
    this.press(async () => {
      await this.portico.renew({ link: this.link.link, language: this.language });
      this.show(screens.newLinkSent, { brand: this.kept.brand() });
    });

  /** Why a link opens nothing; null when it opens, or nobody can say. @param {string} link */
  async #problemOf(link) {
    /** @type {unknown} */
    const error = await this.portico.resolve({ link }).then(() => null, (thrown) => thrown);
    return error instanceof PorticoError && isClosed(error.type) ? error.problem : null;
  }

  /**
   * A screen that has nothing more to offer, unless there is another link to sign in with.
   *
   * @param {import("./stage.js").Screen} screen takes `anew`
   * @param {Record<string, unknown>} facts
   */
  async showWithWayOn(screen, facts) {
    this.show(screen, { ...facts, anew: null });
    const link = await this.linkToSignIn();
    if (!link || this.isOver || !this.stage.isShowing(screen)) return;
    const anew = () => {
      this.kept.open(link);
      location.reload();
    };
    this.stage.redraw({ ...facts, anew });
  }

  /**
   * A link that this tab or this browser knows, or the front entrance if it is open; not the one that was opened.
   *
   * @param {{ names?: boolean }} [options] whether an open entrance may say here whose it is
   * @returns {Promise<{ link: string } | null>}
   */
  async linkToSignIn({ names = false } = {}) {
    const known = [this.kept.opened(), this.kept.link()].find((each) => each && each.link !== this.#opened?.link);
    if (known) return { link: known.link };
    if (this.#opened?.link === this.front) return null;
    const way = await this.portico.resolve({ link: this.front }).catch(() => null);
    if (!way || this.isOver) return null;
    if (names) await this.onBrand(way.workspace);
    return { link: this.front };
  }

  /** A tab that knows no link goes on with the browser's, or with the front entrance. */
  openKnown() {
    this.#opened = this.kept.link() ?? { link: this.front };
  }

  /** The opened link works. @param {Way} way */
  opens(way) {
    const { link } = this.link;
    // The team's own way in says nothing of the workspace; this browser may know more.
    if (link.startsWith("team_")) Object.assign(way.workspace, this.kept.brand());
    if (this.#opened && !this.kept.opened()) this.kept.open(this.#opened);
    if (way.link.kind === "shared" && link.startsWith("lnk_")) this.kept.keepLink(link);
    const { url } = way.destination;
    if (![isResumed, isAccount, isConsole].some((isOurs) => isOurs(url))) this.kept.keepPortal(url);
  }

  /** A link that the browser kept has ended: on with the front entrance. @param {unknown} error */
  forgets(error) {
    const isKept = this.#opened !== null && this.#opened.link === this.kept.link()?.link;
    if (!isKept || !(error instanceof PorticoError) || error.type !== "invalid-portal-link") return false;
    this.kept.forgetLink();
    // The link that this tab was opened with has ended, and whoever opened it is told so.
    return this.kept.opened() === null;
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
    const landing = [url, this.way?.destination.url].find((each) => each && !isResumed(each));
    if (landing) this.leaveFor(landing);
    else this.show(screens.goBack, { workspace: this.workspaceName, portal: this.kept.portal() });
  }

  /** @param {string} url ours, or from an answer of the API */
  leaveFor(url) {
    if (isAccount(url)) return this.onAccount();
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

/** @param {string} type @returns {type is "invalid-portal-link" | "portal-unavailable"} */
export function isClosed(type) {
  return type === "invalid-portal-link" || type === "portal-unavailable";
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
