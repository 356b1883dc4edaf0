/** Draws traces into the canvas of a card, device pixel by device pixel. */

import { dashOf, Palette } from "../chart/palette.js";

/** @import { Range } from "../chart/range.js" */

/**
 * @typedef {{points: Float32Array, range: Pick<Range, "min" | "max">}} Trace x, y, x, y …, x in seconds from the right end
 */

/**
 * A stroke wider than one device pixel costs several times as much where a trace goes up and down
 * more than this many times the width of the card; elsewhere it costs nothing that shows.
 */
const CALM = 4;

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
      this.#stroke(traces[k], window, dashOf(signals[k], k));
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

  /** @param {Trace} trace @param {number} window @param {number[] | null} dash in widths of the line */
  #stroke({ points, range }, window, dash) {
    const context = this.#context;
    const { width, height } = this.size;
    const [perSecond, perUnit] = [width / window, height / (range.max - range.min)];
    let [drawing, climbed, last] = [false, 0, 0];
    context.beginPath();
    for (let at = 0; at < points.length; at += 2) {
      const x = width + points[at] * perSecond;
      const y = (range.max - points[at + 1]) * perUnit;
      // Nothing is drawn where there is no value: the line begins anew behind the hole.
      if (drawing) context.lineTo(x, y);
      else context.moveTo(x, y);
      drawing = !Number.isNaN(y);
      if (!drawing) continue;
      climbed += Math.abs(y - last);
      last = y;
    }
    const isCalm = climbed < CALM * width;
    context.lineWidth = isCalm ? Math.max(1.5, devicePixelRatio) : 1;
    // A dense trace is no line that could have gaps.
    context.setLineDash(dash && isCalm ? dash.map((length) => length * context.lineWidth) : []);
    context.stroke();
  }
}

/** Device pixels across an element and down: not an observer's own, which are wrong on an emulated screen. @param {Element} element */
export function pixelsOf(element) {
  const { width, height } = element.getBoundingClientRect();
  return { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
}
