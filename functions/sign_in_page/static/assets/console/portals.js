/** *Portals elsewhere*: portals on other sites, to which Portico signs contacts in. A secret is shown once. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { form } from "./form.js";
import { showOnce } from "./once.js";
import { actions, badge, button, copied, facts, given, onlyPanel, panel, slot, sure, table } from "./parts.js";
import { undoable } from "./settings.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./form.js").Field} Field */
/** @typedef {Record<string, any>} Portal as the API has it */

const LISTS = ["redirect_uris", "post_logout_uris"];
const ADDRESSES = ["initiate_login_uri", "backchannel_logout_uri"];

/** @param {string} id */
const at = (id) => `/portals/${encodeURIComponent(id)}`;

/** @param {Place} place */
export async function showPortals(place) {
  const { words } = place;
  const title = words.nodes("elsewhere_title");
  const portals = await place.read(async () => (await place.ask("GET", "/portals")).body.portals, title);
  if (!portals) return;
  place.commands = [["portal list"]];
  const may = place.allows("settings:write");
  const rows = portals.map((/** @type {Portal} */ portal) => [
    [el("a", { href: `#elsewhere=${portal.id}` }, given(portal.label || portal.id)), " ", !portal.on && badge(words.nodes("is_not_on"), "bad")],
    [el("code", { dir: "ltr" }, portal.client_id)],
    portal.redirect_uris.flatMap((/** @type {string} */ uri) => [given(uri), el("br")]),
  ]);
  const columns = ["label", "elsewhere_client_id", "elsewhere_redirect_uris"].map((column) => words.nodes(column));
  const add = button(words.nodes("elsewhere_add"), () => place.go("new-portal"), "primary");
  const empty = el("p", {}, ...words.nodes(may ? "elsewhere_none" : "elsewhere_none_read"));
  place.show(
    title,
    el("p", { class: "soft" }, ...words.nodes("elsewhere_text")),
    may && actions(add),
    onlyPanel(words.nodes("elsewhere_title"), rows.length ? table(words.nodes("elsewhere_title"), columns, rows) : empty),
  );
}

/** @param {Place} place */
export function newPortal(place) {
  const { words } = place;
  if (!place.allows("settings:write")) return place.go("portals");
  const asked = form(place, {
    id: "new-portal",
    fields: [
      { name: "id", label: words.nodes("elsewhere_id"), hint: words.nodes("elsewhere_id_hint"), required: true, dir: "ltr", most: 31 },
      { name: "label", label: words.nodes("label"), hint: words.nodes("elsewhere_label_hint"), most: 100 },
      ...fieldsOf(place, {}),
      { name: "public", label: words.nodes("elsewhere_public"), hint: words.nodes("elsewhere_public_hint"), type: "checkbox" },
    ],
    send: words.nodes("elsewhere_add"),
    commands: ({ id, label, public: isPublic, ...typed }) => [["portal add", id, { label: label || null, ...optionsOf(sentOf(typed)), public: isPublic }]],
    onSend: async ({ id, label, public: isPublic, ...typed }) => {
      const body = { id, ...(label && { label }), ...sentOf(typed), ...(isPublic && { public: true }) };
      try {
        const { body: made } = await place.ask("POST", "/portals", { body });
        showMade(place, made);
      } catch (error) {
        if (!(error instanceof Refusal) || error.type !== "taken" || !(await isOurs(place, body))) throw error;
        place.unsent.drop("new-portal");
        place.go(`elsewhere=${id}`, { tone: "info", text: words.nodes("elsewhere_made_before") });
      }
    },
    says: { taken: "elsewhere_taken" },
    onCancel: () => place.go("portals"),
  });
  place.show(words.nodes("elsewhere_add"), el("p", { class: "soft" }, ...words.nodes("elsewhere_new_text")), asked.node);
}

/** The first press registered it, and its answer never came. @param {Place} place @param {Record<string, any>} wanted */
async function isOurs(place, wanted) {
  const now = await place.ask("GET", at(wanted.id)).then(({ body }) => body.portal, () => null);
  return now !== null && now.public === (wanted.public ?? false) && isAs(now, { label: wanted.id, ...wanted, public: now.public });
}

/** Has a portal what was wanted already? @param {Portal} portal @param {Record<string, any>} wanted */
function isAs(portal, wanted) {
  return Object.entries(wanted).every(([name, value]) => JSON.stringify(portal[name] ?? null) === JSON.stringify(value ?? null));
}

/** @param {Place} place */
export async function showPortal(place) {
  const { words } = place;
  const id = place.values.get("elsewhere") ?? "";
  const title = words.nodes("elsewhere_title");
  const portal = await readPortal(place, id, title);
  if (!portal) return;
  place.commands = [["portal show", portal.id]];
  const may = place.allows("settings:write");
  const said = slot();
  const values = { label: portal.label || portal.id };
  const list = (/** @type {string[]} */ uris) => (uris.length ? uris.flatMap((uri) => [given(uri), el("br")]) : words.nodes("nothing_set"));
  const pairs = /** @type {[any, any][]} */ ([
    [words.nodes("elsewhere_state"), words.nodes(portal.on ? "is_on" : "is_not_on")],
    ...LISTS.map((name) => [words.nodes(`elsewhere_${name}`), list(portal[name])]),
    ...ADDRESSES.map((name) => [words.nodes(`elsewhere_${name}`), list(portal[name] ? [portal[name]] : [])]),
  ]);
  const edit = button(words.nodes("edit"), () => place.go(`edit-portal=${portal.id}`));
  const turn = button(words.nodes(portal.on ? "elsewhere_turn_off" : "elsewhere_turn_on"), () => place.press(turn, () => patch(place, portal, { on: !portal.on }), said));
  const press = `rotate-portal-${portal.id}`;
  const rotate = button(words.nodes("new_secret"), async () => {
    const about = { title: words.nodes("new_secret_title", values), text: words.nodes("elsewhere_secret_text"), yes: words.nodes("new_secret"), isDangerous: false, commands: place.inTerminal(["portal set", portal.id, { "new-secret": true }]) };
    if (!(await sure(words, about))) return;
    place.press(rotate, async () => {
      // After a lost answer the same press again: what nobody has seen is replaced, and not what is in use.
      const { body } = await place.ask("POST", `${at(portal.id)}/secret`, { etag: portal.etag, key: place.unsent.keyOf(press, {}) });
      place.unsent.drop(press);
      showMade(place, body);
    }, said);
  });
  const retire = button(words.nodes("elsewhere_retire"), () => place.press(retire, () => patch(place, portal, { secrets_kept: 1 }), said));
  const remove = button(words.nodes("elsewhere_remove"), async () => {
    const about = { title: words.nodes("elsewhere_remove_title", values), text: words.nodes("elsewhere_remove_text"), yes: words.nodes("elsewhere_remove_of", values), commands: place.inTerminal(["portal remove", portal.id]) };
    if (!(await sure(words, about))) return;
    place.press(remove, async () => {
      try {
        await place.ask("DELETE", at(portal.id), { etag: portal.etag });
      } catch (error) {
        // The first press was carried out, and its answer never came.
        if (!(error instanceof Refusal) || error.type !== "not-found") throw error;
      }
      place.go("portals", place.good("elsewhere_removed", values));
    }, said);
  }, "remove");
  const cautions = portal.cautions.length > 0 && panel(words.nodes("elsewhere_cautions"), el("ul", { class: "touched", lang: "en", dir: "ltr" }, ...portal.cautions.map((/** @type {string} */ each) => el("li", {}, given(each)))));
  place.show(
    [given(values.label)],
    panel(words.nodes("elsewhere_registered"), facts(pairs), may && actions(edit, turn, !portal.public && rotate, portal.secrets_kept > 1 && retire, remove), said),
    cautions,
    forDevelopers(place, portal),
    actions(button(words.nodes("back"), () => place.go("portals"))),
  );
}

/** @param {Place} place */
export async function editPortal(place) {
  const { words } = place;
  const id = place.values.get("edit-portal") ?? "";
  if (!place.allows("settings:write")) return place.go("portals");
  const title = words.nodes("elsewhere_edit");
  const portal = await readPortal(place, id, title);
  if (!portal) return;
  const back = `elsewhere=${portal.id}`;
  const asked = form(place, {
    id: `edit-portal-${portal.id}`,
    fields: [{ name: "label", label: words.nodes("label"), value: portal.label, required: true, most: 100 }, ...fieldsOf(place, portal)],
    send: words.nodes("save"),
    commands: ({ label, ...typed }) => changeOf(portal, { label, ...sentOf(typed) }),
    onSend: ({ label, ...typed }) => patch(place, portal, { label, ...sentOf(typed) }),
    onRefused: ({ type, problem }) => {
      // What is sent next is about the portal as it is by now; what was typed stays.
      if (type === "changed-meanwhile" && problem.now?.portal) Object.assign(portal, problem.now.portal);
      return false;
    },
    onCancel: () => place.go(back),
  });
  place.show(title, asked.node);
}

/** @param {Place} place @param {string} id @param {import("../elements.js").Child[]} title @returns {Promise<Portal | null>} */
function readPortal(place, id, title) {
  return place.read(async () => (await place.ask("GET", at(id))).body.portal, title);
}

/** @param {Place} place @param {Portal} portal @param {Record<string, any>} wanted */
async function patch(place, portal, wanted) {
  const back = `elsewhere=${portal.id}`;
  try {
    const { body, etag } = await place.ask("PATCH", at(portal.id), { body: wanted, etag: portal.etag });
    // A secret that has ended does not come back.
    const { more } = "secrets_kept" in wanted ? { more: null } : undoable(place, body.change, etag);
    place.go(back, { ...place.good("saved"), more });
  } catch (error) {
    const now = error instanceof Refusal && error.type === "changed-meanwhile" ? error.problem.now?.portal : null;
    // The first press was carried out, and its answer never came.
    if (!now || !isAs(now, wanted)) throw error;
    place.unsent.drop(`edit-portal-${portal.id}`);
    place.go(back, place.good("saved"));
  }
}

/** @param {Place} place @param {Portal} portal @returns {Field[]} */
function fieldsOf({ words }, portal) {
  const lists = LISTS.map((name) => /** @type {Field} */ ({
    name,
    label: words.nodes(`elsewhere_${name}`),
    hint: words.nodes("elsewhere_uris_hint"),
    type: "textarea",
    dir: "ltr",
    required: name === "redirect_uris",
    value: (portal[name] ?? []).join("\n"),
  }));
  const addresses = ADDRESSES.map((name) => /** @type {Field} */ ({
    name,
    label: words.nodes(`elsewhere_${name}`),
    hint: words.nodes(`elsewhere_${name}_hint`),
    dir: "ltr",
    value: portal[name] ?? "",
  }));
  return [...lists, ...addresses];
}

/** What was typed, as the API takes it. @param {Record<string, string>} typed */
function sentOf(typed) {
  const lists = LISTS.map((name) => [name, typed[name].split(/\s+/).filter(Boolean)]);
  return Object.fromEntries([...lists, ...ADDRESSES.map((name) => [name, typed[name] || null])]);
}

/** @param {string} name of a list's option, which is said once for each */
const optionOf = (name) => name.replace(/s$/, "").replaceAll("_", "-");

/** @param {Record<string, any>} values as the API takes them @returns {import("./command.js").Options} */
function optionsOf(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [optionOf(name), value]));
}

/** What is typed otherwise than it is. @param {Portal} portal @param {Record<string, any>} wanted @returns {import("./command.js").Command[]} */
function changeOf(portal, wanted) {
  const others = Object.entries(wanted).filter(([name, value]) => !isAs(portal, { [name]: value }));
  const isSet = (/** @type {any} */ value) => value !== null && (value === "" || value.length > 0);
  const reset = others.filter(([, value]) => !isSet(value)).map(([name]) => optionOf(name));
  const set = Object.fromEntries(others.filter(([, value]) => isSet(value)));
  return others.length ? [["portal set", portal.id, { ...optionsOf(set), reset }]] : [["portal show", portal.id]];
}

/** What the portal's developers set, to copy. @param {Place} place @param {Portal} portal */
function forDevelopers({ words }, portal) {
  return panel(
    words.nodes("elsewhere_developers"),
    copied(words, portal.client_id, words.nodes("elsewhere_client_id")),
    copied(words, location.origin, words.nodes("elsewhere_issuer")),
    copied(words, `${location.origin}/.well-known/openid-configuration`, words.nodes("elsewhere_discovery")),
    ...portal.redirect_uris.map((/** @type {string} */ uri) => copied(words, uri, words.nodes("elsewhere_redirect_uri"))),
  );
}

/** @param {Place} place @param {{ portal: Portal, secret?: string }} made */
function showMade(place, { portal, secret }) {
  const { words } = place;
  const back = `elsewhere=${portal.id}`;
  const title = words.nodes("elsewhere_made_of", { label: portal.label || portal.id });
  if (!secret) return place.show(title, forDevelopers(place, portal), actions(button(words.nodes("done"), () => place.go(back), "primary")));
  showOnce(place, {
    title,
    text: words.nodes("elsewhere_secret_once"),
    secret,
    label: words.nodes("elsewhere_secret"),
    more: () => [forDevelopers(place, portal)],
    back,
  });
}
