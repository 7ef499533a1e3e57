/**
 * A mail as contacts would get it, before a change is saved. The API renders it as the sender does, with a code and a
 * link that are nobody's.
 */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { choice, labelled } from "./choice.js";
import { fitting } from "./frame-height.js";
import { putMail } from "./mail-nodes.js";
import { facts, given } from "./parts.js";
import { notAllowed } from "./settings.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {{ settings?: Record<string, any>, logo?: string }} Unsaved what the form would change, and a logo in base64 */
/** @typedef {{ language: string, sender: string, subject: string, text: string, html: string }} Mail as the API answers it */

const IS_DARK = "(prefers-color-scheme: dark)";
const LETTERS = ["code", "link", "notice"];
const FORMS = ["html", "plain"];
/** So long nothing was typed: then it is asked for. */
const PAUSE_MS = 600;
const MOST_KEPT = 20;

/**
 * @param {Place} place
 * @param {{ language: HTMLSelectElement, theme: HTMLSelectElement, unsaved: () => Unsaved }} of
 */
export function mailPreviewOf(place, { language, theme, unsaved }) {
  const { words } = place;
  const letter = choice(LETTERS.map((each) => [each, words.text(`mailview_${each}`)]), LETTERS[0]);
  const form = choice(FORMS.map((each) => [each, words.text(`mailview_${each}`)]), FORMS[0]);
  const frame = el("iframe", { class: "of-mail", title: words.text("mailview_title"), sandbox: "allow-same-origin", inert: true, tabindex: "-1" });
  const plain = el("pre", { class: "mail-text", hidden: true });
  const head = el("div", {});
  const status = el("p", { class: "soft", role: "status" });
  const fit = fitting(frame);
  /** What was asked for already. @type {Map<string, Mail>} */
  const kept = new Map();
  /** @type {Mail | null} */
  let shown = null;
  let wanted = "";
  let timer = 0;

  async function look() {
    const asked = JSON.stringify({ letter: letter.value, language: language.value, ...unsaved() });
    wanted = asked;
    try {
      const mail = kept.get(asked) ?? (await place.ask("POST", "/mail-preview", { body: JSON.parse(asked) })).body;
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(asked, mail);
      if (wanted !== asked || place.isOver) return;
      shown = mail;
      status.replaceChildren();
      show();
    } catch (error) {
      if (wanted !== asked || place.isOver) return;
      const isForm = error instanceof Refusal && error.type === "invalid-request";
      const { text, more } = isForm ? notAllowed(place, error) : place.refused(error);
      status.replaceChildren(...el("span", {}, ...text, " ", more).childNodes);
    }
  }

  function show() {
    if (!shown || !frame.contentDocument) return;
    const isPlain = form.value === "plain";
    head.replaceChildren(facts([[words.nodes("mailview_from"), [given(shown.sender)]], [words.nodes("mailview_subject"), [given(shown.subject)]]]));
    plain.hidden = !isPlain;
    frame.hidden = isPlain;
    plain.textContent = shown.text;
    plain.lang = shown.language;
    plain.dir = "auto";
    if (isPlain) return;
    drawIn(frame, shown.html, theme.value === "dark");
    fit();
  }

  const soon = () => {
    clearTimeout(timer);
    timer = window.setTimeout(look, shown ? PAUSE_MS : 0);
  };
  for (const each of [letter, language]) each.addEventListener("change", look);
  for (const each of [form, theme]) each.addEventListener("change", show);
  // Some browsers put an empty page into a new frame a moment later.
  frame.addEventListener("load", show);
  const node = el(
    "section",
    { class: "panel preview", "aria-labelledby": "mailview" },
    el("h2", { id: "mailview" }, ...words.nodes("mailview_title")),
    el("p", { class: "soft" }, ...words.nodes("mailview_text")),
    el("div", { class: "choices" }, labelled(words.nodes("mailview_letter"), letter), labelled(words.nodes("mailview_form"), form)),
    status,
    head,
    frame,
    plain,
  );
  return { node, draw: soon };
}

/** @param {HTMLIFrameElement} frame @param {string} html @param {boolean} isDark */
function drawIn(frame, html, isDark) {
  const inside = /** @type {Document} */ (frame.contentDocument);
  const view = /** @type {Window & typeof globalThis} */ (frame.contentWindow);
  const style = putMail(inside, html);
  const sheet = new view.CSSStyleSheet();
  // The mail's own style for a dark screen; the choice decides, not the browser.
  sheet.replaceSync(style.replaceAll(IS_DARK, isDark ? "all" : "not all"));
  inside.adoptedStyleSheets = [sheet];
  const root = inside.documentElement;
  root.style.colorScheme = isDark ? "dark" : "light";
}
