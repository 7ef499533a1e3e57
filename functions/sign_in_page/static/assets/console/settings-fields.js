/** The settings that the console shows, by group: how each is said, typed and sent. */

import { el } from "../elements.js";
import { localTime, momentThere, ownZone } from "./moments.js";
import { given } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {"switch" | "list" | "hours" | "days" | "moment" | "text" | "link" | "colour" | "pause" | "rule" | "groups"} Kind */

/** @typedef {{ id: string, name: string }} Group of the directory */

/**
 * @typedef {object} Setting
 * @property {string} name as the API has it
 * @property {Kind} kind
 */

/** @type {(kind: Kind, ...names: string[]) => Setting[]} */
const all = (kind, ...names) => names.map((name) => ({ name, kind }));

/** Which settings are changed together, by the screen that they are on. @type {Record<string, Record<string, Setting[]>>} */
export const GROUPS = {
  authentication: {
    ways: all("switch", "code_method", "password_method", "sso_method"),
    directory: [...all("rule", "directory_rule"), ...all("groups", "directory_groups"), ...all("switch", "directory_contacts", "directory_hold")],
    sign_up: [...all("switch", "sign_up"), ...all("list", "sign_up_domains", "sign_up_blocked"), ...all("switch", "sign_up_disposable")],
    sessions: [...all("hours", "session_idle_seconds", "session_absolute_seconds"), ...all("days", "link_days")],
  },
  portal: {
    open: [...all("switch", "portal_enabled", "entrance"), ...all("moment", "paused_until"), ...all("pause", "pause_text")],
    look: [...all("text", "name"), ...all("colour", "accent_color"), ...all("text", "sender_name"), ...all("switch", "powered_by")],
    help: all("link", "support_url", "privacy_url", "terms_url"),
  },
};

/** The groups that change how the sign-in page looks. */
export const LOOKS = ["look", "help"];

/** @type {Partial<Record<Kind, import("./form.js").Field["type"]>>} */
const TYPES = { switch: "checkbox", list: "textarea", days: "number", moment: "datetime-local", pause: "textarea", rule: "select", groups: "textarea" };

const RULES = ["off", "match_required", "sso_only"];

/** What to type, where the name does not say it. @type {Record<string, string>} */
const HINTS = {
  directory_rule: "hint_directory_rule",
  directory_groups: "hint_directory_groups",
  sign_up_domains: "hint_domains",
  sign_up_blocked: "hint_blocked",
  session_idle_seconds: "hint_hours",
  session_absolute_seconds: "hint_hours",
  entrance: "hint_entrance",
  paused_until: "hint_pause",
  pause_text: "hint_pause_text",
  accent_color: "hint_colour",
  support_url: "hint_link",
  privacy_url: "hint_link",
  terms_url: "hint_link",
};

/** Who is touched by a setting that is no switch. @type {Record<string, string>} */
const TOUCHES = {
  sign_up_domains: "touches_sign_ups",
  sign_up_blocked: "touches_sign_ups",
  session_idle_seconds: "touches_sessions",
  session_absolute_seconds: "touches_sessions",
  link_days: "touches_links",
};

/** Who is touched by a change. @param {Setting} setting @param {any} value the new one @param {any} was */
export function touchedBy({ name, kind }, value, was) {
  if (kind === "switch") return `touches_${name}_${value ? "on" : "off"}`;
  if (kind === "rule") return `touches_rule_${value}`;
  if (kind === "hours" && value < was) return "touches_sessions_shorter";
  if (kind === "groups") return `touches_${name}_${value.length ? "some" : "none"}`;
  if (kind === "moment") return value * 1000 > Date.now() ? "touches_pause" : "touches_pause_end";
  return TOUCHES[name] ?? "touches_look";
}

const HOUR = 3600;

/** What a value is on the page. @param {Place} place @param {Setting} setting @param {any} value @returns {Child[]} */
export function shown(place, { kind }, value) {
  const { words } = place;
  if (kind === "switch") return words.nodes(value ? "is_on" : "is_not_on");
  if (kind === "rule") return words.nodes(`rule_${value}`);
  if (kind === "hours") return [words.span(value)];
  if (kind === "moment") return value * 1000 > Date.now() ? [momentThere(words, value)] : words.nodes("no_pause");
  const text = typed(place, { name: "", kind }, value);
  if (kind === "colour" && text) return [swatch(String(text)), " ", given(String(text))];
  return text === "" ? words.nodes("nothing_set") : [given(String(text).replaceAll("\n", ", "))];
}

/** What a value is in a form. @param {Place} place @param {Setting} setting @param {any} value @returns {string | boolean} */
export function typed({ settings, groups }, { kind }, value) {
  if (kind === "switch") return value === true;
  if (kind === "list") return (value ?? []).join("\n");
  if (kind === "groups") return (value ?? []).map((/** @type {string} */ id) => groups.find((each) => each.id === id)?.name ?? id).join("\n");
  if (kind === "hours") return String(value / HOUR);
  if (kind === "moment") return value * 1000 > Date.now() ? localTime(value) : "";
  if (kind === "pause") return value?.[settings.locale] ?? "";
  if (kind === "link") return (value ?? "").replace(/^mailto:/, "");
  return String(value ?? "");
}

/** What a form's value is to the API. @param {Place} place @param {Setting} setting @param {any} value */
export function sent({ settings, groups }, { kind, name }, value) {
  if (kind === "switch") return value === true;
  if (kind === "list") return value.split(/[\s,;]+/).filter(Boolean);
  if (kind === "groups") return linesOf(value).map((line) => groupNamed(groups, line)?.id ?? line);
  if (kind === "hours") return Math.round(Number(value.replace(",", ".")) * HOUR);
  if (kind === "days") return Number(value);
  if (kind === "moment") return value ? Math.floor(new Date(value).getTime() / 1000) : 0;
  if (kind === "pause") {
    const { [settings.locale]: _, ...others } = settings.pause_text ?? {};
    return value ? { ...others, [settings.locale]: value } : others;
  }
  return name === "name" ? value : value || null;
}

/** @param {string} text @returns {string[]} */
function linesOf(text) {
  return [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
}

/** @param {Group[]} groups @param {string} line a name in any case, or an id */
function groupNamed(groups, line) {
  return groups.find(({ id, name }) => id === line || name.toLowerCase() === line.toLowerCase());
}

/** So many groups have names here. Beyond them, an id is believed. */
const MOST_NAMED = 100;

/** The first group that is typed and that the directory does not have. @param {Place} place @param {Record<string, any>} typed */
export function unknownGroup({ settings, groups }, typed) {
  const mayBe = (/** @type {string} */ line) => groups.length >= MOST_NAMED && /^[\w-]{22}$/.test(line);
  return linesOf(typed.directory_groups).find((line) => !groupNamed(groups, line) && !settings.directory_groups.includes(line) && !mayBe(line));
}

/** What the page would show, of a form as it is typed. @param {Place} place @param {Setting[]} members @param {Record<string, any>} typed */
export function lookOf(place, members, typed) {
  const pairs = members.map((setting) => {
    const value = sent(place, setting, typed[setting.name]);
    // The API takes an address for a link, and makes one of it.
    const isAddress = setting.kind === "link" && /^[^/:@\s]+@[^/:@\s]+$/.test(value ?? "");
    return /** @type {[string, any]} */ ([setting.name, isAddress ? `mailto:${value}` : value]);
  });
  return Object.fromEntries(pairs.filter(([name, value]) => name !== "name" || value));
}

/** @param {Place} place @param {Setting} setting @returns {import("./form.js").Field} */
export function fieldOf(place, setting) {
  const { words, settings } = place;
  const { name, kind } = setting;
  const type = TYPES[kind] ?? "text";
  const hint = name in HINTS ? words.nodes(HINTS[name], { zone: ownZone() }) : undefined;
  const dir = ["list", "hours", "link", "colour"].includes(kind) ? "ltr" : undefined;
  const options = kind === "rule" ? RULES.map((rule) => /** @type {[string, string]} */ ([rule, words.text(`rule_${rule}`)])) : undefined;
  const picker = kind === "colour" ? words.text("pick_colour") : undefined;
  return { name, label: words.nodes(`set_${name}`), hint, picker, type, dir, options, value: typed(place, setting, settings[name]), most: kind === "pause" ? 300 : undefined };
}

/**
 * Is something else wanted than what is set? Both are compared as a form has them: the API writes some values otherwise,
 * such as a mail address as a link.
 *
 * @param {Place} place @param {Setting} setting @param {any} wanted
 */
export function differs(place, setting, wanted) {
  const asTyped = (/** @type {any} */ value) => JSON.stringify(sent(place, setting, typed(place, setting, value)));
  return asTyped(place.settings[setting.name]) !== asTyped(wanted);
}

/** A colour beside its name. @param {string | null} colour */
export function swatch(colour) {
  const picture = el("span", { class: "swatch", "aria-hidden": "true" });
  // Through the CSSOM: the content security policy allows no style attribute.
  if (colour) picture.style.backgroundColor = colour;
  return picture;
}
