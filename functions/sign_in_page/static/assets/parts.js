/** What screens are made of: headings, fields, buttons, and the help that every screen has. */

import { el, icon } from "./elements.js";

/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./words.js").Values} Values */

/** @param {Words} words @param {string} key @param {Values} [values] @param {string} [picture] */
export function heading(words, key, values, picture) {
  const title = el("h1", { id: "heading", tabindex: "-1" }, ...words.nodes(key, values));
  return picture ? el("div", { class: "headed" }, picture && icon(picture), title) : title;
}

/** @param {Words} words @param {string} key @param {Values} [values] @param {string} [id] */
export function paragraph(words, key, values, id) {
  return el("p", { id, class: "lead" }, ...words.nodes(key, values));
}

/** A sentence that names many things, none of which should stand out. */
/** @param {Words} words @param {string} key @param {Values} [values] @param {string} [id] */
export function evenly(words, key, values, id) {
  return el("p", { id, class: "lead even" }, ...words.nodes(key, values));
}

/**
 * @param {"primary" | "secondary" | "provider" | "plain"} look
 * @param {Node[]} label
 * @param {(() => void) | null} onPress null for the button that submits its form
 * @param {string} [id]
 */
export function button(look, label, onPress, id) {
  const attributes = { class: look, id, type: onPress ? "button" : "submit" };
  const text = el("span", { class: "label" }, ...label);
  const element = el("button", attributes, el("span", { class: "spinner" }), text);
  if (onPress) element.addEventListener("click", () => onPress());
  return element;
}

/**
 * A labelled input with a hint below it; messages take the hint's place.
 *
 * @param {HTMLInputElement} input
 * @param {Words} words
 * @param {{ label: string, hint?: string, more?: string, values?: Values, describedBy?: string, id?: string }} texts
 *   `more` is a second sentence of the hint; `id` of the place for messages, where a screen has more than one field
 */
export function field(input, words, { label, hint, more, values, describedBy, id }) {
  const rest = more ? [" ", ...words.nodes(more)] : [];
  const slot = messageSlot(hint ? el("p", { class: "hint" }, ...words.nodes(hint, values), ...rest) : null, id);
  input.setAttribute("aria-describedby", [describedBy, slot.id].filter(Boolean).join(" "));
  // After a mistake the message has the focus; who simply types on means the field.
  slot.addEventListener("keydown", (event) => {
    const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isText || event.key === " ") return;
    input.focus();
    input.select();
  });
  const node = el("div", { class: "field" }, el("label", { for: input.id }, ...words.nodes(label)), input, slot);
  return { node, slot };
}

/** @param {Node | null} [hint] @param {string} [id] */
export function messageSlot(hint = null, id = "slot") {
  return el("div", { class: "slot", id }, hint);
}

/**
 * @param {Node[]} children
 * @param {() => void} onSubmit
 */
export function form(children, onSubmit) {
  return el(
    "form",
    {
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        onSubmit();
      },
    },
    ...children,
  );
}

/** @param {Words} words @param {{ shared: boolean }} typed */
export function sharedComputer(words, typed) {
  const box = el("input", {
    id: "shared",
    type: "checkbox",
    checked: typed.shared,
    "aria-describedby": "shared-hint",
    onchange: (/** @type {{ target: HTMLInputElement }} */ event) => {
      typed.shared = event.target.checked;
    },
  });
  return el(
    "div",
    { class: "choice" },
    box,
    el("label", { for: "shared" }, ...words.nodes("shared_computer")),
    el("p", { class: "hint", id: "shared-hint" }, ...words.nodes("shared_computer_hint", { minutes: 30 })),
  );
}

/** Quiet actions below a form. @param {...(HTMLElement | false | null | undefined)} actions */
export function more(...actions) {
  return el("p", { class: "more" }, ...actions);
}

/** The API's notices come in English; of those that we know, the page has words of its own. */
/** @type {Record<string, string>} */
const NOTICES = {
  "directory-match-required": "directory_match_required",
  "directory-sso-only": "directory_sso_only",
};

/**
 * What the workspace wants said before anything else.
 *
 * @param {Words} words
 * @param {{ type: string, text: string }[]} notices
 * @param {Values} values
 */
export function notes(words, notices, values) {
  return notices.map(({ type, text }) => {
    const isKnown = Object.hasOwn(NOTICES, type);
    const said = isKnown ? el("p", {}, ...words.nodes(NOTICES[type], values)) : el("p", { dir: "auto" }, text);
    return el("div", { class: "notice" }, icon("info"), said);
  });
}

const COMMON_ISSUES = ["unavailable", "invalid", "no_mail", "failed"];

/** The four common issues, in plain words. @param {Words} words @param {Values} values */
export function trouble(words, values) {
  const issues = COMMON_ISSUES.flatMap((issue) => [
    el("dt", {}, ...words.nodes(`trouble_${issue}`)),
    el("dd", {}, ...words.nodes(`trouble_${issue}_text`, values)),
  ]);
  const summary = el("summary", {}, icon("open"), ...words.nodes("trouble"));
  return el("details", { class: "trouble" }, summary, el("dl", {}, ...issues));
}
