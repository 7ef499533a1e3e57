/**
 * The browser's Back leads one screen back, and its Forward one on.
 *
 * A screen with one before it has an entry of its own in the tab's history. The entry holds a number
 * and nothing else: what it shows is known to this page alone. After a reload the journey's first
 * screen stands in for what is no longer known.
 */

/** @typedef {import("./stage.js").Screen} Screen */

/** Whose screens are shown now; a new visit begins where the one before it was. @type {Steps | null} */
let current = null;

window.addEventListener("popstate", ({ state }) => current?.went(numberIn(state)));

export class Steps {
  #number = numberIn(history.state);
  /** @type {Map<number, { screen: Screen, again: () => void }>} */
  #taken = new Map();
  /** What to show where nothing is known any more. @type {() => void} */
  home = () => {};

  constructor() {
    current = this;
  }

  /**
   * A screen is about to be shown. The same one again is no step, and one that was there before
   * leads back to it.
   *
   * @param {Screen} screen
   * @param {() => void} again shows it another time
   */
  take(screen, again) {
    const known = [...this.#taken].find(([number, taken]) => taken.screen === screen && number <= this.#number);
    if (known) this.#goBack(known[0]);
    else if (this.#taken.has(this.#number)) this.#goOn();
    this.#taken.set(this.#number, { screen, again });
  }

  /** The browser went to an entry. @param {number} number */
  went(number) {
    if (number === this.#number) return;
    this.#number = number;
    (this.#taken.get(number)?.again ?? this.home)();
  }

  #goOn() {
    this.#number += 1;
    history.pushState({ step: this.#number }, "");
    this.#forgetWhatFollows();
  }

  /** @param {number} number */
  #goBack(number) {
    const steps = number - this.#number;
    if (steps === 0) return;
    this.#number = number;
    this.#forgetWhatFollows();
    history.go(steps);
  }

  #forgetWhatFollows() {
    for (const number of this.#taken.keys()) if (number > this.#number) this.#taken.delete(number);
  }
}

/** @param {unknown} state as the history keeps it @returns {number} 0 for the screen that a link opened */
function numberIn(state) {
  const { step } = /** @type {{ step?: unknown }} */ (state ?? {});
  return typeof step === "number" ? step : 0;
}
