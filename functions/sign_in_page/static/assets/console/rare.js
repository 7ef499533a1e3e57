/** Screens that few visits need: each is loaded when somebody goes there. */

import { Refusal } from "./api.js";
import { actions, button } from "./parts.js";
import { toldOf } from "./refusals.js";

/** @typedef {import("./place.js").Place} Place */

/**
 * @template Module
 * @param {() => Promise<Module>} load
 * @param {(module: Module) => (place: Place) => unknown} screenOf
 * @param {string} [folder] of words that the first screens do without
 * @returns {(place: Place) => Promise<void>}
 */
export function rare(load, screenOf, folder) {
  return async (place) => {
    const { words } = place;
    const title = words.nodes("console");
    const [module] = (await place.read(() => Promise.all([load(), folder && words.learn(folder)]).catch(() => null), title)) ?? [];
    if (module) return void screenOf(module)(place);
    // Some browsers keep that a script did not come, and after a deployment it may fit no more. What is typed is kept.
    const { key } = toldOf(new Refusal({ type: "unreachable", status: 0 }), words);
    place.show(title);
    place.tell({ tone: "error", text: words.nodes(key), more: actions(button(words.nodes("try_again"), () => location.reload())) });
  };
}
