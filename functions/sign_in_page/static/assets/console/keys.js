/** *Keys*: what machines come with. A secret is shown once, when it is made. */

import { el } from "../elements.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { lastUse } from "./moments.js";
import { showOnce } from "./once.js";
import { actions, badge, button, copied, given, onlyPanel, slot, sure, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const SCOPES = ["settings:read", "contacts:read", "contacts:write", "diagnosis", "links", "sessions", "trail:read", "scim"];
const SYNC = "scim";
const OPEN = ["alive", "held"];
/** How long a key works where nobody says it, as `KEY_LIFETIME` in portico/team/workspace_key.py has it. */
const DAYS = 365;
const LONGEST_LABEL = 60;

/** @param {Place} place */
export async function showKeys(place) {
  const { words } = place;
  const title = words.nodes("keys_title");
  const read = await place.read(async () => {
    const [keys, team] = await Promise.all([place.ask("GET", "/keys"), place.ask("GET", "/team")]);
    return { keys: keys.body.keys, members: team.body.members };
  }, title);
  if (!read) return;
  place.commands = [["key list"]];
  const may = place.allows("team:write");
  const said = slot();
  const columns = ["label", "scopes", "ends", "last_used", ...(may ? ["to_do"] : [])].map((column) => words.nodes(column));
  const rows = read.keys.map((/** @type {any} */ key) => [
    [given(key.label), " ", key.state !== "alive" && badge(words.nodes(`key_${key.state}`), key.state === "held" ? "bad" : ""), el("br"), ...whose(place, key, read.members), ...(isOfSync(key) ? [el("br"), el("span", { class: "soft client-id" }, ...words.nodes("dir_client_id"), ": ", el("code", { dir: "ltr" }, key.id))] : [])],
    key.scope.split(" ").map((/** @type {string} */ scope) => el("code", { class: "scope", dir: "ltr" }, scope)),
    [words.moment(key.expires_at)],
    [lastUse(words, key)],
    ...(may ? [todo(place, key, said)] : []),
  ]);
  const make = button(words.nodes("make_key"), () => place.go("new-key"), "primary");
  const empty = el("p", {}, ...words.nodes(may ? "no_keys" : "no_keys_read"));
  place.show(
    title,
    el("p", { class: "soft" }, ...words.nodes("keys_text")),
    may && actions(make),
    onlyPanel(words.nodes("keys_title"), rows.length ? table(words.nodes("keys_title"), columns, rows) : empty, said),
  );
}

/** A directory comes with it, and may be asked for its id. @param {any} key */
const isOfSync = ({ scope }) => scope.split(" ").includes(SYNC);

/** An owner answers for each key. @param {Place} place @param {any} key @param {any[]} members */
function whose({ words }, { owner }, members) {
  const member = members.find(({ contact }) => contact === owner);
  const name = el("a", { href: `#${contactAt(owner)}` }, given(member?.name || member?.email || owner));
  return words.nodes("who_answers", { name });
}

/** @param {Place} place @param {any} key @param {HTMLElement} said */
function todo(place, key, said) {
  if (!OPEN.includes(key.state)) return [];
  const { words } = place;
  const values = { label: key.label };
  const press = `rotate-key-${key.id}`;
  const rotate = button(words.nodes("new_secret"), async () => {
    const about = { title: words.nodes("new_secret_title", values), text: words.nodes("new_secret_text"), yes: words.nodes("new_secret"), isDangerous: false, commands: place.inTerminal(["key rotate", key.id, { owner: place.member.id }]) };
    if (!(await sure(words, about))) return;
    place.press(rotate, async () => {
      // After a lost answer the same press again: what nobody has seen is replaced, and not what is in use.
      const { body } = await place.ask("POST", `/keys/${key.id}/rotate`, { key: place.unsent.keyOf(press, {}) });
      place.unsent.drop(press);
      showSecret(place, body);
    }, said);
  }, "plain", words.text("new_secret_of", values));
  const revoke = button(words.nodes("revoke"), async () => {
    const about = { title: words.nodes("revoke_key_title", values), text: words.nodes("revoke_key_text"), yes: words.nodes("revoke_key_of", values), commands: place.inTerminal(["key revoke", key.id]) };
    if (!(await sure(words, about))) return;
    place.press(revoke, async () => {
      await place.ask("POST", `/keys/${key.id}/revoke`);
      place.again(place.good("key_is_revoked"));
    }, said);
  }, "plain", words.text("revoke_key_of", values));
  return [rotate, revoke];
}

/** @param {Place} place */
export function newKey(place) {
  const { words } = place;
  // Whoever comes from the directory finds its scope ticked; what is typed already stays.
  const named = place.values.get("new-key");
  const asked = form(place, {
    id: "new-key",
    fields: [
      { name: "label", label: words.nodes("label"), hint: words.nodes("key_label_hint"), required: true, most: LONGEST_LABEL },
      ...SCOPES.map((scope) => {
        const hint = words.nodes(`scope_${scope.replace(":", "_")}`);
        return /** @type {import("./form.js").Field} */ ({ name: scope, label: [el("code", { dir: "ltr" }, scope)], hint, type: "checkbox", value: scope === SYNC && named === SYNC });
      }),
      { name: "days", label: words.nodes("days_good"), hint: words.nodes("days_hint", { count: DAYS }), type: "number" },
    ],
    send: words.nodes("make_key"),
    commands: (typed) => [["key add", { owner: place.member.id, label: typed.label, scope: SCOPES.filter((scope) => typed[scope]), days: typed.days || null }]],
    onSend: async (typed, keyOf) => {
      const body = { label: typed.label, scope: SCOPES.filter((scope) => typed[scope]).join(" "), ...(typed.days && { days: Number(typed.days) }) };
      const { body: made } = await place.ask("POST", "/keys", { body, key: keyOf(body) });
      showSecret(place, made);
    },
    onRefused: ({ type }) => {
      // It is made: what is pressed next is another one.
      if (type === "taken") place.unsent.drop("new-key");
      return false;
    },
    says: { taken: "key_lost" },
    onCancel: () => place.go("keys"),
  });
  place.show(words.nodes("new_key_title"), el("p", { class: "soft" }, ...words.nodes("new_key_text")), asked.node);
}

/** @param {Place} place @param {{ key: any, text: string }} made */
function showSecret(place, { key, text }) {
  const { words } = place;
  const scopes = el("span", {}, ...key.scope.split(" ").flatMap((/** @type {string} */ each, /** @type {number} */ at) => [at ? ", " : "", el("code", { dir: "ltr" }, each)]));
  showOnce(place, {
    title: words.nodes("key_made_of", { label: key.label }),
    text: [...words.nodes("key_made_scopes", { scopes }), " ", ...words.nodes("key_made_text")],
    secret: text,
    label: words.nodes("key_secret"),
    more: () => (isOfSync(key) ? [copied(words, key.id, words.nodes("dir_client_id")), copied(words, `${location.origin}/scim/v2/${place.settings.id}`, words.nodes("dir_scim_url"))] : []),
    back: "keys",
  });
}
