/** What is shown once, such as a secret: copying it is the main thing, and leaving without it is asked about. */

import { el } from "../elements.js";
import { actions, button, newId, sure } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */

/**
 * @param {Place} place
 * @param {object} about
 * @param {Child[]} about.title
 * @param {Child[]} about.text what it is, and whose
 * @param {string} about.secret
 * @param {Child[]} about.label
 * @param {(kept: () => void) => Child[]} [about.more] below it; `kept` says that it was taken along another way
 * @param {string} about.back the fragment of the screen that comes next
 */
export function showOnce(place, { title, text, secret, label, more, back }) {
  const { words } = place;
  const kept = () => {
    place.leaving = null;
  };
  place.leaving = () => {
    const about = { title: words.nodes("once_title"), text: words.nodes("once_text"), yes: words.nodes("once_leave"), commands: null };
    return sure(words, about);
  };
  const id = newId();
  const select = () => field.select();
  const field = el("textarea", { id, readonly: true, spellcheck: "false", dir: "ltr", class: "mono", rows: "2", onfocus: select, oncopy: kept }, secret);
  const status = el("span", { class: "soft", role: "status" });
  const copy = button(words.nodes("copy"), async () => {
    // Where the browser forbids it, the text is marked, and the keyboard copies it.
    const isDone = await navigator.clipboard?.writeText(secret).then(() => true, () => false);
    if (isDone) kept();
    else field.select();
    status.replaceChildren(...words.nodes(isDone ? "copied" : "copy_yourself"));
  }, "primary");
  const done = button(words.nodes("done"), async () => {
    if (place.leaving && !(await place.leaving())) return;
    kept();
    place.go(back);
  });
  place.show(
    title,
    el("p", {}, ...text),
    el("div", { class: "panel copied once" }, el("label", { for: id }, ...label), field, actions(copy, done), status),
    ...(more?.(kept) ?? []),
  );
  copy.focus();
}
