/** The screens of a trip to a provider: leaving, coming back without a session, and giving an address. */

import { emailInput } from "./choose-screen.js";
import { el } from "./elements.js";
import { button, evenly, field, form, heading, messageSlot, paragraph, trouble } from "./parts.js";

/** @typedef {import("./stage.js").Screen} Screen */

/** Shown when a provider takes its time; most browsers are gone before. */
/** @type {Screen} */
export const leaving = ({ provider, url, actions }, words) => ({
  body: [
    heading(words, "leaving", { provider }, "window"),
    evenly(words, "leaving_text", { provider }),
    el("a", { class: "primary", href: url, id: "leave" }, el("span", {}, ...words.nodes("leaving_link", { provider }))),
    button("secondary", words.nodes("another_way"), actions.chooseAnew, "another"),
  ],
});

/**
 * What came of it, by reason: the picture beside the heading, and whether the same provider with
 * another account is the next step, or another way.
 *
 * @type {Record<string, { about: string, picture: string, next: "again" | "account" | "way" }>}
 */
const REFUSED = {
  "sso-denied": { about: "sso_denied", picture: "stopped", next: "again" },
  "sso-failed": { about: "sso_refused", picture: "alert", next: "again" },
  "sso-expired": { about: "sso_expired", picture: "clock", next: "again" },
  "try-later": { about: "sso_later", picture: "clock", next: "again" },
  "not-in-directory": { about: "not_in_directory", picture: "people", next: "way" },
  "no-contact": { about: "no_contact", picture: "people", next: "way" },
  "another-contact": { about: "another_contact", picture: "people", next: "account" },
};

/** @type {Screen} */
export const refused = ({ reason, provider, way, connection, actions }, words) => {
  const { about, picture, next } = REFUSED[reason] ?? REFUSED["sso-failed"];
  const { workspace, link, methods } = way;
  const slot = messageSlot();
  const values = { provider, workspace: workspace.name, email: link.email_hint ?? "", minutes: 10 };
  const hasOtherWays = methods.code || methods.sso.length > (connection ? 1 : 0);
  const again = connection && {
    words: next === "again" ? "try_again" : "another_account",
    press: () => actions.startSso(connection, "retry"),
    id: "retry",
  };
  const other = hasOtherWays && { words: "another_way", press: actions.chooseAnew, id: "another" };
  const choices = [again, other].filter((each) => each !== null && each !== false);
  if (next === "way") choices.reverse();
  const buttons = choices.map(({ words: label, press, id }, index) =>
    button(index === 0 ? "primary" : "secondary", words.nodes(label), press, id),
  );
  return {
    slot,
    primary: buttons[0],
    body: [
      heading(words, `${about}_title`, values, picture),
      evenly(words, textOf(about, way), values),
      slot,
      ...buttons,
      trouble(words, {}),
    ],
  };
};

/** Who is in no directory may use a code, or has to ask. @param {string} about @param {import("./portico.js").Way} way */
function textOf(about, { methods }) {
  if (about === "not_in_directory") return methods.code ? "not_in_directory_text" : "not_in_directory_only_text";
  return `${about}_text`;
}

/** A provider that gives no address leaves the contact to type one. */
/** @type {Screen} */
export const askAddress = ({ provider, way, typed, actions }, words) => {
  const email = emailInput(typed);
  const asked = field(email, words, { label: "email_label", hint: "email_hint" });
  const primary = button("primary", words.nodes("email_me"), null, "email-me");
  return {
    slot: asked.slot,
    field: email,
    primary,
    focus: email,
    body: [
      heading(words, "address_title", {}, "mail"),
      evenly(words, "address_text", { provider, workspace: way.workspace.name }),
      form([asked.node, primary], () => actions.sendAddress(email.value)),
      el("p", { class: "more" }, button("plain", words.nodes("another_way"), actions.chooseAnew, "another")),
      trouble(words, {}),
    ],
  };
};

/** The link is kept in the tab that opened it, and this is another one. */
/** @type {Screen} */
export const lostLink = ({ workspace, anew }, words) => ({
  body: [
    heading(words, "lost_title", {}, "link"),
    ...(workspace ? [paragraph(words, "lost_text", { workspace })] : [paragraph(words, "lost_text_plain")]),
    ...(anew ? [button("primary", words.nodes("sign_in_again"), anew, "anew")] : []),
    trouble(words, {}),
  ],
});
