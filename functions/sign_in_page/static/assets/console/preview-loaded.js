/** The preview's place on a screen. Its code, which is the page's own, comes when somebody changes the look. */

import { el } from "../elements.js";

/**
 * @param {import("./place.js").Place} place
 * @param {() => Partial<import("../brand.js").Brand>} typed what would change of the look
 * @param {() => import("./mail-preview.js").Unsaved} unsaved the same, as the API takes it
 */
export function withPreview(place, typed, unsaved) {
  const node = el("div", {});
  /** @type {Promise<{ draw: () => void }> | null} */
  let loading = null;
  const load = async () => {
    const { previewOf } = await import("./preview.js");
    const preview = previewOf(place, typed, unsaved);
    node.replaceChildren(preview.node);
    return preview;
  };
  const draw = async () => {
    loading ??= load();
    // Without it, everything else works.
    const preview = await loading.catch(() => null);
    if (!preview) loading = null;
    preview?.draw();
  };
  return { node, draw };
}
