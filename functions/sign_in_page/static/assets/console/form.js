/** A form that loses nothing: what is typed is kept at each letter, and sent once for each press. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { actions, button, newId, slot, tell } from "./parts.js";

/** @typedef {import("../elements.js").Child} Child */

/**
 * @typedef {object} Field
 * @property {string} name as the API calls it
 * @property {Child[]} label
 * @property {Child[]} [hint]
 * @property {"text" | "email" | "select" | "checkbox" | "textarea" | "number" | "datetime-local" | "password"} [type] of a password nothing is kept in the tab
 * @property {string | boolean} [value]
 * @property {[string, string][]} [options] of a select
 * @property {boolean} [required]
 * @property {string} [dir]
 * @property {number} [most] letters
 * @property {string} [picker] of a colour: the name of the picker that stands beside it
 */

/** @typedef {Record<string, any>} Typed */
/** @typedef {import("./command.js").Command} Command */

/** A colour as a picker has it, and the API. */
export const COLOUR = /^#[0-9a-f]{6}$/i;

/**
 * @typedef {object} Wanted
 * @property {string} id names what is kept of it
 * @property {Field[]} fields
 * @property {Child[]} send the button's label
 * @property {(typed: Typed, key: (body: object) => string) => Promise<void>} onSend throws what the API refuses
 * @property {((typed: Typed) => Command[]) | null} commands what does the same in a terminal, of what is typed but for
 *   passwords; null: the screen's own say it
 * @property {() => void} [onCancel]
 * @property {(refusal: Refusal) => boolean} [onRefused] true when it has said all
 * @property {Record<string, string>} [says] sentences of its own, by the type of a refusal
 * @property {Child[]} [first] above the fields
 * @property {Child[]} [also] below the fields
 * @property {boolean} [keeps] what was typed is needed after it was sent
 */

/**
 * @param {import("./place.js").Place} place
 * @param {Wanted} wanted
 */
export function form(place, { id, fields, send, commands, onSend, onCancel, onRefused, says, first = [], also = [], keeps = false }) {
  const { words, unsent } = place;
  const kept = unsent.of(id)?.values ?? {};
  const inputs = new Map(fields.map((field) => [field.name, inputOf(field, kept[field.name] ?? field.value)]));
  const where = slot();
  const primary = button(send, null, "primary");
  const typed = () => Object.fromEntries([...inputs].map(([name, input]) => [name, valueOf(input)]));
  const secrets = fields.filter(({ type }) => type === "password").map(({ name }) => name);
  const told = () => Object.fromEntries(Object.entries(typed()).filter(([name]) => !secrets.includes(name)));
  const keep = () => unsent.keep(id, told());
  if (commands) place.commands = () => commands(told());
  const onType = () => {
    keep();
    place.retyped();
  };
  const cancel = () => {
    unsent.drop(id);
    onCancel?.();
  };

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (primary.ariaDisabled === "true") return;
    mark(inputs, null);
    place.tell(null);
    tell(where, null);
    const missing = fields.find(({ name, required }) => required && !valueOf(/** @type {Input} */ (inputs.get(name))));
    if (missing) {
      mark(inputs, missing.name);
      return tell(where, { tone: "error", text: words.nodes("missing", { field: textOf(missing.label) }) }, { takesFocus: false });
    }
    keep();
    const send = async () => {
      await onSend(typed(), (body) => unsent.keyOf(id, body));
      if (!keeps) unsent.drop(id);
    };
    await place.sends(primary, send, (error) => {
      const field = error instanceof Refusal ? error.problem.errors?.[0]?.field : undefined;
      if (error instanceof Refusal && onRefused?.(error)) return;
      mark(inputs, field ?? null);
      place.tellAt(where, saidOf(place, error, says, fields), { takesFocus: !field || !inputs.has(field) });
    });
  }

  const node = el(
    "form",
    { novalidate: true, onsubmit: submit, oninput: onType },
    ...first,
    ...fields.map((field) => labelled(field, /** @type {Input} */ (inputs.get(field.name)))),
    ...also,
    // What is said comes below: the button stays where it was pressed.
    actions(primary, onCancel && button(words.nodes("cancel"), cancel)),
    where,
  );
  return { node, slot: where, inputs, typed, wasTyped: Object.keys(kept).length > 0 };
}

/** A refusal of a field is said with the field's label. */
/** @param {import("./place.js").Place} place @param {unknown} error @param {Record<string, string> | undefined} says @param {Field[]} fields */
function saidOf(place, error, says, fields) {
  const [first] = error instanceof Refusal && error.type === "invalid-request" && !says?.[error.type] ? (error.problem.errors ?? []) : [];
  const field = fields.find(({ name }) => name === first?.field);
  if (!field) return place.refused(error, says);
  const text = field.name === "email" ? place.words.nodes("no_email") : place.words.nodes("field_invalid", { field: textOf(field.label), reason: first.reason });
  return /** @type {import("./parts.js").Said} */ ({ tone: "error", text });
}

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Input */

/** @param {Field} field @param {string | boolean | undefined} value @returns {Input} */
function inputOf({ name, type = "text", options = [], dir, most }, value) {
  const attributes = { id: newId(), name, autocomplete: "off", dir, maxlength: most ? String(most) : undefined };
  if (type === "select") {
    const select = el("select", attributes, ...options.map(([key, text]) => el("option", { value: key }, text)));
    select.value = String(value ?? options[0]?.[0] ?? "");
    return select;
  }
  if (type === "textarea") {
    const area = el("textarea", { ...attributes, rows: "3" });
    area.value = String(value ?? "");
    return area;
  }
  const input = el("input", { ...attributes, type, autocapitalize: "none", spellcheck: "false" });
  if (type === "checkbox") input.checked = value === true;
  else input.value = String(value ?? "");
  return input;
}

/** @param {Field} field @param {Input} input */
function labelled({ label, hint, type, picker }, input) {
  const about = hint ? el("p", { class: "hint", id: newId() }, ...hint) : null;
  if (about) input.setAttribute("aria-describedby", about.id);
  const name = el("label", { for: input.id }, ...label);
  if (type === "checkbox") return el("div", { class: "choice" }, input, name, about);
  if (picker && input instanceof HTMLInputElement) return el("div", { class: "field" }, name, el("div", { class: "picked" }, input, pickerOf(input, picker)), about);
  return el("div", { class: "field" }, name, input, about);
}

/** What the browser picks colours with, and the text of the field beside it. @param {HTMLInputElement} text @param {string} name */
function pickerOf(text, name) {
  const picker = el("input", { type: "color", "aria-label": name });
  const follow = () => {
    if (COLOUR.test(text.value.trim())) picker.value = text.value.trim();
  };
  picker.addEventListener("input", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  text.addEventListener("input", follow);
  follow();
  return picker;
}

/** @param {Input} input */
function valueOf(input) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked;
  return input.value.trim();
}

/** @param {Map<string, Input>} inputs @param {string | null} wrong */
function mark(inputs, wrong) {
  for (const [name, input] of inputs) {
    if (name === wrong) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } else input.removeAttribute("aria-invalid");
  }
}

/** @param {Child[]} label */
function textOf(label) {
  return label.map((each) => (each instanceof Node ? each.textContent : each || "")).join("");
}
