/** The screens of somebody new: which address, and, once it is proved, a welcome. */

import { emailInput } from "./choose-screen.js";
import { el } from "./elements.js";
import { button, evenly, field, form, heading, more, trouble } from "./parts.js";
import { passwordField } from "./password-field.js";

/** @typedef {import("./stage.js").Screen} Screen */

/** @type {Screen} */
export const askNewAddress = ({ way, typed, actions }, words) => {
  const email = emailInput(typed);
  const asked = field(email, words, { label: "email_label", hint: "sign_up_hint" });
  const primary = button("primary", words.nodes("email_me"), null, "email-me");
  const workspace = way.workspace.name;
  return {
    slot: asked.slot,
    field: email,
    primary,
    focus: email,
    body: [
      heading(words, "sign_up_title", { workspace }, "people"),
      evenly(words, "sign_up_text"),
      form([asked.node, primary], () => actions.send(email.value)),
      more(button("plain", words.nodes("have_account"), actions.choose, "have-account")),
      trouble(words, {}),
    ],
  };
};

/** Everything here can be left empty, now and for good. */
/** @type {Screen} */
export const welcome = ({ workspace, takesPasswords, typed, actions }, words, stage) => {
  const name = nameInput(typed);
  const asked = field(name, words, { label: "name_label", hint: "name_hint", values: { workspace } });
  const say = (/** @type {string} */ key) => stage.say(key);
  const options = { kind: /** @type {const} */ ("new"), label: "password_optional_label", slotId: "password-slot", username: typed.email, say };
  const secret = takesPasswords ? passwordField(words, typed, options) : null;
  secret?.input.removeAttribute("required");
  const primary = button("primary", words.nodes("continue"), null, "continue");
  return {
    slot: asked.slot,
    field: name,
    others: secret ? { password: { slot: secret.slot, field: secret.input } } : undefined,
    primary,
    body: [
      heading(words, "welcome_title", { workspace }, "check"),
      evenly(words, "welcome_text"),
      form([asked.node, ...(secret ? [secret.node] : []), primary], actions.save),
      more(button("plain", words.nodes("skip"), actions.skip, "skip")),
    ],
  };
};

/** @param {{ name: string }} typed */
export function nameInput(typed) {
  return el("input", {
    id: "name",
    name: "name",
    type: "text",
    autocomplete: "name",
    maxlength: "100",
    dir: "auto",
    value: typed.name,
    oninput: (/** @type {{ target: HTMLInputElement }} */ event) => {
      typed.name = event.target.value;
    },
  });
}
