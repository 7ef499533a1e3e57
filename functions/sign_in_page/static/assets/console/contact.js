/** A contact's page: what is found first, then who they are, where they are signed in, and their links. */

import { el } from "../elements.js";
import { LANGUAGES } from "../words.js";
import { Refusal } from "./api.js";
import { mergedInto, readContact, wholeContact } from "./contact-data.js";
import { findings } from "./findings.js";
import { linkRows } from "./link-rows.js";
import { gather } from "./pages.js";
import { actions, badge, button, facts, given, panel, slot, sure, table, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../elements.js").Child} Child */
/** @typedef {any} Contact as the API answers it */

/** @param {Place} place */
export async function showContact(place) {
  const { words } = place;
  const read = await readContact(place, "contact", words.nodes("contact_title"));
  if (!read) return;
  /** @type {Contact} */
  const contact = read;
  const path = `/contacts/${contact.id}`;
  place.commands = [["contact show", contact.id], ["why", contact.id], ["session list", contact.id], ["link list", { contact: contact.id }]];
  const called = contact.name || contact.email || contact.id;
  if (!contact.name) place.tab = words.text("contact_title");
  place.show(
    [given(called)],
    el("p", { class: "under" }, ...under(place, contact)),
    await findings(place, { contact: contact.id }, contact.role),
    mail(place, contact),
    profile(place, contact),
    await sessions(place, contact, path),
    await links(place, contact),
    refs(place, contact, path),
    mergedInto(place, contact),
    wholeContact(place, contact),
    switching(place, contact, path),
    happened(place, contact),
  );
}

/** @param {Place} place @param {Contact} contact @returns {Child[]} */
function under({ words }, { email, role, active, suppressed }) {
  return [
    email ? given(email) : el("span", {}, ...words.nodes("no_address")),
    role && badge(words.nodes(`role_${role}`)),
    !active && badge(words.nodes("is_off"), "bad"),
    suppressed && badge(words.nodes("gets_no_mail"), "bad"),
  ];
}

/** What is held against their address. @param {Place} place @param {Contact} contact */
function mail(place, contact) {
  if (!contact.suppressed) return null;
  const { words } = place;
  const said = slot();
  const lift = button(words.nodes("lift"), () =>
    place.press(lift, async () => {
      const { body } = await place.ask("POST", `/contacts/${contact.id}/lift`);
      place.again(place.good(LIFTED[body.lifted] ?? "lifted"));
    }, said),
  );
  const why = Object.hasOwn(SUPPRESSED, contact.suppressed) ? SUPPRESSED[contact.suppressed] : "suppressed_other";
  return panel(
    words.nodes("mail_title"),
    el("p", {}, ...words.nodes(why)),
    said,
    place.allowsOn("contact:lift", contact) && actions(lift),
  );
}

/** @type {Record<string, string>} */
const SUPPRESSED = { bounce: "suppressed_bounce", complaint: "suppressed_complaint" };

/** @type {Record<string, string>} */
const LIFTED = { nothing: "lifted_nothing", lifted: "lifted", "lifted-and-asked": "lifted_and_asked", "lifted-and-linked": "lifted_and_linked" };

/** @param {Place} place @param {Contact} contact */
function profile(place, contact) {
  const { words } = place;
  const isNone = () => words.nodes("none_of_their_own");
  const language = contact.language && LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (contact.language)];
  const edit = button(words.nodes("edit"), () => place.go(`edit=${contact.id}`));
  return panel(
    words.nodes("profile_title"),
    facts([
      [words.nodes("name"), [given(contact.name)]],
      [words.nodes("email"), contact.email ? [given(contact.email), " ", proved(place, contact)] : words.nodes("no_address")],
      [words.nodes("their_language"), language ? [language] : isNone()],
      [words.nodes("time_zone"), contact.time_zone ? [given(contact.time_zone)] : isNone()],
      [words.nodes("contact_id"), [el("code", { dir: "ltr" }, contact.id)]],
    ]),
    place.allowsOn("contact:write", contact) ? actions(edit) : higher(place, contact),
  );
}

/** @param {Place} place @param {Contact} contact */
function proved({ words }, { email_verified }) {
  return el("span", { class: "soft" }, ...words.nodes(email_verified ? "proved" : "not_proved"));
}

/** Why nothing can be changed here, where a role is the reason. @param {Place} place @param {Contact} contact */
function higher(place, contact) {
  const isHigher = place.allows("contact:write") && !place.allowsOn("contact:write", contact);
  return isHigher && el("p", { class: "soft" }, ...place.words.nodes("role_too_high"));
}

/** @param {Place} place @param {Contact} contact @param {string} path */
async function sessions(place, contact, path) {
  const { words } = place;
  const found = await gather(place, `${path}/sessions`, "sessions").catch((error) => place.refused(error));
  if (!("items" in found)) return failed(words.nodes("sessions_title"), found);
  const may = place.allowsOn("sessions:end", contact);
  const said = slot();
  const end = (/** @type {any} */ session) => {
    const name = words.text("end_session_of", { device: session.device ?? words.text("unknown_device") });
    const pressed = button(words.nodes("end_session"), () =>
      place.press(pressed, async () => {
        await place.ask("POST", `${path}/sessions/${session.id}/end`);
        place.again(place.good("session_ended"));
      }, said), "plain", name);
    return pressed;
  };
  const all = button(words.nodes("end_all"), async () => {
    const about = { title: words.nodes("end_all_title", { name: contact.name || contact.email || contact.id }), text: words.nodes("end_all_text"), yes: words.nodes("end_all"), commands: place.inTerminal(["session end", contact.id, { all: true }]) };
    if (!(await sure(words, about))) return;
    place.press(all, async () => {
      await place.ask("POST", `${path}/sessions/end`);
      place.again(place.good("sessions_ended"));
    }, said);
  });
  const columns = ["device", "signed_in", "last_used", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const rows = found.items.map((session) => [
    [given(session.device ?? words.text("unknown_device")), el("br"), el("span", { class: "soft" }, ...where(place, session))],
    [words.moment(session.signed_in_at), el("br"), el("span", { class: "soft" }, ...words.nodes(methodOf(session.method)))],
    [words.moment(session.last_used_at)],
    ...(may ? [[end(session)]] : []),
  ]);
  if (!rows.length) return panel(words.nodes("sessions_title"), el("p", { class: "soft" }, ...words.nodes("no_sessions")));
  return panel(words.nodes("sessions_title"), table(words.nodes("sessions_title"), columns, rows), said, may && actions(all));
}

/** @param {Place} place @param {any} session @returns {Child[]} */
function where({ words }, { portal, network, shared_computer }) {
  return [
    portal ? given(portal) : network ? given(network) : "",
    shared_computer && " · ",
    shared_computer && words.text("shared_computer"),
  ];
}

/** @param {string} method */
function methodOf(method) {
  if (method.startsWith("sso")) return "by_sso";
  return method === "password" ? "by_password" : "by_code";
}

/** @param {Place} place @param {Contact} contact */
async function links(place, contact) {
  const { words } = place;
  const query = { contact: contact.id, ended: "true" };
  const found = await gather(place, "/links", "links", { query }).catch((error) => place.refused(error));
  if (!("items" in found)) return failed(words.nodes("links_title"), found);
  const may = place.allowsOn("links:write", contact);
  const make = button(words.nodes("make_link"), () => place.go(`new-link=${contact.id}`));
  const canMake = may && contact.email && contact.active;
  const said = slot();
  const empty = el("p", { class: "soft" }, ...words.nodes(canMake ? "no_personal_links" : "no_personal_links_read"));
  return panel(
    words.nodes("links_title"),
    found.items.length ? linkRows(place, found.items, said, { may }) : empty,
    said,
    canMake && actions(make),
  );
}

/** @param {Place} place @param {Contact} contact @param {string} path */
function refs(place, contact, path) {
  if (!contact.refs?.length) return null;
  const { words } = place;
  const may = place.allowsOn("contact:write", contact);
  const said = slot();
  const detach = (/** @type {any} */ ref) => {
    const name = words.text("detach_of", { channel: ref.channel, id: ref.id });
    const pressed = button(words.nodes("detach"), () =>
      place.press(pressed, async () => {
        try {
          await place.ask("POST", `${path}/refs/detach`, { body: { channel: ref.channel, id: ref.id } });
        } catch (error) {
          // The first press was carried out, and its answer never came.
          if (!(error instanceof Refusal) || error.type !== "not-found") throw error;
        }
        place.again(place.good("detached"));
      }, said), "plain", name);
    return pressed;
  };
  const columns = ["channel", "ref_id", "state", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const rows = contact.refs.map((/** @type {any} */ ref) => [
    [given(ref.channel)],
    [given(ref.id)],
    words.nodes(ref.confirmed ? "confirmed" : "unconfirmed"),
    ...(may ? [[detach(ref)]] : []),
  ]);
  return panel(
    words.nodes("refs_title"),
    el("p", { class: "soft" }, ...words.nodes("refs_text")),
    table(words.nodes("refs_title"), columns, rows),
    said,
  );
}

/** Off, or on again. @param {Place} place @param {Contact} contact @param {string} path */
function switching(place, contact, path) {
  const { words } = place;
  const action = contact.active ? "deactivate" : "reactivate";
  if (!place.allowsOn(`contact:${action}`, contact)) return null;
  // What the API refuses is not offered.
  if (contact.active && contact.role === "owner") return panel(words.nodes("access_title"), el("p", { class: "soft" }, ...words.nodes("owner_stays")));
  const said = slot();
  const pressed = button(words.nodes(action), async () => {
    const name = contact.name || contact.email || contact.id;
    const about = { title: words.nodes("deactivate_title", { name }), text: words.nodes("deactivate_text"), yes: words.nodes("deactivate_of", { name }), commands: place.inTerminal(["contact deactivate", contact.id]) };
    if (contact.active && !(await sure(words, about))) return;
    place.press(pressed, async () => {
      await place.ask("POST", `${path}/${action}`);
      place.again(place.good(`${action}_done`));
    }, said);
  });
  return panel(words.nodes("access_title"), el("p", { class: "soft" }, ...words.nodes(`${action}_about`)), said, actions(pressed));
}

/** The way to their trail, and to *Logs* with its filters and downloads. @param {Place} place @param {Contact} contact */
function happened(place, contact) {
  const { words } = place;
  const go = button(words.nodes("log_see_all"), () => place.go(`trail=${contact.id}`));
  const inLogs = place.allows("trail:read") && button(words.nodes("log_open_in_logs"), () => place.go(`logs&contact=${contact.id}`));
  return place.allows("contact:trail") && panel(words.nodes("log_of_contact"), actions(go, inLogs));
}

/** @param {Child[]} title @param {import("./parts.js").Said} why */
function failed(title, why) {
  const said = slot();
  tell(said, why, { takesFocus: false });
  return panel(title, said);
}
