/**
 * The module that Portico serves as `/assets/portico.js`, as a package. There the origin of the API
 * is where the module came from; a bundle comes from the portal, so here it must be named.
 */

import { createPortico as create } from "./portico.js";

export { PorticoError } from "./portico.js";

/** @typedef {import("./portico.js").Portico} Portico */
/** @typedef {import("./portico.js").Session} Session */
/** @typedef {import("./portico.js").SignedIn} SignedIn */
/** @typedef {import("./portico.js").Account} Account */
/** @typedef {import("./portico.js").Challenge} Challenge */
/** @typedef {import("./portico.js").Way} Way */
/** @typedef {import("./portico.js").Workspace} Workspace */
/** @typedef {import("./portico.js").Problem} Problem */

/**
 * The client of one workspace.
 *
 * @param {object} options
 * @param {string} options.workspace the workspace's id, `acme`
 * @param {string} options.origin where Portico is, `https://signin.example.com`
 * @returns {Portico}
 * @throws {TypeError} `origin` is no origin
 */
export function createPortico({ workspace, origin }) {
  if (!/^https?:\/\/[^/?#]+$/.test(origin ?? "")) {
    throw new TypeError(`createPortico: origin is where Portico is, such as https://signin.example.com, not ${origin}`);
  }
  return create({ workspace, origin });
}
