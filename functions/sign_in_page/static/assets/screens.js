/** The screens without a field: on the way in, on the way out, and when it goes no further. */

import { el } from "./elements.js";
import { publicLink } from "./foot.js";
import { button, form, heading, messageSlot, paragraph, trouble } from "./parts.js";

/** @typedef {import("./stage.js").Screen} Screen */

/** @type {Screen} */
export const opening = ({ key }, words) => ({
  body: [
    el(
      "div",
      { class: "quiet" },
      el("span", { class: "spinner large" }),
      el("h1", { id: "heading", tabindex: "-1", class: "soft" }, ...words.nodes(key)),
    ),
  ],
});

/** The contact is signed in, and on the way to the portal. The link is for a browser that does not go there by itself. */
/** @type {Screen} */
export const entering = ({ workspace, url }, words) => ({
  body: [
    heading(words, "signed_in", {}, "check"),
    paragraph(words, "entering", { workspace }),
    el("p", {}, el("a", { href: url }, ...words.nodes("entering_link"))),
  ],
});

/** @type {Screen} */
export const continueAs = ({ workspace, name, email, actions }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("continue_as", { name }), actions.enter, "enter");
  return {
    slot,
    primary,
    body: [
      heading(words, "sign_in_to", { workspace }),
      paragraph(words, "signed_in_as", { workspace, name, email }),
      slot,
      primary,
      button("secondary", words.nodes("not_you"), actions.chooseAnew, "not-me"),
      el("p", { class: "more" }, button("plain", words.nodes("sign_out"), actions.signOut, "sign-out")),
    ],
  };
};

/** @type {Screen} */
export const whoseLink = ({ workspace, name, email, hint, actions }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("sign_in_as", { email: hint }), actions.chooseAnew, "not-me");
  return {
    slot,
    primary,
    body: [
      heading(words, "link_of_another"),
      paragraph(words, "link_of_another_text", { workspace, name, email, hint }),
      slot,
      primary,
      button("secondary", words.nodes("continue_as", { name }), actions.enter, "enter"),
      el("p", { class: "more" }, button("plain", words.nodes("sign_out"), actions.signOut, "sign-out")),
    ],
  };
};

/** Signed in, and nothing known of what for: the portal knows, and asks no second time. */
/** @type {Screen} */
export const goBack = ({ workspace, portal }, words) => ({
  body: [heading(words, "signed_in", {}, "check"), ...named(words, "go_back_text", workspace), ...toPortal(words, portal)],
});

/** @type {Screen} */
export const signedOut = ({ workspace, again, isPortals = false }, words) => ({
  body: [
    heading(words, "signed_out", {}, "check"),
    workspace
      ? paragraph(words, "signed_out_text", { workspace })
      : paragraph(words, "signed_out_text_plain"),
    again
      ? button("primary", words.nodes("sign_in_again"), again, "again")
      : paragraph(words, isPortals ? "open_portal_again" : "open_your_link"),
  ],
});

/** Closed by its team: for now, or until a moment that is known. */
/** @type {Screen} */
export const unavailable = ({ paused, brand, retry }, words) => ({
  body: [
    heading(words, "portal_unavailable", {}, "closed"),
    ...(paused
      ? [paragraph(words, "portal_paused_text", { date: words.moment(paused.until) }), ...pauseText(words, paused, brand)]
      : [paragraph(words, "portal_unavailable_text")]),
    button("primary", words.nodes("try_again"), retry, "retry"),
    ...contactTeam(words, brand),
    trouble(words, {}),
  ],
});

/** @type {Screen} */
export const invalidLink = ({ brand, anew, replaced }, words) => ({
  body: [
    heading(words, replaced ? "replaced_link" : "invalid_link", {}, "link"),
    paragraph(words, replaced ? "replaced_link_text" : "invalid_link_text"),
    ...(anew ? [button("primary", words.nodes("without_link"), anew, "anew")] : []),
    ...contactTeam(words, brand),
    trouble(words, {}),
  ],
});

/** It has ended by itself: its contact can have a new one mailed. Whether there is one, the page does not say. */
/** @type {Screen} */
export const endedLink = ({ brand, anew, renew }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("send_new_link"), null, "renew");
  return {
    slot,
    primary,
    body: [
      heading(words, "ended_link", {}, "clock"),
      paragraph(words, "ended_link_text"),
      form([slot, primary], renew),
      ...(anew ? [button("secondary", words.nodes("without_link"), anew, "anew")] : []),
      ...contactTeam(words, brand),
      trouble(words, {}),
    ],
  };
};

/** @type {Screen} */
export const newLinkSent = ({ brand }, words) => ({
  body: [
    heading(words, "check_email", {}, "mail"),
    paragraph(words, "new_link_sent"),
    ...contactTeam(words, brand),
    trouble(words, {}),
  ],
});

/** The address alone opens nothing: there is no such workspace, or it has no front entrance. */
/** @type {Screen} */
export const noEntrance = ({ brand, retry }, words) => ({
  body: [
    heading(words, "no_entrance", {}, "closed"),
    paragraph(words, "no_entrance_text"),
    button("primary", words.nodes("try_again"), retry, "retry"),
    ...contactTeam(words, brand),
    trouble(words, {}),
  ],
});

/** @type {Screen} */
export const portalNotKnown = ({ brand }, words) => ({
  body: [
    heading(words, "portal_not_known", {}, "link"),
    paragraph(words, "portal_not_known_text"),
    ...contactTeam(words, brand),
    trouble(words, {}),
  ],
});

/** No answer yet: the link may be good, so the same can be tried again. */
/** @type {Screen} */
export const notOpened = ({ retry, heading: title = "not_opened" }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("try_again"), null, "retry");
  return {
    slot,
    primary,
    body: [heading(words, title), form([slot, primary], retry), trouble(words, {})],
  };
};

/** A reload reads the browser's settings anew, and the address has the link again. */
/** @type {Screen} */
export const cookiesBlocked = ({ workspace, host }, words) => ({
  body: [
    heading(words, "cookies_title", {}, "stopped"),
    paragraph(words, "cookies_text", { workspace, host }),
    button("primary", words.nodes("try_again"), () => location.reload(), "retry"),
    trouble(words, {}),
  ],
});

/** A portal sent the browser to us, and we could not say where it goes on. */
/** @type {Screen} */
export const later = ({ retry, portal }, words) => ({
  body: [
    heading(words, "not_now", {}, "clock"),
    paragraph(words, "sso_later_text"),
    ...(retry ? [button("primary", words.nodes("try_again"), retry, "retry")] : toPortal(words, portal)),
    trouble(words, {}),
  ],
});

/** @type {Screen} */
export const framed = ({ url }, words) => ({
  body: [
    heading(words, "framed", {}, "window"),
    paragraph(words, "framed_text"),
    el("a", { class: "primary", href: url, target: "_blank", rel: "noopener" }, ...words.nodes("framed_link")),
  ],
});

/** @param {import("./words.js").Words} words @param {string | null} portal its address, where an answer has told us */
export function toPortal(words, portal) {
  return portal ? [el("a", { class: "primary", href: portal, id: "to-portal" }, el("span", {}, ...words.nodes("to_portal")))] : [];
}

/** @param {import("./words.js").Words} words @param {import("./brand.js").Brand | null} brand */
function contactTeam(words, brand) {
  return publicLink(brand?.support_url, [el("span", {}, ...words.nodes("contact_team"))], "contact-team", "secondary");
}

/**
 * The team's own words, in the page's language or else in the workspace's.
 *
 * @param {import("./words.js").Words} words
 * @param {{ text: Record<string, string> }} paused
 * @param {import("./brand.js").Brand | null} brand
 */
function pauseText(words, { text }, brand) {
  const said = text[words.language] ?? text[brand?.locale ?? ""] ?? Object.values(text)[0];
  return said ? [el("p", { class: "lead even", dir: "auto", id: "pause-text" }, said)] : [];
}

/** @param {import("./words.js").Words} words @param {string} key @param {string} [workspace] */
function named(words, key, workspace) {
  return [workspace ? paragraph(words, key, { workspace }) : paragraph(words, `${key}_plain`)];
}
