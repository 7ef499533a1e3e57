/** Taking a change of address back, from the mail to the old one. Opening the link changes nothing. */

import { el } from "./elements.js";
import { button, evenly, form, heading, messageSlot, paragraph } from "./parts.js";
import { notOpened, opening } from "./screens.js";
import { Visit, untilVisible } from "./visit.js";

/** @typedef {import("./stage.js").Screen} Screen */

/** Why a change is not undone, by the API's reason. @type {Record<string, string>} */
const CLOSED = { used: "undo_used", voided: "undo_voided" };

export class UndoVisit {
  #visit;
  #undo;
  #signIn;

  /**
   * @param {import("./visit.js").House & { undo: string, signIn: (opened: { link: string }) => void }} house
   */
  constructor({ undo, signIn, ...house }) {
    this.#visit = new Visit(house);
    this.#undo = undo;
    this.#signIn = signIn;
    this.#visit.onRefused = this.#refused;
  }

  end() {
    this.#visit.isOver = true;
  }

  challengeChanged() {}

  /** Look first: the link may be over, and nobody should guess whose account it is about. */
  start = async () => {
    this.#visit.show(opening, { key: "opening" });
    await untilVisible();
    if (this.#visit.isOver) return;
    try {
      const found = await this.#visit.portico.account.undoEmail({ undo: this.#undo, preview: true });
      if (found.undone) this.#done(found);
      else this.#visit.show(offered, { workspace: found.name, go: this.#go });
    } catch (error) {
      this.#visit.refused(error, (message) => this.#visit.show(notOpened, { retry: this.start }, { message }));
    }
  };

  #go = () =>
    this.#visit.press(async () => {
      this.#done(await this.#visit.portico.account.undoEmail({ undo: this.#undo }));
    });

  /** @param {import("./portico.js").Undone} undone */
  async #done({ removed, name: workspace, portal_url: portal }) {
    const visit = this.#visit;
    visit.kept.signedOut();
    const facts = { about: "undo_done", picture: "check", removed, workspace, portal };
    visit.show(ended, facts);
    const opened = visit.opened ?? (await visit.linkToSignIn({ names: true }));
    if (!opened || visit.isOver || !visit.stage.isShowing(ended)) return;
    visit.stage.redraw({ ...facts, signIn: () => this.#signIn(opened) });
  }

  /** @param {import("./portico.js").PorticoError} error */
  #refused = ({ type, problem }) => {
    if (type !== "taken" && type !== "challenge-closed") return false;
    const about = type === "taken" ? "undo_taken" : (CLOSED[problem.reason ?? ""] ?? "undo_expired");
    this.#visit.show(ended, { about, picture: type === "taken" ? "people" : "clock" });
    return true;
  };
}

/** @type {Screen} */
const offered = ({ workspace, go }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("undo_yes"), null, "undo");
  return {
    slot,
    primary,
    body: [
      heading(words, "undo_title", {}, "mail"),
      paragraph(words, "undo_whose", { workspace }),
      evenly(words, "undo_text"),
      form([slot, primary], go),
    ],
  };
};

/** @type {Screen} */
const ended = ({ about, picture, removed, workspace, portal, signIn }, words) => {
  const ways = [...(removed?.password ? [words.text("undo_removed_password")] : []), ...(removed?.identities ?? [])];
  return {
    body: [
      heading(words, `${about}_title`, {}, picture),
      workspace && paragraph(words, "undo_whose", { workspace }),
      evenly(words, `${about}_text`, workspace ? { team: workspace } : {}),
      ways.length > 0 && evenly(words, "undo_removed", { ways: ways.join(", ") }),
      ...waysOn(words, portal, signIn),
    ].filter((part) => part),
  };
};

/**
 * Where to sign in now: here, if this tab knows a link, or else by way of the portal.
 *
 * @param {import("./words.js").Words} words
 * @param {string} [portal]
 * @param {(() => void) | null} [signIn]
 */
function waysOn(words, portal, signIn) {
  if (signIn) return [button("primary", words.nodes("sign_in"), signIn, "sign-in")];
  if (!portal) return [];
  return [el("a", { class: "primary", href: portal, id: "sign-in" }, el("span", {}, ...words.nodes("sign_in")))];
}
