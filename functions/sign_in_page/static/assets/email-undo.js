/** Taking a change of address back, from the mail to the old one. Opening the link changes nothing. */

import { evenly, button, form, heading, messageSlot } from "./parts.js";
import { Visit } from "./visit.js";

/** @typedef {import("./stage.js").Screen} Screen */

/** Why a change is not undone, by the API's reason. @type {Record<string, string>} */
const CLOSED = { used: "undo_used", voided: "undo_voided" };

export class UndoVisit {
  #visit;
  #undo;

  /** @param {import("./visit.js").House & { undo: string }} house */
  constructor({ undo, ...house }) {
    this.#visit = new Visit(house);
    this.#undo = undo;
    this.#visit.onRefused = this.#refused;
  }

  end() {
    this.#visit.isOver = true;
  }

  challengeChanged() {}

  start = () => this.#visit.show(offered, { go: this.#go });

  #go = () =>
    this.#visit.press(async () => {
      const { removed } = await this.#visit.portico.account.undoEmail({ undo: this.#undo });
      this.#visit.kept.signedOut();
      this.#visit.show(ended, { about: "undo_done", picture: "check", removed });
    });

  /** @param {import("./portico.js").PorticoError} error */
  #refused = ({ type, problem }) => {
    if (type !== "taken" && type !== "challenge-closed") return false;
    const about = type === "taken" ? "undo_taken" : (CLOSED[problem.reason ?? ""] ?? "undo_expired");
    this.#visit.show(ended, { about, picture: type === "taken" ? "people" : "clock" });
    return true;
  };
}

/** @type {Screen} */
const offered = ({ go }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("undo_yes"), null, "undo");
  return {
    slot,
    primary,
    body: [heading(words, "undo_title", {}, "mail"), evenly(words, "undo_text"), form([slot, primary], go)],
  };
};

/** @type {Screen} */
const ended = ({ about, picture, removed }, words) => {
  const ways = [...(removed?.password ? [words.text("undo_removed_password")] : []), ...(removed?.identities ?? [])];
  const title = heading(words, `${about}_title`, {}, picture);
  const gone = ways.length > 0 ? [evenly(words, "undo_removed", { ways: ways.join(", ") })] : [];
  return { body: [title, evenly(words, `${about}_text`), ...gone] };
};
