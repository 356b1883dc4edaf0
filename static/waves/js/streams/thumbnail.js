/** Draws traces into the canvas of a card, device pixel by device pixel. */

import { Palette } from "../chart/palette.js";
import { scaleOf, tracePath } from "../chart/trace-path.js";

/** @import { Range } from "../chart/range.js" */

/**
 * @typedef {{points: Float64Array, range: Pick<Range, "min" | "max">}} Trace x, y, x, y …, x in seconds from the right end
 */

/**
 * A stroke wider than one device pixel costs several times as much where a trace goes up and down
 * more than this many times the width of the card; elsewhere it costs nothing that shows.
 */
const CALM = 4;
/** CSS pixels from the middle of a mark to its sides. */
const MARK = 1;

export class Thumbnail {
  #canvas = document.createElement("canvas");
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));

  /** @param {HTMLElement} place what it fills; shows what it holds until there is a picture */
  constructor(place) {
    this.place = place;
    this.palette = new Palette(place, () => getComputedStyle(place).backgroundColor);
    this.#canvas.setAttribute("aria-hidden", "true");
    /** In device pixels; the canvas takes it with the next picture, or it would go blank. */
    this.size = { width: 0, height: 0 };
  }

  /** Read the colours anew, after a change of theme. */
  theme() {
    this.palette.clear();
  }

  /**
   * @param {{traces: Trace[]}} picture as `Follower.picture` gives it
   * @param {{colour: string}[]} signals
   * @param {number} window seconds from the left end to the right
   */
  draw({ traces }, signals, window) {
    this.#prepare();
    // Drawn from the last to the first, as the first signal is the one that counts.
    for (let k = traces.length - 1; k >= 0; k -= 1) {
      this.#context.strokeStyle = this.palette.of(signals[k], k);
      this.#stroke(traces[k], window);
    }
  }

  #prepare() {
    const { width, height } = this.size;
    const canvas = this.#canvas;
    if (!canvas.isConnected) this.place.replaceChildren(canvas);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.#context.clearRect(0, 0, width, height);
    this.#context.lineJoin = "bevel";
  }

  /** @param {Trace} trace @param {number} window */
  #stroke({ points, range: { min, max } }, window) {
    const context = this.#context;
    const { width, height } = this.size;
    const scale = scaleOf(min, max, height);
    context.beginPath();
    const x = { from: 0, scale: width / window, pixel: width };
    tracePath(context, points, x, { from: min, scale: -scale, pixel: height }, MARK * devicePixelRatio);
    context.lineWidth = climbed(points) * scale < CALM * width ? Math.max(1.5, devicePixelRatio) : 1;
    context.stroke();
  }
}

/** How far a trace goes up and down. @param {Float64Array} points */
function climbed(points) {
  let [sum, last] = [0, NaN];
  for (let at = 1; at < points.length; at += 2) {
    const step = Math.abs(points[at] - last);
    if (step > 0) sum += step;
    last = points[at];
  }
  return sum;
}

/** Device pixels across an element and down: not an observer's own, which are wrong on an emulated screen. @param {Element} element */
export function pixelsOf(element) {
  const { width, height } = element.getBoundingClientRect();
  return { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
}
