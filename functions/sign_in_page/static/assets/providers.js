/** Providers by their own names and marks, as their rules for buttons ask. */

import { el, mark } from "./elements.js";
import { button } from "./parts.js";

/** @typedef {import("./portico.js").Connection} Connection */
/** @typedef {import("./words.js").Words} Words */

/**
 * Brands may be called by their own names only, whatever a team calls the connection; and
 * Facebook's button continues where the others sign in.
 *
 * @type {Record<string, { name: string, words: string }>}
 */
const BRANDS = {
  microsoft: { name: "Microsoft", words: "sign_in_with" },
  google: { name: "Google", words: "sign_in_with" },
  facebook: { name: "Facebook", words: "continue_with" },
  x: { name: "X", words: "sign_in_with" },
};

/** What a provider is called in a sentence. @param {Connection} connection */
export function providerName({ kind, label }) {
  return brandOf(kind)?.name ?? label;
}

/** The id of a provider's button. @param {Connection} connection */
export function providerId({ id }) {
  return `sso-${id}`;
}

/**
 * @param {Words} words
 * @param {Connection} connection
 * @param {() => void} onPress
 */
export function providerButton(words, connection, onPress) {
  const { kind, label } = connection;
  const provider = providerName(connection);
  const node = button(
    "provider",
    [
      ...words.nodes(brandOf(kind)?.words ?? "sign_in_with", { provider }),
      // Two connections with one brand are told apart by what the team calls them.
      ...(label === provider ? [] : [el("span", { class: "which" }, " (", el("bdi", {}, label), ")")]),
    ],
    onPress,
    providerId(connection),
  );
  node.prepend(mark(markOf(kind)));
  return node;
}

/** The mark of a kind of provider. @param {string} kind */
export function markOf(kind) {
  return brandOf(kind) ? kind : "oidc";
}

/** @param {string} kind */
function brandOf(kind) {
  return Object.hasOwn(BRANDS, kind) ? BRANDS[kind] : undefined;
}
