/** Another logo: seen on the page before it is used, put in the other's place, and taken away. */

import { el } from "../elements.js";
import { actions, button, newId, slot, tell } from "./parts.js";
import { withPreview } from "./preview-loaded.js";
import { undoable } from "./settings.js";

/** @typedef {import("./place.js").Place} Place */

/** As the API has it (people/logos.py). */
const MOST_BYTES = 64 * 1024;
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];

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
  /** @type {File | null} */
  let chosen = null;
  let seen = /** @type {string | undefined} */ (undefined);
  place.commands = () => [["workspace set", { logo: chosen?.name ?? "logo.png" }], ...takenAway];
  const preview = withPreview(
    place,
    () => (seen === undefined ? {} : { logo_url: seen }),
    () => (seen === undefined ? {} : { logo: seen.slice(seen.indexOf(",") + 1) }),
  );
  const id = newId();
  const input = el("input", { id, type: "file", accept: "image/png", "aria-describedby": `${id}-hint` });
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
    place.press(use, () => save(place, "PUT", "/logo", { bytes: picture }), said);
  }, "primary");
  const away = button(words.nodes("logo_away"), () => place.press(away, () => save(place, "PATCH", "/settings", { body: { logo: null } }), said), "remove");
  const field = el(
    "div",
    { class: "field" },
    el("label", { for: id }, ...words.nodes("logo_choose")),
    input,
    el("p", { class: "hint", id: `${id}-hint` }, ...words.nodes("logo_hint")),
  );
  const ways = actions(use, read.settings.logo && away, button(words.nodes("cancel"), () => place.go("portal")));
  place.show(title, el("div", { class: "panel" }, field, ways, said), preview.node);
  preview.draw();
}

/** @param {Place} place @param {"PUT" | "PATCH"} method @param {string} path @param {import("./api.js").Asked} asked */
async function save(place, method, path, asked) {
  const { body: made, etag } = await place.ask(method, path, { ...asked, etag: place.settingsTag });
  place.go("portal", undoable(place, made.change, etag));
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
