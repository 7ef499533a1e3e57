/** What the console's screens are made of: panels, facts, tables, buttons, and what is said. */

import { el, icon } from "../elements.js";

/** @typedef {import("../words.js").Words} Words */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {{ tone: "error" | "info" | "good", text: Child[], more?: Child }} Said */

let made = 0;

/** An id that no other element of the page has. */
export function newId() {
  made += 1;
  return `part-${made}`;
}

/** A part of a screen under a heading of its own. @param {Child[]} title @param {...Child} children */
export function panel(title, ...children) {
  const id = newId();
  return el("section", { class: "panel", "aria-labelledby": id }, el("h2", { id }, ...title), ...children);
}

/** The one part of a screen, whose heading is the screen's own. @param {Child[]} title @param {...Child} children */
export function onlyPanel(title, ...children) {
  return el("section", { class: "panel", "aria-label": el("span", {}, ...title).textContent ?? "" }, ...children);
}

/** @param {[Child[], Child[]][]} pairs */
export function facts(pairs) {
  return el("dl", { class: "facts" }, ...pairs.flatMap(([name, value]) => [el("dt", {}, ...name), el("dd", {}, ...value)]));
}

/** More letters than a word has: such a text may be broken anywhere. */
const LONGER_THAN_WORDS = /\S{24}/;

/** Text from outside: whatever is in it stays in it. @param {string} text @param {string} [look] */
export function given(text, look) {
  return el("bdi", { class: look ?? (LONGER_THAN_WORDS.test(text) ? "long" : undefined) }, text);
}

/** @param {Child[]} label @param {string} [tone] */
export function badge(label, tone = "") {
  return el("span", { class: `badge ${tone}` }, ...label);
}

/**
 * @param {Child[]} label
 * @param {(() => void) | null} onPress null for the button that sends its form
 * @param {"primary" | "secondary" | "plain" | "danger" | "remove"} [look] *remove* leads to a *danger*, which does it
 * @param {string} [name] the whole sentence for whoever does not see what stands beside it
 */
export function button(label, onPress, look = "secondary", name) {
  const attributes = { class: look, type: onPress ? "button" : "submit", "aria-label": name };
  const text = el("span", { class: "label" }, ...label);
  const element = el("button", attributes, el("span", { class: "spinner" }), text);
  if (onPress) element.addEventListener("click", () => element.ariaDisabled !== "true" && onPress());
  return element;
}

/** Buttons in one line. @param {...Child} children */
export function actions(...children) {
  return el("div", { class: "actions" }, ...children);
}

/** A place where one thing at a time is said, and read aloud. */
export function slot() {
  return el("div", { class: "slot", tabindex: "-1" });
}

/** @param {HTMLElement} place @param {Said | null} said @param {{ takesFocus?: boolean }} [options] */
export function tell(place, said, { takesFocus = true } = {}) {
  if (!said) return place.replaceChildren();
  const picture = { error: "alert", info: "info", good: "check" }[said.tone];
  const text = el("div", {}, el("p", {}, ...said.text), said.more);
  place.replaceChildren(el("div", { class: `message ${said.tone}`, role: said.tone === "error" ? "alert" : "status" }, icon(picture), text));
  if (takesFocus) place.focus();
}

/** @param {HTMLElement} element the button that waits, if any @param {boolean} isBusy */
export function wait(element, isBusy) {
  element.classList.toggle("busy", isBusy);
  element.ariaDisabled = isBusy ? "true" : null;
}

/**
 * A table that a keyboard walks: arrows lead from row to row. On a narrow screen each row is a card.
 *
 * @param {Child[]} caption
 * @param {Child[][]} columns
 * @param {Child[][][]} rows
 */
export function table(caption, columns, rows) {
  const labels = columns.map((column) => el("span", {}, ...column).textContent ?? "");
  // Buttons say themselves what they do: their heading is for whoever hears the table.
  const last = rows.flatMap((cells) => cells.at(-1) ?? []).filter((each) => each instanceof HTMLElement);
  const isOfButtons = last.some((each) => each.matches("button")) && rows.every((cells) => (cells.at(-1) ?? []).every((each) => !each || (each instanceof HTMLElement && each.matches("button, .soft"))));
  const heads = columns.map((column, at) => (isOfButtons && at === columns.length - 1 ? [el("span", { class: "unseen" }, ...column)] : column));
  const head = el("tr", { role: "row" }, ...heads.map((column) => el("th", { scope: "col", role: "columnheader" }, ...column)));
  const body = rows.map((cells) =>
    el("tr", { role: "row" }, ...cells.map((cell, at) => el("td", { role: "cell", "data-label": labels[at] }, ...cell))),
  );
  const whole = el(
    "table",
    { role: "table" },
    el("caption", { class: "unseen" }, ...caption),
    el("thead", { role: "rowgroup" }, head),
    el("tbody", { role: "rowgroup" }, ...body),
  );
  whole.addEventListener("keydown", walk);
  return whole;
}

const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity });

/** @param {KeyboardEvent} event */
function walk(event) {
  const step = STEPS[event.key];
  const row = event.target instanceof HTMLElement && !event.target.matches("input, select, textarea") && event.target.closest("tr");
  if (!step || !row) return;
  const reached = (/** @type {Element} */ each) => /** @type {HTMLElement[]} */ ([...each.querySelectorAll("a, button")]);
  const column = reached(row).indexOf(/** @type {HTMLElement} */ (event.target));
  const rows = [...(row.parentElement?.children ?? [])].filter((each) => reached(each).length > 0);
  const at = Math.min(Math.max(rows.indexOf(row) + step, 0), rows.length - 1);
  const there = reached(rows[at]);
  (there[column] ?? there[0]).focus();
  event.preventDefault();
}

/**
 * Where more rows have come, the keyboard goes on at the first of them.
 *
 * @param {HTMLElement} node a table
 * @param {number} at the row's place
 */
export function reach(node, at) {
  const row = node.querySelectorAll("tbody > tr")[at];
  const control = row?.querySelector("a, button") ?? row;
  if (control && control === row) control.setAttribute("tabindex", "-1");
  if (control instanceof HTMLElement) control.focus();
}

/** A text to copy, and the button that copies it. */
/** @param {Words} words @param {string} text @param {Child[]} label @param {{ lang?: string }} [options] of a sentence, not of a value */
export function copied(words, text, label, { lang } = {}) {
  const id = newId();
  const attributes = { id, readonly: true, spellcheck: "false", onfocus: () => field.select() };
  // All of it is seen before it is copied, however long it is.
  const kind = lang === undefined ? { rows: "1", dir: "ltr", class: "mono" } : { lang, rows: "3", dir: "auto" };
  const field = el("textarea", { ...attributes, ...kind }, text);
  const status = el("span", { class: "soft", role: "status" });
  const copy = button(words.nodes("copy"), async () => {
    // Where the browser forbids it, the text is marked, and the keyboard copies it.
    const isDone = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    if (!isDone) field.select();
    status.replaceChildren(...words.nodes(isDone ? "copied" : "copy_yourself"));
  });
  return el("div", { class: "copied" }, el("label", { for: id }, ...label), el("div", { class: "line" }, field, copy), status);
}

/**
 * One more question before something that is not undone by a press.
 *
 * @param {Words} words
 * @param {{ title: Child[], text: Child[], yes: Child[], isDangerous?: boolean, commands: Child }} about `commands` do the same in
 *   a terminal
 * @returns {Promise<boolean>}
 */
export function sure(words, { title, text, yes, isDangerous = true, commands }) {
  return new Promise((answer) => {
    const id = newId();
    const about = newId();
    const go = button(yes, () => dialog.close("yes"), isDangerous ? "danger" : "primary");
    const cancel = button(words.nodes("cancel"), () => dialog.close(""));
    const dialog = el(
      "dialog",
      { "aria-labelledby": id, "aria-describedby": about, closedby: "any" },
      el("h2", { id }, ...title),
      el("p", { id: about }, ...text),
      actions(go, cancel),
      commands,
    );
    // By the back button another screen is shown, and nothing is asked there.
    const leave = () => dialog.close("");
    window.addEventListener("hashchange", leave);
    dialog.addEventListener("close", () => {
      window.removeEventListener("hashchange", leave);
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    cancel.focus();
  });
}
