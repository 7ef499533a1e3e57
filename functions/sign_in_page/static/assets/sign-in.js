/** One opened link, from the first answer to the way into the portal. */

import { choose } from "./choose-screen.js";
import { keepsCookies } from "./cookies.js";
import { Codes } from "./codes.js";
import { hashOf } from "./keep.js";
import { PasswordSignIn } from "./passwords.js";
import { PorticoError } from "./portico.js";
import * as screens from "./screens.js";
import { SignUp } from "./sign-up.js";
import * as trips from "./sso-screens.js";
import { Trips } from "./trips.js";
import { Visit, isClosed, masked, untilVisible } from "./visit.js";

/** @typedef {import("./portico.js").Session} Session */

export class SignIn {
  #visit;
  #arrival;
  #codes;
  #trips;
  #passwords;
  #signUp;

  /** @param {import("./visit.js").House & { arrival: import("./arrival.js").Arrival | null }} house */
  constructor({ arrival, ...house }) {
    this.#arrival = arrival;
    this.#visit = new Visit(house);
    /** @type {import("./codes.js").Onward} */
    const onward = {
      choose: this.#choose,
      chooseAnew: this.#chooseAnew,
      start: () => this.start(),
      used: this.#used,
      forgot: (message) => this.#passwords.forgot(message),
      signUp: (message) => this.#signUp.begin(message),
      signedIn: this.#signedIn,
    };
    this.#codes = new Codes(this.#visit, onward);
    this.#trips = new Trips(this.#visit, this.#codes, { ...onward, offerSession: this.#offerSession });
    const startSso = this.#trips.start;
    this.#passwords = new PasswordSignIn(this.#visit, this.#codes, { ...onward, startSso });
    this.#signUp = new SignUp(this.#visit, this.#codes, { choose: this.#chooseAnew });
    this.#visit.onRefused = this.#codes.refused;
    this.#visit.steps.home = () => (this.#visit.way ? this.#choose() : this.start());
  }

  /** Another link was opened in this tab: whatever is still under way is of no interest. */
  end() {
    this.#visit.isOver = true;
  }

  /** @type {() => Promise<void>} */
  start = async () => {
    const visit = this.#visit;
    if (this.#arrival?.fragmentKey === "e" && this.#trips.isAboutNoTrip(this.#arrival)) return;
    if (!visit.opened && !this.#goOnWithoutLink()) return;
    visit.show(screens.opening, { key: "opening" });
    await untilVisible();
    if (visit.isOver) return;
    try {
      visit.askedFor = await hashOf(visit.link);
      [visit.way, visit.session] = await Promise.all([visit.portico.resolve(visit.link), this.#liveSession()]);
      visit.opens(visit.way);
      await visit.onBrand(visit.way.workspace);
    } catch (error) {
      if (visit.forgets(error)) {
        visit.openKnown();
        return this.start();
      }
      if (error instanceof PorticoError && isClosed(error.type)) return visit.closed(error.type, error.problem);
      return visit.refused(error, (message) => visit.show(screens.notOpened, { retry: this.start }, { message }));
    }
    if (keepsCookies()) this.#goOn();
    else this.#cookiesBlocked();
  };

  /** Back from a provider, signed in: the portal's request goes on, with no screen in between. */
  resume = async () => {
    const visit = this.#visit;
    visit.show(screens.opening, { key: "opening_portal" });
    visit.kept.endTrip();
    if (visit.request) return visit.enter();
    if (visit.opened) return this.start();
    // Another tab than the one that left: it knows no request, and the portal can make a new one.
    const session = await visit.portico.session({ fresh: true }).catch(() => null);
    if (session) visit.enter();
    else visit.showWithWayOn(trips.lostLink, { workspace: visit.workspaceName });
  };

  /** Another tab of this browser asked for a code, or has finished. */
  challengeChanged() {
    this.#codes.changed();
  }

  /** Before a code is asked for: the session that it would begin could not be kept. */
  #cookiesBlocked() {
    const visit = this.#visit;
    // Such a browser keeps nothing in the tab either, so only the address can bring the link along.
    visit.restoreAddress();
    visit.show(screens.cookiesBlocked, { workspace: visit.workspaceName, host: location.host });
  }

  /**
   * A browser that lost the link but not the challenge can still finish it. Whoever has only the address signs in by
   * what it opens.
   *
   * @returns {boolean} whether there is a link now
   */
  #goOnWithoutLink() {
    const visit = this.#visit;
    const { kept, workspaceName: workspace } = visit;
    const open = kept.challenge();
    if (this.#arrival) visit.showWithWayOn(trips.lostLink, { workspace });
    else if (open && kept.brand()) this.#codes.enter(open);
    else visit.openKnown();
    return visit.opened !== null;
  }

  /**
   * Asked only where somebody has signed in before: a first visit has no session to offer. A portal
   * may want a new sign-in all the same.
   */
  async #liveSession() {
    const { kept, opened, portico } = this.#visit;
    if (!kept.hasSignedIn() || opened?.again) return null;
    const session = await portico.session({ fresh: true }).catch(() => undefined);
    if (session === null) kept.signedOut();
    return session ?? null;
  }

  #goOn() {
    const { kept, askedFor, session } = this.#visit;
    const open = kept.challenge();
    if (open?.asked_for === askedFor) this.#visit.request ??= open.request;
    const waits = kept.pending();
    const arrival = this.#arrival;
    this.#arrival = null;
    if (arrival) this.#trips.arrive(arrival);
    else if (waits?.asked_for === askedFor) this.#trips.askAddress(waits);
    else if (open?.asked_for === askedFor) this.#codes.enter(open);
    else if (session) this.#offerSession(session);
    else this.#begin();
  }

  /** @param {Session} session */
  #offerSession = ({ contact }) => {
    const { workspace, link } = this.#visit.wayIn;
    const email = masked(contact.email);
    const isOfAnother = link.kind === "personal" && !link.asks_email && link.email_hint !== email;
    const facts = {
      workspace: workspace.name,
      name: contact.name || email,
      email,
      hint: link.email_hint ?? "",
      actions: { enter: this.#enter, chooseAnew: this.#begin, signOut: this.#signOut },
    };
    const again = () => (this.#visit.session ? this.#offerSession(this.#visit.session) : this.#choose());
    this.#visit.show(isOfAnother ? screens.whoseLink : screens.continueAs, facts, { again });
  };

  /** A personal link may send its code as it is opened, if nothing must be said before. */
  #begin = () => {
    const { link, methods, notices } = this.#visit.wayIn;
    if (link.send_on_open && methods.code && !notices.length) this.#sendOnOpen();
    else this.#choose();
  };

  /** @param {import("./problems.js").Message | null} [message] */
  #choose = (message = null) => {
    const { wayIn: way, typed } = this.#visit;
    this.#visit.challenge = null;
    // Where a password is the only thing to type, it is asked for at once.
    if (way.methods.password && !way.methods.code) return this.#passwords.enter(message);
    const actions = {
      sendCode: this.#codes.send,
      startSso: this.#trips.start,
      usePassword: () => this.#passwords.enter(),
      signUp: () => this.#signUp.begin(),
    };
    this.#visit.show(choose, { way, typed, actions }, { message, again: () => this.#choose() });
  };

  #chooseAnew = () => {
    this.#visit.endChallenge();
    this.#visit.kept.endPending();
    if (this.#visit.way) this.#choose();
    else this.start();
  };

  async #sendOnOpen() {
    const visit = this.#visit;
    visit.show(screens.opening, { key: "sending" });
    try {
      this.#codes.sent(await visit.portico.requestCode({ ...visit.link, auto: true, language: visit.language }));
    } catch (error) {
      const isAlreadySent = error instanceof PorticoError && error.type === "too-soon";
      if (isAlreadySent) this.#choose({ tone: "info", key: "sent_before" });
      else visit.refused(error, this.#choose);
    }
  }

  /** @param {import("./portico.js").SignedIn} answer */
  #signedIn = ({ return_to, new: isNew }) => {
    if (isNew) this.#signUp.welcome(return_to.url);
    else this.#visit.enter(return_to.url);
  };

  #enter = () => this.#visit.enter(this.#visit.wayIn.destination.url);

  /**
   * Another tab may have used the code, or an answer got lost on its way: then this browser is
   * signed in, and that is better news than the message.
   */
  #used = async () => {
    const session = this.#visit.way && (await this.#liveSession());
    if (!session) return false;
    this.#visit.challenge = null;
    this.#offerSession(session);
    return true;
  };

  #signOut = () =>
    this.#visit.press(async () => {
      const { workspaceName: workspace } = this.#visit;
      await this.#visit.signOut();
      this.#visit.show(screens.signedOut, { workspace, again: this.#begin });
    });
}
