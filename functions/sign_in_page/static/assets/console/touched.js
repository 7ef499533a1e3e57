/** *Who is touched*: how many people a change would take a way in from, and the first ten. */

import { el } from "../elements.js";
import { contactAt } from "./find.js";
import { badge, given, slot, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {{ settings?: Record<string, any>, connection?: string }} Planned */

const SWITCHES = ["code_method", "password_method", "sso_method"];

/** Why a directory does not let somebody in, as the API says it. @type {Record<string, string>} */
const WHY = {
  "no connection is on": "touched_no_connection",
  "no record": "touched_no_record",
  "the record is inactive": "touched_inactive",
};
const NOT_VOUCHED = "no connection vouches for ";

/** Can a change of settings take a way in from anybody? @param {Record<string, any>} wanted */
export function takesAway(wanted) {
  return SWITCHES.some((name) => wanted[name] === false) || (wanted.directory_rule ?? "off") !== "off";
}

/**
 * Ask, and show the answer as soon as it is there.
 *
 * @param {Place} place
 * @param {Planned} planned
 */
export function whoIsTouched(place, planned) {
  const holder = el("div", { class: "who", "aria-live": "polite" }, el("p", { class: "soft" }, ...place.words.nodes("touched_counting")));
  place.ask("POST", "/touched", { body: planned }).then(
    ({ body }) => holder.replaceChildren(...answer(place, body)),
    (error) => {
      const said = slot();
      holder.replaceChildren(said);
      tell(said, place.refused(error), { takesFocus: false });
    },
  );
  return holder;
}

/** @param {Place} place @param {any} found */
function answer({ words }, { count, shut_out, looked_at, complete, contacts }) {
  const said = (/** @type {string} */ key, /** @type {import("../words.js").Values} */ values) => el("p", {}, ...words.nodes(key, values));
  const columns = ["name", "touched_loses", "touched_left"].map((key) => words.nodes(key));
  const title = words.nodes("touched_first");
  const rows = contacts.map((/** @type {any} */ each) => [
    [el("a", { href: `#${contactAt(each.id)}` }, given(each.name || each.email)), el("br"), el("span", { class: "soft" }, given(each.email))],
    [each.loses.map((/** @type {string} */ way) => words.text(`way_${way}`)).join(" · ")],
    [each.shut_out ? badge(words.nodes("touched_no_way"), "bad") : words.text("touched_another_way"), each.why && el("br"), each.why && el("span", { class: "soft" }, ...why(words, each.why))],
  ]);
  return [
    count ? said("touched_count", { count }) : said("touched_nobody", {}),
    shut_out > 0 && said("touched_shut_out", { count: shut_out }),
    !complete && said("touched_part", { count: looked_at }),
    rows.length > 0 && table(title, columns, rows),
    rows.length < count && said("touched_only_first", { count: rows.length }),
  ].filter((each) => each instanceof Node);
}

/** @param {import("../words.js").Words} words @param {string} reason */
function why(words, reason) {
  if (reason.startsWith(NOT_VOUCHED)) return words.nodes("touched_not_vouched", { domain: reason.slice(NOT_VOUCHED.length) });
  const key = WHY[reason];
  return key ? words.nodes(key) : [given(reason)];
}
