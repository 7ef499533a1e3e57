/** A portal asks to sign somebody out, and could not show that it is theirs to ask: so they say. */

import { button, evenly, form, heading, messageSlot } from "./parts.js";
import { endingSession } from "./requests.js";
import { signedOut, toPortal } from "./screens.js";
import { Visit } from "./visit.js";

/** @typedef {import("./stage.js").Screen} Screen */

export class SignOutVisit {
  #visit;
  #request;

  /** @param {import("./visit.js").House & { request: string }} house */
  constructor({ request, ...house }) {
    this.#visit = new Visit(house);
    this.#request = request;
  }

  end() {
    this.#visit.isOver = true;
  }

  challengeChanged() {}

  start = () => {
    const { workspaceName: workspace } = this.#visit;
    this.#visit.show(asked, { workspace, signOut: this.#signOut, stay: this.#stay });
  };

  #signOut = () =>
    this.#visit.press(async () => {
      const { kept, workspaceName: workspace } = this.#visit;
      await this.#visit.signOut();
      kept.closeRequest();
      // True already, and stays in sight until the portal's own page is there.
      this.#visit.show(signedOut, { workspace, again: null, isPortals: true });
      location.replace(endingSession(this.#request));
    });

  #stay = () => this.#visit.show(stayed, { portal: this.#visit.kept.portal() });
}

/** @type {Screen} */
const asked = ({ workspace, signOut, stay }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("sign_out"), null, "sign-out");
  const values = { workspace: workspace ?? "" };
  return {
    slot,
    primary,
    body: [
      heading(words, workspace ? "sign_out_title" : "sign_out_title_plain", values),
      evenly(words, workspace ? "sign_out_text" : "sign_out_text_plain", values),
      form([slot, primary, button("secondary", words.nodes("stay"), stay, "stay")], signOut),
    ],
  };
};

/** @type {Screen} */
const stayed = ({ portal }, words) => ({
  body: [heading(words, "stayed", {}, "check"), evenly(words, "stayed_text"), ...toPortal(words, portal)],
});
