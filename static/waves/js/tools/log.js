/** The last lines that a source read and that are no samples, folded beside the facts of the stream. */

import { byId } from "../controls/elements.js";
import { count } from "../text/quantities.js";

/**
 * @import { Description } from "../protocol/description.js"
 * @import { Parts } from "./parts.js"
 */

export class Log {
  #controls;

  /** @param {Pick<Parts, "controls">} parts */
  constructor({ controls }) {
    this.#controls = controls;
  }

  /** @param {Description} description */
  described({ log, left_out: leftOut }) {
    this.#controls.show("log", log.length > 0);
    this.#controls.text("log-count", leftOut > 0 ? ` · left out ${count(leftOut)}` : "");
    // Set only where it is another: else what is selected of it is lost each second.
    const [lines, element] = [log.join("\n"), byId("log-lines")];
    if (element.textContent !== lines) element.textContent = lines;
  }
}
