/**
 * What the browser keeps for the page, and for how long.
 *
 * | what | where | until |
 * |---|---|---|
 * | the opened link and destination, and a portal's request | this tab | the tab closes |
 * | the address that was typed | this tab | the sign-in, or the tab closes |
 * | which provider it went to, and what waits for an address since | this tab | half an hour, ten minutes |
 * | the open challenge, with the portal's request | this browser | it ends, ten minutes after its last mail |
 * | what the link of a mail undoes | this tab | the tab closes |
 * | the open code of the account, and the change that waits for it | this tab | it ends, or the change is given up |
 * | name, logo, colour and support contact of the workspace, and whether it checks a pasted code | this browser | the next answer |
 * | the last shared link, without its destination | this browser | it has ended |
 * | where the portal is | this browser | the next answer |
 * | that somebody signed in here | this browser | the sign-out |
 * | the chosen language | this browser | another choice |
 *
 * Codes, passwords and session tokens are not kept at all. A browser that refuses storage loses only the
 * reload: everything here then lives as long as the page.
 */

/**
 * @typedef {object} Opened
 * @property {string} link or a portal's client id, which opens what a link opens
 * @property {string} [to]
 * @property {string} [request] the portal's own, which goes on once somebody has signed in
 * @property {true} [again] the portal wants a new sign-in, whoever is signed in
 * @property {string} [hint] the address that the portal expects
 * @property {string} [lang] the portal's language, until the contact chooses one
 */

/** @typedef {{ connection: string, provider: string, at: number }} Trip `at` in ms */

/** @typedef {{ pending: string, provider: string, asked_for: string, expires_at: number }} Pending */

/**
 * @typedef {{ name: string } & Record<string, unknown>} Waiting a change of the account that goes on after a code: its
 *   name, and what it takes. Never a password
 */

/**
 * @typedef {object} OpenChallenge
 * @property {string} challenge
 * @property {string | null} label null until it is known: a trip to a provider does not bring it back
 * @property {number} code_length
 * @property {string} asked_for which link and destination it was asked for, as a hash
 * @property {string} sent_to the masked address; empty when only the provider knows it
 * @property {"reset" | "sign_up" | "confirm" | "new_email"} [purpose] what the code is good for, when it is not to
 *   sign in
 * @property {string} [connects] the provider whose account the code connects
 * @property {string} [request] the portal's own, which goes on after the code
 * @property {string} [contact] who asked for it, in the account
 * @property {Waiting} [waiting] what it confirms there
 * @property {boolean} [refused] a code was refused since the newest mail. Which one is not kept, so after a reload none
 *   goes by itself
 * @property {number} sent_at ms, of the first mail
 * @property {number} [mailed_at] ms, of the newest one
 * @property {number | null} resend_at ms
 * @property {number} expires_at ms
 */

/** @param {() => Storage} open reading `window.localStorage` may throw, not only using it */
function storage(open) {
  /** @type {Map<string, string>} */
  const spare = new Map();
  return {
    /** @param {string} key @returns {any} */
    get(key) {
      try {
        return JSON.parse(open().getItem(key) ?? spare.get(key) ?? "null");
      } catch {
        return JSON.parse(spare.get(key) ?? "null");
      }
    },
    /** @param {string} key @param {unknown} value */
    set(key, value) {
      try {
        open().setItem(key, JSON.stringify(value));
      } catch {
        spare.set(key, JSON.stringify(value));
      }
    },
    /** @param {string} key */
    remove(key) {
      spare.delete(key);
      try {
        open().removeItem(key);
      } catch {
        // Nothing was kept there.
      }
    },
  };
}

const browser = storage(() => window.localStorage);
export const tab = storage(() => window.sessionStorage);

const LANGUAGE = "portico.language";

/** The API holds a trip for ten minutes; who comes back later is told so, in the provider's name. */
const TRIP_IS_KNOWN_MS = 30 * 60_000;

export const chosenLanguage = {
  /** @returns {string | null} */
  get: () => browser.get(LANGUAGE),
  set: (/** @type {string} */ language) => browser.set(LANGUAGE, language),
};

/**
 * What is kept for one workspace.
 *
 * @param {string} workspace
 */
export function keepFor(workspace) {
  const key = (/** @type {string} */ name) => `portico.${workspace}.${name}`;
  return {
    /** @returns {Opened | null} */
    opened: () => tab.get(key("opened")),
    open: (/** @type {Opened} */ opened) => tab.set(key("opened"), opened),
    close: () => tab.remove(key("opened")),
    /** A request is answered once; the portal that signed somebody out begins with another. */
    closeRequest() {
      if (this.opened()?.request) this.close();
    },

    /**
     * The last shared link, for a tab that knows none. A personal link stays with its tab: here it would show the next
     * visitor half an address, and mail a code.
     *
     * @returns {Opened | null}
     */
    link: () => browser.get(key("link")),
    keepLink: (/** @type {string} */ link) => browser.set(key("link"), { link }),
    forgetLink: () => browser.remove(key("link")),

    /** @returns {string} */
    typedEmail: () => tab.get(key("email")) ?? "",
    typeEmail: (/** @type {string} */ email) => tab.set(key("email"), email),

    /** The provider that this tab went to last. @returns {Trip | null} */
    trip() {
      /** @type {Trip | null} */
      const trip = tab.get(key("trip"));
      return trip && Date.now() < trip.at + TRIP_IS_KNOWN_MS ? trip : null;
    },
    depart(/** @type {string} */ connection, /** @type {string} */ provider) {
      tab.set(key("trip"), { connection, provider, at: Date.now() });
      // The provider's answer may open the portal at once, and this page never hears of it.
      browser.set(key("signed-in"), true);
    },

    endTrip: () => tab.remove(key("trip")),

    /** An account that waits for an address. @returns {Pending | null} */
    pending() {
      /** @type {Pending | null} */
      const pending = tab.get(key("pending"));
      return pending && Date.now() < pending.expires_at ? pending : null;
    },
    keepPending: (/** @type {Pending} */ pending) => tab.set(key("pending"), pending),
    endPending: () => tab.remove(key("pending")),

    /** @returns {import("./brand.js").Brand | null} */
    brand: () => browser.get(key("brand")),
    keepBrand: (/** @type {import("./brand.js").Brand} */ brand) => browser.set(key("brand"), brand),

    /** Where the portal is, by the last answer of the API. @returns {string | null} */
    portal: () => browser.get(key("portal")),
    keepPortal: (/** @type {string} */ url) => browser.set(key("portal"), url),

    challengeKey: key("challenge"),
    /** The challenge that goes on, if it has not ended. @returns {OpenChallenge | null} */
    challenge() {
      /** @type {OpenChallenge | null} */
      const challenge = browser.get(key("challenge"));
      return challenge && Date.now() < challenge.expires_at ? challenge : null;
    },
    keepChallenge: (/** @type {OpenChallenge} */ open) => browser.set(key("challenge"), open),
    endChallenge: () => browser.remove(key("challenge")),

    /** The code of the account that this tab waits for. @returns {OpenChallenge | null} */
    accountCode() {
      /** @type {OpenChallenge | null} */
      const open = tab.get(key("account-code"));
      return open && Date.now() < open.expires_at ? open : null;
    },
    keepAccountCode: (/** @type {OpenChallenge} */ open) => tab.set(key("account-code"), open),
    endAccountCode: () => tab.remove(key("account-code")),

    /** What the link of a mail can undo. @returns {string} */
    undo: () => tab.get(key("undo")) ?? "",
    keepUndo: (/** @type {string} */ undo) => tab.set(key("undo"), undo),

    hasSignedIn: () => browser.get(key("signed-in")) === true,
    signedIn() {
      browser.set(key("signed-in"), true);
      browser.remove(key("challenge"));
      tab.remove(key("email"));
      tab.remove(key("trip"));
      tab.remove(key("pending"));
    },
    signedOut() {
      browser.remove(key("signed-in"));
      tab.remove(key("account-code"));
    },
  };
}

/** @typedef {ReturnType<typeof keepFor>} Kept */

/**
 * Tell links apart without keeping them: a challenge is gone on with only under the link and
 * destination it was asked for, because its return is sealed in it.
 *
 * @param {Opened} opened
 * @returns {Promise<string>} 32 hexadecimal characters
 */
export async function hashOf({ link, to }) {
  const bytes = new TextEncoder().encode(JSON.stringify([link, to ?? null]));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest).slice(0, 16), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
