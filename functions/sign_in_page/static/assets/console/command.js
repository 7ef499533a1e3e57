/** What does the same as a screen in a terminal. There is no key in it and no secret: the command asks for those itself. */

/** @typedef {string | number | boolean | string[] | null | undefined} Value null, undefined and false leave the option out */
/** @typedef {Record<string, Value>} Options by their names without dashes; of a list, the option once for each */
/** @typedef {[string, ...(string | Options)[]]} Command what is done, and in any order: to what, and with which options */

// Not at its start: zsh puts the path of a program in the place of "=name".
const PLAIN = /^(?!=)[\w@%+=:,./-]+$/;
/** What cannot be seen, or turns the text around it: a field would drop it, or show another command than it copies. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One word of a shell, whatever is in it. @param {string} text */
function quoted(text) {
  if (PLAIN.test(text)) return text;
  if (text.search(UNSEEN) < 0) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${text.replace(/[\\']/g, String.raw`\$&`).replace(UNSEEN, escaped)}'`;
}

/** @param {string} letter */
function escaped(letter) {
  const code = /** @type {number} */ (letter.codePointAt(0)).toString(16);
  return code.length > 4 ? String.raw`\U${code.padStart(8, "0")}` : String.raw`\u${code.padStart(4, "0")}`;
}

/** @param {Options} options @returns {string[]} */
function wordsOf(options) {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    if (value === false || value === null || value === undefined) return [];
    return [value].flat().flatMap((each) => [`--${name}`, String(each)]);
  });
}

/** @param {string} workspace @param {Command} command */
export function commandLine(workspace, [what, ...given]) {
  const options = given.flatMap((each) => (typeof each === "string" ? [] : wordsOf(each)));
  const whom = given.filter((each) => typeof each === "string");
  // What begins like an option is none behind this.
  const words = whom.some((each) => each.startsWith("-")) ? [...options, "--", ...whom] : [...whom, ...options];
  return ["portico", what, ...[workspace, ...words].map(quoted)].join(" ");
}
