/** The account at a glance: each part with what it holds, and the step that changes it. */

import { happenings } from "./account-history.js";
import { el, mark } from "./elements.js";
import { button, evenly, heading, messageSlot, more, paragraph } from "./parts.js";
import { markOf, providerId, providerName } from "./providers.js";
import { LANGUAGES } from "./words.js";

/** @typedef {import("./stage.js").Screen} Screen */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./portico.js").Account} Account */

/** @type {Screen} */
export const account = ({ account: own, events, workspace, portal, actions }, words) => {
  const slot = messageSlot();
  const { contact, offers } = own;
  return {
    slot,
    body: [
      heading(words, "account_title", {}, "people"),
      paragraph(words, workspace ? "account_lead" : "account_lead_plain", { email: contact.email, workspace: workspace ?? "" }),
      slot,
      portal && el("p", { class: "more" }, el("a", { class: "plain", href: portal, id: "to-portal" }, ...words.nodes("to_portal"))),
      section(words, "profile", [
        facts(words, [
          ["name_label", contact.name],
          ["language_label", contact.language && (LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (contact.language)] ?? contact.language)],
          ["time_zone_label", contact.time_zone],
        ]),
        step(words, "edit_profile", actions.editProfile, "edit-profile"),
      ]),
      section(words, "email", [
        facts(words, [["email_label", contact.email]]),
        step(words, "change_email", actions.changeEmail, "change-email"),
      ]),
      ...(offers.password || own.password.is_set ? [passwordSection(words, own, actions)] : []),
      ...(offers.connections.length || own.identities.length ? [accountsSection(words, own, actions)] : []),
      sessionsSection(words, own, actions),
      ...(events ? [happenings(words, events)] : []),
      section(words, "data", [
        more(
          button("plain", words.nodes("download"), actions.download, "download"),
          offers.deletion && button("plain", words.nodes("remove_account"), actions.remove, "remove-account"),
        ),
      ]),
      button("secondary", words.nodes("sign_out"), actions.signOut, "sign-out"),
    ].filter((part) => part),
  };
};

/** @type {Screen} */
export const notSignedIn = ({ workspace, again }, words) => ({
  body: [
    heading(words, "account_signed_out", {}, "closed"),
    workspace ? paragraph(words, "account_signed_out_text", { workspace }) : paragraph(words, "account_signed_out_text_plain"),
    again ? button("primary", words.nodes("sign_in"), again, "sign-in") : paragraph(words, "open_your_link"),
  ],
});

/** @type {Screen} */
export const deleted = ({ workspace }, words) => ({
  body: [
    heading(words, "account_deleted", {}, "check"),
    workspace ? paragraph(words, "account_deleted_text", { workspace }) : paragraph(words, "account_deleted_text_plain"),
  ],
});

/** @param {Words} words @param {Account} own @param {Record<string, (...given: any[]) => void>} actions */
function passwordSection(words, { password, offers }, actions) {
  const since = password.is_set && password.changed_at !== null ? words.moment(password.changed_at) : "";
  return section(words, "password", [
    password.is_set ? evenly(words, "password_since", { date: since }) : evenly(words, "password_none"),
    more(
      offers.password &&
        button("plain", words.nodes(password.is_set ? "change_password" : "set_a_password"), actions.setPassword, "set-password"),
      password.is_set && button("plain", words.nodes("remove_password"), actions.removePassword, "remove-password"),
    ),
  ]);
}

/** @param {Words} words @param {Account} own @param {Record<string, (...given: any[]) => void>} actions */
function accountsSection(words, { identities, offers }, actions) {
  const lines = identities.map(({ id, connection, kind, label, linked_at }, index) => {
    const provider = providerName({ id: connection, kind: kind ?? "", label });
    return line(
      mark(markOf(kind ?? "")),
      [el("strong", {}, el("bdi", {}, provider)), el("span", { class: "soft" }, ...words.nodes("connected_since", { date: words.moment(linked_at) }))],
      named(
        button("plain", words.nodes("disconnect"), () => actions.disconnect(id, provider), `disconnect-${index}`),
        words.text("disconnect_named", { provider }),
      ),
    );
  });
  const connected = new Set(identities.map(({ connection }) => connection));
  const others = offers.connections.filter(({ id }) => !connected.has(id));
  return section(words, "accounts", [
    lines.length ? el("ul", { class: "lines" }, ...lines) : evenly(words, "accounts_none"),
    ...others.map((connection) => {
      const node = button("provider", words.nodes("connect", { provider: providerName(connection) }), () => actions.connect(connection), providerId(connection));
      node.prepend(mark(markOf(connection.kind)));
      return node;
    }),
  ]);
}

/** @param {Words} words @param {Account} own @param {Record<string, (...given: any[]) => void>} actions */
function sessionsSection(words, { sessions, identities, offers }, actions) {
  const lines = sessions.map(({ id, device, method, signed_in_at, current }, index) =>
    line(
      null,
      [
        el("strong", {}, ...(device ? [el("bdi", {}, device)] : words.nodes("device_unknown"))),
        el(
          "span",
          { class: "soft" },
          ...words.nodes(current ? "session_here" : "session_since", { date: words.moment(signed_in_at), method: methodName(words, method, { identities, offers }) }),
        ),
      ],
      current
        ? null
        : named(
            button("plain", words.nodes("end_session"), () => actions.endSession(id, `end-${index}`), `end-${index}`),
            words.text("end_session_named", { device: device ?? words.text("device_unknown"), date: words.moment(signed_in_at) }),
          ),
    ),
  );
  return section(words, "sessions", [
    el("ul", { class: "lines" }, ...lines),
    sessions.length > 1 && step(words, "end_others", actions.endOthers, "end-others"),
  ]);
}

/**
 * How somebody signed in, in a word or two.
 *
 * @param {Words} words
 * @param {string} method
 * @param {Pick<Account, "identities" | "offers">} own
 */
export function methodName(words, method, { identities, offers }) {
  const [kind, id] = method.split(":");
  if (kind === "code") return words.text("method_code");
  if (kind === "password") return words.text("method_password");
  const connection = offers.connections.find((each) => each.id === id);
  const identity = identities.find((each) => each.connection === id);
  if (connection) return providerName(connection);
  return identity ? providerName({ id: identity.connection, kind: identity.kind ?? "", label: identity.label }) : (id ?? method);
}

/** @param {Words} words @param {string} about @param {(Node | false)[]} content */
function section(words, about, content) {
  const title = el("h2", { id: `about-${about}` }, ...words.nodes(`section_${about}`));
  return el("section", { class: "part", "aria-labelledby": `about-${about}` }, title, ...content);
}

/** @param {Words} words @param {string} key @param {() => void} press @param {string} id */
function step(words, key, press, id) {
  return more(button("plain", words.nodes(key), press, id));
}

/** @param {Words} words @param {[string, string | null][]} pairs */
function facts(words, pairs) {
  const rows = pairs.flatMap(([key, value]) => [
    el("dt", {}, ...words.nodes(key)),
    el("dd", {}, value ? el("bdi", {}, value) : el("span", { class: "soft" }, ...words.nodes("not_given"))),
  ]);
  return el("dl", { class: "facts" }, ...rows);
}

/** @param {Node | null} picture @param {Node[]} text @param {Node | null} action */
function line(picture, text, action) {
  return el("li", {}, picture, el("div", { class: "wide" }, ...text), action);
}

/** Several buttons say the same; who hears only the button hears which. @param {HTMLElement} node @param {string} name */
function named(node, name) {
  node.setAttribute("aria-label", name);
  return node;
}
