/** One change of the account at a time, each on a screen of its own. */

import { el } from "./elements.js";
import { button, evenly, field, form, heading, messageSlot, more } from "./parts.js";
import { emailInput, emailProblem } from "./choose-screen.js";
import { passwordField } from "./password-field.js";
import { nameInput } from "./sign-up-screens.js";
import { LANGUAGES } from "./words.js";

/** @typedef {import("./stage.js").Screen} Screen */
/** @typedef {import("./words.js").Words} Words */

/** @type {Screen} */
export const editProfile = ({ account, workspace, save, cancel }, words) => {
  const { contact } = account;
  const name = nameInput({ name: contact.name });
  const asked = field(name, words, { label: "name_label", hint: workspace ? "name_hint" : undefined, values: { workspace: workspace ?? "" } });
  const language = select("own-language", contact.language ?? words.language, Object.entries(LANGUAGES));
  const zone = select("time-zone", contact.time_zone ?? ownZone(), zones(contact.time_zone));
  const primary = button("primary", words.nodes("save"), null, "save");
  return {
    slot: asked.slot,
    field: name,
    primary,
    body: [
      heading(words, "edit_profile"),
      form([asked.node, labelled(words, "language_label", language), labelled(words, "time_zone_label", zone), primary], () =>
        save({
          ...(name.value.trim() === contact.name ? {} : { name: name.value.trim() }),
          language: language.value,
          time_zone: zone.value,
        }),
      ),
      back(words, cancel),
    ],
  };
};

/** @type {Screen} */
export const changeEmail = ({ account, typed, send, cancel }, words, stage) => {
  const email = emailInput(typed);
  const asked = field(email, words, { label: "new_email_label", hint: "new_email_hint" });
  const primary = button("primary", words.nodes("email_me"), null, "email-me");
  return {
    slot: asked.slot,
    field: email,
    primary,
    focus: email,
    body: [
      heading(words, "change_email", {}, "mail"),
      evenly(words, "change_email_text", { email: account.contact.email }),
      form([asked.node, primary], () => {
        const problem = emailProblem(email.value);
        if (problem === null) send(email.value);
        else stage.tell({ tone: "error", lead: "check_the_form", key: problem });
      }),
      back(words, cancel),
    ],
  };
};

/** @type {Screen} */
export const setPassword = ({ account, typed, save, cancel }, words, stage) => {
  const say = (/** @type {string} */ key) => stage.say(key);
  const secret = passwordField(words, typed, { kind: "new", label: "password_new_label", username: account.contact.email, say });
  const primary = button("primary", words.nodes("password_set"), null, "save");
  return {
    slot: secret.slot,
    field: secret.input,
    primary,
    focus: secret.input,
    body: [
      heading(words, account.password.is_set ? "change_password" : "set_a_password", {}, "key"),
      evenly(words, "set_password_text"),
      form([secret.node, primary], () => {
        if (secret.input.value) save(secret.input.value);
        else stage.tell({ tone: "error", lead: "check_the_form", key: "password_missing" });
      }),
      back(words, cancel),
    ],
  };
};

/** One more question before a way in is taken away. */
/** @type {Screen} */
export const sure = ({ about, values, go, cancel }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes(`${about}_yes`, values), null, "yes");
  return {
    slot,
    primary,
    body: [
      heading(words, `${about}_title`, values),
      evenly(words, `${about}_text`, values),
      form([slot, primary], go),
      back(words, cancel),
    ],
  };
};

/** Typed, so that nobody does it by a slip of the finger. */
/** @type {Screen} */
export const removeAccount = ({ account, workspace, go, cancel }, words, stage) => {
  const { email } = account.contact;
  const input = el("input", { id: "confirmation", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "ltr" });
  const asked = field(input, words, { label: "remove_label", hint: "remove_hint", values: { email } });
  const primary = button("primary", words.nodes("remove_yes"), null, "yes");
  primary.classList.add("danger");
  return {
    slot: asked.slot,
    field: input,
    primary,
    body: [
      heading(words, "remove_account", {}, "alert"),
      evenly(words, workspace ? "remove_text" : "remove_text_plain", { workspace: workspace ?? "" }),
      form([asked.node, primary], () => {
        if (input.value.trim().toLowerCase() === email) go();
        else stage.tell({ tone: "error", lead: "check_the_form", key: "remove_differs", values: { email } });
      }),
      back(words, cancel),
    ],
  };
};

/** @param {Words} words @param {() => void} cancel */
function back(words, cancel) {
  return more(button("plain", words.nodes("cancel"), cancel, "cancel"));
}

/** @param {string} id @param {string} value @param {[string, string][]} options */
function select(id, value, options) {
  const node = el("select", { id, class: "chosen" }, ...options.map(([key, name]) => el("option", { value: key }, name)));
  node.value = value;
  return node;
}

/** @param {Words} words @param {string} key @param {HTMLElement} input */
function labelled(words, key, input) {
  return el("div", { class: "field" }, el("label", { for: input.id }, ...words.nodes(key)), input);
}

/** The browser's list, and what is chosen if it is not in it. @param {string | null} chosen @returns {[string, string][]} */
function zones(chosen) {
  const all = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ownZone(), ...(chosen ? [chosen] : [])]);
  return [...all].sort().map((zone) => [zone, zone.replaceAll("_", " ")]);
}

function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
