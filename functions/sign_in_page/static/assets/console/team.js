/** *Team*: who is on it, with which role, and by which ways they come in. Only owners change it. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { proposed } from "./new-contact.js";
import { actions, badge, button, facts, given, panel, slot, sure, table, tell } from "./parts.js";
import { mayActOn } from "./rights.js";
import { waitingPanel } from "./confirmations.js";

/** @typedef {import("./place.js").Place} Place */

const ROLES = ["owner", "admin", "agent", "auditor"];
const METHODS = ["code", "password", "sso"];

/** @param {Place} place */
export async function showTeam(place) {
  const { words } = place;
  const title = words.nodes("team_title");
  const read = await place.read(async () => {
    const [team, ways, keys, connections] = await Promise.all(["/team", "/team-methods", "/keys", "/connections"].map((path) => place.ask("GET", path)));
    return { ...team.body, methods: ways.body.methods, keys: keys.body.keys, connections: connections.body.connections };
  }, title);
  if (!read) return;
  place.commands = [["team list"], ["team methods"]];
  const may = place.allows("team:write");
  const said = slot();
  const columns = ["name", "role", "since", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const owners = read.members.filter((/** @type {any} */ { role }) => role === "owner");
  const isOnlyOwner = (/** @type {any} */ { role }) => role === "owner" && owners.length === 1;
  const rows = read.members.map((/** @type {any} */ member) => [
    [nameOf(place, member), el("br"), el("span", { class: "soft" }, given(member.email)), !member.active && badge(words.nodes("is_off"), "bad")],
    [words.text(`role_${member.role}`)],
    [words.moment(member.since)],
    ...(may ? [isOnlyOwner(member) ? [el("span", { class: "soft" }, ...words.nodes("only_owner"))] : todo(place, member, said)] : []),
  ]);
  const add = button(words.nodes("add_member"), () => place.go("new-member"), "primary");
  const change = button(words.nodes("change"), () => place.go("ways-in"));
  place.show(
    title,
    el("p", { class: "soft" }, ...words.nodes("team_text")),
    may && actions(add),
    panel(words.nodes("members"), table(words.nodes("members"), columns, rows), said),
    waitingPanel(place, read),
    panel(words.nodes("team_ways_title"), el("p", {}, waysOf(place, read.methods)), may && actions(change)),
  );
}

/** @param {Place} place @param {any} member */
function nameOf({ words, member: me }, { contact, name, email }) {
  const link = el("a", { href: `#${contactAt(contact)}` }, given(name || email));
  return contact === me.id ? el("span", {}, link, " ", ...words.nodes("you")) : link;
}

/** @param {Place} place @param {string} methods divided by spaces */
function waysOf({ words }, methods) {
  return words.oneOf(methods.split(" ").map((method) => words.text(`way_${method}`)));
}

/** @param {Place} place @param {any} member @param {HTMLElement} said */
function todo(place, member, said) {
  const { words } = place;
  if (!mayActOn(place.member, { id: member.contact, role: member.role })) return [];
  const values = { name: member.name || member.email };
  const change = button(words.nodes("change"), () => place.go(`role=${member.contact}`), "plain", words.text("change_role_of", values));
  const remove = button(words.nodes("take_off"), async () => {
    const about = { title: words.nodes("take_off_title", values), text: words.nodes("take_off_text"), yes: words.nodes("take_off_of", values), commands: place.inTerminal(["team remove", member.contact]) };
    if (!(await sure(words, about))) return;
    place.press(remove, async () => {
      try {
        await place.ask("DELETE", `/team/${member.contact}`, { etag: member.etag });
      } catch (error) {
        // The first press was carried out, and its answer never came.
        if (!(error instanceof Refusal) || error.type !== "not-found") throw error;
      }
      place.again(place.good("taken_off"));
    }, said);
  }, "plain", words.text("take_off_of", values));
  return [change, remove];
}

/** @param {Place} place @returns {import("./form.js").Field} */
function roleField({ words }, value = "agent") {
  const options = ROLES.map((role) => /** @type {[string, string]} */ ([role, words.text(`role_${role}`)]));
  return { name: "role", label: words.nodes("role"), type: "select", value, options };
}

/** What each role is for, where one is chosen. @param {Place} place */
function roles({ words }) {
  return facts(ROLES.map((role) => [words.nodes(`role_${role}`), words.nodes(`role_${role}_is`)]));
}

/** @param {Place} place */
export function newMember(place) {
  const { words } = place;
  const asked = form(place, {
    id: "new-member",
    fields: [{ name: "email", label: words.nodes("email"), hint: words.nodes("new_member_hint"), dir: "ltr", required: true, most: 254 }, roleField(place)],
    also: [roles(place)],
    send: words.nodes("add_member"),
    commands: ({ email, role }) => [["team add", email, { role }]],
    onSend: async ({ email, role }) => {
      await place.ask("POST", "/team", { body: { email, role } });
      place.go("team", place.good("member_added"));
    },
    onRefused: ({ type }) => {
      if (type !== "not-found") return false;
      const email = String(asked.inputs.get("email")?.value ?? "").trim();
      const add = button(words.nodes("add_them"), () => {
        place.unsent.keep("add", proposed(email));
        place.go("add");
      });
      tell(asked.slot, { tone: "error", text: words.nodes("no_such_contact"), more: actions(add) });
      return true;
    },
    says: { taken: "on_team_already" },
    onCancel: () => place.go("team"),
  });
  place.show(words.nodes("new_member_title"), el("p", { class: "soft" }, ...words.nodes("told_by_mail")), asked.node);
  asked.inputs.get("email")?.focus();
}

/** @param {Place} place */
export async function changeRole(place) {
  const { words } = place;
  const id = place.values.get("role") ?? "";
  const title = words.nodes("change_role_title");
  const team = await place.read(async () => (await place.ask("GET", "/team")).body.members, title);
  if (!team) return;
  const found = team.find((/** @type {any} */ each) => each.contact === id);
  if (!found) return place.go("team", { tone: "error", text: words.nodes("not_found") });
  let member = found;
  const asked = form(place, {
    id: `role-${member.contact}`,
    fields: [roleField(place, member.role)],
    also: [roles(place)],
    send: words.nodes("save"),
    commands: ({ role }) => [["team set", member.contact, { role }]],
    onSend: async ({ role }) => {
      if (role !== member.role) await place.ask("PUT", `/team/${member.contact}`, { body: { role }, etag: member.etag });
      place.go("team", place.good("saved"));
    },
    onRefused: (refusal) => {
      if (refusal.type === "changed-meanwhile") member = refusal.problem.now?.member ?? member;
      // The first press was carried out, and its answer never came.
      if (refusal.type !== "changed-meanwhile" || member.role !== asked.inputs.get("role")?.value) return false;
      place.unsent.drop(`role-${id}`);
      place.go("team", place.good("saved"));
      return true;
    },
    onCancel: () => place.go("team"),
  });
  place.show(title, el("p", {}, given(member.name || member.email), " · ", words.text(`role_${member.role}`)), asked.node);
}

/** By which ways a member must have signed in. @param {Place} place */
export async function teamWays(place) {
  const { words } = place;
  const title = words.nodes("team_ways_title");
  const read = await place.read(async () => (await place.ask("GET", "/team-methods")).body, title);
  if (!read) return;
  let { etag } = read;
  const chosen = read.methods.split(" ");
  const asked = form(place, {
    id: "team-ways",
    fields: METHODS.map((method) => ({ name: method, label: words.nodes(`way_${method}`), type: "checkbox", value: chosen.includes(method) })),
    send: words.nodes("save"),
    commands: (typed) => [["team methods", { method: METHODS.filter((method) => typed[method]) }]],
    onSend: async (typed) => {
      const methods = METHODS.filter((method) => typed[method]).join(" ");
      await place.ask("PUT", "/team-methods", { body: { methods }, etag });
      place.go("team", place.good("saved"));
    },
    onRefused: (refusal) => {
      if (refusal.type === "changed-meanwhile") etag = refusal.problem.now?.etag ?? etag;
      // The first press was carried out, and its answer never came.
      const wanted = METHODS.filter((method) => /** @type {HTMLInputElement} */ (asked.inputs.get(method)).checked);
      if (refusal.type !== "changed-meanwhile" || refusal.problem.now?.methods !== wanted.join(" ")) return false;
      place.unsent.drop("team-ways");
      place.go("team", place.good("saved"));
      return true;
    },
    says: { "invalid-request": "one_way_at_least" },
    onCancel: () => place.go("team"),
  });
  place.show(title, el("p", { class: "soft" }, ...words.nodes("team_ways_text")), asked.node);
}
