/** *Who is touched*: how many people a change would take a way in from, or close out, and the first ten. */

import { el } from "../elements.js";
import { contactAt } from "./find.js";
import { badge, given, slot, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {{ settings?: Record<string, any>, connection?: string }} Planned */

const SWITCHES = ["code_method", "password_method", "sso_method", "sign_up"];
const LENGTHS = ["session_idle_seconds", "session_absolute_seconds"];

/** Why a directory does not let somebody in, as the API says it. @type {Record<string, string>} */
const WHY = {
  "no connection is on": "touched_no_connection",
  "no record": "touched_no_record",
  "the record is inactive": "touched_inactive",
};
const NOT_VOUCHED = "no connection vouches for ";

/** Does a change of settings take something from people? Then they are counted. @param {Record<string, any>} was @param {Record<string, any>} wanted */
export function takesAway(was, wanted) {
  const isShorter = LENGTHS.some((name) => wanted[name] < was[name]);
  return isClosing(wanted) || isShorter || SWITCHES.some((name) => wanted[name] === false) || (wanted.directory_rule ?? "off") !== "off";
}

/** Is the portal switched off, or paused? @param {Record<string, any>} wanted */
function isClosing({ portal_enabled, paused_until = 0 }) {
  return portal_enabled === false || paused_until * 1000 > Date.now();
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
    ({ body }) => holder.replaceChildren(...answer(place, body, isClosing(planned.settings ?? {}))),
    (error) => {
      const said = slot();
      holder.replaceChildren(said);
      tell(said, place.refused(error), { takesFocus: false });
    },
  );
  return holder;
}

/** @param {Place} place @param {any} found @param {boolean} isClosed nobody keeps a way in, until the portal opens again */
function answer({ words }, { count, shut_out, looked_at, complete, contacts }, isClosed) {
  const said = (/** @type {string} */ key, /** @type {import("../words.js").Values} */ values) => el("p", {}, ...words.nodes(key, values));
  const columns = (isClosed ? ["name", "touched_closed_by"] : ["name", "touched_loses", "touched_left"]).map((key) => words.nodes(key));
  const title = words.nodes("touched_first");
  const rows = contacts.map((/** @type {any} */ each) => [
    [el("a", { href: `#${contactAt(each.id)}` }, given(each.name || each.email)), el("br"), el("span", { class: "soft" }, given(each.email))],
    [each.loses.map((/** @type {string} */ way) => words.text(`way_${way}`)).join(" · ")],
    ...(isClosed ? [] : [[each.shut_out ? badge(words.nodes("touched_no_way"), "bad") : words.text("touched_another_way"), each.why && el("br"), each.why && el("span", { class: "soft" }, ...why(words, each.why))]]),
  ]);
  return [
    count ? said(isClosed ? "touched_closed_count" : "touched_count", { count }) : said(isClosed ? "touched_closed_nobody" : "touched_nobody", {}),
    isClosed && count > 0 && said("touched_closed_now", {}),
    !isClosed && shut_out > 0 && said("touched_shut_out", { count: shut_out }),
    !complete && said("touched_part", { count: looked_at }),
    rows.length > 0 && table(title, columns, rows),
    rows.length < count && said(isClosed ? "touched_closed_first" : "touched_only_first", { count: rows.length }),
  ].filter((each) => each instanceof Node);
}

/** @param {import("../words.js").Words} words @param {string} reason */
function why(words, reason) {
  if (reason.startsWith(NOT_VOUCHED)) return words.nodes("touched_not_vouched", { domain: reason.slice(NOT_VOUCHED.length) });
  const key = WHY[reason];
  return key ? words.nodes(key) : [given(reason)];
}
