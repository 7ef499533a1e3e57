/** What a member is told when something did not work: what happened, and what now. */

import { Refusal } from "./api.js";

/** @typedef {import("../words.js").Words} Words */
/** @typedef {import("./api.js").Problem} Problem */

/**
 * @typedef {object} Told
 * @property {string} key
 * @property {import("../words.js").Values} [values]
 * @property {boolean} [signIn] a new sign-in helps
 */

/** Why a sign-in gives no access, with what helps. @type {Record<string, Told>} */
export const REASONS = {
  "not-a-member": { key: "refused_not_a_member" },
  "shared-computer": { key: "refused_shared_computer", signIn: true },
  "break-glass": { key: "refused_break_glass", signIn: true },
  portal: { key: "refused_rested", signIn: true },
  "too-old": { key: "refused_too_old", signIn: true },
  rested: { key: "refused_rested", signIn: true },
  method: { key: "refused_method", signIn: true },
  connection: { key: "refused_connection" },
  "address-changed": { key: "refused_address_changed" },
};

/** @type {Record<string, (problem: Problem, words: Words) => Told>} */
const SENTENCES = {
  unreachable: () => ({ key: navigator.onLine ? "unreachable" : "offline" }),
  "try-later": () => ({ key: "try_later" }),
  "too-many-requests": ({ retry_after }, words) =>
    retry_after ? { key: "too_many", values: { time: words.duration(retry_after) } } : { key: "too_many_plain" },
  "not-signed-in": () => ({ key: "signed_out", signIn: true }),
  "re-auth-needed": () => ({ key: "sign_in_anew", signIn: true }),
  "team-refused": ({ reason, until }, words) =>
    reason === "account" ? { key: "refused_account", values: { moment: words.moment(until ?? 0) } } : (REASONS[reason ?? ""] ?? { key: "refused_not_a_member" }),
  "role-too-small": ({ needs }, words) => ({ key: "role_too_small", values: { roles: rolesOf(needs ?? [], words) } }),
  "role-too-high": () => ({ key: "role_too_high" }),
  "not-found": () => ({ key: "not_found" }),
  "changed-meanwhile": () => ({ key: "changed_meanwhile" }),
  "changed-since": () => ({ key: "changed_since" }),
  "other-body": () => ({ key: "press_again" }),
  "on-the-team": () => ({ key: "on_the_team" }),
  "last-owner": () => ({ key: "last_owner" }),
  "limit-reached": () => ({ key: "limit_reached" }),
  "address-just-changed": () => ({ key: "address_just_changed" }),
  taken: () => ({ key: "taken" }),
  "invalid-request": ({ errors }) => {
    const [first] = errors ?? [];
    return first ? { key: "field_invalid", values: { field: first.field, reason: first.reason } } : { key: "something_else" };
  },
};

/**
 * @param {unknown} thrown
 * @param {Words} words
 * @returns {Told}
 */
export function toldOf(thrown, words) {
  if (!(thrown instanceof Refusal)) {
    // A bug of ours: whoever works here needs a next step all the same.
    reportError(thrown);
    return { key: "something_else" };
  }
  const sentence = Object.hasOwn(SENTENCES, thrown.type) ? SENTENCES[thrown.type] : null;
  return sentence?.(thrown.problem, words) ?? { key: "something_else" };
}

/** @param {string[]} roles @param {Words} words */
function rolesOf(roles, words) {
  return words.oneOf(roles.map((role) => words.text(`role_${role}`)));
}
