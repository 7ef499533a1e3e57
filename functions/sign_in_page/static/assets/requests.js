/**
 * What a portal on another site asks of us, as OpenID Connect has it: to sign somebody in, or out.
 *
 * | fragment key | means |
 * |---|---|
 * | `l=prt_…` | the portal: its client id opens what a link opens |
 * | `o=<query>` | its request, which goes on once somebody has signed in |
 * | `again=1` | a sign-in that is there already is not enough |
 * | `hint=<address>` | whom the portal expects |
 * | `lang=<language>` | what the portal speaks with them |
 * | `resume` | back from a provider: the request goes on |
 * | `out=<query>` | its request to sign out, which nobody has confirmed |
 * | `bye` | signed out, and the portal named no page of its own |
 *
 * Anybody can write a fragment. So a request is never an address: it becomes the query of one of
 * our own doors, which reads it as if the portal had sent it just now.
 */

import { pickLanguage } from "./words.js";

/** @typedef {import("./keep.js").Opened} Opened */

/** The destination that is on this page. */
export const ACCOUNT = "account";

/** No gateway takes a longer one. */
const LONGEST_REQUEST = 8_000;

const LONGEST_EMAIL = 254;

/**
 * @param {URLSearchParams} address
 * @param {string} link
 * @returns {Partial<Opened>} what the portal said beside its name
 */
export function readRequest(address, link) {
  const request = address.get("o") ?? "";
  const lang = pickLanguage([address.get("lang")]) ?? undefined;
  if (!request || request.length > LONGEST_REQUEST || portalOf(request) !== link) return { lang };
  const hint = address.get("hint") ?? "";
  return {
    request,
    again: address.get("again") === "1" || undefined,
    hint: hint.length <= LONGEST_EMAIL ? hint.trim() || undefined : undefined,
    lang,
  };
}

/**
 * What a tab can know that has only the code in common with the one that the portal opened.
 *
 * @param {import("./keep.js").OpenChallenge | null} challenge
 * @returns {Opened | null}
 */
export function openedFor(challenge) {
  const request = challenge?.request;
  return request ? { link: portalOf(request), request } : null;
}

/** Where a request goes on. @param {string} request */
export const authorizing = (request) => ownDoor("/oauth2/authorize", request);

/** Where the portal's sign-out ends. @param {string} request */
export const endingSession = (request) => ownDoor("/oauth2/end_session", request);

/** Is it where a portal's request would go on, if this tab had one? @param {string} url */
export function isResumed(url) {
  const { origin, hash } = new URL(url, location.origin);
  return origin === location.origin && hash === "#resume";
}

/** Is it this workspace's account, which is on this page? @param {string} url */
export function isAccount(url) {
  const { origin, pathname, hash } = new URL(url, location.origin);
  return origin === location.origin && pathname === location.pathname && hash === "#account";
}

/** Is it the console of this workspace's team? @param {string} url */
export function isConsole(url) {
  const { origin, pathname } = new URL(url, location.origin);
  return origin === location.origin && pathname === `${location.pathname}/team`;
}

/** @param {string} path @param {string} query whatever it holds, it stays a query */
function ownDoor(path, query) {
  const url = new URL(path, location.origin);
  url.search = query;
  return url.href;
}

/** @param {string} request */
function portalOf(request) {
  return new URLSearchParams(request).get("client_id") ?? "";
}
