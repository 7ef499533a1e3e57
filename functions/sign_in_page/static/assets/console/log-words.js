/** The trail in words: what came of a sign-in, by which way, why not, and each of its lines. */

import { el } from "../elements.js";
import { given } from "./parts.js";

/** @typedef {import("../words.js").Words} Words */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {Record<string, string>} Names of members, by their ids; of keys, links, portals and connections by `key-<id>` and so on */
/** @typedef {{ at: number, event: string, by: string, detail: Record<string, string> }} Step */
/** @typedef {any} Entry a row of the list, as the API answers it */

export const OUTCOMES = ["signed-in", "mailed", "asked", "withheld", "refused", "done"];
export const DELIVERIES = ["delayed", "bounced", "rejected", "complained"];

/** What a provider has said, and Portico did not believe. One sentence serves them all. */
const NOT_BELIEVED = ["no-code", "no-user", "no-subject", "no-tenant", "no-access-token", "no-id-token", "for-somebody-else", "id-token", "key-of-another-issuer", "answer-without-issuer", "answer-of-another-issuer"];
const CANCELLED = ["answer: access_denied", "answer: user_cancelled_login"];

/** Whose ids nobody has chosen: the beginning is enough to tell two apart. */
const WITH_LONG_IDS = ["key", "link"];
const SHOWN = 8;

/** Is it a sign-in? All else is one event. @param {Entry} entry */
export function isSignIn({ id }) {
  return !id.includes("_evt_");
}

/** @param {Words} words @param {string} outcome @returns {Child[]} */
export function outcomeIn(words, outcome) {
  return known(words, `log_outcome_${slug(outcome)}`, outcome);
}

/** @param {Words} words @param {string} way `code`, `sso:google` @param {Names} [names] @returns {Child[]} */
export function wayIn(words, way, names = {}) {
  const [kind, ...connection] = way.split(":");
  const name = known(words, `way_${slug(kind)}`, kind);
  return connection.length ? [...name, " (", given(names[`connection-${connection.join(":")}`] || connection.join(":")), ")"] : name;
}

/** @param {Words} words @param {string} reason as the trail has it; a provider may have written a part of it @returns {Child[]} */
export function reasonIn(words, reason) {
  const [kind] = reason.split(":");
  if (CANCELLED.includes(reason)) return words.nodes("log_why_cancelled");
  if (NOT_BELIEVED.includes(kind)) return words.nodes("log_why_not_believed", { word: reason });
  if (kind === "answer") return words.nodes("log_why_provider_said", { word: reason.slice("answer:".length).trim() || reason });
  return known(words, `log_why_${slug(reason)}`, reason);
}

/** @param {Words} words @param {string} delivery @returns {Child[]} */
export function deliveryIn(words, delivery) {
  return known(words, `log_delivery_${slug(delivery)}`, delivery);
}

/** @param {Words} words @param {string} event @returns {Child[]} */
export function eventIn(words, event) {
  return known(words, `log_event_${slug(event)}`, event);
}

/** @param {Words} words @param {string} purpose of a code @returns {Child[]} */
export function purposeIn(words, purpose) {
  return known(words, `log_purpose_${slug(purpose)}`, purpose);
}

/** Who did it, where it was not the contact. @param {Words} words @param {string} by @param {Names} names @returns {Child[]} */
export function actorIn(words, by, names) {
  const [kind, ...rest] = by.split(":");
  const id = rest.join(":");
  if (kind === "member" && id) return [el("a", { href: `#contact=${encodeURIComponent(id)}` }, given(names[id] || id))];
  const name = known(words, `log_by_${slug(kind)}`, kind);
  const called = names[`${kind}-${id}`];
  return id ? [...name, " ", ...(called ? [given(called), " ", idOf(kind, id)] : [given(id)])] : name;
}

/**
 * What the team has made, first by what it is called, and then by the beginning of its id. The row
 * says what it was called then; an older row does not, nor does that of a personal link.
 *
 * @param {string} about `key:<id>`, `link:<id>`, `portal:<name>` or `connection:<id>`
 * @param {string | null | undefined} label
 * @param {Names} names
 * @returns {Child[]}
 */
export function thingIn(about, label, names) {
  const [kind, ...rest] = about.split(":");
  const id = rest.join(":");
  const called = label || names[`${kind}-${id}`];
  return called ? [given(called), " ", idOf(kind, id)] : [el("code", { dir: "ltr" }, id)];
}

/** Small, beside what it is called. The line's details have it whole. @param {string} kind @param {string} id */
function idOf(kind, id) {
  return el("code", { class: "detail", dir: "ltr" }, WITH_LONG_IDS.includes(kind) ? id.slice(0, SHOWN) : id);
}

/** To the second, since the lines of a sign-in are seconds apart. @param {Words} words @param {number} seconds since 1970 */
export function preciseTime(words, seconds) {
  const own = navigator.languages.find((wish) => wish.split("-")[0] === words.language);
  const format = new Intl.DateTimeFormat(own ?? words.language, { dateStyle: "medium", timeStyle: "medium", numberingSystem: "latn", calendar: "gregory" });
  return format.format(seconds * 1000);
}

/** Our own sentence, or the trail's word for what is newer than this page. @param {Words} words @param {string} key @param {string} word @returns {Child[]} */
function known(words, key, word) {
  const said = words.nodes(key);
  return said.some((node) => node.textContent) ? said : [el("code", { dir: "ltr" }, word)];
}

/** @param {string} word */
function slug(word) {
  return word.replace(/[^a-z]/g, "_");
}
