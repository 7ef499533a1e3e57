/** Another logo: seen on the page before it is used, put in the other's place, and taken away. */

import { el } from "../elements.js";
import { Refusal } from "./api.js";
import { actions, button, newId, slot, tell } from "./parts.js";
import { withPreview } from "./preview-loaded.js";
import { undoable } from "./settings.js";

/** @typedef {import("./place.js").Place} Place */

/** As the API has it (people/logos.py). */
const MOST_BYTES = 64 * 1024;
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];
/** Of its digest, which a logo is named by. */
const NAME_LENGTH = 16;

/** The picture that was chosen, for as long as the page is open: no browser keeps it. @type {File | null} */
let chosen = null;

/** @param {Place} place */
export async function changeLogo(place) {
  const { words } = place;
  const title = words.nodes("logo_title");
  const read = await place.read(() => place.readSettings(), title);
  if (!read) return;
  if (!place.allows("settings:write")) return place.go("portal");
  const said = slot();
  /** @type {import("./command.js").Command[]} */
  const takenAway = read.settings.logo ? [["workspace set", { reset: "logo" }]] : [];
  let seen = chosen ? await dataOf(chosen) : undefined;
  place.commands = () => [["workspace set", { logo: chosen?.name ?? "logo.png" }], ...takenAway];
  const preview = withPreview(
    place,
    () => (seen === undefined ? {} : { logo_url: seen }),
    () => (seen === undefined ? {} : { logo: seen.slice(seen.indexOf(",") + 1) }),
  );
  const id = newId();
  const input = el("input", { id, type: "file", accept: "image/png", "aria-describedby": `${id}-hint` });
  if (chosen) {
    const all = new DataTransfer();
    all.items.add(chosen);
    input.files = all.files;
  }
  input.addEventListener("change", async () => {
    tell(said, null);
    chosen = null;
    seen = undefined;
    const file = input.files?.[0];
    const problem = file && (await problemOf(file));
    if (file && !problem) {
      chosen = file;
      seen = await dataOf(file);
    }
    if (problem) tell(said, { tone: "error", text: words.nodes(problem, { size: Math.ceil((file?.size ?? 0) / 1024) }) });
    preview.draw();
    place.retyped();
  });
  const use = button(words.nodes("logo_use"), () => {
    if (!chosen) return tell(said, { tone: "error", text: words.nodes("logo_choose_first") });
    const picture = chosen;
    place.press(use, async () => save(place, () => place.ask("PUT", "/logo", { bytes: picture, etag: place.settingsTag }), await nameOf(picture)), said);
  }, "primary");
  const away = button(words.nodes("logo_away"), () =>
    place.press(away, () => save(place, () => place.ask("PATCH", "/settings", { body: { logo: null }, etag: place.settingsTag }), null), said), "remove");
  const field = el(
    "div",
    { class: "field" },
    el("label", { for: id }, ...words.nodes("logo_choose")),
    input,
    el("p", { class: "hint", id: `${id}-hint` }, ...words.nodes("logo_hint")),
  );
  const ways = actions(use, read.settings.logo && away, button(words.nodes("cancel"), () => {
    chosen = null;
    place.go("portal");
  }));
  place.show(title, el("div", { class: "panel" }, field, ways, said), preview.node);
  preview.draw();
}

/** @param {Place} place @param {() => Promise<import("./api.js").Answer>} send @param {string | null} wanted the name of the logo that is to be there */
async function save(place, send, wanted) {
  try {
    const { body: made, etag } = await send();
    chosen = null;
    place.go("portal", undoable(place, made.change, etag));
  } catch (error) {
    if (!(error instanceof Refusal) || error.type !== "changed-meanwhile" || (error.problem.now.settings.logo ?? null) !== wanted) throw error;
    // The first press was carried out, and its answer never came.
    chosen = null;
    place.go("portal", place.good("saved"));
  }
}

/** What a picture is called once it is the logo, as the API has it (people/store.py). @param {File} file */
async function nameOf(file) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(inHex(await file.arrayBuffer())));
  return inHex(digest).slice(0, NAME_LENGTH);
}

/** @param {ArrayBuffer} bytes */
function inHex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {File} file @returns {Promise<"logo_too_large" | "logo_no_png" | null>} */
async function problemOf(file) {
  if (file.size > MOST_BYTES) return "logo_too_large";
  const start = new Uint8Array(await file.slice(0, PNG.length).arrayBuffer());
  return PNG.every((byte, at) => start[at] === byte) ? null : "logo_no_png";
}

/** The page may show no other address of a picture that is not sent yet. @param {File} file @returns {Promise<string>} */
function dataOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}
