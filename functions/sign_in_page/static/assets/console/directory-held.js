/** People whose access is held while a directory puts many out: let them leave, or keep them. */

import { el } from "../elements.js";
import { contactAt } from "./find.js";
import { actions, badge, button, given, panel, slot, sure, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {"leave" | "keep"} Decision */
/** @typedef {Record<string, any>} Held as the API answers it */

/** As many as one request decides of. */
const AT_ONCE = 25;
const ASKS = /** @type {const} */ ({
  leave: { title: "dir_held_let_title", text: "dir_held_let_ask", done: "dir_held_let_done", outcome: "left" },
  keep: { title: "dir_held_keep_title", text: "dir_held_keep_ask", done: "dir_held_keep_done", outcome: "kept" },
});

/** @param {Place} place @param {{ people: Held[], next: string | null }} page @returns {Child} */
export function heldPanel(place, { people, next }) {
  if (!people.length) return null;
  const { words } = place;
  const may = place.allows("directory:decide");
  const said = slot();
  const decide = (/** @type {Decision} */ decision, /** @type {Held[]} */ some, /** @type {string} */ label, /** @type {"plain" | "secondary"} */ look, /** @type {string} */ name) => {
    const pressed = button(words.nodes(label), async () => {
      const { title, text } = ASKS[decision];
      if (!(await sure(words, { title: words.nodes(title), text: words.nodes(text), yes: words.nodes(label), isDangerous: decision === "leave", commands: place.inTerminal([`directory ${decision}`, ...some.map(({ id }) => id)]) }))) return;
      place.press(pressed, () => send(place, decision, some), said);
    }, look, name);
    return pressed;
  };
  const columns = ["dir_held_person", "dir_held_until", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const rows = people.map((each) => {
    const isKept = each.state === "kept";
    const name = each.name || each.user_name;
    return [
      who(each),
      isKept ? [badge(words.nodes("dir_held_kept"))] : [words.moment(each.until), el("br"), el("span", { class: "soft" }, ...words.nodes(`dir_why_${each.why}`))],
      ...(may ? [[decide("leave", [each], "dir_held_let", "plain", words.text("dir_held_let_of", { name })), !isKept && decide("keep", [each], "dir_held_keep", "plain", words.text("dir_held_keep_of", { name }))]] : []),
    ];
  });
  const open = people.filter(({ state }) => state === "held");
  const all = () => actions(
    decide("leave", open, "dir_held_let_all", "secondary", words.text("dir_held_let_all")),
    decide("keep", open, "dir_held_keep_all", "secondary", words.text("dir_held_keep_all")),
  );
  return panel(
    words.nodes("dir_held"),
    el("p", {}, ...words.nodes("dir_held_text")),
    table(words.nodes("dir_held"), columns, rows),
    next && el("p", { class: "soft" }, ...words.nodes("dir_held_rest")),
    said,
    may && open.length > 1 && all(),
  );
}

/** @param {Held} held @returns {Child[]} */
function who({ name, user_name, contacts }) {
  const shown = given(name || user_name);
  const [contact] = contacts;
  return [contact ? el("a", { href: `#${contactAt(contact)}` }, shown) : shown, el("br"), el("span", { class: "soft" }, given(user_name))];
}

/** A part at a time; said again, it changes nothing. @param {Place} place @param {Decision} decision @param {Held[]} people */
async function send(place, decision, people) {
  const { done, outcome } = ASKS[decision];
  const ids = people.map(({ id }) => id);
  const press = `held-${decision}`;
  // Whom the first press let leave, and its answer never came, are not held any more.
  const isRepeat = decision === "leave" && place.unsent.of(press)?.sent?.body === JSON.stringify(ids);
  const isDone = (/** @type {any} */ each) => each.outcome === outcome || (isRepeat && each.outcome === "not-held");
  place.unsent.keyOf(press, ids);
  let decided = 0;
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const body = { decision, people: ids.slice(at, at + AT_ONCE) };
    const answer = await place.ask("POST", "/directory/held", { body });
    decided += answer.body.people.filter(isDone).length;
  }
  place.unsent.drop(press);
  place.again(decided === ids.length ? place.good(done) : { tone: "info", text: place.words.nodes("dir_held_some") });
}
