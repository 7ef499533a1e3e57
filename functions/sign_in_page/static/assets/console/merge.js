/** Two contacts who are one person: looked at as before and after, made one, and made two again. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { calledBy, readContact } from "./contact-data.js";
import { contactAt, isId } from "./find.js";
import { form } from "./form.js";
import { actions, button, given, panel, slot, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */

const LONGEST_EMAIL = 254;
const MERGE_SAYS = { "on-the-team": "merge_on_team", "address-just-changed": "address_just_changed" };

/** Why two are not merged. @type {Record<string, string>} */
const CANNOT = {
  "survivor-off": "merge_survivor_off",
  "survivor-without-address": "merge_survivor_without_address",
  "lost-in-directory": "merge_lost_in_directory",
};

/** @param {Place} place */
export async function mergeContacts(place) {
  const { words } = place;
  const title = words.nodes("merge_title");
  const survivor = await readContact(place, "merge", title);
  if (!survivor) return;
  if (!place.allowsOn("contacts:merge", survivor)) return place.go(contactAt(survivor.id));
  if (!place.values.get("with")) return chooseOther(place, survivor, title);
  const lost = await readContact(place, "with", title);
  if (!lost) return;
  place.commands = [["contact merge", survivor.id, lost.id, { "dry-run": true }]];
  const said = slot();
  const swap = button(words.nodes("merge_swap", { name: calledBy(lost) }), () => place.go(`merge=${lost.id}&with=${survivor.id}`));
  const back = button(words.nodes("back"), () => place.go(contactAt(survivor.id)));
  try {
    const merge = await asked(place, survivor.id, { lost: lost.id, dry_run: true });
    if (place.isOver) return;
    const go = button(words.nodes("merge_go"), () => place.press(go, () => mergeNow(place, survivor, lost, said), said), "primary");
    const note = words.nodes("merge_note", { name: calledBy(survivor), moment: words.moment(merge.undo_until) });
    place.show(title, panel(words.nodes("before_and_after"), beforeAndAfter(place, survivor, lost, merge), el("p", {}, ...note)), said, actions(go, swap, back));
  } catch (error) {
    place.show(title, said, actions(swap, back));
    if (!place.isOver) tell(said, refusedMerge(place, error));
  }
}

/** By their address. In the fragment stands their id. @param {Place} place @param {any} survivor @param {Child[]} title */
function chooseOther(place, survivor, title) {
  const { words } = place;
  const sought = form(place, {
    id: `merge-${survivor.id}`,
    fields: [{ name: "email", label: words.nodes("merge_other"), hint: words.nodes("find_hint"), dir: "ltr", required: true, most: LONGEST_EMAIL }],
    send: words.nodes("merge_look"),
    commands: ({ email }) => [["contact merge", survivor.id, email, { "dry-run": true }]],
    keeps: true,
    onSend: async ({ email }) => {
      const lost = isId(email) ? email : (await place.ask("POST", "/contacts/find", { body: { email } })).body.contact.id;
      if (place.isOver) return;
      if (lost === survivor.id) return tell(sought.slot, { tone: "error", text: words.nodes("merge_same") });
      place.unsent.drop(`merge-${survivor.id}`);
      place.go(`merge=${survivor.id}&with=${encodeURIComponent(lost)}`);
    },
    says: { "not-found": "merge_nobody" },
    onCancel: () => place.go(contactAt(survivor.id)),
  });
  place.show(title, el("p", {}, ...words.nodes("merge_text", { name: calledBy(survivor) })), sought.node);
}

/** @param {Place} place @param {any} survivor @param {any} lost @param {HTMLElement} said */
async function mergeNow(place, survivor, lost, said) {
  try {
    // Again, after a lost answer, it answers the same and changes nothing.
    await asked(place, survivor.id, { lost: lost.id });
  } catch (error) {
    return tell(said, refusedMerge(place, error));
  }
  const undo = button(place.words.nodes("merge_undo"), () => place.shown().press(undo, () => undoNow(place.shown(), survivor.id, lost.id)));
  place.go(contactAt(survivor.id), { ...place.good("merge_done"), more: actions(undo) });
}

/** @param {Place} place @param {string} survivor @param {object} body */
async function asked(place, survivor, body) {
  return (await place.ask("POST", `/contacts/${survivor}/merge`, { body })).body.merge;
}

/** @param {Place} place @param {unknown} error @returns {import("./parts.js").Said} */
function refusedMerge(place, error) {
  if (!(error instanceof Refusal) || error.type !== "cannot-merge") return place.refused(error, MERGE_SAYS);
  const { reason = "", count = 0, most = 0 } = error.problem;
  return { tone: "error", text: place.words.nodes(CANNOT[reason] ?? "merge_too_many", { count, most }) };
}

/** What the lost one has, and what becomes of it. @param {Place} place @param {any} survivor @param {any} lost @param {any} merge */
function beforeAndAfter({ words }, survivor, lost, { moves, sleeps, ends }) {
  const name = () => calledBy(survivor);
  const said = (/** @type {string} */ key) => words.nodes(key, { name: name() });
  const lines = (/** @type {string[]} */ texts) => texts.flatMap((text, at) => [at > 0 && el("br"), given(text)]);
  /** @type {[boolean, Child[], Child[], Child[]][]} */
  const rows = [
    [true, words.nodes("contact_title"), [calledBy(lost), el("br"), el("code", { dir: "ltr" }, lost.id)], said("merge_becomes_one")],
    [sleeps.emails.length > 0, words.nodes("email"), lines(sleeps.emails), said("merge_sleeps")],
    [sleeps.accounts.length > 0, words.nodes("merge_accounts"), lines(sleeps.accounts.map((/** @type {any} */ each) => each.label)), said("merge_account_sleeps")],
    [moves.refs.length > 0, words.nodes("refs_title"), lines(moves.refs.map((/** @type {any} */ ref) => `${ref.channel} ${ref.id}`)), said("merge_moves")],
    [moves.links.length > 0, words.nodes("links_title"), lines(moves.links), said("merge_moves")],
    [ends.password, words.nodes("set_password_method"), words.nodes("merge_is_set"), words.nodes("merge_ends")],
    [ends.sessions > 0, words.nodes("sessions_title"), words.nodes("merge_sessions", { count: ends.sessions }), words.nodes("merge_ends")],
    [ends.links.length > 0, words.nodes("break_glass"), lines(ends.links), words.nodes("merge_ends")],
  ];
  const columns = [words.nodes("field"), words.nodes("merge_of", { name: calledBy(lost) }), words.nodes("merge_after")];
  return table(words.nodes("before_and_after"), columns, rows.filter(([isThere]) => isThere).map(([, ...cells]) => cells));
}

/** @param {Place} place */
export async function undoMerge(place) {
  const { words } = place;
  const title = words.nodes("merge_undo_title");
  const survivor = await readContact(place, "unmerge", title);
  if (!survivor) return;
  if (!place.allowsOn("contacts:merge", survivor)) return place.go(contactAt(survivor.id));
  // Nobody whom the survivor is not made of.
  const lost = survivor.merged.find((/** @type {string} */ each) => each === place.values.get("lost"));
  const said = slot();
  const back = button(words.nodes("back"), () => place.go(contactAt(survivor.id)));
  place.commands = [lost ? ["contact undo-merge", survivor.id, lost] : ["contact show", survivor.id]];
  let merge = null;
  try {
    // Asked for once more, a merge that stands says what it was, and until when it can be undone.
    merge = lost && (await asked(place, survivor.id, { lost, dry_run: true }));
  } catch (error) {
    place.show(title, said, actions(back));
    if (!place.isOver) tell(said, place.refused(error, { "not-found": "merge_too_late", "contact-merged": "merge_too_late" }));
    return;
  }
  if (!lost || !merge) {
    place.show(title, said, actions(back));
    return tell(said, { tone: "info", text: words.nodes("merge_too_late") });
  }
  const undo = button(words.nodes("merge_undo"), () => place.press(undo, () => undoNow(place, survivor.id, lost, said), said), "primary");
  const text = words.nodes("merge_undo_text", { moment: words.moment(merge.undo_until) });
  place.show(title, panel(words.nodes("merge_undo_of", { id: lost }), el("p", {}, ...text)), said, actions(undo, back));
}

/** @param {Place} place @param {string} survivor @param {string} lost @param {HTMLElement} [said] where a refusal is told */
async function undoNow(place, survivor, lost, said) {
  try {
    const { body } = await place.ask("POST", `/contacts/${survivor}/merge/undo`, { body: { lost } });
    const left = staying(place, body.merge.stays);
    const more = left.length > 0 && el("ul", {}, ...left.map((each) => el("li", {}, ...each)));
    place.go(contactAt(survivor), { ...place.good(left.length ? "merge_undone_stays" : "merge_undone"), more });
  } catch (error) {
    // The first press may have been carried out, and its answer never came: then both are there.
    if (error instanceof Refusal && error.type === "not-found" && (await isThere(place, lost))) return place.go(contactAt(survivor), place.good("merge_undone"));
    const refused = place.refused(error, { "not-found": "merge_too_late" });
    if (said) place.tellAt(said, refused);
    else place.tell(refused);
  }
}

/** Is a contact one of their own? @param {Place} place @param {string} id */
function isThere(place, id) {
  return place.ask("GET", `/contacts/${encodeURIComponent(id)}`).then(() => true, () => false);
}

/** What the survivor has changed since, and what does not come back. @param {Place} place @param {any} stays @returns {Child[][]} */
function staying({ words }, { emails, accounts, refs, links, ended_links, password }) {
  return [
    ...emails.map((/** @type {string} */ email) => [given(email)]),
    ...accounts.map((/** @type {any} */ each) => [given(each.label)]),
    ...refs.map((/** @type {any} */ ref) => [given(`${ref.channel} ${ref.id}`)]),
    ...[...links, ...ended_links].map((/** @type {string} */ link) => [el("code", { dir: "ltr" }, link)]),
    ...(password ? [words.nodes("set_password_method")] : []),
  ];
}
