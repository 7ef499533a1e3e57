/** The field for a password: shown or hidden, pasted or typed, and for a new one how far it is. */

import { el } from "./elements.js";
import { field } from "./parts.js";

/** @typedef {import("./words.js").Words} Words */

/** The shortest one that the API takes, and the longest, in characters. */
const SHORTEST = 15;
const LONGEST = 128;

/**
 * @param {Words} words
 * @param {{ password: string }} typed
 * @param {object} options
 * @param {"current" | "new"} options.kind
 * @param {string} [options.label]
 * @param {string} [options.slotId] a screen with a second field needs a second place for messages
 * @param {string} [options.username] whose it is, for password managers, where no field shows it
 * @param {(key: string) => void} [options.say] announces that a new password is long enough
 */
export function passwordField(words, typed, { kind, label = "password_label", slotId, username, say }) {
  const isNew = kind === "new";
  const input = el("input", {
    id: "password",
    name: "password",
    type: "password",
    autocomplete: `${kind}-password`,
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
    dir: "ltr",
    value: typed.password,
  });
  const hint = isNew ? "password_new_hint" : "password_hint";
  const asked = field(input, words, { label, hint, values: { count: SHORTEST }, id: slotId });
  const eye = showButton(words, input);
  const line = el("div", { class: "secret" });
  input.replaceWith(line);
  line.append(input, eye);
  if (username) {
    line.prepend(el("input", { type: "email", name: "username", autocomplete: "username", value: username, hidden: true }));
  }
  const strength = isNew ? strengthLine(words, say) : null;
  if (strength) asked.slot.before(strength.node);
  input.addEventListener("input", () => {
    typed.password = input.value;
    strength?.measure(input.value);
  });
  strength?.measure(typed.password, { isQuiet: true });
  return { ...asked, input };
}

/** @param {Words} words @param {HTMLInputElement} input */
function showButton(words, input) {
  // The words say what a press does, so there is no state to announce beside them.
  const node = el("button", { type: "button", class: "eye", id: "show-password" }, words.text("password_show"));
  node.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    node.textContent = words.text(isShown ? "password_show" : "password_hide");
  });
  return node;
}

/**
 * Length first: how much is missing, and when it is enough.
 *
 * @param {Words} words
 * @param {(key: string) => void} [say]
 */
function strengthLine(words, say) {
  const bar = el("meter", { min: "0", max: String(SHORTEST), value: "0", "aria-hidden": "true" });
  const text = el("span", {});
  const node = el("p", { class: "strength" }, bar, text);
  let wasEnough = false;
  return {
    node,
    /** @param {string} password @param {{ isQuiet?: boolean }} [options] */
    measure(password, { isQuiet = false } = {}) {
      const length = [...password.normalize("NFKC")].length;
      const isEnough = length >= SHORTEST && length <= LONGEST;
      bar.value = Math.min(length, SHORTEST);
      node.classList.toggle("enough", isEnough);
      const key = isEnough ? "password_enough" : length > LONGEST ? "password_over" : "password_missing_count";
      text.replaceChildren(...words.nodes(key, { count: SHORTEST - length, most: LONGEST }));
      if (isEnough && !wasEnough && !isQuiet) say?.("password_enough");
      wasEnough = isEnough;
    },
  };
}
