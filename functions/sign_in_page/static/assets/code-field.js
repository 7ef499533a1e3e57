/**
 * The field for the code: one real input that shows `ABC-DEFG` as it is typed or pasted.
 *
 * The rules are those of the API (docs/api.md, "How a code may be typed"), so that what the field
 * shows is what will be compared.
 */

const ALPHABET = /^[0-9B-DF-HJ-NP-TV-Z]*$/;
const PRINTED = /(?<![\w-])([0-9B-DF-HJ-NP-TV-Z]{3}-[0-9B-DF-HJ-NP-TV-Z]{4})(?![\w-])/g;
const BARE = /(?<![\w-])((?=[A-Z]*[0-9])[0-9B-DF-HJ-NP-TV-Z]{7})(?![\w-])/g;

const DIGIT = /\p{Nd}/u;

/**
 * Full width becomes plain, and so do the digits of keyboards for Arabic, Persian, Hindi and others.
 * In every script the ten digits follow one another, so a digit's value is how many stand before it.
 */
function plain(/** @type {string} */ typed) {
  return typed.normalize("NFKC").replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    let value = 0;
    while (DIGIT.test(String.fromCodePoint(point - value - 1))) value += 1;
    return String(value % 10);
  });
}

/** Full-width and lower-case are fine, and so are O for 0, I and L for 1, and digits of any script. */
export function fold(/** @type {string} */ typed) {
  return plain(typed)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

/** Could these characters be a code? A, E and U are in none. */
export function isInAlphabet(/** @type {string} */ code) {
  return ALPHABET.test(code);
}

/**
 * The one code in a pasted text, or null when there is none or more than one.
 *
 * @param {string} pasted
 * @param {number} length
 */
export function findCode(pasted, length) {
  const text = plain(pasted);
  const whole = fold(text);
  const isOnlyACode = /^[0-9A-Z\s\p{Pd}]*$/iu.test(text) && isInAlphabet(whole);
  if (isOnlyACode && whole.length === length) return whole;

  // Around other words it must stand as it was printed.
  const codes = [...text.matchAll(PRINTED), ...text.matchAll(BARE)].map(([code]) => fold(code));
  return new Set(codes).size === 1 ? codes[0] : null;
}

/** `ABCDEFG` → `ABC-DEFG`. */
export function spell(/** @type {string} */ code) {
  return code.length > 3 ? `${code.slice(0, 3)}-${code.slice(3)}` : code;
}

/**
 * Keep an input in the shape of a code while it is edited, with the cursor where it belongs.
 *
 * @param {HTMLInputElement} input
 * @param {object} options
 * @param {number} options.length
 * @param {(code: string) => void} options.onChange
 * @param {(code: string) => void} [options.onWhole] a whole code was pasted or filled in; one that is typed, character by
 *   character, waits for its typist
 * @param {() => void} options.onNoCode a text was pasted in which no single code can be told
 */
export function keepSpelled(input, { length, onChange, onWhole, onNoCode }) {
  let code = fold(input.value).slice(0, length);

  /** @param {string} next @param {number} before how many characters stand before the cursor */
  function show(next, before) {
    code = next.slice(0, length);
    input.value = spell(code);
    const cursor = Math.min(before, code.length);
    const at = cursor > 3 ? cursor + 1 : cursor;
    input.setSelectionRange(at, at);
    onChange(code);
  }

  /** @param {InputEvent} event */
  function edited(event) {
    const typed = input.value;
    // An input method is at work: wait for its last word. (Android's keyboards compose plain
    // letters too, and those can be spelled at once.)
    if (event.isComposing && !/^[ -~]*$/.test(typed)) return;
    const before = fold(typed.slice(0, input.selectionStart ?? typed.length)).length;
    const next = fold(typed);
    const was = code;
    const onlyTheDashWent = next === code && event.inputType?.startsWith("deleteContent");
    if (onlyTheDashWent) {
      const at = event.inputType.endsWith("Forward") ? before : before - 1;
      show(code.slice(0, Math.max(at, 0)) + code.slice(at + 1), at);
    } else if (next.length <= length) {
      show(next, before);
    } else {
      // More than a code: the phone filled in a whole line, or a key too many was pressed.
      const found = findCode(typed, length);
      const isKeyTooMany = event.inputType === "insertText" && event.data?.length === 1;
      show(found && !isKeyTooMany ? found : code, found && !isKeyTooMany ? length : before - 1);
    }
    if (code !== was && isFilledIn(event, length)) told();
  }

  function told() {
    if (code.length === length && isInAlphabet(code)) onWhole?.(code);
  }

  /** @param {ClipboardEvent} event */
  function pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    const found = findCode(text, length);
    const isPart = fold(text).length < length;
    if (!found && isPart) return;
    event.preventDefault();
    if (!found) return onNoCode();
    show(found, length);
    told();
  }

  input.addEventListener("input", (event) => edited(/** @type {InputEvent} */ (event)));
  input.addEventListener("compositionend", () => edited(new InputEvent("input", { inputType: "insertCompositionText" })));
  input.addEventListener("paste", pasted);
}

/**
 * Did a phone, a password manager or a drag put the whole text there? Browsers name it differently,
 * or not at all; keys bring one character at a time, or compose.
 *
 * @param {InputEvent} event
 * @param {number} length
 */
function isFilledIn({ inputType, data, isComposing }, length) {
  if (isComposing) return false;
  const isWholeText = inputType === "insertText" && fold(data ?? "").length >= length;
  return !inputType || ["insertReplacementText", "insertFromDrop"].includes(inputType) || isWholeText;
}
