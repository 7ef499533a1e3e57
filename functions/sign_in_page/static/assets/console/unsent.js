/**
 * What was typed and not sent yet, for as long as the tab is open: after a sign-in, a reload or a crash it is there again.
 *
 * It is of one member. Whoever else signs in in this tab sees nothing of it.
 */

import { tab } from "../keep.js";

/**
 * @typedef {object} Kept
 * @property {Record<string, string | boolean>} values by the names of the fields
 * @property {{ body: string, key: string }} [sent] what the last press sent, and by which key
 */

export class Unsent {
  #name;
  #place;

  /** @param {string} workspace */
  constructor(workspace) {
    this.#name = `portico.${workspace}.console.unsent`;
    this.#place = `portico.${workspace}.console.place`;
  }

  /** @param {string} member whose they are from now on */
  belongTo(member) {
    if (this.#all().member !== member) tab.set(this.#name, { member, unsent: {} });
  }

  /** @param {string} form @returns {Kept | null} */
  of(form) {
    return this.#all().unsent[form] ?? null;
  }

  /** @param {string} form @param {Kept["values"]} values */
  keep(form, values) {
    this.#put(form, { ...this.of(form), values });
  }

  /**
   * The key of a press. The same thing sent again has the same key, so it is made once; another thing has another.
   *
   * @param {string} form
   * @param {object} body
   */
  keyOf(form, body) {
    const text = JSON.stringify(body);
    const kept = this.of(form) ?? { values: {} };
    if (kept.sent?.body === text) return kept.sent.key;
    const key = crypto.randomUUID();
    this.#put(form, { ...kept, sent: { body: text, key } });
    return key;
  }

  /** @param {string} form it was sent, or given up */
  drop(form) {
    const { member, unsent } = this.#all();
    delete unsent[form];
    tab.set(this.#name, { member, unsent });
  }

  /** Where the member was when they left to sign in. @param {string} fragment */
  leaveFrom(fragment) {
    tab.set(this.#place, fragment);
  }

  /** @returns {string | null} where to go on, once */
  cameBackTo() {
    const fragment = tab.get(this.#place);
    tab.remove(this.#place);
    return typeof fragment === "string" ? fragment : null;
  }

  /** @param {string} form @param {Kept} kept */
  #put(form, kept) {
    const { member, unsent } = this.#all();
    tab.set(this.#name, { member, unsent: { ...unsent, [form]: kept } });
  }

  /** @returns {{ member: string, unsent: Record<string, Kept> }} */
  #all() {
    return tab.get(this.#name) ?? { member: "", unsent: {} };
  }
}
