/** The journey to a provider and back. */

import { PorticoError } from "./portico.js";
import { providerId, providerName } from "./providers.js";
import * as screens from "./screens.js";
import * as trips from "./sso-screens.js";

/** @typedef {import("./portico.js").Connection} Connection */

/** What the API promises of a code it mailed while the browser was at a provider. */
const MAILED_ON_THE_WAY = { label: null, code_length: 7, resend_after: 30, expires_in: 600 };

/** How long the API keeps an account that waits for an address. */
const WAITS_FOR_AN_ADDRESS_MS = 10 * 60_000;

/** @type {import("./portico.js").Problem} */
const UNSAFE = { type: "sso-failed", title: "Not a provider's address", status: 0 };

/** A provider that has not opened by then has its own screen. */
const IS_LEAVING_MS = 4_000;

export class Trips {
  #visit;
  #codes;
  #onward;

  /**
   * @param {import("./visit.js").Visit} visit
   * @param {import("./codes.js").Codes} codes
   * @param {{ choose: (message?: import("./problems.js").Message | null) => void, chooseAnew: () => void,
   *   offerSession: (session: import("./portico.js").Session) => void }} onward
   */
  constructor(visit, codes, onward) {
    this.#visit = visit;
    this.#codes = codes;
    this.#onward = onward;
  }

  /**
   * Leave for a provider. The link and the destination stay with this tab.
   *
   * @param {Connection} connection
   * @param {string} [pressed] the id of the button
   */
  start = (connection, pressed = providerId(connection)) =>
    this.#visit.press(async () => {
      const { portico, link, kept, language } = this.#visit;
      const provider = providerName(connection);
      const actions = this.#actions;
      /** @type {string} */
      let authorize_url;
      try {
        ({ authorize_url } = await portico.startSso({ ...link, connection: connection.id, language }));
      } catch (error) {
        if (!(error instanceof PorticoError) || error.type !== "try-later") throw error;
        // As after a trip that ended so: what it is about, and what else there is.
        return this.#visit.show(trips.refused, { reason: error.type, provider, way: this.#visit.wayIn, connection, actions });
      }
      await leave(this.#visit, { authorize_url, provider, actions }, () => kept.depart(connection.id, provider));
    }, pressed);

  /** Some reasons are about no trip: there is nothing to ask the API about them. @param {import("./arrival.js").Arrival} arrival */
  isAboutNoTrip({ value: reason, brings }) {
    const visit = this.#visit;
    if (reason === "try-later" && !visit.kept.trip()) {
      const retry = brings && visit.request ? () => visit.enter() : null;
      visit.show(screens.later, { retry, portal: visit.kept.portal() });
      return true;
    }
    if (reason === "portal-not-known") visit.show(screens.portalNotKnown, { brand: visit.kept.brand() });
    else if (reason === "portal-unavailable" || reason === "invalid-portal-link") visit.closed(reason);
    else return false;
    return true;
  }

  /** Back from a provider, to go on or to begin again. @param {import("./arrival.js").Arrival} arrival */
  arrive({ fragmentKey, value }) {
    const { kept, askedFor: asked_for, wayIn } = this.#visit;
    const trip = kept.trip();
    if (fragmentKey === "e" || !trip) return this.#arriveInVain(value);
    if (fragmentKey === "p") {
      const expires_at = Date.now() + WAITS_FOR_AN_ADDRESS_MS;
      const pending = { pending: value, provider: trip.provider, asked_for, expires_at };
      kept.keepPending(pending);
      return this.askAddress(pending);
    }
    const known = { asked_for, sent_to: wayIn.link.email_hint ?? "", connects: trip.provider };
    this.#codes.enter(this.#codes.keep({ challenge: value, ...MAILED_ON_THE_WAY }, known));
  }

  /** @param {string} reason */
  #arriveInVain(reason) {
    const { kept, session, wayIn: way } = this.#visit;
    const trip = kept.trip();
    // The same answer twice, by the back button or a lost connection: the first one counted.
    if (reason === "sso-expired" && session) return this.#onward.offerSession(session);
    if (!trip) return this.#onward.choose({ tone: "error", lead: "sign_in_failed", key: "sso_failed", isAside: true });
    const connection = way.methods.sso.find(({ id }) => id === trip.connection) ?? null;
    const { provider } = trip;
    const facts = { reason, provider, way, connection, actions: this.#actions };
    this.#visit.show(trips.refused, facts, { again: () => this.#visit.show(trips.refused, facts) });
  }

  /** @param {import("./keep.js").Pending} waits */
  askAddress(waits) {
    const { wayIn: way, typed, kept } = this.#visit;
    this.#visit.challenge = null;
    const facts = {
      provider: waits.provider,
      way,
      typed,
      actions: { ...this.#actions, sendAddress: (/** @type {string} */ email) => this.#sendAddress(waits, email) },
    };
    const again = () => (kept.pending() ? this.askAddress(waits) : this.#onward.choose());
    this.#visit.show(trips.askAddress, facts, { again });
  }

  /** @param {import("./keep.js").Pending} waits @param {string} email */
  async #sendAddress({ pending, provider }, email) {
    const visit = this.#visit;
    if (!visit.takeEmail(email)) return;
    await visit.press(async () => {
      try {
        const asked = { pending, email: email.trim(), language: visit.language };
        this.#codes.sent(await visit.portico.requestCode(asked), { connects: provider });
        visit.kept.endPending();
      } catch (error) {
        const isOver = error instanceof PorticoError && error.type === "challenge-closed";
        if (!isOver) throw error;
        visit.kept.endPending();
        this.#arriveInVain("sso-expired");
      }
    });
  }

  get #actions() {
    return { startSso: this.start, chooseAnew: this.#onward.chooseAnew };
  }
}

/**
 * Go to a provider, and wait with the button until the page is gone.
 *
 * @param {import("./visit.js").Visit} visit
 * @param {{ authorize_url: string, provider: string, actions: { chooseAnew: () => void } }} trip
 * @param {() => void} depart
 */
export async function leave(visit, { authorize_url, provider, actions }, depart) {
  if (!isProviderAddress(authorize_url)) throw new PorticoError(UNSAFE);
  if (visit.isOver) return;
  depart();
  visit.stage.say("leaving", { provider });
  location.assign(authorize_url);
  await new Promise((resolve) => setTimeout(resolve, IS_LEAVING_MS));
  visit.show(trips.leaving, { provider, url: authorize_url, actions });
}

/** Providers are reached by https only; a fake one on this machine needs no certificate. @param {string} url */
function isProviderAddress(url) {
  const { protocol, hostname } = new URL(url, location.origin);
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname));
}
