/** The plot of the preview: the page's own traces, and around them a grid, labels and a legend. */

import { fit } from "../js/chart/range.js";
import { pixelsOf, Thumbnail } from "../js/streams/thumbnail.js";
import { COLUMNS, ROWS } from "../js/text/divisions.js";
import { axisScale } from "../js/text/quantities.js";

/**
 * @import { Range } from "../js/chart/range.js"
 * @import { Signal } from "../js/protocol/description.js"
 */

/** CSS pixels around the traces; stream.css has the same. */
const MARGIN = { left: 64, right: 12, top: 10, bottom: 24 };

/** @typedef {Pick<Signal, "name" | "unit" | "colour">} Named */

/**
 * @typedef {object} Frame where values and times are, in CSS pixels
 * @property {Range} range
 * @property {number} window
 * @property {number} right
 * @property {number} bottom
 * @property {(seconds: number) => number} x seconds from the left edge
 * @property {(value: number) => number} y
 */

export class Plot {
  #canvas;
  #thumbnail;
  /** @type {Named[]} */
  #signals = [];
  /** By signal, x, y, x, y …, x in seconds from the right edge. @type {Float64Array[]} */
  #points = [];
  #window = 1;

  /** @param {HTMLElement} place of the traces @param {HTMLCanvasElement} canvas of what is around them */
  constructor(place, canvas) {
    this.#canvas = canvas;
    this.#thumbnail = new Thumbnail(place);
  }

  /** Device pixels across the traces. */
  get columns() {
    return pixelsOf(this.#thumbnail.place).width;
  }

  /** @param {Named[]} signals @param {Float64Array[]} points by signal @param {number} window seconds */
  show(signals, points, window) {
    [this.#signals, this.#points, this.#window] = [signals, points, window];
    this.draw();
  }

  /** Read the colours anew, after a change of theme. */
  theme() {
    this.#thumbnail.theme();
    this.draw();
  }

  draw() {
    const range = fit(...extent(this.#points));
    this.#thumbnail.size = pixelsOf(this.#thumbnail.place);
    const traces = this.#points.map((points) => ({ points, range }));
    this.#thumbnail.draw({ traces }, this.#signals, this.#window);
    this.#drawFrame(range);
  }

  /** @param {Range} range */
  #drawFrame(range) {
    const context = prepared(this.#canvas);
    if (!context) return;
    const frame = frameOf(this.#canvas, range, this.#window);
    const { palette } = this.#thumbnail;
    context.font = `12px ${getComputedStyle(this.#canvas).fontFamily}`;
    context.strokeStyle = palette.colour("--hairline-color");
    context.fillStyle = palette.colour("--body-quiet-color");
    drawValues(context, frame, unitOf(this.#signals));
    drawTimes(context, frame);
    const colours = this.#signals.map((signal, k) => palette.of(signal, k));
    drawLegend(context, frame, this.#signals, colours);
  }
}

/** Lowest and highest value of all signals; nothing counts as 0. @param {Float64Array[]} traces @returns {[number, number]} */
function extent(traces) {
  let [low, high] = [Infinity, -Infinity];
  for (const points of traces) {
    for (let at = 1; at < points.length; at += 2) {
      if (points[at] < low) low = points[at];
      if (points[at] > high) high = points[at];
    }
  }
  return low <= high ? [low, high] : [0, 0];
}

/** The canvas with as many pixels as the screen has, cleared, in CSS pixels. @param {HTMLCanvasElement} canvas */
function prepared(canvas) {
  const { width, height } = pixelsOf(canvas);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context?.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

/** @param {HTMLCanvasElement} canvas @param {Range} range @param {number} window @returns {Frame} */
function frameOf(canvas, range, window) {
  const right = canvas.clientWidth - MARGIN.right;
  const bottom = canvas.clientHeight - MARGIN.bottom;
  return {
    ...{ range, window, right, bottom },
    x: (seconds) => MARGIN.left + (seconds / window) * (right - MARGIN.left),
    y: (value) => bottom - ((value - range.min) / (range.max - range.min)) * (bottom - MARGIN.top),
  };
}

/** The unit of signals, where they share one. @param {Named[]} signals */
function unitOf(signals) {
  return new Set(signals.map(({ unit }) => unit)).size === 1 ? signals[0].unit : "";
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {string} unit */
function drawValues(context, frame, unit) {
  const { min, max, perDivision } = frame.range;
  const values = axisScale(min, max, 2 * perDivision, unit);
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let k = 0; k <= ROWS; k += 2) {
    const value = min + k * perDivision;
    const y = Math.round(frame.y(value)) + 0.5;
    line(context, MARGIN.left, y, frame.right, y);
    context.fillText(withUnit(values.label(value), k === ROWS ? values.unit : ""), MARGIN.left - 8, y);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame */
function drawTimes(context, frame) {
  const { window } = frame;
  const times = axisScale(0, window, window / COLUMNS, "s");
  for (let k = 0; k <= COLUMNS; k += 1) {
    const x = Math.round(frame.x((window * k) / COLUMNS)) + 0.5;
    line(context, x, MARGIN.top, x, frame.bottom);
    context.textAlign = k === COLUMNS ? "right" : "center";
    if (k % 2) continue;
    const label = withUnit(times.label((window * k) / COLUMNS), k === COLUMNS ? times.unit : "");
    context.fillText(label, x, frame.bottom + 14);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Named[]} signals @param {string[]} colours */
function drawLegend(context, frame, signals, colours) {
  context.textAlign = "right";
  let x = frame.right - 6;
  for (let k = signals.length - 1; k >= 0; k -= 1) {
    context.fillStyle = colours[k];
    context.fillText(signals[k].name, x, MARGIN.top + 12);
    x -= context.measureText(signals[k].name).width + 14;
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** @param {string} label @param {string} unit */
function withUnit(label, unit) {
  return unit ? `${label} ${unit}` : label;
}
