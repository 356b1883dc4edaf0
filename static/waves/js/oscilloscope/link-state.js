/**
 * The state of a view that nobody changes: its link says all of it, and nothing is kept. So a wall leaves the settings
 * of its browser alone, and comes back after a reload as it was set up.
 */

import { fromQuery, OF_THE_MOMENT } from "./view-state.js";

/** @import { Traits } from "./mode.js" */

export class LinkState {
  #isWall;
  #window;

  /** @param {Pick<Traits, "isWall">} mode @param {{location: Pick<Location, "search">}} [window] given by tests */
  constructor({ isWall }, window = globalThis) {
    this.#isWall = isWall;
    this.#window = window;
  }

  /** What the page begins with; a wall shows what is live. @returns {{[name: string]: string}} */
  restore() {
    const state = fromQuery(this.#window.location.search);
    if (!this.#isWall) return state;
    return Object.fromEntries(Object.entries(state).filter(([name]) => !OF_THE_MOMENT.includes(name)));
  }

  keep() {}

  flush() {}

  rename() {}
}
