/** A drag with shift: what is in the box fills the plot, in time and on the chosen axis. */

import { around, GRAIN } from "../chart/range.js";
import { byId } from "../controls/elements.js";
import { COLUMNS, ROWS } from "../text/divisions.js";
import { allowed } from "../time/navigation.js";

/**
 * @import { PointDrag } from "../chart/chart.js"
 * @import { Point } from "../chart/overlay.js"
 * @import { Parts } from "./parts.js"
 */

/** A box that is narrower or lower than this share of the plot is none. */
const LEAST = 0.01;

export class BoxZoom {
  #parts;
  #box = byId("box");

  /** @param {Pick<Parts, "axes" | "screen" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Point} start @returns {PointDrag} */
  box(start) {
    let end = start;
    const move = (/** @type {Point} */ point) => {
      end = point;
      this.#show(start, end);
    };
    return {
      move,
      end: () => {
        this.#box.hidden = true;
        this.#zoom(start, end);
      },
    };
  }

  /** @param {Point} start @param {Point} end */
  #show(start, end) {
    const { style } = this.#box;
    style.left = `${Math.min(start.px, end.px)}px`;
    style.top = `${Math.min(start.py, end.py)}px`;
    style.width = `${Math.abs(end.px - start.px)}px`;
    style.height = `${Math.abs(end.py - start.py)}px`;
    this.#box.hidden = false;
  }

  /** @param {Point} start @param {Point} end */
  #zoom(start, end) {
    const { axes, screen, timeline } = this.#parts;
    const [left, right] = ends(start.along, end.along);
    const [low, high] = ends(start.up, end.up);
    const { picture } = screen;
    if (right - left < LEAST || high - low < LEAST || !picture) return;
    const { min, max } = axes.chosen.range;
    const edge = picture.edge - (1 - right) * picture.window;
    timeline.freeze(picture.edge);
    timeline.setWindow(allowed(((right - left) * picture.window) / COLUMNS) * COLUMNS);
    timeline.goTo(edge);
    const perDivision = Number((((high - low) * (max - min)) / ROWS).toPrecision(3));
    axes.set(around(min + ((low + high) / 2) * (max - min), perDivision, GRAIN));
  }
}

/** @param {number} one @param {number} other shares of the plot @returns {[number, number]} in order, within it */
function ends(one, other) {
  const [first, last] = one < other ? [one, other] : [other, one];
  return [Math.max(0, first), Math.min(1, last)];
}
