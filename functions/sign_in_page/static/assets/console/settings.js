/** *Authentication* and *Portal*: what is set, and each change first as before and after. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { isPaused } from "./closed.js";
import { connectionsPanel } from "./connections.js";
import { COLOUR, form } from "./form.js";
import { logoPanel } from "./logo.js";
import { actions, button, facts, panel, slot, table, tell } from "./parts.js";
import { withPreview } from "./preview-loaded.js";
import { settingsCommands } from "./settings-command.js";
import { GROUPS, LOOKS, differs, fieldOf, lookOf, sent, shown, touchedBy, unknownGroup } from "./settings-fields.js";
import { takesAway, whoIsTouched } from "./touched.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./settings-fields.js").Setting} Setting */
/** @typedef {Record<string, any>} Values */

export const showAuthentication = (/** @type {Place} */ place) => showSettings(place, "authentication");
export const showPortal = (/** @type {Place} */ place) => showSettings(place, "portal");

/** @param {Place} place @param {string} screen */
async function showSettings(place, screen) {
  const { words } = place;
  const title = words.nodes(`${screen}_title`);
  const isAuthentication = screen === "authentication";
  const read = await place.read(async () => {
    await place.readSettings();
    if (isAuthentication && place.settings.directory_groups.length) await readGroups(place);
    return isAuthentication ? (await place.ask("GET", "/connections")).body.connections : [];
  }, title);
  if (!read) return;
  place.commands = isAuthentication ? [["workspace show"], ["connection list"], ["directory check"]] : [["workspace show"], ["workspace preview-mail"]];
  const { settings } = place;
  const may = place.allows("settings:write");
  const panels = Object.entries(GROUPS[screen]).map(([group, members]) => {
    const pairs = members.map((setting) => {
      const value = settings[setting.name];
      const isHeld = setting.name === "portal_enabled" && value && isPaused(settings);
      const seen = isHeld ? words.nodes("is_on_but_paused") : shown(place, setting, value);
      return /** @type {[any, any]} */ ([words.nodes(`set_${setting.name}`), seen]);
    });
    const name = words.text("change_of", { group: words.text(`group_${group}`) });
    return panel(words.nodes(`group_${group}`), facts(pairs), may && actions(button(words.nodes("change"), () => place.go(`change=${screen}-${group}`), "secondary", name)));
  });
  if (isAuthentication) panels.splice(1, 0, connectionsPanel(place, read));
  place.show(title, el("p", { class: "soft" }, ...words.nodes(may ? "settings_text" : "settings_text_read")), ...panels, ...(screen === "portal" ? [logoPanel(place, may), elsewherePanel(place)] : []));
}

/** The names of the directory's groups, for whoever may see them: settings have their ids. @param {Place} place */
export async function readGroups(place) {
  if (place.allows("contacts:list")) place.groups = (await place.ask("GET", "/directory")).body.groups;
}

/** The way to portals on other sites. @param {Place} place */
function elsewherePanel({ words }) {
  return panel(words.nodes("elsewhere_title"), el("p", {}, el("a", { href: "#portals" }, ...words.nodes("elsewhere_show"))));
}

/** @param {Place} place */
export async function changeSettings(place) {
  const { words } = place;
  const [screen, group] = (place.values.get("change") ?? "").split("-");
  const members = GROUPS[screen]?.[group];
  if (!members) return place.go("find");
  const title = words.nodes(`group_${group}`);
  const read = await place.read(async () => {
    const settings = await place.readSettings();
    if (group === "directory") await readGroups(place);
    return settings;
  }, title);
  if (!read) return;
  const id = `change-${screen}-${group}`;
  const asked = form(place, {
    id,
    keeps: true,
    fields: members.map((setting) => fieldOf(place, setting)),
    send: words.nodes("look_at_it"),
    commands: (typed) => settingsCommands(place, members, changesOf(place, members, typed)),
    onSend: async (typed) => {
      const unknown = group === "directory" && unknownGroup(place, typed);
      if (unknown) return tell(asked.slot, { tone: "error", text: words.nodes("dir_unknown_group", { name: unknown, names: place.groups.slice(0, 10).map(({ name }) => name).join(", ") || words.text("nothing_set") }) });
      const wanted = changesOf(place, members, typed);
      if (wanted.accent_color && !COLOUR.test(wanted.accent_color)) {
        asked.inputs.get("accent_color")?.setAttribute("aria-invalid", "true");
        return tell(asked.slot, { tone: "error", text: words.nodes("no_colour", { text: wanted.accent_color }) });
      }
      if (Object.keys(wanted).length === 0) return tell(asked.slot, { tone: "info", text: words.nodes("nothing_changes") });
      review(place, { screen, id, members, wanted });
    },
    onCancel: () => place.go(screen),
  });
  if (!LOOKS.includes(group)) return place.show(title, asked.node);
  const preview = withPreview(
    place,
    () => lookOf(place, members, asked.typed()),
    () => ({ settings: changesOf(place, members, asked.typed()) }),
  );
  asked.node.addEventListener("input", preview.draw);
  place.show(title, asked.node, preview.node);
  preview.draw();
}

/**
 * Settings that somebody wants otherwise for a reason of their own: the same table, and back to where they were.
 *
 * @param {Place} place
 * @param {Values} wanted
 */
export async function reviewSettings(place, wanted) {
  await place.readSettings();
  reviewRead(place, wanted);
}

/** The same, of settings that were read just now. @param {Place} place @param {Values} wanted */
export function reviewRead(place, wanted) {
  const every = Object.values(GROUPS).flatMap((groups) => Object.values(groups).flat());
  review(place, { screen: location.hash.slice(1), id: "", members: every, wanted });
}

/** What the form would change, and nothing else. @param {Place} place @param {Setting[]} members @param {Values} typed @returns {Values} */
function changesOf(place, members, typed) {
  const pairs = members.map((setting) => /** @type {[Setting, any]} */ ([setting, sent(place, setting, typed[setting.name])]));
  return Object.fromEntries(pairs.filter(([setting, value]) => differs(place, setting, value)).map(([{ name }, value]) => [name, value]));
}

/** @param {Place} place @param {{ screen: string, id: string, members: Setting[], wanted: Values }} about */
function review(place, { screen, id, members, wanted }) {
  const { words } = place;
  const said = slot();
  place.commands = settingsCommands(place, members, wanted);
  const changed = members.filter(({ name }) => name in wanted);
  const rows = () =>
    table(
      words.nodes("review_title"),
      ["field", "was", "will_be"].map((key) => words.nodes(key)),
      changed.map((setting) => [
        words.nodes(`set_${setting.name}`),
        shown(place, setting, place.settings[setting.name]),
        shown(place, setting, wanted[setting.name]),
      ]),
    );
  const touched = () => {
    const keys = new Set(changed.map((setting) => touchedBy(setting, wanted[setting.name], place.settings[setting.name])));
    const list = el("ul", { class: "touched" }, ...[...keys].map((key) => el("li", {}, ...words.nodes(key))));
    return [list, ...(takesAway(place.settings, wanted) ? [whoIsTouched(place, { settings: wanted })] : [])];
  };
  const holder = el("div", {}, rows());
  const who = el("div", {}, ...touched());
  const go = button(words.nodes("change_it"), () =>
    place.press(go, async () => {
      try {
        const { body, etag } = await place.ask("PATCH", "/settings", { body: wanted, etag: place.settingsTag });
        place.unsent.drop(id);
        place.tookSettings({ settings: body.settings, etag: etag ?? "" });
        place.go(screen, undoable(place, body.change, etag));
      } catch (error) {
        if (!(error instanceof Refusal) || !["changed-meanwhile", "invalid-request"].includes(error.type)) throw error;
        if (error.type === "invalid-request") return tell(said, notAllowed(place, error));
        place.tookSettings(error.problem.now);
        // The first press was carried out, and its answer never came.
        if (changed.every((setting) => !differs(place, setting, wanted[setting.name]))) {
          place.unsent.drop(id);
          return place.go(screen, place.good("saved"));
        }
        // Both are of what was set before, and whoever presses again has seen them as they are now.
        holder.replaceChildren(rows());
        who.replaceChildren(...touched());
        tell(said, { tone: "info", text: words.nodes("settings_meanwhile") });
      }
    }, said), "primary");
  const back = button(words.nodes("back"), () => place.again());
  place.show(words.nodes("review_title"), panel(words.nodes("before_and_after"), holder), panel(words.nodes("who_is_touched"), who), said, actions(go, back));
}

/** @param {Place} place @param {Refusal} refusal @returns {import("./parts.js").Said} */
export function notAllowed({ words }, { problem }) {
  const [{ field, reason } = { field: "", reason: "" }] = problem.errors ?? [];
  return { tone: "error", text: words.nodes("field_invalid", { field: words.text(`set_${field}`) || field, reason }) };
}

/** @param {Place} place @param {string | undefined} change its id @param {string | null} etag @returns {import("./parts.js").Said} */
export function undoable(place, change, etag) {
  const { words } = place;
  const undo = button(words.nodes("undo"), () => {
    const here = place.shown();
    here.press(undo, async () => {
      await undoChange(place, change ?? "", etag);
      await place.readSettings().catch(() => {});
      here.again(place.good("undone"));
    });
  });
  return { ...place.good("changed"), more: change && actions(undo) };
}

/** @param {Place} place @param {string} change its id @param {string | null} etag of what it is about */
export async function undoChange(place, change, etag) {
  try {
    await place.ask("POST", `/changes/${change}/undo`, { etag });
  } catch (error) {
    if (!(error instanceof Refusal) || !["changed-meanwhile", "changed-since"].includes(error.type)) throw error;
    // The first press may have been carried out, and its answer never came.
    const { body } = await place.ask("GET", "/changes", { query: { limit: "10" } });
    if (!body.changes.some((/** @type {any} */ each) => each.undoes === change)) throw error;
  }
}
