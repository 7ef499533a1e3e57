/** Screens that few visits need. Their module is loaded when the page goes there, and may not come. */

import { PorticoError } from "./portico.js";
import { messageFor } from "./problems.js";
import { notOpened, opening } from "./screens.js";

/** What the tab is here for until the module is there. */
export class Awaited {
  #stage;
  #isOver = false;

  /** @param {import("./stage.js").Stage} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  end() {
    this.#isOver = true;
  }

  challengeChanged() {}

  /**
   * Load, and say so; say it too when nothing came, with a way to try again.
   *
   * @template Module
   * @param {() => Promise<Module>} load
   * @param {{ opening: string, notOpened: string, retry: () => void }} about the headings, by their keys
   * @returns {Promise<Module | null>} null when there is nothing to go on with, or the tab is here for something else by now
   */
  async module(load, about) {
    this.#stage.show(opening, { key: about.opening });
    const module = await load().catch(() => null);
    if (this.#isOver) return null;
    if (!module) {
      const message = messageFor(new PorticoError({ type: "unreachable", title: "No module", status: 0 }));
      this.#stage.show(notOpened, { retry: about.retry, heading: about.notOpened }, { message });
    }
    return module;
  }
}
