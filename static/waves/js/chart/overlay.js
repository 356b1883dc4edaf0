/**
 * What tools lay over the traces, in the coordinates of the axes: lines with handles, bands and
 * texts. The chart gives the scales and the shapes of its library; nothing here knows either.
 *
 * An item is one of
 * - {id, line: "vertical", x, …} or {id, line: "horizontal", y, axis = 0, …}, with `colour`,
 *   `dash`, `handle` ("flag" with `label`, "triangle", or none; at the top or at the right end),
 *   `clamp` (beyond the plot its handle stays at the border, and a flag points to where it is), `drag(point)` and `drop()`; `bare`
 *   has no line, and its triangle stands at the left end, where alone it can be taken hold of;
 *   `lineless` is the same at the right end; a `tick` is a short line at the time axis;
 * - {id, band: {from, to}, colour, opacity?}: x from … to, which may be infinite;
 * - {id, text, x, y, axis = 0, colour, align = "left"}; `boxed` keeps what is behind it off;
 * - {id, rows: [{text, colour}], line, x or y, side, …}: what is read at a line, before or above it (-1), or behind or below (1).
 * `colour` is a custom property ("--accent") or an rgb().
 */

import { FONT, grown, textSize } from "../text/fitting.js";
import { boxOf, flagOf, flagShapes, halfHandle, rowShapes, triangleOf } from "./flags.js";

/**
 * @import { Canvas, Graphic, Shape } from "../../vendor/echarts/echarts.esm.min.js"
 * @import { Box, Flag, Row } from "./flags.js"
 * @import { Pixel } from "./gestures.js"
 * @import { Place as Lanes } from "./lane-layout.js"
 */

/**
 * @typedef {object} Item what lies over the traces
 * @property {string} id
 * @property {string} colour
 * @property {"vertical" | "horizontal"} [line]
 * @property {number} [x]
 * @property {number} [y]
 * @property {number} [axis]
 * @property {boolean} [dash]
 * @property {string} [handle]
 * @property {string} [label]
 * @property {boolean} [clamp]
 * @property {boolean} [bare]
 * @property {boolean} [lineless]
 * @property {boolean} [tick]
 * @property {(point: Point) => void} [drag]
 * @property {() => void} [drop]
 * @property {{from: number, to: number}} [band]
 * @property {number} [opacity]
 * @property {string} [text]
 * @property {string} [align]
 * @property {Row[]} [rows]
 * @property {number} [side]
 * @property {string} [title] what the pointer reads
 * @property {boolean} [boxed]
 */

/**
 * @typedef {object} Point of the chart: pixels of the element, and what they are on the axes
 * @property {number} px
 * @property {number} py
 * @property {boolean} touch
 * @property {number} x seconds from the right end
 * @property {number} y of the first axis
 * @property {(axis?: number) => number} yOf of any axis
 * @property {boolean} ctrl whether ctrl is pressed
 * @property {"plot" | "x" | "y"} place in the plot, or beside it at an axis
 * @property {number} axis at which of them, where it is one of y
 * @property {number} along shares of the plot, from the left and from the bottom
 * @property {number} up
 */

/**
 * @typedef {object} Linear a value is drawn at (value - from) · scale + pixel
 * @property {number} from
 * @property {number} scale
 * @property {number} pixel
 */

/** @typedef {{x: number, y: number, width: number, height: number}} Plot in pixels of the element */

/**
 * @typedef {object} Scales of a chart
 * @property {Plot} plot
 * @property {Lanes | null} [lanes] what lies above or below it on the same axis of time
 * @property {Linear} x
 * @property {(axis?: number) => Linear} y
 * @property {(x: number) => number} px
 * @property {(y: number, axis?: number) => number} py
 * @property {(colour: string) => string} colour of the theme as rgb()
 */

/**
 * @typedef {{px: number, py: number, left: number, right: number, top: number, beyond: boolean, seen: boolean}} Place in pixels; NaN where it has none
 */

/** @typedef {Item & Place & {tone: string, flag?: Flag, box?: Box}} Placed */

/** CSS pixels around a handle or a line that take hold of it: a finger is wider than a pointer. */
const REACH = 6;
const TOUCH_REACH = 22;
/** CSS pixels of a tick at the time axis. */
const TICK = 9;
/** A band narrower than this is drawn stronger: a hair's breadth must be seen. */
const NARROW = 8;

export class Overlay {
  #group;
  #graphic;
  #key = "";
  /** @type {Placed[]} */
  items = [];

  /** @param {Canvas} zr where shapes live @param {Graphic} graphic constructors of shapes */
  constructor(zr, graphic) {
    this.#graphic = graphic;
    this.#group = new graphic.Group({ silent: true });
    zr.add(this.#group);
  }

  /**
   * Show items in place of the former ones.
   * @param {Item[]} items
   * @param {Scales} scales
   */
  draw(items, scales) {
    const former = this.items;
    this.items = items
      .map((item) => ({ ...item, ...place(item, scales), tone: scales.colour(item.colour) }))
      .filter((item) => item.seen);
    const key = JSON.stringify([this.items, scales.plot, scales.lanes]);
    if (key === this.#key) {
      // To measure texts costs more than all else here.
      this.items.forEach((item, k) => Object.assign(item, { flag: former[k].flag, box: former[k].box }));
      return;
    }
    this.#key = key;
    this.#stand(scales.plot);
    this.#group.removeAll();
    const shapes = this.items.flatMap((item) => this.#shapes(item, scales));
    shapes.forEach((shape) => this.#group.add(shape));
  }

  /** Where flags stand, and what is read at them. @param {Plot} plot */
  #stand(plot) {
    /** @type {Map<string, number>} */
    const beyond = new Map();
    const taken = this.items.flatMap((item) => triangleOf(item, plot));
    for (const item of this.items) {
      if (item.handle === "flag") item.flag = flagOf(item, plot, beyond);
      const { rows, side = 1 } = item;
      if (!rows) continue;
      item.box = boxOf({ ...item, rows, side }, plot, taken);
      taken.push(item.box);
    }
  }

  /**
   * The item that a pointer at these pixels takes hold of, or undefined. A finger takes hold of handles only: it
   * covers too much to mean a line.
   * @param {Pixel} pixel
   * @returns {Placed | undefined}
   */
  at({ px, py, touch }) {
    const reach = grown(touch ? TOUCH_REACH : REACH);
    const near = (/** @type {Placed} */ item) => {
      if (item.beyond && item.flag) return outside(item.flag, px, py);
      if (item.bare) return Math.hypot(px - item.left, py - item.py) - halfHandle();
      const isVertical = item.line === "vertical";
      if (touch && isVertical) return Math.hypot(px - item.px, py - item.top) - halfHandle();
      if (touch || item.lineless) return Math.hypot(px - item.right, py - item.py) - halfHandle();
      return Math.abs(item.line === "vertical" ? px - item.px : py - item.py);
    };
    const held = this.items.filter((item) => item.drag && near(item) <= reach);
    return held.sort((a, b) => near(a) - near(b))[0];
  }

  /** @param {Placed} item @param {Scales} scales @returns {Shape[]} */
  #shapes(item, scales) {
    const { plot, lanes } = scales;
    // What is of an instant goes through the lanes, too.
    const parts = lanes ? [plot, lanes] : [plot];
    if (item.band) return parts.map((part) => this.#band(item, part));
    if (item.text) return [this.#text(item, scales)];
    if (item.rows && item.box) return rowShapes(this.#graphic, item.rows, item.box, scales.colour);
    const handle = item.handle ? this.#handle(item, scales) : [];
    if (item.beyond || item.bare || item.lineless) return handle;
    const across = item.line === "vertical" ? parts : [plot];
    return [...across.map((part) => this.#line(item, part)), ...handle];
  }

  /** @param {Placed} item @param {Plot} plot */
  #line({ line, px, py, dash, tick, tone: stroke }, { x, y, width, height }) {
    const top = tick ? y + height - grown(TICK) : y;
    const shape =
      line === "vertical" ? { x1: px, x2: px, y1: top, y2: y + height } : { x1: x, x2: x + width, y1: py, y2: py };
    const style = { stroke, lineWidth: 1, lineDash: dash ? [3, 3] : null };
    return new this.#graphic.Line({ shape, style, silent: true, z: 5, subPixelOptimize: true });
  }

  /** @param {Placed} item @param {Scales} scales @returns {Shape[]} */
  #handle(item, { plot, colour }) {
    const fill = item.tone;
    const vertical = item.line === "vertical";
    if (item.bare) return [this.#zero(item)];
    const [px, py] = vertical ? [item.px, plot.y] : [plot.x + plot.width, item.py];
    if (item.handle === "triangle") {
      const points = vertical
        ? [
            [px - halfHandle(), py],
            [px + halfHandle(), py],
            [px, py + halfHandle() + 3],
          ]
        : [
            [px, py - halfHandle()],
            [px, py + halfHandle()],
            [px - halfHandle() - 3, py],
          ];
      return [new this.#graphic.Polygon({ shape: { points }, style: { fill }, silent: true, z: 7 })];
    }
    return item.flag ? flagShapes(this.#graphic, item.flag, item.beyond, fill, colour("--plot")) : [];
  }

  /** A triangle at the left border that points into the plot. @param {Placed} item */
  #zero({ left, py, tone: fill }) {
    const points = [
      [left, py - halfHandle()],
      [left, py + halfHandle()],
      [left + halfHandle() + 3, py],
    ];
    return new this.#graphic.Polygon({ shape: { points }, style: { fill }, silent: true, z: 7 });
  }

  /** @param {Placed} item @param {Scales} scales */
  #text({ text, px, py, align = "left", tone: fill, boxed }, { colour }) {
    const box = boxed ? { backgroundColor: colour("--plot"), padding: [2, 5], borderRadius: 3 } : {};
    const type = { fontSize: textSize(), fontFamily: FONT, align, verticalAlign: "middle" };
    const style = { text, x: px, y: py, fill, ...type, ...box };
    return new this.#graphic.Text({ style, silent: true, z: 6 });
  }

  /**
   * At least a pixel wide, so that one lost sample is seen.
   * @param {Placed} item
   * @param {Plot} plot
   */
  #band({ left, right, opacity, tone: fill }, plot) {
    const width = Math.max(1, right - left);
    return new this.#graphic.Rect({
      shape: { x: left, y: plot.y, width, height: plot.height },
      style: { fill, opacity: opacity ?? (width < NARROW ? 0.4 : 0.1) },
      silent: true,
      z: 1,
    });
  }
}

/** Pixels from a box; 0 within it. @param {Box} box @param {number} px @param {number} py */
function outside({ x, y, width, height }, px, py) {
  return Math.hypot(Math.max(0, x - px, px - x - width), Math.max(0, y - py, py - y - height));
}

const NOWHERE = { px: NaN, py: NaN, left: NaN, right: NaN, top: NaN, beyond: false, seen: false };

/**
 * Where an item is, in pixels; `seen` is whether anything of it is in the plot.
 * @param {Item} item
 * @param {Scales} scales
 * @returns {Place}
 */
function place(item, { plot, px, py }) {
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  if (item.band) {
    const within = (/** @type {number} */ x) => Math.min(right, Math.max(plot.x, px(x)));
    const { from, to } = item.band;
    return { ...NOWHERE, left: within(from), right: within(to), seen: px(to) >= plot.x && px(from) <= right };
  }
  const [x, y] = [px(item.x ?? NaN), py(item.y ?? NaN, item.axis ?? 0)];
  if (item.text) return { ...NOWHERE, px: x, py: y, seen: true };
  const vertical = item.line === "vertical";
  const [low, high] = vertical ? [plot.x, right] : [plot.y, bottom];
  const pixel = vertical ? x : y;
  const at = Math.min(high, Math.max(low, pixel));
  // Half a pixel of rounding does not put a line on the border beyond it.
  const beyond = Math.abs(at - pixel) > 0.5;
  return {
    px: vertical ? at : NaN,
    py: vertical ? NaN : at,
    left: plot.x,
    right,
    top: plot.y,
    beyond,
    seen: Number.isFinite(pixel) && (!beyond || Boolean(item.clamp)),
  };
}
