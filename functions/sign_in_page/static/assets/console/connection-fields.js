/** What is set of a connection, by the kind of its provider. */

import { given } from "./parts.js";

/** @typedef {import("../words.js").Words} Words */
/** @typedef {import("./form.js").Field} Field */
/** @typedef {{ name: string, many?: boolean, required?: boolean }} Of */

export const KINDS = ["microsoft", "google", "facebook", "x", "oidc"];

/** @type {Record<string, string>} */
const NAMES = { microsoft: "Microsoft", google: "Google", facebook: "Facebook", x: "X" };

/** What a provider is called. @param {Words} words @param {string} kind */
export const nameOf = (words, kind) => NAMES[kind] ?? words.text("provider_oidc");

/** Its name in the redirect URI, where nobody wants another one. @type {Record<string, string>} */
const IDS = { microsoft: "microsoft", google: "google", facebook: "facebook", x: "x-com", oidc: "company" };

/** @type {Of} */
const VOUCHES = { name: "vouches_for", many: true };
/** @type {Record<string, Of[]>} */
const OF_KIND = {
  microsoft: [{ name: "tenants", many: true, required: true }, VOUCHES],
  google: [{ name: "hosted_domains", many: true }, VOUCHES],
  facebook: [],
  x: [],
  oidc: [{ name: "issuer", required: true }, { name: "discovery_url" }, VOUCHES],
};

/** Options of a command that are said once for each. @type {Record<string, string>} */
const OPTIONS = { tenants: "tenant", hosted_domains: "hosted-domain" };

/** @param {string} kind @returns {Of[]} */
export function fieldsOf(kind) {
  return [{ name: "label", required: true }, { name: "client_id", required: true }, ...(OF_KIND[kind] ?? [])];
}

/**
 * By which change of a value a connection lets in somebody else; as `CONNECTION_WEAKENS` in portico/team/weaknesses.py has
 * it, and a test compares the two.
 *
 * @type {Record<string, "changed" | "more" | "wider">}
 */
export const LETS_IN = { client_id: "changed", issuer: "changed", discovery_url: "changed", tenants: "more", hosted_domains: "wider", vouches_for: "more" };

/** Does a change make a draft of it? Then nobody is offered it until it is tested and confirmed again. @param {Record<string, any>} connection @param {Record<string, any>} wanted */
export function makesDraft(connection, wanted) {
  return Object.entries(LETS_IN).some(([name, by]) => {
    if (!(name in wanted)) return false;
    const [before, after] = [connection[name], wanted[name]];
    if (by === "changed") return Boolean(after) && after !== before;
    const isMore = after.some((/** @type {string} */ each) => !before.includes(each.toLowerCase()));
    return by === "more" ? isMore : before.length > 0 && (!after.length || isMore);
  });
}

/** @param {string} kind @param {string[]} taken */
export function freeId(kind, taken) {
  const names = [IDS[kind], ...taken.map((_, at) => `${IDS[kind]}-${at + 2}`)];
  return names.find((each) => !taken.includes(each)) ?? IDS[kind];
}

/** Where the provider sends people back to; it compares each letter. @param {string} id */
export function redirectUri(id) {
  return `${location.origin}/v1/sso/${id}/callback`;
}

/** Where an issuer such as Okta ends sessions. @param {string} workspace @param {string} id */
export function logoutUri(workspace, id) {
  return `${location.origin}/oauth2/global-token-revocation/${workspace}/${id}`;
}

/** What a value is on the page. @param {Words} words @param {any} value */
export function said(words, value) {
  const text = Array.isArray(value) ? value.join(", ") : (value ?? "");
  return text === "" ? words.nodes("nothing_set") : [given(text)];
}

/** @param {Words} words @param {string} kind @param {Record<string, any>} values @returns {Field[]} */
export function inputs(words, kind, values) {
  return fieldsOf(kind).map(({ name, many, required }) => ({
    name,
    label: words.nodes(`connection_${name}`),
    hint: name === "label" ? undefined : words.nodes(`connection_hint_${name}`),
    type: many ? "textarea" : "text",
    dir: name === "label" ? undefined : "ltr",
    required,
    value: many ? (values[name] ?? []).join("\n") : (values[name] ?? ""),
  }));
}

/** What a form's values are to the API. @param {string} kind @param {Record<string, any>} typed */
export function sent(kind, typed) {
  const pairs = fieldsOf(kind).map(({ name, many }) => [name, many ? typed[name].split(/[\s,;]+/).filter(Boolean) : typed[name] || null]);
  return Object.fromEntries(pairs);
}

/** What sets it up in a terminal, which asks for the secret itself. @param {string} id @param {string} kind @param {Record<string, any>} values as the API takes them @param {boolean} [isThere] then it is written over @returns {import("./command.js").Command} */
export function addCommand(id, kind, values, isThere = false) {
  const options = fieldsOf(kind).map(({ name, required }) => {
    const value = values[name] ?? "";
    return [OPTIONS[name] ?? name.replaceAll("_", "-"), value === "" && !required ? null : value];
  });
  return ["connection add", id, { kind, ...Object.fromEntries(options), replace: isThere }];
}

/** Is one value another than the other? The API sorts lists, and writes them small. @param {any} before @param {any} after */
export function isOther(before, after) {
  const plain = (/** @type {any} */ value) => JSON.stringify(Array.isArray(value) ? value.map((each) => each.toLowerCase()).sort() : (value ?? null));
  return plain(before) !== plain(after);
}
