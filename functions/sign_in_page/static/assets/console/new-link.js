/** A new link: for one contact or for everybody, and in the place of another one. Its address is shown once. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { readContact } from "./contact-data.js";
import { contactAt } from "./find.js";
import { form } from "./form.js";
import { destinationIn } from "./link-rows.js";
import { showOnce } from "./once.js";
import { actions, button, given, slot } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const LONGEST_LABEL = 100;

/** @param {Place} place */
export async function newLink(place) {
  const { words } = place;
  const named = place.values.get("new-link") ?? "";
  const title = words.nodes(named ? "new_personal_link" : "new_shared_link");
  const whose = named ? await readContact(place, "new-link", title) : {};
  if (!whose) return;
  const contact = whose.id ?? "";
  const back = contact ? contactAt(contact) : "links";
  const asked = form(place, {
    id: `new-link-${contact}`,
    fields: [destination(place), days(place), { name: "label", label: words.nodes("label"), hint: words.nodes("label_hint"), most: LONGEST_LABEL }],
    send: words.nodes("make_link"),
    commands: ({ to, days: count, label }) => [["link create", { contact: contact || null, to: to || null, days: count || null, label: label || null }]],
    onSend: async ({ to, days: count, label }, keyOf) => {
      const wished = { ...(contact && { contact }), ...(to && { to }), ...(count && { days: Number(count) }), ...(label && { label }) };
      const body = { links: [wished] };
      const { body: made } = await place.ask("POST", "/links", { body, key: keyOf(body) });
      showMade(place, made.links[0], back, contact ? whose : null);
    },
    onCancel: () => place.go(back),
  });
  const about = contact
    ? el("p", {}, ...words.nodes("new_personal_link_text", { name: given(whose.name || whose.email) }))
    : el("p", {}, ...words.nodes("new_shared_link_text"));
  place.show(title, about, asked.node);
}

/** @param {Place} place */
export async function rotateLink(place) {
  const { words } = place;
  const named = encodeURIComponent(place.values.get("rotate") ?? "");
  const title = words.nodes("rotate_title");
  const link = await place.read(async () => (await place.ask("GET", `/links/${named}`)).body.link, title);
  if (!link) return;
  const { id } = link;
  const back = link.contact ? contactAt(link.contact) : "links";
  const asked = form(place, {
    id: `rotate-${id}`,
    fields: [
      { name: "overlap_days", label: words.nodes("overlap"), type: "select", value: "7", options: overlaps(place) },
    ],
    send: words.nodes("rotate"),
    commands: ({ overlap_days }) => [["link rotate", id, { "overlap-days": overlap_days }]],
    onSend: async ({ overlap_days }) => {
      const { body } = await place.ask("POST", `/links/${id}/rotate`, { body: { overlap_days: Number(overlap_days) } });
      showMade(place, body, back, link.contact ? await whoseOf(place, link.contact) : null);
    },
    says: { taken: "rotated_already" },
    onCancel: () => place.go(back),
  });
  place.show(title, el("p", {}, ...words.nodes("rotate_text")), asked.node);
}

/** @param {Place} place @returns {[string, string][]} */
function overlaps({ words }) {
  return [["0", words.text("at_once")], ...[1, 3, 7].map((days) => /** @type {[string, string]} */ ([String(days), words.days(days)]))];
}

/** @param {Place} place @returns {import("./form.js").Field} */
function destination({ words, settings }) {
  const areas = Object.keys(settings.areas ?? {}).filter((area) => !["ticket", "request"].includes(area));
  const flows = (settings.request_flows ?? []).map((/** @type {string} */ flow) => `request:${flow}`);
  const named = /** @type {[string, string][]} */ ([...areas, ...flows].filter((area) => area !== "dashboard").map((area) => [area, textOf(destinationIn(words, area))]));
  return { name: "to", label: words.nodes("leads_to"), type: "select", value: "", options: [["", textOf(destinationIn(words, null))], ...named] };
}

/** @param {Node[]} nodes */
function textOf(nodes) {
  return nodes.map(({ textContent }) => textContent).join("");
}

/** @param {Place} place @returns {import("./form.js").Field} */
function days({ words, settings }) {
  return { name: "days", label: words.nodes("days_good"), hint: words.nodes("days_hint", { count: settings.link_days ?? 90 }), type: "number" };
}

/** For the sentence that says whose link it is. It is made by now, so a failure keeps nobody from its address. */
/** @param {Place} place @param {string} contact */
function whoseOf(place, contact) {
  return place.ask("GET", `/contacts/${encodeURIComponent(contact)}`).then(({ body }) => body.contact, () => ({ name: contact }));
}

/** @param {Place} place @param {any} made @param {string} back @param {any} whose the contact of a personal link */
function showMade(place, made, back, whose) {
  const { words } = place;
  if (made.url) {
    const about = whose ? words.nodes("link_made_for", { name: given(whose.name || whose.email) }) : words.nodes("link_made_for_all");
    return showOnce(place, {
      title: words.nodes("link_made"),
      text: [...about, " ", ...words.nodes("link_made_text")],
      secret: made.url,
      label: words.nodes("link_address"),
      more: (kept) => [asPicture(place, made.url, kept)],
      back,
    });
  }
  // The first press has made it, and its answer never came.
  if (!made.made) throw new Refusal(made.problem);
  const another = button(words.nodes("rotate"), () => place.go(`rotate=${made.made}`), "primary");
  place.show(words.nodes("link_lost"), el("p", {}, ...words.nodes("link_lost_text")), actions(another, button(words.nodes("back"), () => place.go(back))));
}

/** Its address for a camera, drawn here when it is asked for, and kept nowhere. */
/** @param {Place} place @param {string} url @param {() => void} kept it was shown that way */
function asPicture(place, url, kept) {
  const { words } = place;
  const said = slot();
  const show = button(words.nodes("qr_show"), () =>
    place.press(show, async () => {
      // Few links are shown to a camera: what draws it comes when it is asked for.
      const { qrPicture } = await import("./qr.js").catch(() => {
        throw new Refusal({ type: "unreachable", status: 0 });
      });
      kept();
      const print = button(words.nodes("qr_print"), () => window.print());
      holder.replaceChildren(qrPicture(url, words.text("qr_name")), el("p", { class: "soft" }, ...words.nodes("qr_text")), actions(print));
    }, said));
  const holder = el("div", { class: "qr" }, actions(show), said);
  return holder;
}
