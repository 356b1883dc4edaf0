/** A line for whoever is here for the first time: what the hands can do. It is shown once, and not with what a link shows. */

import { byId } from "../controls/elements.js";
import { storageOf } from "../controls/storage.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Description } from "../protocol/description.js"
 * @import { Parts } from "./parts.js"
 */

const KEY = "waves.welcomed";

export class Welcome {
  #controls;
  /** What the address says, before the page itself writes into it. */
  #isLinked = location.search !== "";

  /** @param {Pick<Parts, "controls">} parts */
  constructor({ controls }) {
    this.#controls = controls;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.click("welcome-close", () => this.#close());
    controls.show("welcome", !this.#isLinked && !isKnown());
  }

  /** Nothing of it helps where nothing moves. @param {Description} description */
  described({ state }) {
    if (state === "stopped" || state === "failed") this.#controls.show("welcome", false);
  }

  #close() {
    this.#controls.show("welcome", false);
    // The focus would be lost with the button.
    byId("run").focus({ preventScroll: true });
    try {
      storageOf(globalThis)?.setItem(KEY, "1");
    } catch {
      // The storage is full: it comes again with the next page.
    }
  }
}

/** Where storage is forbidden it comes with each page. */
function isKnown() {
  return (storageOf(globalThis)?.getItem(KEY) ?? null) !== null;
}
