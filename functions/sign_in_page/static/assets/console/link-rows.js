/** Links in a table, each with what can be done to it. */

import { el } from "../elements.js";
import { badge, button, given, sure, table } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const OPEN = "alive";

/**
 * @param {Place} place
 * @param {any[]} links as the API answers them
 * @param {HTMLElement} said where it says what came of a press
 * @param {{ may: boolean, mayRotate?: boolean }} options whether links can be revoked here, and rotated
 */
export function linkRows(place, links, said, { may, mayRotate = may }) {
  const { words } = place;
  const columns = ["link", "leads_to", "ends", ...(may ? ["to_do"] : [])].map((key) => words.nodes(key));
  const rows = links.map((link) => [
    [link.label && given(link.label), link.label && " ", el("code", { dir: "ltr", class: link.label ? "whole detail" : "whole" }, link.id.slice(0, 8)), " ", state(place, link)],
    destinationIn(words, link.to),
    // Whichever came first: a revoked link does not end in some years.
    [words.moment(Math.min(link.revoked_at ?? link.expires_at, link.expires_at))],
    ...(may ? [todo(place, link, said, mayRotate)] : []),
  ]);
  return table(words.nodes("links_title"), columns, rows);
}

/** Where a link leads to, as docs/api.md has it: `ticket:77`. @param {import("../words.js").Words} words @param {string | null} to @returns {Node[]} */
export function destinationIn(words, to) {
  const [area, name] = (to ?? "dashboard").split(":");
  if (area === "dashboard") return words.nodes("dashboard");
  if (area === "tickets") return words.nodes("to_tickets");
  if (area === "ticket") return words.nodes("to_ticket", { id: name });
  return area === "request" ? words.nodes("to_request", { flow: name }) : [given(to ?? "")];
}

/** @param {Place} place @param {any} link */
function state({ words }, { state, break_glass }) {
  if (state !== OPEN) return badge(words.nodes(`link_${state}`));
  return break_glass && badge(words.nodes("break_glass"));
}

/** @param {Place} place @param {any} link @param {HTMLElement} said @param {boolean} mayRotate */
function todo(place, link, said, mayRotate) {
  if (link.state !== OPEN || link.portal || link.entrance) return [];
  const { words } = place;
  const short = link.id.slice(0, 8);
  const revoke = button(words.nodes("revoke"), async () => {
    const about = { title: words.nodes("revoke_title", { link: link.label || short }), text: words.nodes("revoke_text"), yes: words.nodes("revoke_of", { link: link.label || short }), commands: place.inTerminal(["link revoke", link.id]) };
    if (!(await sure(words, about))) return;
    place.press(revoke, async () => {
      await place.ask("POST", `/links/${link.id}/revoke`);
      place.again(place.good("revoked"));
    }, said);
  }, "plain", words.text("revoke_of", { link: short }));
  const rotate = button(words.nodes("rotate"), () => place.go(`rotate=${link.id}`), "plain", words.text("rotate_of", { link: short }));
  return [mayRotate && !link.break_glass && rotate, revoke];
}
