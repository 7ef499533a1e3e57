/**
 * What became of the mail, told on the page of a personal link. The page of a shared link has no such line and never
 * asks: who has typed an address there must not see whether it is somebody's.
 */

import { el, icon } from "./elements.js";
import { button } from "./parts.js";

/** @typedef {import("./portico.js").MailNews} MailNews */

/** When it is asked by itself: as the wait for another mail ends, and so many seconds after the newest mail. */
const ASKED_AT = [45, 75, 120];

/** How each piece of news is said, and with which picture. @type {Record<string, [key: string, picture: string]>} */
const SAID = {
  "on-its-way": ["mail_on_its_way", "clock"],
  delayed: ["mail_delayed", "clock"],
  delivered: ["mail_delivered", "check"],
  "came-back": ["mail_came_back", "alert"],
  "mailbox-full": ["mail_mailbox_full", "alert"],
  "held-back": ["mail_held_back", "alert"],
};

/** With these there is nothing to wait for. */
const IS_LAST = ["delivered", "came-back", "mailbox-full", "held-back"];

/** The questions about one mail, and the newest answer. It outlives the screen, which may be drawn anew. */
export class MailLine {
  #due;
  #left = 4;
  #isAsking = false;
  /** @type {MailNews["mail"] | null} */
  news = null;
  /** Where the answer is shown now. @type {() => void} */
  onChange = () => {};

  /**
   * @param {import("./keep.js").OpenChallenge} challenge
   * @param {(challenge: string) => Promise<MailNews>} ask
   */
  constructor({ challenge, label, resend_at, mailed_at, sent_at }, ask) {
    const from = mailed_at ?? sent_at;
    const first = resend_at ?? 0;
    this.#due = [...(resend_at ? [first] : []), ...ASKED_AT.map((each) => from + each * 1000).filter((at) => at > first)];
    this.mail = `${challenge} ${label}`;
    this.ask = async () => {
      if (this.#isAsking || this.#left <= 0) return;
      this.#isAsking = true;
      this.#left -= 1;
      // It is an offer: when there is no answer, nothing is said.
      const answer = await ask(challenge).catch(() => null);
      this.#isAsking = false;
      this.#left = Math.min(this.#left, answer?.questions_left ?? (answer ? this.#left : 0));
      if (answer && Object.hasOwn(SAID, answer.mail)) this.news = answer.mail;
      this.onChange();
    };
  }

  /** Is there nothing to wait for? */
  get isSettled() {
    return this.news !== null && IS_LAST.includes(this.news);
  }

  /** May the contact ask now? Only when the page no longer asks by itself. */
  get canAsk() {
    const comesBack = this.news === "came-back" || this.news === "mailbox-full" || this.news === "held-back";
    return this.news !== null && this.#left > 0 && !comesBack && (this.isSettled || !this.#due.length);
  }

  /** @param {number} now */
  tick(now) {
    if (this.#due.length === 0 || now < this.#due[0] || document.visibilityState !== "visible") return;
    // After a pause several may be due: they are one question.
    this.#due = this.#due.filter((at) => at > now);
    if (!this.isSettled) this.ask();
  }
}

/**
 * @param {import("./words.js").Words} words
 * @param {MailLine} line
 * @param {import("./stage.js").Stage} stage
 */
export function mailNews(words, line, stage) {
  const node = el("div", { class: "mail-news", id: "mail-news" });
  /** @type {string | null} */
  let shown = null;
  const draw = () => {
    node.hidden = line.news === null;
    if (line.news === null) return;
    const [key, picture] = SAID[line.news];
    // Whoever presses is told, also when nothing is new.
    const look = () => line.ask().then(() => stage.say(SAID[line.news ?? ""][0]));
    const again = line.canAsk && button("plain", words.nodes("mail_look_again"), look, "look-again");
    const hadFocus = document.activeElement?.id === "look-again";
    node.replaceChildren(el("div", { class: "notice" }, icon(picture), el("p", {}, ...words.nodes(key))), again || "");
    if (hadFocus) document.getElementById("look-again")?.focus();
    if (shown !== null && shown !== line.news) stage.say(key);
    shown = line.news;
  };
  draw();
  shown ??= "";
  line.onChange = draw;
  return { node, tick: (/** @type {number} */ now) => line.tick(now) };
}
