/** The contact's own history in words. */

import { el, icon } from "./elements.js";

/** @typedef {import("./words.js").Words} Words */

/** The lines that say something to a contact, by the trail's names. @type {Record<string, string>} */
const SAID = {
  "account.edited": "event_account_edited",
  "code.refused": "event_code_refused",
  "code.requested": "event_code_requested",
  "contact.added": "event_contact_added",
  "contact.ways-in-removed": "event_ways_in_removed",
  "email.changed": "event_email_changed",
  "email.restored": "event_email_restored",
  "identity.linked": "event_identity_linked",
  "identity.unlinked": "event_identity_unlinked",
  "password.changed": "event_password_changed",
  "password.refused": "event_password_refused",
  "password.removed": "event_password_removed",
  "password.set": "event_password_set",
  "session.ended": "event_session_ended",
  "session.started": "event_session_started",
  "sessions.ended": "event_sessions_ended",
  "sso.refused": "event_sso_refused",
};

/**
 * @param {Words} words
 * @param {import("./portico.js").Happening[]} events
 */
export function happenings(words, events) {
  const lines = events
    .filter(({ name }) => Object.hasOwn(SAID, name))
    .map(({ at, name, by, network }) =>
      el(
        "li",
        {},
        el(
          "div",
          { class: "wide" },
          el("span", {}, ...words.nodes(SAID[name])),
          el(
            "span",
            { class: "soft" },
            ...words.nodes(by === "team" ? "event_by_team" : network ? "event_at_from" : "event_at", {
              date: words.moment(at),
              network: network ?? "",
            }),
          ),
        ),
      ),
    );
  const summary = el("summary", {}, icon("open"), ...words.nodes("section_history"));
  return el("details", { class: "trouble history" }, summary, el("ul", { class: "lines" }, ...lines));
}
