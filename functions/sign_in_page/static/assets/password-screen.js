/** Sign in with a password, and ask for the code that sets one. */

import { emailInput, providers, signUpStep, whereTo } from "./choose-screen.js";
import { button, evenly, field, form, heading, messageSlot, more, paragraph, sharedComputer, trouble } from "./parts.js";
import { passwordField } from "./password-field.js";

/** @typedef {import("./stage.js").Screen} Screen */

/** Where there is no code, this is the first screen, and shows all other ways. */
/** @type {Screen} */
export const enterPassword = ({ way, typed, actions }, words) => {
  const { link, methods } = way;
  const isFirst = !methods.code;
  const isPersonal = link.kind === "personal";
  const email = emailInput(typed);
  email.autocomplete = "username";
  const address = field(email, words, { label: "email_label", hint: "email_hint", id: "email-slot" });
  const secret = passwordField(words, typed, { kind: "current", username: link.email_hint ?? undefined });
  const primary = button("primary", words.nodes("sign_in"), null, "sign-in");
  const shared = sharedComputer(words, typed);
  const fields = [...(isPersonal ? [] : [address.node]), secret.node, shared, primary];
  const aside = messageSlot(null, "aside");
  const isFine = matchMedia("(pointer: fine)").matches;
  return {
    slot: secret.slot,
    field: secret.input,
    others: isPersonal ? undefined : { email: { slot: address.slot, field: email } },
    aside,
    primary,
    focus: isFine && !way.notices.length ? (isPersonal || typed.email ? secret.input : email) : undefined,
    body: [
      ...(isFirst ? whereTo(words, way) : [heading(words, "sign_in_to", { workspace: way.workspace.name })]),
      ...(isPersonal ? [paragraph(words, "password_lead", { email: link.email_hint ?? "" })] : []),
      form(fields, () => actions.signIn(isPersonal ? null : email.value, secret.input.value)),
      more(
        button("plain", words.nodes("forgot_password"), actions.forgot, "forgot"),
        !isFirst && button("plain", words.nodes("another_way"), actions.choose, "another"),
      ),
      ...(isFirst ? [...providers(words, methods, actions), aside, ...signUpStep(words, way, actions)] : [aside]),
      trouble(words, {}),
    ],
  };
};

/** Also the way to a first password: whoever reads the address may set one. */
/** @type {Screen} */
export const askForgotten = ({ way, typed, actions }, words) => {
  const isPersonal = way.link.kind === "personal";
  const email = emailInput(typed);
  const asked = isPersonal ? { node: null, slot: messageSlot() } : field(email, words, { label: "email_label", hint: "email_hint" });
  const primary = button("primary", words.nodes("email_me"), null, "email-me");
  return {
    slot: asked.slot,
    field: isPersonal ? undefined : email,
    primary,
    focus: isPersonal ? undefined : email,
    body: [
      heading(words, "forgot_title", {}, "key"),
      evenly(words, "forgot_text"),
      ...(isPersonal ? [paragraph(words, "personal_lead", { email: way.link.email_hint ?? "" })] : []),
      form([asked.node ?? asked.slot, primary], () => actions.send(isPersonal ? null : email.value)),
      more(button("plain", words.nodes("back"), actions.back, "back")),
      trouble(words, {}),
    ],
  };
};
