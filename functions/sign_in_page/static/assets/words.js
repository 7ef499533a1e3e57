/**
 * The page's words: which language, and how a sentence gets its values.
 *
 * A sentence is text with `{names}`. Values are filled in as nodes, never as markup, and each is
 * isolated (`<bdi>`), so that an English name cannot turn an Arabic sentence around.
 */

/** Every language we have words in, by its own name. */
export const LANGUAGES = Object.freeze({
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  pt: "Português",
  it: "Italiano",
  ja: "日本語",
  ar: "العربية",
});

const RIGHT_TO_LEFT = ["ar"];
/** @type {readonly (readonly [number, string])[]} */
const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

/** @typedef {Record<string, string | number | Node>} Values */

/**
 * The first wish we have words for.
 *
 * @param {readonly (string | null | undefined)[]} wishes BCP 47 tags, best first
 * @returns {string | null}
 */
export function pickLanguage(wishes) {
  const languages = wishes.map((wish) => wish?.toLowerCase().split("-")[0] ?? "");
  return languages.find((language) => Object.hasOwn(LANGUAGES, language)) ?? null;
}

/** The words of one language, and the sentences made of them. */
export class Words {
  /** @type {Record<string, string>} */
  #sentences = {};

  /** Where its sentences stand. @type {Set<string>} */
  folders = new Set();

  /** The workspace's name, where the page may know it. @type {string | undefined} */
  workspace;

  /** @param {string} language */
  constructor(language) {
    this.language = language;
    this.direction = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  }

  /** Load the sentences of a folder too, once. @param {string} folder */
  async learn(folder) {
    if (this.folders.has(folder)) return;
    const answer = await fetch(new URL(`${folder}/${this.language}.json`, import.meta.url));
    if (!answer.ok) throw new Error(`words answered ${answer.status}`);
    Object.assign(this.#sentences, await answer.json());
    this.folders.add(folder);
  }

  /** Plain text, for titles and labels. @param {string} key @param {Values} [values] */
  text(key, values = {}) {
    return this.nodes(key, values)
      .map((node) => node.textContent)
      .join("");
  }

  /** @param {string} key @param {Values} [values] @returns {Node[]} */
  nodes(key, values = {}) {
    // A deployment may have just changed the words: a gap is better than no page. A test holds
    // that there is none.
    const sentence = this.#sentences[key] ?? "";
    return sentence.split(/\{(\w+)\}/).map((part, index) => {
      const isText = index % 2 === 0;
      return isText ? document.createTextNode(part) : this.#value(values[part] ?? this.#known(part));
    });
  }

  /** What every sentence may name: the workspace, and whom to ask. @param {string} name */
  #known(name) {
    if (name !== "workspace" && name !== "team") return "";
    return this.workspace ?? (name === "team" ? document.createTextNode(this.#sentences.team_plain ?? "") : "");
  }

  /** "24 seconds", "5 minutes", "3 hours", "2 days": a wait, roughly. @param {number} seconds */
  duration(seconds) {
    const least = [172800, 7200, 90, 0];
    return this.#inUnits(seconds, UNITS[least.findIndex((each) => seconds >= each)]);
  }

  /** "7 days", "36 hours": so long exactly, in the largest unit that is whole. @param {number} seconds */
  span(seconds) {
    return this.#inUnits(seconds, UNITS.find(([size]) => seconds % size === 0) ?? UNITS[3]);
  }

  /** @param {number} seconds @param {readonly [number, string]} unit */
  #inUnits(seconds, [size, unit]) {
    return this.#format(Math.ceil(seconds / size), { style: "unit", unit, unitDisplay: "long" });
  }

  /** "1 day", "90 days". @param {number} count */
  days(count) {
    return this.#format(count, { style: "unit", unit: "day", unitDisplay: "long" });
  }

  /** "3 May 2026, 14:05", as the browser's own region writes it. @param {number} seconds since 1970 */
  moment(seconds) {
    const own = navigator.languages.find((wish) => wish.split("-")[0] === this.language);
    const format = new Intl.DateTimeFormat(own ?? this.language, {
      dateStyle: "medium",
      timeStyle: "short",
      numberingSystem: "latn",
      calendar: "gregory",
    });
    return format.format(seconds * 1000);
  }

  /** "Microsoft or Google", each isolated. @param {string[]} names */
  oneOf(names) {
    const list = new Intl.ListFormat(this.language, { type: "disjunction" });
    const parts = list.formatToParts(names).map(({ type, value }) => {
      if (type === "literal") return document.createTextNode(value);
      return this.#value(value);
    });
    const all = document.createElement("span");
    all.append(...parts);
    return all;
  }

  /** @param {string | number | Node} value */
  #value(value) {
    if (value instanceof Node) return value;
    if (typeof value === "number") return document.createTextNode(this.#format(value));
    const isolated = document.createElement("bdi");
    isolated.textContent = value;
    return isolated;
  }

  /** @param {number} number @param {Intl.NumberFormatOptions} [options] */
  #format(number, options) {
    // Codes are in Latin digits, so all digits on the page are.
    return new Intl.NumberFormat(`${this.language}-u-nu-latn`, options).format(number);
  }
}

/**
 * @param {string} language a key of {@link LANGUAGES}
 * @param {Iterable<string>} [folders] the console has its own, beside the page's
 * @returns {Promise<Words>}
 */
export async function loadWords(language, folders = ["words"]) {
  const words = new Words(language);
  await Promise.all(Array.from(folders, (folder) => words.learn(folder)));
  return words;
}
