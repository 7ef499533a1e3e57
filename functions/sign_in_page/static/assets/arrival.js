/**
 * How a browser comes back from a provider, or to no portal: one key in the fragment, set by our own doors.
 *
 * | fragment key | means |
 * |---|---|
 * | `e=<reason>` | not signed in, and why |
 * | `c=<challenge>` | a code was mailed, which connects the account |
 * | `p=<pending>` | an address is needed first |
 *
 * Anybody can write a fragment. So a reason only picks one of our own sentences, and the two others
 * count only in a tab that has left for a provider, and only with this workspace's ids.
 */

/**
 * @typedef {{ fragmentKey: "e" | "c" | "p", value: string, brings?: boolean }} Arrival `brings` when the
 *   portal's request came along, to be tried again
 */

/** What the callback can say, and the door where portals ask us to sign somebody in. */
export const REASONS = Object.freeze([
  "sso-denied",
  "sso-failed",
  "sso-expired",
  "try-later",
  "not-in-directory",
  "no-contact",
  "another-contact",
  "portal-unavailable",
  "invalid-portal-link",
  "portal-not-known",
]);

const RANDOM = /^[A-Za-z0-9_-]{22}$/;

const GOING_ON = /** @type {const} */ ([
  { fragmentKey: "c", kind: "chl" },
  { fragmentKey: "p", kind: "pnd" },
]);

/**
 * @param {URLSearchParams} address
 * @param {{ workspace: string, hasLeft: boolean }} known
 * @returns {Arrival | null}
 */
export function readArrival(address, { workspace, hasLeft }) {
  const reason = address.get("e");
  if (reason !== null) {
    return { fragmentKey: "e", value: REASONS.includes(reason) ? reason : "sso-failed", brings: address.has("o") };
  }
  for (const { fragmentKey, kind } of GOING_ON) {
    const value = address.get(fragmentKey);
    if (value === null) continue;
    const start = `${kind}_${workspace}_`;
    const isOurs = hasLeft && value.startsWith(start) && RANDOM.test(value.slice(start.length));
    // Nothing to go on with: the contact is told so, and begins again.
    return isOurs ? { fragmentKey, value } : { fragmentKey: "e", value: "sso-failed" };
  }
  return null;
}
