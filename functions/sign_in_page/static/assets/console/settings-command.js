/** What changes settings in a terminal as a form would. */

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./settings-fields.js").Setting} Setting */
/** @typedef {import("./command.js").Command} Command */
/** @typedef {[string, import("./command.js").Value]} Option */

/** Options whose name is not the setting's own, as `WORKSPACE` in cli/option_names.py has them; a test compares all. @type {Record<string, string>} */
const OPTIONS = {
  sso_method: "sso",
  password_method: "passwords",
  directory_groups: "directory-group",
  sign_up_domains: "sign-up-domain",
  sign_up_disposable: "disposable",
  session_idle_seconds: "session-idle",
  session_absolute_seconds: "session-life",
  support_url: "support",
  privacy_url: "privacy",
  terms_url: "terms",
};
const UNITS = /** @type {const} */ ([[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]]);

/** @param {string} name */
const optionOf = (name) => OPTIONS[name] ?? name.replaceAll("_", "-");

/** @param {number} seconds none that is a number: nothing, which the command refuses as the page does */
function duration(seconds) {
  const [size, unit] = UNITS.find(([each]) => seconds % each === 0) ?? [0, ""];
  return size ? `${seconds / size}${unit}` : "";
}

/** @param {Setting} setting @param {any} value @param {any} was @returns {Option} */
function option({ name, kind }, value, was) {
  const option = optionOf(name);
  if (kind === "switch") return [value ? option : name === "portal_enabled" ? "portal-disabled" : `no-${option}`, true];
  if (kind === "hours") return [option, duration(value)];
  if (kind === "days") return [option, Number.isNaN(value) ? "" : value];
  // A text of each language: one that is not there any more is taken away by an empty one.
  if (kind === "pause") return [option, Object.keys({ ...was, ...value }).filter((each) => was?.[each] !== value[each]).map((each) => `${each}=${value[each] ?? ""}`)];
  if (kind === "moment" && value) return [option, Number.isNaN(value) ? "" : new Date(value * 1000).toISOString().replace(".000Z", "+00:00")];
  return value && value.length !== 0 ? [option, value] : value === "" ? [option, ""] : ["reset", [option]];
}

/** @param {Place} place @param {Setting[]} members @param {Record<string, any>} wanted what is changed @returns {Command[]} */
export function settingsCommands({ settings }, members, wanted) {
  const options = members.filter(({ name }) => name in wanted).map((setting) => option(setting, wanted[setting.name], settings[setting.name]));
  if (!options.length) return [["workspace show"]];
  const reset = options.flatMap(([name, value]) => (name === "reset" && Array.isArray(value) ? value : []));
  return [["workspace set", { ...Object.fromEntries(options), reset }]];
}
