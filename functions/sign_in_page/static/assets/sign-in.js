/** One opened link, from the first answer to the portal's door. */

import { choose } from "./choose-screen.js";
import { enterCode } from "./code-screen.js";
import { hashOf } from "./keep.js";
import { PorticoError } from "./portico.js";
import { messageFor } from "./problems.js";
import { providerId, providerName } from "./providers.js";
import { isInAlphabet } from "./code-field.js";
import * as screens from "./screens.js";
import * as trips from "./sso-screens.js";

/** @typedef {import("./portico.js").Way} Way */
/** @typedef {import("./portico.js").Connection} Connection */
/** @typedef {import("./portico.js").Session} Session */
/** @typedef {import("./keep.js").OpenChallenge} OpenChallenge */

/** What the API promises of a code it mailed while the browser was at a provider. */
const MAILED_ON_THE_WAY = { label: null, code_length: 7, resend_after: 30, expires_in: 600 };

/** How long the API keeps an account that waits for an address. */
const WAITS_FOR_AN_ADDRESS_MS = 10 * 60_000;

/** @type {import("./portico.js").Problem} */
const UNSAFE = { type: "sso-failed", title: "Not a provider's address", status: 0 };

/** A provider that has not opened by then has its own screen. */
const IS_LEAVING_MS = 4_000;

export class SignIn {
  #stage;
  #portico;
  #kept;
  #opened;
  #onBrand;
  #arrival;
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
   * @param {import("./arrival.js").Arrival | null} house.arrival from a provider, if it is one
   * @param {(brand: import("./brand.js").Brand) => Promise<void>} house.onBrand
   */
  constructor({ stage, portico, kept, opened, arrival, onBrand }) {
    this.#stage = stage;
    this.#portico = portico;
    this.#kept = kept;
    this.#opened = opened;
    this.#arrival = arrival;
    this.#onBrand = onBrand;
    this.#typed = { email: kept.typedEmail(), code: "", shared: false };
  }

  /** Another link was opened in this tab: whatever is still under way is of no interest. */
  end() {
    this.#isOver = true;
  }

  start = async () => {
    if (this.#arrival?.mark === "e" && this.#isAboutTheLink(this.#arrival.value)) return;
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
    if (this.#arrival) this.#show(trips.lostLink, { workspace: brand?.name });
    else if (open && brand) this.#enterCode(open);
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
    const waits = this.#kept.pending();
    const arrival = this.#arrival;
    this.#arrival = null;
    if (arrival) this.#arrive(arrival);
    else if (waits?.asked_for === this.#askedFor) this.#askAddress(waits);
    else if (open?.asked_for === this.#askedFor) this.#enterCode(open);
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
    this.#kept.endPending();
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
    if (email !== null && !this.#takeEmail(email)) return;
    await this.#press(async () => {
      const asked = email === null ? this.#link : { ...this.#link, email: email.trim() };
      this.#sent(await this.#portico.requestCode(asked));
    });
  };

  /** Keep what was typed, and say when it can be no address. @param {string} email */
  #takeEmail(email) {
    const isAddress = /^[^\s@]+@[^\s@]+$/.test(email.trim());
    if (isAddress) this.#kept.typeEmail(email.trim());
    else this.#stage.tell({ tone: "error", lead: "check_the_form", key: "email_invalid" });
    return isAddress;
  }

  /** @param {import("./portico.js").Challenge} answer @param {string} [connects] */
  #sent(answer, connects) {
    const { link } = this.#wayIn;
    const sent_to = link.email_hint ?? masked(this.#kept.typedEmail());
    this.#typed.code = "";
    this.#enterCode(this.#keep(answer, { asked_for: this.#askedFor, sent_to, connects }));
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

  /**
   * Leave for a provider. The link and the destination stay with this tab.
   *
   * @param {Connection} connection
   * @param {string} [pressed] the id of the button
   */
  #startSso = (connection, pressed = providerId(connection)) =>
    this.#press(async () => {
      const provider = providerName(connection);
      const { authorize_url } = await this.#portico.startSso({ ...this.#link, connection: connection.id });
      if (!isProviderAddress(authorize_url)) throw new PorticoError(UNSAFE);
      if (this.#isOver) return;
      this.#kept.depart(connection.id, provider);
      this.#stage.say("leaving", { provider });
      location.assign(authorize_url);
      // The button waits until the page is gone.
      await new Promise((resolve) => setTimeout(resolve, IS_LEAVING_MS));
      this.#show(trips.leaving, { provider, url: authorize_url, actions: this.#actions });
    }, pressed);

  /** Some reasons are about the link itself: there is nothing to ask the API about it. @param {string} reason */
  #isAboutTheLink(reason) {
    const screen = { "portal-unavailable": screens.unavailable, "invalid-portal-link": screens.invalidLink }[reason];
    if (screen) this.#show(screen, { workspace: this.#workspaceName });
    return screen !== undefined;
  }

  /** Back from a provider, to go on or to begin again. @param {import("./arrival.js").Arrival} arrival */
  #arrive({ mark, value }) {
    const trip = this.#kept.trip();
    if (mark === "e" || !trip) return this.#arriveInVain(value);
    if (mark === "p") {
      const expires_at = Date.now() + WAITS_FOR_AN_ADDRESS_MS;
      const pending = { pending: value, provider: trip.provider, asked_for: this.#askedFor, expires_at };
      this.#kept.keepPending(pending);
      return this.#askAddress(pending);
    }
    const sent_to = this.#wayIn.link.email_hint ?? "";
    const known = { asked_for: this.#askedFor, sent_to, connects: trip.provider };
    this.#enterCode(this.#keep({ challenge: value, ...MAILED_ON_THE_WAY }, known));
  }

  /** @param {string} reason */
  #arriveInVain(reason) {
    const trip = this.#kept.trip();
    const { methods } = this.#wayIn;
    // The same answer twice, by the back button or a lost connection: the first one counted.
    if (reason === "sso-expired" && this.#session) return this.#offerSession(this.#session);
    if (!trip) return this.#choose({ tone: "error", lead: "sign_in_failed", key: "sso_failed", isAside: true });
    const connection = methods.sso.find(({ id }) => id === trip.connection) ?? null;
    const { provider } = trip;
    this.#show(trips.refused, { reason, provider, way: this.#wayIn, connection, actions: this.#actions });
  }

  /** @param {import("./keep.js").Pending} waits */
  #askAddress(waits) {
    const { provider } = waits;
    this.#show(trips.askAddress, {
      provider,
      way: this.#wayIn,
      typed: this.#typed,
      actions: { ...this.#actions, sendAddress: (/** @type {string} */ email) => this.#sendAddress(waits, email) },
    });
  }

  /** @param {import("./keep.js").Pending} waits @param {string} email */
  async #sendAddress({ pending, provider }, email) {
    if (!this.#takeEmail(email)) return;
    await this.#press(async () => {
      try {
        this.#sent(await this.#portico.requestCode({ pending, email: email.trim() }), provider);
        this.#kept.endPending();
      } catch (error) {
        const isOver = error instanceof PorticoError && error.type === "challenge-closed";
        if (!isOver) throw error;
        this.#kept.endPending();
        this.#arriveInVain("sso-expired");
      }
    });
  }

  /**
   * One press, one request: what is pressed meanwhile does nothing.
   *
   * @param {() => Promise<void>} work
   * @param {string} [pressed] the id of the button, when it is not the primary one
   */
  async #press(work, pressed) {
    if (this.#stage.isBusy || this.#isOver) return;
    this.#stage.busy(pressed);
    try {
      await work();
    } catch (error) {
      this.#refused(error, (message) => this.#stage.tell({ ...message, isAside: pressed !== undefined }));
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
    else if (type === "challenge-closed" || type === "already-linked") this.#closed(message);
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
    const canChange = () => {
      if (isShared && !challenge.connects) return "another_address";
      return (hasOtherWays || Boolean(challenge.connects)) && "another_way";
    };
    return {
      brand: this.#way?.workspace ?? this.#kept.brand(),
      challenge,
      // Who typed the address here can see a slip of the finger; everywhere else it is masked.
      address: isShared && isTypedHere ? email.trim() : challenge.sent_to,
      typed: this.#typed,
      canChange: canChange(),
      actions: this.#actions,
    };
  }

  /**
   * @param {Omit<import("./portico.js").Challenge, "label"> & { label: string | null }} answer
   * @param {{ asked_for: string, sent_to: string, sent_at?: number, connects?: string }} known
   * @returns {OpenChallenge}
   */
  #keep({ challenge, label, code_length, resend_after, expires_in }, { asked_for, sent_to, sent_at, connects }) {
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
      connects,
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

/** Providers are reached by https only; a fake one on this machine needs no certificate. @param {string} url */
function isProviderAddress(url) {
  const { protocol, hostname } = new URL(url, location.origin);
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname));
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
