/** What is read where the pointer rests: the time, and of each signal a dot and its value. */

import { rowsIn } from "../chart/flags.js";
import { CursorReadings } from "../measurements/cursor-readings.js";
import { isInLane } from "../samples/line.js";

/**
 * @import { Item, Point } from "../chart/overlay.js"
 * @import { Parts, Picture } from "./parts.js"
 */

export class Readout {
  #parts;
  #readings;
  /** Where it is, as a share of the plot; null for nowhere. @type {number | null} */
  #along = null;

  /** @param {Pick<Parts, "axes" | "chart" | "past" | "record" | "screen" | "selection" | "timeline" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#readings = new CursorReadings(parts);
  }

  /** @param {Point | null} at */
  hover(at) {
    const along = at?.place === "plot" ? at.along : null;
    if (along === this.#along) return;
    this.#along = along;
    this.#parts.screen.redraw();
  }

  /** @param {Picture} picture @returns {Item[]} */
  overlay(picture) {
    if (this.#along === null) return [];
    const x = (this.#along - 1) * picture.window;
    // As many as have room below the time: two cursors share the plot, and this is alone.
    const rows = this.#readings.rowsAt(picture, x, Math.max(2, rowsIn(this.#parts.chart.plotHeight) - 1));
    return [
      { id: "point", line: "vertical", x, colour: "--dim", dash: true },
      ...this.#dots(picture, x),
      { id: "point-read", line: "vertical", x, rows, side: this.#along > 0.7 ? -1 : 1, colour: "--text" },
    ];
  }

  /** On each line that has a value there. @param {Picture} picture @param {number} x @returns {Item[]} */
  #dots(picture, x) {
    const { chart, selection } = this.#parts;
    return selection.signals.flatMap((signal, k) => {
      const { low, high } = this.#readings.valueAt(picture, x, k);
      if (low !== high || isInLane(signal)) return [];
      const colour = chart.colourOf(signal, k);
      return [{ id: `point-${k}`, text: "●", align: "center", x, y: low, axis: picture.axisOf[k] ?? 0, colour }];
    });
  }
}
