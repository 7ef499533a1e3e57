/** Choose a way in: an address for the code, or a provider. */

import { el } from "./elements.js";
import { button, field, form, heading, notes, messageSlot, paragraph, trouble } from "./parts.js";

/** @typedef {import("./words.js").Words} Words */

/** @type {import("./stage.js").Screen} */
export const choose = ({ way, typed, actions }, words) => {
  const { workspace, link, methods, notices, destination } = way;
  const isPersonal = link.kind === "personal";
  const primary = button("primary", words.nodes("email_me"), null, "email-me");
  const email = emailInput(typed);
  const asked = isPersonal
    ? { node: null, slot: messageSlot() }
    : field(email, words, { label: "email_label", hint: "email_hint" });

  const codeForm = form([...(asked.node ? [asked.node] : [asked.slot]), primary], () =>
    actions.sendCode(isPersonal ? null : email.value),
  );
  const area = areaName(words, destination);
  return {
    slot: methods.code ? asked.slot : undefined,
    field: isPersonal ? undefined : email,
    primary: methods.code ? primary : undefined,
    // On a touch screen the keyboard would hide half the page before it was read.
    focus: !isPersonal && methods.code && matchMedia("(pointer: fine)").matches ? email : undefined,
    body: [
      heading(words, "sign_in_to", { workspace: workspace.name }),
      ...(area ? [paragraph(words, "you_asked_for", { area })] : []),
      ...notes(notices),
      ...(methods.code && isPersonal ? [paragraph(words, "personal_lead", { email: link.email_hint ?? "" })] : []),
      ...(methods.code ? [codeForm] : []),
      ...providers(words, methods, actions),
      ...(methods.code || methods.sso.length ? [] : [paragraph(words, "no_way_in", { workspace: workspace.name })]),
      trouble(words, {}),
    ],
  };
};

/** @param {{ email: string }} typed */
function emailInput(typed) {
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
 * @param {{ startSso: (connection: string) => void }} actions
 */
function providers(words, methods, actions) {
  if (!methods.sso.length) return [];
  const buttons = methods.sso.map(({ id, kind, label }) => {
    const way = button(
      "secondary",
      words.nodes("continue_with", { provider: label }),
      () => actions.startSso(id),
      `sso-${id}`,
    );
    way.dataset.kind = kind;
    return way;
  });
  const or = el("p", { class: "or" }, el("span", {}, ...words.nodes("or")));
  return [...(methods.code ? [or] : []), el("div", { class: "providers" }, ...buttons)];
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
  return kind === "request" ? words.text("area_request") : "";
}
