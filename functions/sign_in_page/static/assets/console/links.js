/** *Links*: those that are for everybody, which one makes, copies, replaces and revokes. */

import { el } from "../elements.js";
import { linkRows } from "./link-rows.js";
import { gather } from "./pages.js";
import { actions, button, panel, reach, slot } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */

const AT_ONCE = 20;

/** @param {Place} place @param {import("./pages.js").Gathered} [before] pages that are shown already */
export async function showLinks(place, before) {
  const { words } = place;
  const title = words.nodes("shared_links_title");
  const query = { ended: "true", limit: "100" };
  const read = () => gather(place, "/links", "links", { query, before, least: AT_ONCE });
  const found = await place.read(read, title);
  if (!found) return;
  place.commands = [["link list"]];
  const isShown = (/** @type {any} */ { kind, portal, entrance }) => kind === "shared" && !portal && !entrance;
  const shared = found.items.filter(isShown);
  // They come first. Once a personal one has come, all shared ones are there.
  const hasMore = found.next && found.items.every(({ kind }) => kind === "shared");
  const may = place.allows("shared-links:write");
  const mayRevoke = place.allows("links:write");
  const said = slot();
  const make = button(words.nodes("make_link"), () => place.go("new-link"), "primary");
  const more = button(words.nodes("show_more"), () => showLinks(place, found));
  const list = shared.length
    ? linkRows(place, shared, said, { may: mayRevoke, mayRotate: may })
    : el("p", {}, ...words.nodes(may ? "no_shared_links" : "no_shared_links_read"));
  place.show(
    title,
    el("p", { class: "soft" }, ...words.nodes("shared_links_text")),
    may && actions(make),
    panel(words.nodes("links_title"), list, said, hasMore && actions(more)),
  );
  if (before) reach(list, before.items.filter(isShown).length);
}
