/** *Changes*: what was set otherwise in the last thirty days, by whom, from what to what; and the way back. */

import { el } from "../elements.js";
import { list as logList, readNames, thingsOf, walk } from "./logs.js";
import { actorIn, thingIn } from "./log-words.js";
import { gather } from "./pages.js";
import { actions, badge, button, given, panel, reach, slot, table, tell } from "./parts.js";
import { readGroups, undoChange } from "./settings.js";
import { GROUPS, shown, touchedBy } from "./settings-fields.js";
import { takesAway, whoIsTouched } from "./touched.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {{ id: string, about: string, at: number, by: string, before: Record<string, any>, after: Record<string, any>, undoes?: string }} Change as the API answers it */
/** @typedef {import("./log-words.js").Names} Names */

const AT_ONCE = 20;
const SETTINGS = "settings";
const OF_THE_TEAM = ["team.member-added", "team.member-changed", "team.member-removed", "team.methods-changed", "team.connection-confirmed", "team.address-confirmed", "team.account-rests", "team.account-confirmed", "key.created", "key.rotated", "key.revoked", "key.held"];
const KNOWN = new Map(Object.values(GROUPS).flatMap((groups) => Object.values(groups).flat()).map((setting) => [setting.name, setting]));

/** @param {Place} place @param {import("./pages.js").Gathered} [before] pages that are shown already */
export async function showChanges(place, before) {
  const { words } = place;
  const title = words.nodes("changes_title");
  const found = await place.read(async () => {
    const [page, names] = await Promise.all([
      gather(place, "/changes", "changes", { query: { limit: "50" }, before, least: AT_ONCE }),
      namesOf(place),
      before || place.readSettings(),
    ]);
    return { page, names };
  }, title);
  if (!found) return;
  const { page } = found;
  // Without their names, groups stand there by their ids.
  if (page.items.some((/** @type {Change} */ each) => "directory_groups" in each.after)) await readGroups(place).catch(() => {});
  const { names } = found;
  await readNames(place, page.items.flatMap((/** @type {Change} */ each) => [each.about, each.by]), names);
  place.commands = [["trail show"]];
  const may = place.allows("settings:write");
  const said = slot();
  const more = button(words.nodes("show_more"), () => showChanges(place, page));
  const columns = ["log_when", "changes_what", "was", "changes_is", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const newer = new Set();
  const rows = page.items.map((/** @type {Change} */ change) => {
    const cells = [
      [words.moment(change.at), el("br"), el("span", { class: "soft" }, ...actorIn(words, change.by, names))],
      about(place, change, names),
      side(place, change, change.before),
      side(place, change, change.after),
      ...(may ? [todo(place, change, whyNot(place, change, newer), names)] : []),
    ];
    for (const field of Object.keys(change.after)) newer.add(`${change.about} ${field}`);
    return cells;
  });
  const list = rows.length ? table(words.nodes("changes_settings"), columns, rows) : el("p", {}, ...words.nodes(may ? "changes_none" : "changes_none_read"));
  place.show(
    title,
    el("p", { class: "soft" }, ...words.nodes("changes_text")),
    panel(words.nodes("changes_settings"), list, said, page.next && actions(more)),
    place.allows("trail:read") && (await ofTheTeam(place, names)),
  );
  if (before) reach(list, before.items.length);
}

/** Names of members, for whoever may read the team. @param {Place} place @returns {Promise<Names>} */
async function namesOf(place) {
  if (!place.allows("team:read")) return { [place.member.id]: place.member.name || place.member.email };
  const { body } = await place.ask("GET", "/team");
  return Object.fromEntries(body.members.map((/** @type {any} */ each) => [each.contact, each.name || each.email]));
}

/** The team and its keys, whose changes stand in the trail. @param {Place} place @param {Names} names */
async function ofTheTeam(place, names) {
  const { words } = place;
  const turn = (/** @type {string | null} */ cursor) =>
    place.ask("POST", "/trail/list", { body: { events: OF_THE_TEAM, limit: 50, ...(cursor && { cursor }) } });
  const first = await walk(turn, null).catch((error) => place.refused(error));
  if ("entries" in first) await readNames(place, first.entries.flatMap(thingsOf), names);
  if ("entries" in first) return logList(place, first, turn, { names, empty: words.nodes("changes_team_none"), title: words.nodes("changes_team") });
  const said = slot();
  tell(said, first, { takesFocus: false });
  return panel(words.nodes("changes_team"), said);
}

/** @param {Place} place @param {Change} change @param {Names} names @returns {Child[]} */
function about({ words }, change, names) {
  const [kind, id] = change.about.split(":");
  const isKnown = ["portal", "connection"].includes(kind);
  const name = el("span", {}, ...thingIn(change.about, null, names));
  return [
    ...(id && isKnown ? words.nodes(`changes_${kind}`, { name }) : id ? [given(change.about)] : words.nodes("changes_of_settings")),
    change.undoes && " ",
    change.undoes && badge(words.nodes("changes_undoes")),
  ];
}

/** Its fields as they were, or as they are. @param {Place} place @param {Change} change @param {Record<string, any>} values @returns {Child[]} */
function side(place, change, values) {
  const { words } = place;
  const fields = Object.keys(values).sort();
  if (!fields.length) return words.nodes("changes_was_not_there");
  if (values.removed === true) return words.nodes("changes_removed");
  return [
    el(
      "ul",
      { class: "values" },
      ...fields.map((field) => el("li", {}, el("span", { class: "soft" }, ...nameOf(place, change, field), ": "), ...valueOf(place, change, field, values[field]))),
    ),
  ];
}

/** Fields that a form calls otherwise, or that none has. @type {Record<string, string>} */
const LABELS = { on: "state", draft: "changes_draft", waits: "changes_waits", kind: "changes_kind" };
/** @type {Record<string, Record<string, string>>} */
const LABELS_OF = { portal: { label: "name" }, settings: { logo: "logo_title" } };

/** As the field's own form calls it. @param {Place} place @param {Change} change @param {string} field @returns {Child[]} */
function nameOf({ words }, { about }, field) {
  const [kind] = about.split(":");
  const key = [LABELS_OF[kind]?.[field], kind !== SETTINGS && LABELS[field], PREFIXES[kind] && `${PREFIXES[kind]}_${field}`].find((each) => each && words.text(each));
  return key ? words.nodes(key) : [el("code", { dir: "ltr" }, field)];
}

/** What the words of a form's fields begin with. @type {Record<string, string>} */
const PREFIXES = { settings: "set", connection: "connection", portal: "elsewhere" };

/** @param {Place} place @param {Change} change @param {string} field @param {any} value @returns {Child[]} */
function valueOf(place, { about }, field, value) {
  const { words } = place;
  const setting = about === SETTINGS ? KNOWN.get(field) : undefined;
  if (setting) return shown(place, setting, value);
  if (about === SETTINGS && field === "logo" && value) return words.nodes(value === place.settings.logo ? "changes_this_logo" : "changes_other_logo");
  if (typeof value === "boolean") return words.nodes(value ? "is_on" : "is_not_on");
  const text = Array.isArray(value) ? value.join(", ") : typeof value === "object" && value ? JSON.stringify(value) : String(value ?? "");
  return text ? [given(text)] : words.nodes("nothing_set");
}

/**
 * Nothing is offered that the API refuses, and the row says why.
 *
 * @param {Place} place
 * @param {Change} change
 * @param {Set<unknown>} newer fields that newer changes have
 * @returns {string | null} the words' key, or null where an undo is possible
 */
function whyNot({ settings }, { about, before, after }, newer) {
  const fields = Object.keys(after);
  if (!Object.keys(before).length) return "changes_not_made";
  if (after.removed === true) return "changes_not_removed";
  if (fields.some((field) => field.startsWith("secret"))) return "changes_not_secret";
  // What an owner has confirmed stays so.
  if (before.waits === true && fields.every((field) => field === "waits" || field === "on")) return "changes_not_confirmed";
  const isAsItBecame = (/** @type {string} */ field) => (about === SETTINGS ? field in settings && isSame(settings[field], after[field]) : !newer.has(`${about} ${field}`));
  return fields.every(isAsItBecame) ? null : "changes_not_since";
}

/** As the API compares: value by value, whatever order a value's own names are in. @param {any} one @param {any} other */
function isSame(one, other) {
  const sorted = (/** @type {string} */ _, /** @type {any} */ each) =>
    each && typeof each === "object" && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort()) : each;
  return JSON.stringify(one ?? null, sorted) === JSON.stringify(other ?? null, sorted);
}

/** @param {Place} place @param {Change} change @param {string | null} why not @param {Names} names @returns {Child[]} */
function todo(place, change, why, names) {
  const { words } = place;
  if (why) return [el("span", { class: "soft" }, ...words.nodes(why))];
  return [button(words.nodes("undo"), () => reviewUndo(place, change, names), "plain", words.text("changes_undo_of", { moment: words.moment(change.at) }))];
}

/** An undo is a change, and is seen as one before it is made. @param {Place} place @param {Change} change @param {Names} names */
function reviewUndo(place, change, names) {
  const { words } = place;
  const { before, after } = change;
  const said = slot();
  const columns = ["field", "was", "will_be"].map((key) => words.nodes(key));
  const fields = Object.keys(after).sort();
  const rows = fields.map((field) => [nameOf(place, change, field), valueOf(place, change, field, after[field]), valueOf(place, change, field, before[field])]);
  const list = el("ul", { class: "touched" }, ...touches(change).map((key) => el("li", {}, ...words.nodes(key))));
  const of = takesAwayBy(place, change);
  const undo = button(words.nodes("undo"), () =>
    place.press(undo, async () => {
      const etag = await tagOf(place, change);
      await undoChange(place, change.id, etag);
      await place.readSettings().catch(() => {});
      place.again(place.good("undone"));
    }, said), "primary");
  place.show(
    words.nodes("review_title"),
    panel([...about(place, change, names), " · ", words.text("changes_undo_of", { moment: words.moment(change.at) })], table(words.nodes("review_title"), columns, rows)),
    panel(words.nodes("who_is_touched"), list, of && whoIsTouched(place, of)),
    said,
    actions(undo, button(words.nodes("back"), () => place.again())),
  );
}

/** @param {Change} change @returns {string[]} keys of words */
function touches({ about, before, after }) {
  if (about.startsWith("connection:")) return ["on" in after ? `connection_touch_${before.on ? "on" : "off"}` : "connection_touch_change"];
  if (about !== SETTINGS) return ["changes_touch_portal"];
  const keys = Object.keys(after).map((field) => {
    const setting = KNOWN.get(field);
    return setting ? touchedBy(setting, before[field], after[field]) : "changes_touch_other";
  });
  return [...new Set(keys)];
}

/** What an undo would switch off, for who is touched by it. @param {Place} place @param {Change} change @returns {import("./touched.js").Planned | null} */
function takesAwayBy(place, { about, before, after }) {
  if (about.startsWith("connection:")) return after.on === true && before.on === false ? { connection: about.slice("connection:".length) } : null;
  const wanted = Object.fromEntries(Object.entries(before).filter(([field]) => KNOWN.has(field)));
  return about === SETTINGS && takesAway(place.settings, wanted) ? { settings: wanted } : null;
}

/** Names what the change is about, as it is now. @param {Place} place @param {Change} change */
async function tagOf(place, { about }) {
  if (about === SETTINGS) return (await place.readSettings()).etag;
  const [kind, ...name] = about.split(":");
  return (await place.ask("GET", `/${kind}s/${encodeURIComponent(name.join(":"))}`)).etag;
}
