/** Which rows of the trail are wanted: what the fragment says of it, and the form that changes it. */

import { el } from "../elements.js";
import { isId } from "./find.js";
import { form } from "./form.js";
import { DELIVERIES, OUTCOMES, deliveryIn, outcomeIn, reasonIn, wayIn } from "./log-words.js";
import { localTime } from "./moments.js";
import { actions, button, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {Record<string, any>} Filter as the API takes it */

const LONGEST_EMAIL = 254;
export const WAYS = ["code", "password", "sso"];
const ACTORS = ["contact", "member", "key", "cli", "mail"];

/** Those that a team looks for. Others are in the fragment, as a row has them. */
const REASONS = ["not-a-contact", "contact-inactive", "mailbox-budget", "address-suppressed-bounce", "address-suppressed-complaint", "mail-refused", "link-ended", "portal-unavailable", "sign-in-method-off", "not-in-directory", "directory-record-inactive", "in-directory-but-no-contact", "connection-off"];

/** What a part of the filter may be. No address is among them: the fragment stays in the browser's history. @type {Record<string, RegExp>} */
const PARTS = {
  outcome: /^[a-z-]{1,20}$/,
  way: /^[a-z0-9][a-z0-9:._-]{0,63}$/,
  reason: /^[a-z0-9][a-z0-9:._-]{0,63}$/,
  delivery: /^[a-z]{1,20}$/,
  by: /^[a-z]{1,16}(:[A-Za-z0-9+=,./_-]{1,128})?$/,
  contact: /^ct_[A-Za-z0-9_-]{1,60}$/,
  sign_in: /^[A-Za-z0-9:_-]{12,90}$/,
};
const TIMES = ["since", "until"];

/** @param {URLSearchParams} values the fragment's; what fits no filter is left out @returns {Filter} */
export function filterOf(values) {
  /** @type {Filter} */
  const filter = {};
  for (const [name, shape] of Object.entries(PARTS)) {
    const value = values.get(name);
    if (value && shape.test(value)) filter[name] = value;
  }
  for (const name of TIMES) {
    const seconds = Number(values.get(name));
    if (Number.isInteger(seconds) && seconds > 0 && seconds < 4_102_444_800) filter[name] = seconds;
  }
  return filter;
}

/** @param {Filter} filter @returns {string} the fragment */
export function logsAt(filter) {
  const parts = Object.entries(filter).filter(([, value]) => value);
  return ["logs", ...parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join("&");
}

/** The form, and what it is set to now. @param {Place} place @param {Filter} filter */
export function filterForm(place, filter) {
  const { words } = place;
  const asked = form(place, {
    id: "logs",
    fields: [
      choice(place, "outcome", OUTCOMES, outcomeIn, filter),
      choice(place, "way", WAYS, wayIn, filter),
      choice(place, "reason", REASONS, reasonIn, filter),
      choice(place, "delivery", DELIVERIES, deliveryIn, filter),
      choice(place, "by", ACTORS, (_, actor) => words.nodes(`log_by_${actor}`), filter),
      { name: "contact", label: words.nodes("contact_title"), hint: words.nodes("log_contact_hint"), value: filter.contact, dir: "ltr", most: LONGEST_EMAIL },
      ...TIMES.map((name) => /** @type {import("./form.js").Field} */ ({ name, label: words.nodes(`log_${name}`), type: "datetime-local", value: filter[name] ? localTime(filter[name]) : "" })),
    ],
    send: words.nodes("log_filter_it"),
    commands: null,
    onSend: async (given) => {
      // Whatever is no id is sought as an address: left out, it would show everybody's rows.
      const isKnown = !given.contact || isId(given.contact);
      const contact = isKnown ? given.contact : (await place.ask("POST", "/contacts/find", { body: { email: given.contact } })).body.contact.id;
      if (place.isOver) return;
      /** @type {import("./form.js").Typed} */
      const typed = { ...given, contact };
      const times = TIMES.map((name) => [name, typed[name] ? Math.floor(new Date(typed[name]).getTime() / 1000) : undefined]);
      const wanted = new URLSearchParams(Object.entries({ ...typed, ...Object.fromEntries(times) }).filter(([, value]) => value));
      place.unsent.drop("logs");
      place.go(logsAt(filterOf(wanted)));
    },
    says: { "invalid-request": "no_email" },
    onRefused: ({ type }) => {
      if (type !== "not-found") return false;
      tell(asked.slot, { tone: "info", text: words.nodes("nobody_has_it", { email: String(asked.typed().contact) }) });
      return true;
    },
  });
  const isSet = Object.keys(filter).length > 0;
  const all = button(words.nodes("log_everything"), () => {
    place.unsent.drop("logs");
    place.go("logs");
  });
  return el(
    "details",
    { class: "panel filter", open: isSet || asked.wasTyped },
    el("summary", {}, ...words.nodes(isSet ? "log_filtered" : "log_filter")),
    asked.node,
    isSet && actions(all),
  );
}

/** What the same filter is on a command line. Nothing of it is of anybody's own wording. @param {Filter} filter @param {import("./log-words.js").Entry[]} entries @returns {import("./command.js").Options} */
export function optionsOf(filter, entries) {
  const isOurs = { outcome: OUTCOMES, way: WAYS, delivery: DELIVERIES, reason: REASONS, by: ACTORS };
  const words = Object.entries(isOurs).map(([name, all]) => [name, all.includes(filter[name]) ? filter[name] : null]);
  // An id stands in a command once the API has answered it.
  const [known] = entries.filter(({ contact }) => contact && contact === filter.contact);
  const times = TIMES.map((name) => [name, filter[name] ? new Date(filter[name] * 1000).toISOString().slice(0, 19) + "Z" : null]);
  return Object.fromEntries([...words, ["contact", known?.contact], ...times]);
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {string[]} all
 * @param {(words: import("../words.js").Words, value: string) => Child[]} said
 * @param {Filter} filter
 * @returns {import("./form.js").Field}
 */
function choice({ words }, name, all, said, filter) {
  const isOther = filter[name] && !all.includes(filter[name]);
  const values = isOther ? [...all, filter[name]] : all;
  const text = (/** @type {string} */ value) => el("span", {}, ...said(words, value)).textContent ?? value;
  const options = values.map((value) => /** @type {[string, string]} */ ([value, text(value)]));
  return { name, label: words.nodes(`log_by_its_${name}`), type: "select", value: filter[name] ?? "", options: [["", words.text("log_any")], ...options] };
}
