/** What a contact is told when something did not work: what happened, and what to do next. */

import { PorticoError } from "./portico.js";

/**
 * @typedef {object} Message
 * @property {"error" | "info"} tone
 * @property {string} [lead] words in bold before the sentence
 * @property {string} key
 * @property {import("./words.js").Values} [values]
 * @property {string} [picture] beside good news; by default a letter
 * @property {string} [about] the field it is about, when that is not the screen's first
 * @property {boolean} [isAside] it is not about the screen's field
 * @property {number} [until] ms; `{time}` in the sentence counts down to it
 */

/** @param {string} lead @param {string} key @param {import("./words.js").Values} [values] @returns {Message} */
const error = (lead, key, values) => ({ tone: "error", lead, key, values });

/** @param {string} key @returns {Message} */
const failed = (key) => error("sign_in_failed", key);

/** @typedef {(problem: import("./portico.js").Problem, known: { label?: string | null }) => Message} Sentence */

/** @type {Record<string, string>} */
const CLOSED = { expired: "closed_expired", used: "closed_used", attempts: "closed_attempts" };

/** What may be wrong with a field, by the API's reason. @type {Record<string, Record<string, string>>} */
const FIELDS = {
  email: {
    "not allowed here": "email_not_allowed",
    "yours already": "email_yours",
    "cannot be mailed to": "email_unmailable",
    other: "email_invalid",
  },
  code: { other: "code_incomplete" },
  name: { other: "name_invalid" },
  time_zone: { other: "time_zone_invalid" },
  password: {
    "too-short": "password_too_short",
    "too-long": "password_too_long",
    common: "password_common",
    personal: "password_personal",
    other: "password_missing",
  },
};

/** One sentence per type of docs/api.md. @type {Record<string, Sentence>} */
const SENTENCES = {
  "code-not-accepted": ({ attempts_left: count = 0 }, { label }) =>
    label ? error("sign_in_failed", "code_wrong", { label, count }) : error("sign_in_failed", "code_wrong_plain", { count }),
  "password-not-accepted": () => failed("password_wrong"),
  "challenge-closed": ({ reason }) => failed(CLOSED[reason ?? ""] ?? "closed_expired"),
  "already-linked": () => failed("already_linked"),
  "sign-in-method-off": () => failed("method_off"),
  "re-auth-needed": () => error("not_yet", "sign_in_anew"),
  "not-signed-in": () => error("signed_out_lead", "signed_out_meanwhile"),
  "last-way-in": () => error("still_needed", "last_way_in"),
  "not-found": () => error("not_there", "gone_already"),
  "address-just-changed": () => error("please_wait", "address_just_changed"),
  taken: () => error("not_possible", "address_taken"),
  "sso-failed": () => failed("sso_failed"),
  "cross-site": () => failed("cross_site"),
  "too-soon": (problem) => wait("too_many", problem),
  "too-many-requests": (problem) => wait("too_many", problem),
  "try-later": (problem) => wait("try_later", problem),
  "invalid-request": ({ errors }) => {
    const [{ field, reason } = { field: "", reason: "" }] = errors ?? [];
    const said = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
    if (!said) return failed("something_else");
    return { ...error("check_the_form", said[reason] ?? said.other, { count: 15, most: 128 }), about: field };
  },
  unreachable: () => error("no_answer", navigator.onLine ? "unreachable" : "offline"),
};

/**
 * @param {unknown} thrown
 * @param {{ label?: string | null }} [known]
 * @returns {Message}
 */
export function messageFor(thrown, known = {}) {
  if (!(thrown instanceof PorticoError)) {
    // A bug of ours: the contact needs a next step all the same.
    reportError(thrown);
    return failed("something_else");
  }
  const sentence = Object.hasOwn(SENTENCES, thrown.type) ? SENTENCES[thrown.type] : undefined;
  return sentence?.(thrown.problem, known) ?? failed("something_else");
}

/** @param {"too_many" | "try_later"} key @param {import("./portico.js").Problem} problem */
function wait(key, { retry_after }) {
  const lead = key === "too_many" ? "please_wait" : "try_shortly";
  if (!retry_after) return error(lead, `${key}_a_while`);
  return { ...error(lead, key), until: Date.now() + retry_after * 1000 };
}
