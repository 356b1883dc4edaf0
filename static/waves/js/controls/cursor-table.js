/** The table of what the time cursors read: a row for each signal, its values at both and their difference. */

import { differenceText, NO_DIFFERENCE, valueText } from "../measurements/cursor-texts.js";
import { cutName } from "./cut-name.js";
import { byId } from "./elements.js";

/**
 * @import { Value } from "../measurements/cursor-texts.js"
 * @import { Signal } from "../protocol/description.js"
 */

/**
 * @typedef {object} World whose values these are
 * @property {{signals: Signal[]}} selection
 * @property {{divisionOf: (k: number) => number}} axes
 * @property {{colourOf: (signal: Signal, k: number) => string}} chart
 */

const OUTSIDE = "This cursor is outside the window.";
const NOTHING = { low: NaN, high: NaN };

export class CursorTable {
  #world;
  /** By signal: the cells of cursor 1, of cursor 2 and of the difference. @type {HTMLTableCellElement[][]} */
  #rows = [];

  /** @param {World} world */
  constructor(world) {
    this.#world = world;
  }

  make() {
    const { chart, selection } = this.#world;
    const rows = selection.signals.map((signal, k) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.append(cutName(signal.name));
      head.className = "toned";
      head.style.setProperty("--tone", chart.colourOf(signal, k));
      const cells = Array.from({ length: 3 }, () => document.createElement("td"));
      row.append(head, ...cells);
      return { row, cells };
    });
    this.#rows = rows.map(({ cells }) => cells);
    byId("cursor-values").replaceChildren(...rows.map(({ row }) => row));
  }

  /** @param {(Value[] | null)[]} read of each cursor the values of all signals; null where it is outside of the window */
  show(read) {
    const { axes, selection } = this.#world;
    this.#rows.forEach((cells, k) => {
      const signal = selection.signals[k];
      const division = axes.divisionOf(k);
      const values = read.map((each) => each?.[k] ?? NOTHING);
      const texts = values.map((value) => valueText(value, signal, division));
      const reasons = read.map((each, at) => (each ? texts[at] : OUTSIDE));
      texts.push(differenceText(values, signal, division));
      reasons.push(signal.states ? NO_DIFFERENCE : texts[2]);
      cells.forEach((cell, at) => say(cell, texts[at], reasons[at]));
    });
  }
}

/** @param {HTMLTableCellElement} cell @param {string} text @param {string} title */
function say(cell, text, title) {
  if (cell.textContent !== text) cell.textContent = text;
  if (cell.title !== title) cell.title = title;
}
