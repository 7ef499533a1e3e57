/**
 * Findings in the reader's language. The API says them in English, with a code and the values of each sentence: where
 * we have no sentence for a code, its English stands there.
 */

import { loadWords } from "../words.js";

/** @typedef {import("../words.js").Words} Words */
/** @typedef {Record<string, string | number>} Named what a sentence names; `until` is in seconds since 1970 */
/** @typedef {{ text: Node[], isWhole: boolean }} Sentence not whole: the reason is not in it */

const FOLDER = "words/findings";

/** Nothing is loaded before somebody is diagnosed. @type {Map<string, Words>} */
const kept = new Map();

/** @param {string} language @returns {Promise<Words | null>} null: they did not come */
export async function findingWords(language) {
  const words = kept.get(language) ?? (await loadWords(language, [FOLDER]).catch(() => null));
  if (words) kept.set(language, words);
  return words;
}

/**
 * @param {Words | null} words
 * @param {{ cause: string, reason?: string | null, values?: Named }} finding
 * @returns {Sentence | null}
 */
export function saidOf(words, { cause, reason, values = {} }) {
  const exact = reason ? keyOf(cause, reason) : keyOf(cause);
  const key = [exact, keyOf(cause)].find((each) => words?.text(each));
  if (!words || !key) return null;
  const more = [
    typeof values.until === "number" && words.text("until", { moment: words.moment(values.until) }),
    typeof values.left === "number" && words.text("left", { count: values.left }),
  ];
  const text = [words.nodes(key, values), ...more.map((each) => (each ? [document.createTextNode(` ${each}`)] : []))].flat();
  return { text, isWhole: key === exact };
}

/**
 * What a finding rests on. What a cause says as well has the words of that cause.
 *
 * @param {Words | null} words
 * @param {{ code?: string, reason?: string | null, values?: Named }} seen
 * @returns {Node[] | null}
 */
export function seenOf(words, { code, reason, values = {} }) {
  if (!words || !code) return null;
  const own = keyOf("seen", code);
  if (words.text(own)) return words.nodes(own, values);
  const sentence = saidOf(words, { cause: code, reason, values });
  return sentence?.isWhole ? sentence.text : null;
}

/** What to do about it, for somebody else. @param {Words | null} words @param {{ task?: string, values?: Named }} ending */
export function taskOf(words, { task, values }) {
  return (task && words?.text(keyOf("task", task), values)) || null;
}

/** @param {...string} codes `link-revoked` */
function keyOf(...codes) {
  return codes.join("_").replaceAll("-", "_");
}
