/** *Directory*: who syncs, whether it works, who may come in by it, and what it has sent of one person. */

import { el } from "../elements.js";
import { heldPanel } from "./directory-held.js";
import { findPerson } from "./directory-person.js";
import { lastUse } from "./moments.js";
import { numbersOf } from "./overview-pictures.js";
import { actions, badge, button, copied, facts, given, panel, slot, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {Record<string, any>} Status as the API answers it */

const ALIVE = "alive";
const STEPS = ["entra", "okta"];

/** @param {Place} place */
export async function showDirectory(place) {
  const { words } = place;
  const title = words.nodes("dir_title");
  const about = el("p", { class: "soft" }, ...words.nodes("dir_text"));
  // Whoever may not list anybody finds one person, and sees nothing of the others.
  if (!place.allows("contacts:list")) return place.show(title, about, findPerson(place));
  const read = await place.read(async () => {
    const [status, held] = await Promise.all([place.ask("GET", "/directory"), place.ask("GET", "/directory/held", { query: { limit: "100" } }), place.readSettings()]);
    return { status: status.body, held: held.body };
  }, title);
  if (!read) return;
  const { status, held } = read;
  /** @type {import("./command.js").Command[]} */
  const shown = [["directory status"], ["directory held"]];
  place.commands = [...shown, ["directory people"]];
  const { active, inactive } = status.people;
  const isEmpty = status.keys.length + active + inactive === 0;
  place.show(
    title,
    about,
    ...(isEmpty ? [begin(place, status)] : [manyLeft(place, status, held.people.length > 0), heldPanel(place, held), findPerson(place, shown), syncs(place, status)]),
    (!isEmpty || status.files.sources.length > 0) && people(place, status),
    !isEmpty && groups(place, status),
    !isEmpty && needs(place, status),
    isEmpty && status.files.sources.length > 0 && findPerson(place, shown),
    ...logouts(place, status),
  );
}

/** What to do first. @param {Place} place @param {Status} status */
function begin(place, status) {
  const { words } = place;
  const may = place.allows("team:write");
  return panel(words.nodes("dir_begin_title"), el("p", {}, ...words.nodes(may ? "dir_begin_text" : "dir_begin_read")), may && actions(makeKey(place)), ...addresses(place, status));
}

/** @param {Place} place */
function makeKey(place) {
  return button(place.words.nodes("dir_make_key"), () => place.go("new-key=scim"), "primary");
}

/** @param {Place} place @param {Status} status @returns {Child[]} */
function addresses({ words }, { scim_url, token_endpoint }) {
  const steps = STEPS.map((name) => {
    const lines = words.text(`dir_${name}`).split("\n").map((line) => el("li", {}, line));
    return el("details", {}, el("summary", {}, ...words.nodes(`dir_steps_${name}`)), el("ol", { class: "steps" }, ...lines));
  });
  return [
    copied(words, scim_url, words.nodes("dir_scim_url")),
    copied(words, token_endpoint, words.nodes("dir_token_endpoint")),
    el("p", { class: "soft" }, ...words.nodes("dir_addresses_text")),
    ...steps,
  ];
}

/** @param {Place} place @param {Status} status */
function needs(place, status) {
  return panel(place.words.nodes("dir_addresses"), ...addresses(place, status));
}

/** @param {Place} place @param {Status} status @param {boolean} isHeld @returns {Child} */
function manyLeft({ words }, { leaving }, isHeld) {
  if (!leaving?.told_at) return null;
  const values = { gone: leaving.gone, active: leaving.active, moment: words.moment(leaving.since) };
  const said = slot();
  tell(said, { tone: "info", text: words.nodes(isHeld ? "dir_many_held" : "dir_many_left", values) }, { takesFocus: false });
  return said;
}

/** @param {Place} place @param {Status} status */
function syncs(place, { keys }) {
  const { words } = place;
  const columns = ["dir_key", "dir_last_request", "dir_last_refused"].map((key) => words.nodes(key));
  const rows = keys.map((/** @type {any} */ key) => [
    [given(key.label), " ", key.state !== ALIVE && badge(words.nodes(`key_${key.state}`), "bad"), el("br"), ...clientId(place, key.id)],
    [lastUse(words, key)],
    refused(place, key.last_refusal),
  ]);
  const isAlive = keys.some((/** @type {any} */ key) => key.state === ALIVE);
  return panel(
    words.nodes("dir_syncs"),
    !isAlive && el("p", {}, ...words.nodes("dir_no_key_alive")),
    rows.length > 0 && table(words.nodes("dir_syncs"), columns, rows),
    !isAlive && place.allows("team:write") && actions(makeKey(place)),
  );
}

/** @param {Place} place @param {string} id @returns {Child[]} */
function clientId({ words }, id) {
  return [el("span", { class: "soft client-id" }, ...words.nodes("dir_client_id"), ": ", el("code", { dir: "ltr" }, id))];
}

/** What now, by the status of the answer. @type {Record<string, string>} */
const REFUSED = { 400: "dir_refused_value", 409: "dir_refused_taken" };

/** What was refused, why, and what now. @param {Place} place @param {any} refusal @returns {Child[]} */
function refused({ words }, refusal) {
  if (!refusal) return words.nodes("dir_none_refused");
  return [
    words.moment(refusal.at),
    el("br"),
    el("bdi", { lang: "en", dir: "ltr" }, refusal.reason),
    el("br"),
    el("span", { class: "soft" }, ...words.nodes(REFUSED[refusal.status] ?? "something_else")),
  ];
}

/** @param {Place} place @param {Status} status */
function people(place, { people: { active, inactive, complete }, files }) {
  const { words, settings } = place;
  const sources = files.sources.map((/** @type {any} */ each) =>
    el("li", {}, ...words.nodes("dir_file_counts", { source: given(each.source), active: counted(words, each.active, files.complete), inactive: counted(words, each.inactive, files.complete) })),
  );
  /** @type {[Child[], Child[]][]} */
  const pairs = [
    [words.nodes("dir_may_come_in"), [counted(words, active, complete)]],
    [words.nodes("dir_may_not"), [counted(words, inactive, complete)]],
    [words.nodes("set_directory_contacts"), words.nodes(settings.directory_contacts ? "is_on" : "is_not_on")],
    [words.nodes("set_directory_rule"), words.nodes(`rule_${settings.directory_rule}`)],
  ];
  if (sources.length) pairs.push([words.nodes("dir_files"), [el("ul", { class: "values" }, ...sources)]]);
  if (files.last_import_at) pairs.push([words.nodes("dir_last_import"), [words.moment(files.last_import_at)]]);
  return panel(words.nodes("dir_people"), facts(pairs), change(place));
}

/** @param {import("../words.js").Words} words @param {number} count @param {boolean} isAll */
function counted(words, count, isAll) {
  return isAll ? numbersOf(words)(count) : words.text("dir_at_least", { count });
}

/** The rule, the groups and the contacts are set together. @param {Place} place */
function change(place) {
  const { words } = place;
  const name = words.text("change_of", { group: words.text("group_directory") });
  return place.allows("settings:write") && actions(button(words.nodes("change"), () => place.go("change=authentication-directory"), "secondary", name));
}

const WALKS = /** @type {Record<string, string>} */ ({ "to-come": "dir_reckon_to_come", first: "dir_reckon_first", second: "dir_reckon_second" });

/** @param {Place} place @param {Status} status */
function groups({ words }, { deciding, reckoning }) {
  const columns = ["dir_group", "dir_members"].map((key) => words.nodes(key));
  const rows = deciding.map((/** @type {any} */ each) => [
    each.name === null ? [el("code", { dir: "ltr" }, each.id)] : [given(each.name)],
    each.name === null ? [badge(words.nodes("dir_group_gone"), "bad")] : [counted(words, each.members, each.complete)],
  ]);
  const walk = reckoning && WALKS[reckoning.walk];
  return panel(
    words.nodes("dir_groups"),
    walk && el("p", { role: "status" }, ...words.nodes(walk, { count: reckoning.reached ?? 0 })),
    rows.length ? table(words.nodes("dir_groups"), columns, rows) : el("p", { class: "soft" }, ...words.nodes("dir_groups_none")),
  );
}

/** @param {Place} place @param {Status} status */
function logouts({ words }, { universal_logout: all }) {
  if (!all.length) return [];
  const lines = all.map((/** @type {any} */ each) => copied(words, each.url, [given(each.label)]));
  return [panel(words.nodes("dir_logout"), el("p", { class: "soft" }, ...words.nodes("dir_logout_text")), ...lines)];
}
