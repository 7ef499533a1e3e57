/** A diagnosis: why somebody does not get in, the decisive reason first, each with its ending. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { findingWords, saidOf, seenOf, taskOf } from "./diagnosis-words.js";
import { proposed } from "./new-contact.js";
import { actions, button, copied, panel, slot, sure, tell } from "./parts.js";
import { rolesFor } from "./rights.js";
import { reviewSettings } from "./settings.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {any} Finding as the API answers it */

/**
 * @param {Place} place
 * @param {{ contact: string } | { email: string }} about
 * @param {import("./api.js").Role | null} [role] the contact's
 * @returns {Promise<HTMLElement>}
 */
export async function findings(place, about, role = null) {
  const { words } = place;
  const title = words.nodes("findings_title");
  try {
    const [{ body }, own] = await Promise.all([place.ask("POST", "/diagnosis", { body: about }), findingWords(words.language)]);
    const email = "email" in about ? about.email : "";
    const isForOthers = body.findings.some((/** @type {Finding} */ { ending }) => ending.kind === "press" && !ending.may);
    const told = { own, email, role, members: isForOthers ? await membersOf(place) : [] };
    const list = el("ol", { class: "findings" }, ...body.findings.map((/** @type {Finding} */ each, /** @type {number} */ at) => item(place, each, { ...told, isFirst: at === 0 })));
    const free = FREE[body.findings[0]?.cause];
    const name = body.about.name || body.about.email;
    if (!free || !name) return panel(title, list);
    return panel(words.nodes(free.title, { name }), free.below && el("p", {}, ...words.nodes(free.below)), list);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const said = slot();
    tell(said, place.refused(error), { takesFocus: false });
    return panel(title, said);
  }
}

/**
 * Where nothing stands in the way, that is said first. What may have gone wrong is for whoever is called nevertheless.
 *
 * @type {Record<string, { title: string, below: string | null }>}
 */
const FREE = {
  "never-tried": { title: "found_nothing", below: "if_tried" },
  passed: { title: "found_nothing", below: null },
  "session-ended": { title: "found_nothing", below: null },
  "nothing-wrong": { title: "found_in", below: "if_not_in" },
};

/**
 * The words of findings, what was looked for, the contact's role, the team where it may be read, and
 * whether it is about the decisive finding: what else was found has no button that stands out.
 *
 * @typedef {{ own: import("../words.js").Words | null, email: string, role: import("./api.js").Role | null, members: any[], isFirst: boolean }} About
 */

/** Whom to ask by name; without them the roles are named. @param {Place} place @returns {Promise<any[]>} */
async function membersOf(place) {
  if (!place.allows("team:read")) return [];
  return place.ask("GET", "/team").then(({ body }) => body.members, () => []);
}

/** @param {Place} place @param {Finding} finding @param {About} about */
function item(place, finding, about) {
  const { words } = place;
  const { said, since, evidence, ending } = finding;
  const sentence = saidOf(about.own, { ...finding, values: linked(finding) });
  const lines = evidence.map((/** @type {any} */ each) => el("li", {}, ...seen(about.own, each), each.at && ` · ${words.moment(each.at)}`));
  return el(
    "li",
    {},
    el("p", { class: "found" }, ...(sentence?.text ?? [english(said)])),
    sentence && !sentence.isWhole && el("p", { class: "soft" }, english(said)),
    since && el("p", { class: "soft" }, ...words.nodes("since_then", { moment: words.moment(since) })),
    ...endingOf(place, ending, about),
    lines.length > 0 && el("details", {}, el("summary", {}, ...words.nodes("evidence")), el("ul", {}, ...lines)),
  );
}

/**
 * Whoever is meant is one press away, by their name where it may be seen. Nothing leads to somebody who was erased.
 *
 * @param {{ cause?: string, values?: Record<string, any> }} finding
 * @returns {any}
 */
function linked({ cause, values = {} }) {
  const isOne = (/** @type {any} */ value) => cause !== "erased" && /^ct_[\w-]+$/.test(value);
  const called = (/** @type {string} */ key) => {
    const name = values[`${key}_name`];
    return name ? el("bdi", {}, name) : el("code", { dir: "ltr" }, values[key]);
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, isOne(value) ? el("a", { href: `#contact=${value}` }, called(key)) : value]));
}

/** The API's own sentences are English, on a page of any language. @param {string} text */
function english(text) {
  return el("bdi", { lang: "en" }, text);
}

/** @param {import("../words.js").Words | null} own @param {any} evidence @returns {import("../elements.js").Child[]} */
function seen(own, evidence) {
  const sentence = seenOf(own, { ...evidence, values: linked({ cause: evidence.code, values: evidence.values }) });
  const said = evidence.values?.said;
  if (!sentence) return [english(evidence.what)];
  return said ? [...sentence, " ", el("q", { lang: "en", dir: "auto" }, said)] : sentence;
}

/** @param {Place} place @param {any} ending @param {About} about @returns {HTMLElement[]} */
function endingOf(place, ending, about) {
  const { own, email, isFirst } = about;
  const { words } = place;
  if (ending.kind === "say") return [copied(words, ending.text, words.nodes("say_this"), { lang: ending.language })];
  if (ending.kind === "hand-over") {
    const task = taskOf(own, ending);
    const whole = [task ?? ending.text, ending.value].filter(Boolean).join(" ");
    const all = copied(words, whole, words.nodes(`hand_to_${ending.to.replace("-", "_")}`), { lang: task ? words.language : "en" });
    return ending.value ? [all, copied(words, ending.value, words.nodes("value_to_hand"))] : [all];
  }
  // It is in the contact's language, which is not told.
  const after = ending.then ? [copied(words, ending.then, words.nodes("then_say"), { lang: "" })] : [];
  if (!ending.may) return [...askOthers(place, ending, about), ...after];
  const said = slot();
  const press = button(words.nodes(remedyKey(ending.remedy)), () => place.press(press, () => remedy(place, ending, email), said), isFirst ? "primary" : "secondary");
  return [actions(press), said, ...after];
}

/** Somebody else of the team has the button; a command is for where nobody has. */
/** @param {Place} place @param {any} ending @param {About} about @returns {HTMLElement[]} */
function askOthers(place, ending, { role, members }) {
  const { words } = place;
  const roles = rolesFor(ending.remedy, role);
  if (!roles.length) return [copied(words, ending.command, words.nodes("another_role"))];
  const names = members.filter((each) => each.active && roles.includes(each.role)).map((each) => each.name || each.email);
  const asked = words.nodes("ask_roles", { roles: words.oneOf(roles.map((each) => words.text(`role_${each}`))), press: words.text(remedyKey(ending.remedy)) });
  return [
    el("p", {}, ...asked, ...(names.length ? [" ", ...words.nodes("ask_names", { names: words.oneOf(names) })] : [])),
    // No address of a person is in it: they are there by their id.
    ...(place.values.has("contact") ? [copied(words, location.href, words.nodes("ask_page"))] : []),
  ];
}

/** @param {string} remedy as the API names it */
function remedyKey(remedy) {
  return `remedy_${remedy.replaceAll("-", "_")}`;
}

/** @param {Place} place @param {any} ending @param {string} email */
async function remedy(place, { remedy: name, route, body, command }, email) {
  const { words } = place;
  const [method, address] = route.split(" ");
  const path = address.replace(/^\/v1\/workspaces\/[^/]+/, "");
  if (name === "add-contact") {
    place.unsent.keep("add", proposed(email));
    return place.go("add");
  }
  if (name === "new-link") return place.go(`new-link=${encodeURIComponent(body.links[0].contact)}`);
  if (/^(test|confirm)-connection$/.test(name)) return place.go(`connection=${path.split("/")[2]}`);
  if (path === "/settings") return reviewSettings(place, body);
  if (method === "PATCH") {
    const about = { title: words.nodes("sure_title"), text: words.nodes("sure_text"), yes: words.nodes("change_it"), isDangerous: false, commands: place.inTerminal(command) };
    if (!(await sure(words, about))) return;
    const { etag } = await place.ask("GET", path);
    await place.ask("PATCH", path, { body, etag });
  } else await place.ask(method, path, body ? { body } : {});
  place.again(place.good("done_try_again"));
}
