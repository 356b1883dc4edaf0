/** The names of the signals with their colours, where no table has them: on a wall, and in pages of others. */

import { dashKind } from "../chart/palette.js";
import { cutName } from "../controls/cut-name.js";
import { byId } from "../controls/elements.js";

/** @import { Parts } from "./parts.js" */

/** More names than this are smaller, so that the picture keeps its room. */
const MANY = 12;

export class Legend {
  #parts;
  #list = byId("legend");

  /** @param {Pick<Parts, "chart" | "selection">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Names, colours or the order are others. */
  themed() {
    const { chart, selection } = this.#parts;
    const { order, signals, visible } = selection;
    const shown = order.filter((k) => visible[k]);
    this.#list.replaceChildren(
      ...shown.map((k) => itemOf(signals[k].name, chart.colourOf(signals[k], k), dashKind(signals[k], k))),
    );
    this.#list.toggleAttribute("data-many", shown.length > MANY);
  }

  toggled() {
    this.themed();
  }
}

/** @param {string} name @param {string} colour @param {number} dash */
function itemOf(name, colour, dash) {
  const item = document.createElement("li");
  item.className = "signal";
  item.style.setProperty("--tone", colour);
  item.dataset.dash = String(dash);
  item.append(cutName(name));
  return item;
}
