/** A line for whoever is here for the first time: what the hands can do. It is shown once. */

import { byId } from "../controls/elements.js";
import { storageOf } from "../controls/storage.js";

/** @import { Controls } from "../controls/controls.js" */

const KEY = "waves.welcomed";

export class Welcome {
  /** @param {Controls} controls */
  bind(controls) {
    controls.click("welcome-close", () => this.#close(controls));
    controls.show("welcome", !isKnown());
  }

  /** @param {Controls} controls */
  #close(controls) {
    controls.show("welcome", false);
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
