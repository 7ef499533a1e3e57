/** Choose a way in: an address for the code, a password, or a provider. */

import { el } from "./elements.js";
import { button, field, form, heading, more, notes, messageSlot, paragraph, trouble } from "./parts.js";
import { providerButton, providerName } from "./providers.js";

/** @typedef {import("./words.js").Words} Words */

const DOT_ATOM = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const NUMBER = /(^|\.)[0-9]+$/;

/**
 * Why what was typed cannot be an address, or why we cannot mail to it: a key of the words; null: it may do.
 * The API's rule (people/addresses.py), so far as a contact can mend what it refuses.
 *
 * @param {string} typed
 * @returns {"email_invalid" | "email_unmailable" | null}
 */
export function emailProblem(typed) {
  const address = typed.trim().normalize("NFC");
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) return "email_invalid";
  const [local, domain] = address.split("@");
  const isMailable = DOT_ATOM.test(local) && !local.includes("=?") && !NUMBER.test(domain);
  return isMailable ? null : "email_unmailable";
}

/** @type {import("./stage.js").Screen} */
export const choose = ({ way, typed, actions }, words) => {
  const { workspace, link, methods, notices } = way;
  const isPersonal = link.kind === "personal" && !link.asks_email;
  const primary = button("primary", words.nodes("email_me"), null, "email-me");
  const email = emailInput(typed);
  const isTyped = methods.code && !isPersonal;
  const asked = !isTyped
    ? { node: null, slot: messageSlot() }
    : field(email, words, { label: "email_label", hint: link.asks_email ? "email_hint_first" : "email_hint" });

  const codeForm = form([...(asked.node ? [asked.node] : [asked.slot]), primary], () =>
    actions.sendCode(isPersonal ? null : email.value),
  );
  const aside = messageSlot(null, "aside");
  return {
    slot: asked.slot,
    aside,
    field: isTyped ? email : undefined,
    primary: methods.code ? primary : undefined,
    // On a touch screen the keyboard would hide half the page before it was read, and a notice is
    // there to be heard first.
    focus: isTyped && !notices.length && matchMedia("(pointer: fine)").matches ? email : undefined,
    body: [
      ...whereTo(words, way),
      ...(methods.code && isPersonal ? [paragraph(words, "personal_lead", { email: link.email_hint ?? "" })] : []),
      ...(methods.code ? [codeForm] : [asked.slot]),
      ...(methods.code && methods.password
        ? [more(button("plain", words.nodes("use_password"), actions.usePassword, "use-password"))]
        : []),
      ...providers(words, methods, actions),
      aside,
      ...signUpStep(words, way, actions),
      ...(methods.code || methods.sso.length ? [] : [paragraph(words, "no_way_in", { workspace: workspace.name })]),
      trouble(words, {}),
    ],
  };
};

/**
 * What the link leads to, and what the workspace wants said before.
 *
 * @param {Words} words
 * @param {import("./portico.js").Way} way
 */
export function whereTo(words, { workspace, methods, notices, destination }) {
  const area = areaName(words, destination);
  return [
    heading(words, "sign_in_to", { workspace: workspace.name }),
    ...notes(words, notices, { workspace: workspace.name, providers: words.oneOf(methods.sso.map(providerName)) }),
    ...(area ? [paragraph(words, "you_asked_for", { area })] : []),
  ];
}

/** For people never seen before; a personal link is somebody's already. */
/** @param {Words} words @param {import("./portico.js").Way} way @param {{ signUp: () => void }} actions */
export function signUpStep(words, { link, methods }, actions) {
  if (!methods.sign_up || link.kind === "personal") return [];
  return [more(button("plain", words.nodes("need_account"), () => actions.signUp(), "sign-up"))];
}

/** @param {{ email: string }} typed */
export function emailInput(typed) {
  return el("input", {
    id: "email",
    name: "email",
    type: "email",
    inputmode: "email",
    autocomplete: "email",
    autocapitalize: "none",
    spellcheck: "false",
    maxlength: "254",
    required: true,
    value: typed.email,
    dir: "ltr",
    oninput: (/** @type {{ target: HTMLInputElement }} */ event) => {
      typed.email = event.target.value;
    },
  });
}

/**
 * @param {Words} words
 * @param {import("./portico.js").Way["methods"]} methods
 * @param {{ startSso: (connection: import("./portico.js").Connection) => void }} actions
 */
export function providers(words, { code, password, sso }, actions) {
  if (!sso.length) return [];
  const buttons = sso.map((connection) => providerButton(words, connection, () => actions.startSso(connection)));
  const or = el("p", { class: "or" }, el("span", {}, ...words.nodes("or")));
  return [...(code || password ? [or] : []), el("div", { class: "providers" }, ...buttons)];
}

/**
 * What the link leads to, when that is more than the front page.
 *
 * @param {Words} words
 * @param {{ area: string }} destination
 * @returns {string}
 */
function areaName(words, { area }) {
  const [kind, id] = area.split(":");
  if (kind === "tickets") return words.text("area_tickets");
  if (kind === "ticket") return words.text("area_ticket", { id });
  if (kind === "account") return words.text("area_account");
  if (kind === "team") return words.text("area_team");
  return kind === "request" ? words.text("area_request") : "";
}
