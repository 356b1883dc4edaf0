/**
 * Traces as shapes of the chart's own canvas: one polyline each, rebuilt from its points at every
 * picture. A series of ECharts would take each of them through its whole pipeline, which costs
 * several times the drawing. The chart gives the scales and the shapes of its library.
 */

import { marksPath, tracePath } from "./trace-path.js";

/**
 * @import { Canvas, Graphic, Path, Shape } from "../../vendor/echarts/echarts.esm.min.js"
 * @import { Values } from "../protocol/frames.js"
 * @import { Linear, Scales } from "./overlay.js"
 */

/** @typedef {{points: Values, dots: Values, x: Linear, y: Linear}} Line */

/**
 * @typedef {object} Drawn a trace as it is drawn
 * @property {string} id
 * @property {Values} points x, y, x, y …
 * @property {Values} [dots] x, y of marks upon the line
 * @property {number} axis
 * @property {string} colour
 * @property {number} width
 * @property {boolean} [dash]
 * @property {number} z
 */

/** CSS pixels from the middle of a mark to its sides: three across, and the stroke. */
const MARK = 1;
const NOWHERE = { from: 0, scale: 0, pixel: 0 };
const NOTHING = new Float64Array(0);

/** A constructor of trace shapes, made of a library's `extendShape`. @param {Graphic} graphic */
function shapeOf(graphic) {
  return graphic.extendShape({ shape: { points: NOTHING, dots: NOTHING, x: NOWHERE, y: NOWHERE }, buildPath });
}

/** @param {Path} path @param {Line} line */
function buildPath(path, { points, dots, x, y }) {
  tracePath(path, points, x, y, MARK);
  marksPath(path, dots, x, y, MARK);
}

export class TraceShapes {
  #graphic;
  #group;
  #Shape;
  /** @type {Map<string, Shape>} */
  #shapes = new Map();

  /** @param {Canvas} zr where shapes live @param {Graphic} graphic constructors of shapes */
  constructor(zr, graphic) {
    this.#graphic = graphic;
    this.#Shape = shapeOf(graphic);
    this.#group = new graphic.Group({ silent: true });
    zr.add(this.#group);
  }

  /**
   * Show traces in place of the former ones.
   * @param {Drawn[]} traces
   * @param {Pick<Scales, "plot" | "x" | "y">} scales
   */
  draw(traces, { plot, x, y }) {
    this.#group.setClipPath(new this.#graphic.Rect({ shape: plot }));
    const shown = new Set(traces.map(({ id }) => id));
    for (const [id, shape] of this.#shapes) if (!shown.has(id)) this.#remove(id, shape);
    for (const trace of traces) this.#shape(trace).attr(look(trace, x, y(trace.axis)));
  }

  /** @param {{id: string}} trace */
  #shape({ id }) {
    const known = this.#shapes.get(id);
    if (known) return known;
    // A silent shape keeps no record of its path: it is drawn straight from its points.
    const shape = new this.#Shape({ silent: true });
    this.#shapes.set(id, shape);
    this.#group.add(shape);
    return shape;
  }

  /** @param {string} id @param {Shape} shape */
  #remove(id, shape) {
    this.#group.remove(shape);
    this.#shapes.delete(id);
  }
}

/** @param {Drawn} trace @param {Linear} x @param {Linear} y */
function look({ id, points, dots = NOTHING, colour, width, dash, z }, x, y) {
  const lineDash = dash ? [4 * width, 2 * width] : null;
  const style = { fill: null, stroke: colour, lineWidth: width, lineDash, lineJoin: "bevel" };
  return { name: id, z, shape: { points, dots, x, y }, style };
}
